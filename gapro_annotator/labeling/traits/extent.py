"""How far a superpoint fills its box and reaches its faces: each face of a tight box is reached by the object."""

import numpy as np

from gapro_annotator.arrays import Float64
from gapro_annotator.labeling.evidence import BoxEvidence
from gapro_annotator.labeling.traits.candidates import Candidates

_REACH = 0.03
"""A face is reached from this near on; metres in a room."""
_INSIDE = 0.5
"""Superpoints with this share inside count among those that reach a face."""
_CRUMB = 20.0
"""Points: below, the logarithm of a number of points is about linear."""


def extent_traits(evidence: BoxEvidence, candidates: Candidates) -> dict[str, Float64]:
    """Part of what the box holds, faces reached, by it alone or among others, and how far it sticks out."""
    statistics, boxes, size = evidence.of_scan.statistics, evidence.boxes, evidence.size
    superpoint, box = candidates.superpoint, candidates.box
    lower, upper = boxes.lower[box].astype(np.float64), boxes.upper[box].astype(np.float64)
    sides = np.maximum(upper - lower, 1e-6)
    inside = candidates.share * statistics.size[superpoint]
    content = np.bincount(box, inside, len(boxes))
    low, high = np.maximum(statistics.lower[superpoint], lower), np.minimum(statistics.upper[superpoint], upper)
    reached = np.concatenate([low <= lower + _REACH * size, high >= upper - _REACH * size], axis=1).astype(np.float64)
    counts = candidates.share >= _INSIDE
    reaching = np.zeros((len(boxes), 6))
    np.add.at(reaching, box[counts], reached[counts])
    alone = reached / np.maximum(reaching[box], 1.0)
    below = np.maximum(lower - statistics.lower[superpoint], 0.0) / size
    above = np.maximum(statistics.upper[superpoint] - upper, 0.0) / size
    fills = np.sort((high - low) / sides, axis=1)
    return {
        "part": np.clip(np.log(inside / np.maximum(content[box], 1.0) + 1e-4), -7.0, 0.0),
        "points_outside": np.log1p((statistics.size[superpoint] - inside) / _CRUMB),
        "points_inside": np.log1p(inside / _CRUMB),
        "faces": reached.sum(axis=1) / 6,
        "faces_alone": np.minimum(alone.sum(axis=1), 6.0) / 6,
        "side_faces_alone": np.minimum(alone[:, [0, 1, 3, 4]].sum(axis=1), 4.0) / 4,
        "fills_most": fills[:, 2],
        "fills_least": fills[:, 0],
        "fills_middle": fills[:, 1],
        "out_sideways": np.clip(np.maximum(below[:, :2], above[:, :2]).max(axis=1), 0.0, 0.5),
        "out_below": np.clip(below[:, 2], 0.0, 0.5),
        "out_above": np.clip(above[:, 2], 0.0, 0.5),
    }
