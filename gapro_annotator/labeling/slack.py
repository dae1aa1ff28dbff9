"""How far off the boxes are, measured without labels: people's boxes cut objects by centimetres."""

from dataclasses import replace

import numpy as np

from gapro_annotator.boxes import Boxes
from gapro_annotator.labeling.occupancy import Occupancy
from gapro_annotator.labeling.superpoint_statistics import SuperpointStatistics

_MOSTLY = 0.7
"""A superpoint with this share inside a box tells where the object ends; others cross the face on their own."""
_FARTHEST = 0.1
"""Gaps beyond this say nothing of the box: the face is reached by nothing, or crossed by a wall. Metres in a room."""
_LEAST = 4e-3
"""Boxes that are less than this off are taken as they are; metres in a room."""
_NORMAL = 0.6745
"""Median distance from the mean of a normal distribution, in standard deviations."""


def box_error(boxes: Boxes, statistics: SuperpointStatistics, occupancy: Occupancy, size: float) -> float:
    """Estimate the standard deviation in metres by which the boxes' faces miss their objects.

    From the lower quartile, over the faces of all boxes, of how far the outermost superpoint that lies mostly inside
    reaches beyond the face (negative: stays behind it). Superpoints that reach far beyond a face do not count, nor do
    faces that nothing comes near. Exact boxes give 0 where all but a quarter of their faces are reached, whatever
    crosses them.

    Parameters
    ----------
    boxes, statistics, occupancy
        What lies where.
    size
        The scan's size against a room (`scale.size_of`).
    """
    mostly = occupancy.share >= _MOSTLY
    superpoint, box = occupancy.superpoint[mostly], occupancy.box[mostly]
    beyond = np.concatenate(
        [boxes.lower[box] - statistics.lower[superpoint], statistics.upper[superpoint] - boxes.upper[box]], axis=1
    )
    beyond[beyond > _FARTHEST * size] = -np.inf
    gap = np.full((len(boxes), 6), -np.inf)
    np.maximum.at(gap, box, beyond)
    reached = gap[gap > -_FARTHEST * size]
    # A quarter of normal errors lies below -0.67 deviations. Only faces that nothing reaches tell of the box: beyond it
    # superpoints reach on their own, where they run on into the table below.
    error = -float(np.quantile(reached, 0.25)) / _NORMAL if reached.size else 0.0
    return error if error >= _LEAST * size else 0.0


def loosened(boxes: Boxes, slack: float) -> Boxes:
    """Return the boxes, larger by `slack` metres on every side."""
    margin = np.float32(slack)
    return replace(boxes, lower=boxes.lower - margin, upper=boxes.upper + margin) if slack > 0 else boxes
