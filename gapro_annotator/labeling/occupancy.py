"""Which superpoints lie in which boxes, and by how much."""

from dataclasses import dataclass

import numpy as np

from gapro_annotator.arrays import Float64, Int64
from gapro_annotator.boxes import Boxes, SortedPoints
from gapro_annotator.labeling.superpoint_statistics import SuperpointStatistics
from gapro_annotator.scan import Scan

USUAL_THRESHOLD = 0.8
"""A superpoint counts as inside a box from this share of its points on: boxes of people are centimetres off."""
EXACT_THRESHOLD = 0.999
"""The same where boxes and superpoints are exact, as on ScanNet's meshes; ruinous anywhere else."""
EXACT_FACES = 0.98
"""Share of reached box faces from which on boxes and superpoints are taken as exact."""
_FACE_TOLERANCE = 0.25
"""How close to a face counts as reaching it, in point spacings: superpoints that cross a face stop farther away."""


@dataclass(frozen=True, eq=False, slots=True)
class Occupancy:
    """The share of each superpoint that lies in each box that it touches, as sparse rows sorted by superpoint.

    Parameters
    ----------
    superpoint, box : (M,) int64
        A superpoint and the row of a box that holds at least one of its points.
    share : (M,) float64
        Share of the superpoint's points in the box, 0..1.
    faces_reached : float
        The label-free test: share of box faces that wholly-inside superpoints reach.
    threshold : float
        From this share on, a superpoint counts as inside.
    members : list of (M_b,) int64
        Rows of the points in each box.
    rank : (B,) int64
        Order of the boxes by volume, then id: ties between boxes must not follow the order of their rows.
    """

    superpoint: Int64
    box: Int64
    share: Float64
    faces_reached: float
    threshold: float
    members: list[Int64]
    rank: Int64

    def smallest_box(self, points: int) -> Int64:
        """(N,) row of the smallest box that holds each point; -1: none."""
        box = np.full(points, -1, np.int64)
        for row in np.argsort(-self.rank).tolist():
            box[self.members[row]] = row
        return box

    def shared_points(self, points: int) -> int:
        """Return how many of the points lie in two or more boxes."""
        count = np.zeros(points, np.int32)
        for rows in self.members:
            count[rows] += 1
        return int((count >= 2).sum())


def occupancy_of(
    scan: Scan, boxes: Boxes, statistics: SuperpointStatistics, spacing: float, points: SortedPoints | None = None
) -> Occupancy:
    """Count the points of each superpoint in each box and choose the threshold.

    `spacing` is the usual distance of neighbouring points in metres; `points` are the scan's, where they are sorted.
    """
    members = boxes.members(scan.xyz if points is None else points)
    touched, touching, inside = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for row, rows in enumerate(members):
        count = np.bincount(scan.superpoint[rows], minlength=len(statistics))
        superpoints = np.flatnonzero(count)
        touched.append(superpoints)
        touching.append(np.full(len(superpoints), row, np.int64))
        inside.append(count[superpoints])
    superpoint, box = np.concatenate(touched), np.concatenate(touching)
    order = np.lexsort((box, superpoint))
    superpoint, box = superpoint[order], box[order]
    share = np.concatenate(inside)[order] / statistics.size[superpoint] if len(superpoint) else np.zeros(0)
    filled = np.array([len(rows) > 0 for rows in members], bool)
    whole = share >= EXACT_THRESHOLD
    reached = _faces_reached(boxes, statistics, superpoint[whole], box[whole], _FACE_TOLERANCE * spacing)[filled]
    faces = float(reached.mean()) if reached.size else 0.0
    threshold = EXACT_THRESHOLD if faces >= EXACT_FACES else USUAL_THRESHOLD
    rank = np.empty(len(boxes), np.int64)
    rank[np.lexsort((boxes.id, boxes.volume))] = np.arange(len(boxes))
    return Occupancy(superpoint, box, share, faces, threshold, members, rank)


def _faces_reached(
    boxes: Boxes, statistics: SuperpointStatistics, superpoint: Int64, box: Int64, tolerance: float
) -> np.ndarray:
    """(B, 6) bool, which faces the given superpoints reach within `tolerance` metres."""
    low = np.full((len(boxes), 3), np.inf)
    high = np.full((len(boxes), 3), -np.inf)
    np.minimum.at(low, box, statistics.lower[superpoint])
    np.maximum.at(high, box, statistics.upper[superpoint])
    return np.concatenate([low <= boxes.lower + tolerance, high >= boxes.upper - tolerance], axis=1)
