"""The lengths that a scan's tolerances follow: a room is scanned in centimetres, a table top in millimetres."""

import numpy as np
from scipy.spatial import KDTree

from gapro_annotator.arrays import Float32
from gapro_annotator.boxes import Boxes

_SAMPLE = 2000
_ROOM_OBJECT = 0.9
"""Longest side in metres of the larger objects of a room: what the tolerances were chosen for."""
_USUAL_SPACING = 0.02
"""Metres; for scans of which nothing can be measured."""


def size_of(boxes: Boxes) -> float:
    """Measure the size of the objects against those of a room: 1 in rooms, 0.25 on table tops, never more than 1."""
    sides = (boxes.upper - boxes.lower).max(axis=1) if len(boxes) else np.array([_ROOM_OBJECT])
    return float(np.clip(np.percentile(sides, 75) / _ROOM_OBJECT, 1e-3, 1.0))


def spacing_of(xyz: Float32) -> float:
    """Measure the usual distance of neighbouring points in metres, on a sample of them."""
    if len(xyz) < 5:
        return _USUAL_SPACING
    # Every so many-th by the distance from the middle: the sample must not follow the order of the points or the axes.
    middle = (xyz.min(axis=0).astype(np.float64) + xyz.max(axis=0)) / 2
    order = np.argsort(np.sort((xyz - middle) ** 2, axis=1).sum(axis=1), kind="stable")
    sample = xyz[order[:: max(1, len(xyz) // _SAMPLE)]]
    distance = KDTree(xyz, balanced_tree=False, compact_nodes=False).query(sample, k=5)[0]
    spacing = float(np.median(distance[:, 4]))
    return float(f"{spacing:.3g}") if spacing > 0 else _USUAL_SPACING  # rounded: a moved scan keeps its spacing
