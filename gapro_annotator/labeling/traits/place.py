"""Where a superpoint lies: how far inside a box, and how near to floor and walls."""

import numpy as np

from gapro_annotator.arrays import Float64
from gapro_annotator.labeling.evidence import BoxEvidence
from gapro_annotator.labeling.traits.candidates import Candidates

_SLACKS = (0.02, 0.05)
"""Metres in a room: shares are taken in boxes that are larger by this, too."""
_PLANE_NEAR = 0.05
"""Distance from a plane in a room, metres, at which nearness has fallen to a third."""
_FAR = 1.0


def place_traits(evidence: BoxEvidence, candidates: Candidates) -> dict[str, Float64]:
    """Shares inside the box as it is and with slack, depth from its faces, height above its bottom."""
    statistics, boxes, size = evidence.of_scan.statistics, evidence.boxes, evidence.size
    superpoint, box = candidates.superpoint, candidates.box
    lower, upper = boxes.lower[box].astype(np.float64), boxes.upper[box].astype(np.float64)
    sides = np.maximum(upper - lower, 1e-6)
    center = statistics.center[superpoint]
    depth = np.minimum(center - lower, upper - center)
    above = center[:, 2] - lower[:, 2]
    slack, more_slack = (_shares(evidence, candidates, margin * size) for margin in _SLACKS)
    return {
        "share": candidates.share,
        "share_slack": slack,
        "share_more_slack": more_slack,
        "share_in_any_box": 1.0 - evidence.outside[superpoint],
        "depth": np.clip(depth.min(axis=1) / size, -0.2, 0.5),
        "relative_depth": np.clip((depth / sides).min(axis=1), -0.2, 0.5),
        "relative_height": np.clip(above / sides[:, 2], -0.2, 1.2),
        "height": np.clip(above / size, -0.2, 2.0),
        "gap_below": np.clip((statistics.lower[superpoint, 2] - lower[:, 2]) / size, -0.2, 1.0),
    }


def plane_traits(evidence: BoxEvidence, candidates: Candidates) -> dict[str, Float64]:
    """How near floor and walls are, whether the superpoint is parallel to them, and whether a thin box owns it.

    NaN where a scan shows no floor or no wall: nothing is guessed.
    """
    statistics, size, superpoint = evidence.of_scan.statistics, evidence.size, candidates.superpoint
    nearness: dict[str, Float64] = {}
    parallel: dict[str, Float64] = {}
    for kind in ("floor", "wall"):
        gap, along = np.full(len(statistics), np.inf), np.zeros(len(statistics))
        for plane in (p for p in evidence.planes if p.kind == kind):
            distance = np.abs(statistics.center @ plane.normal - plane.offset) / size
            nearer = distance < gap
            gap = np.where(nearer, distance, gap)
            along = np.where(nearer, np.abs(statistics.normal @ plane.normal) * statistics.flat, along)
        near = np.where(np.isfinite(gap), np.exp(-np.minimum(gap, _FAR) / _PLANE_NEAR), np.nan)
        nearness[kind], parallel[kind] = near[superpoint], (near * along)[superpoint]
    seen = bool(evidence.planes)
    owned = evidence.owned.astype(np.float64)  # one row for each candidate, as in `occupancy`
    return {
        "floor_near": nearness["floor"],
        "wall_near": nearness["wall"],
        "floor_parallel": parallel["floor"],
        "wall_parallel": parallel["wall"],
        "on_plane": np.where(seen, evidence.on_plane[superpoint].astype(np.float64), np.nan),
        "owned_piece": np.where(seen, owned, np.nan),
    }


def _shares(evidence: BoxEvidence, candidates: Candidates, margin: float) -> Float64:
    """(R,) share of each superpoint that lies in the box when the box is larger by `margin` metres on every side."""
    scan, size = evidence.of_scan.scan, evidence.of_scan.statistics.size
    share = np.zeros(len(candidates))
    by_box = np.argsort(candidates.box, kind="stable")
    starts = np.searchsorted(candidates.box[by_box], np.arange(len(evidence.boxes) + 1))
    for box, points in enumerate(evidence.boxes.members(evidence.of_scan.points, margin)):
        rows = by_box[starts[box] : starts[box + 1]]
        inside = np.bincount(scan.superpoint[points], minlength=candidates.count)
        share[rows] = inside[candidates.superpoint[rows]] / size[candidates.superpoint[rows]]
    return share
