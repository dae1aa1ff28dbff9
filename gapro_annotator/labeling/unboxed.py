"""How much stands about without a box: it tells whether every thing has one, or only the furniture."""

import numpy as np

from gapro_annotator.arrays import Bool, Float64
from gapro_annotator.boxes import Boxes
from gapro_annotator.labeling.occupancy import Occupancy
from gapro_annotator.labeling.superpoint_statistics import SuperpointStatistics

MUCH = 0.06
"""As much as where only furniture has boxes."""
_WHOLLY = 0.99
_FULL = 0.5
"""Boxes whose volumes sum up to more of the space that they span leave too little room between them."""


def unboxed_share(
    boxes: Boxes, statistics: SuperpointStatistics, occupancy: Occupancy, outside: Float64, structure: Bool
) -> float:
    """Say how much stands unboxed among the boxes, against what lies in them; floor and walls count as neither.

    What lies unboxed between the boxes lies unboxed in them, too. Boxes with little room between them tell nothing and
    count as furniture's.

    Parameters
    ----------
    boxes, statistics, occupancy
        What lies where.
    outside : (S,) float64
        Share of each superpoint that lies in no box.
    structure : (S,) bool
        Superpoints in a floor, wall or ceiling.
    """
    inside = np.zeros(len(statistics), bool)
    inside[occupancy.superpoint[occupancy.share >= occupancy.threshold]] = True
    boxed = float(statistics.size[inside & ~structure].sum())
    if not boxed:
        return MUCH
    lower, upper = boxes.lower.min(axis=0), boxes.upper.max(axis=0)
    if boxes.volume.sum() > _FULL * np.prod(upper - lower):
        return MUCH
    among = ((statistics.center >= lower) & (statistics.center <= upper)).all(axis=1)
    return float(statistics.size[among & (outside > _WHOLLY) & ~structure].sum()) / boxed
