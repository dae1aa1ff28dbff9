"""Growing a selection over superpoints that touch it and look like it."""

from dataclasses import dataclass

import numpy as np

from gapro_annotator.arrays import Float64, Int64
from gapro_annotator.labeling.contacts import contacts_of
from gapro_annotator.labeling.superpoint_statistics import superpoint_statistics
from gapro_annotator.scan import Scan

ALIKE = 0.35
"""From this likeness on (0..1, by colour and orientation) a neighbour is taken."""


@dataclass(frozen=True, eq=False, slots=True)
class Neighbours:
    """Which superpoints touch, from either side, and how alike they are.

    Parameters
    ----------
    superpoint : (N,) int32
        Of each point.
    one, other : (E,) int64
        Superpoints that touch.
    alike : (E,) float64
        0 (nothing in common) to 1.
    """

    superpoint: Int64
    one: Int64
    other: Int64
    alike: Float64

    def grown(self, points: Int64) -> Int64:
        """(M,) int64, these rows and those of the touching superpoints that look like theirs.

        Where none is like enough, the most alike one comes in, so that asking again always grows; where nothing
        touches, the rows are what they were.
        """
        if not len(points):
            return points
        inside = np.zeros(int(self.superpoint.max()) + 1, np.bool_)
        inside[self.superpoint[points]] = True
        border = np.flatnonzero(inside[self.one] & ~inside[self.other])
        if not len(border):
            return points
        taken = border[self.alike[border] >= min(ALIKE, float(self.alike[border].max()))]
        new = np.zeros(len(inside), np.bool_)
        new[self.other[taken]] = True
        return np.union1d(points, np.flatnonzero(new[self.superpoint]))

    def shrunk(self, points: Int64) -> Int64:
        """(M,) int64, these rows without the superpoints at the border of what they cover."""
        if not len(points):
            return points
        inside = np.zeros(int(self.superpoint.max()) + 1, np.bool_)
        inside[self.superpoint[points]] = True
        outer = np.zeros(len(inside), np.bool_)
        outer[self.one[inside[self.one] & ~inside[self.other]]] = True
        return points[~outer[self.superpoint[points]]]


def neighbours_of(scan: Scan, spacing: float) -> Neighbours:
    """Find which superpoints of a scan touch; `spacing` is the usual distance of its points, metres."""
    contacts = contacts_of(scan.xyz, scan.superpoint, spacing, superpoint_statistics(scan))
    one, other, weight, alike = contacts.both_ways()
    return Neighbours(scan.superpoint.astype(np.int64), one, other, alike / np.maximum(weight, 1.0))


class Growth:
    """The sizes that a selection grew through, so that shrinking goes back the same way.

    Parameters
    ----------
    neighbours
        Of the scan's superpoints.
    """

    def __init__(self, neighbours: Neighbours) -> None:
        self._neighbours = neighbours
        self._before: list[Int64] = []
        self._now: Int64 | None = None

    def grow(self, points: Int64) -> Int64:
        """(M,) int64, a larger selection, or the same where nothing touches it."""
        if not self._is_now(points):
            self._before.clear()
        larger = self._neighbours.grown(points)
        if len(larger) > len(points):
            self._before.append(points)
            self._now = larger
        return larger

    def shrink(self, points: Int64) -> Int64:
        """(M,) int64, what it was before it grew; otherwise without the superpoints at its border."""
        if self._before and self._is_now(points):
            self._now = self._before.pop()
            return self._now
        smaller = self._neighbours.shrunk(points)
        return smaller if len(smaller) else points

    def _is_now(self, points: Int64) -> bool:
        return self._now is not None and np.array_equal(points, self._now)
