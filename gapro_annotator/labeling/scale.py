"""The lengths that a scan's tolerances follow: a room is scanned in centimetres, a table top in millimetres."""

from dataclasses import dataclass

import numpy as np
from scipy.spatial import KDTree

from gapro_annotator.arrays import Float32
from gapro_annotator.boxes import Boxes

_SAMPLE = 2000
_ROOM_OBJECT = 0.9
"""Longest side in metres of the larger objects of a room: what the tolerances were chosen for."""


@dataclass(frozen=True, slots=True)
class Scale:
    """Lengths of one scan.

    Parameters
    ----------
    spacing
        Usual distance of neighbouring points, metres.
    size
        Size of the objects against those of a room: about 1 in rooms, 0.25 on table tops, never more than 1.
    """

    spacing: float
    size: float


def scale_of(xyz: Float32, boxes: Boxes) -> Scale:
    """Measure the spacing on a sample of the points, and the size of the objects on their boxes."""
    sides = (boxes.upper - boxes.lower).max(axis=1) if len(boxes) else np.array([_ROOM_OBJECT])
    size = float(np.clip(np.percentile(sides, 75) / _ROOM_OBJECT, 1e-3, 1.0))
    if len(xyz) < 5:
        return Scale(0.02 * size, size)
    sample = xyz[:: max(1, len(xyz) // _SAMPLE)]
    distance = KDTree(xyz, balanced_tree=False, compact_nodes=False).query(sample, k=5)[0]
    spacing = float(np.median(distance[:, 4]))
    return Scale(spacing if spacing > 0 else 0.02 * size, size)
