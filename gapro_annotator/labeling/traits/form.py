"""Shape and size of a superpoint, and of the box that it may belong to."""

import numpy as np

from gapro_annotator.arrays import Float64
from gapro_annotator.labeling.evidence import BoxEvidence
from gapro_annotator.labeling.traits.candidates import Candidates, overlap_volumes

_LONG = 0.1
_THICK = 0.01
"""Standard deviations of the points of a usual superpoint of a room, along and across it; metres."""
_MOSTLY_INSIDE = 0.9
"""A box is nested in another from this share of its volume on."""
_MANY = 5


def form_traits(evidence: BoxEvidence, candidates: Candidates) -> dict[str, Float64]:
    """Size, length, thickness, flatness and direction of the superpoint."""
    statistics = evidence.of_scan.statistics
    usual = len(evidence.of_scan.scan) / max(candidates.count, 1)
    variance = np.maximum(np.linalg.eigvalsh(statistics.scatter), 1e-12)
    thin, middle, long = (np.sqrt(variance) / evidence.size).T
    tilt = np.abs(statistics.normal[:, 2])
    by_superpoint = {
        "points": np.log(np.maximum(statistics.size, 1) / usual),
        "length": np.clip(np.log(long / _LONG), -3.0, 3.0),
        "linear": 1.0 - middle / long,
        "planar": (middle - thin) / long,
        "thickness": np.clip(np.log(thin / _THICK), -3.0, 3.0),
        "level": tilt * statistics.flat,
        "upright": (1.0 - tilt) * statistics.flat,
        "along_axes": np.abs(statistics.normal).max(axis=1) * statistics.flat,
    }
    return {name: values[candidates.superpoint] for name, values in by_superpoint.items()}


def box_traits(evidence: BoxEvidence, candidates: Candidates) -> dict[str, Float64]:
    """Sides of the box, how much of it others share, how full it is, and how much stands about unboxed."""
    boxes, size = evidence.boxes, evidence.size
    sides = np.sort(np.maximum((boxes.upper - boxes.lower).astype(np.float64), 1e-6), axis=1)
    clipped = np.asarray(np.clip(np.log(sides / size), -4.0, 2.0), np.float64)
    volume = np.maximum(boxes.volume.astype(np.float64), 1e-9)
    common = overlap_volumes(boxes)
    nested = common > _MOSTLY_INSIDE * volume[:, None]
    shared = np.asarray(np.clip(common.sum(axis=1) / volume, 0.0, 1.0), np.float64)
    holds = np.asarray(np.minimum(nested.sum(axis=0), _MANY) / _MANY, np.float64)
    within = np.asarray(nested.any(axis=1), np.float64)
    by_box = {
        "box_shortest": clipped[:, 0],
        "box_middle": clipped[:, 1],
        "box_longest": clipped[:, 2],
        "box_overlap": shared,
        "box_nested": within,
        "box_holds_boxes": holds,
    }
    everywhere = {
        "unboxed": np.full(len(candidates), min(evidence.unboxed, 0.3) / 0.1),
        "faces_reached": np.full(len(candidates), evidence.occupancy.faces_reached),
    }
    return {name: values[candidates.box] for name, values in by_box.items()} | everywhere
