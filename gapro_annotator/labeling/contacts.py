"""Which superpoints touch, and how strongly: the edges that a border of an object may run along."""

from dataclasses import dataclass

import numpy as np

from gapro_annotator.arrays import Float32, Float64, Int32, Int64
from gapro_annotator.labeling.superpoint_statistics import SuperpointStatistics

_VOXEL = 2.5
"""Edge of the voxels whose neighbours count as touching, in point spacings: bridges the gaps of a usual cloud."""
_COLOR = 0.15
_TURN = 0.4
"""Differences of colour (-1..1) and orientation at which a contact counts little for likeness."""
_MOST_CODES = 2.0**62
_STRANGE = 1e-3
"""What is left of a contact between superpoints that look nothing alike."""


@dataclass(frozen=True, eq=False, slots=True)
class Contacts:
    """Pairs of touching superpoints, each pair once.

    Parameters
    ----------
    first, second : (E,) int64
        Superpoints, first < second.
    weight : (E,) float64
        How many pairs of neighbouring voxels are theirs, a voxel that both lie in counted twice: grows with the length
        of the border.
    alike : (E,) float64
        The same, less where colour or orientation differ.
    """

    first: Int64
    second: Int64
    weight: Float64
    alike: Float64

    def both_ways(self) -> tuple[Int64, Int64, Float64, Float64]:
        """Each contact from either side: superpoint, other, weight, alike; (2E,)."""
        one = np.concatenate([self.first, self.second])
        other = np.concatenate([self.second, self.first])
        return one, other, np.tile(self.weight, 2), np.tile(self.alike, 2)


def contacts_of(xyz: Float32, superpoint: Int32, spacing: float, statistics: SuperpointStatistics) -> Contacts:
    """Find the superpoints that share a voxel or lie in neighbouring ones.

    Parameters
    ----------
    xyz : (N, 3) float32
    superpoint : (N,) int32
    spacing
        Usual distance of neighbouring points, metres.
    statistics
        Of the superpoints, for their colour and orientation.
    """
    count = len(statistics)
    if not count:
        none = np.zeros(0, np.int64)
        return Contacts(none, none, np.zeros(0), np.zeros(0))
    voxel, occupant, stride = _occupied(xyz, superpoint, _VOXEL * spacing, count)
    starts = np.flatnonzero(np.diff(voxel, prepend=-1))
    filled, occupants = voxel[starts], np.diff(np.append(starts, len(voxel)))
    found: list[Int64] = []
    for step in _half_neighbourhood(stride):
        place = np.minimum(np.searchsorted(filled, filled + step), len(filled) - 1)
        here = np.flatnonzero(filled[place] == filled + step)
        found.append(_met(occupant, (starts, occupants), here, place[here], count))
    pair, weight = np.unique(np.concatenate(found), return_counts=True)
    first, second = pair // count, pair % count
    alike = weight * (_likeness(statistics, first, second) + _STRANGE)
    return Contacts(first, second, weight.astype(np.float64), alike)


def _occupied(xyz: Float32, superpoint: Int32, edge: float, count: int) -> tuple[Int64, Int64, tuple[int, int]]:
    """Return each voxel with each superpoint in it, sorted by voxel, and how far y and x neighbours are apart."""
    # Rounded from the middle out, so that a turn of the scan by 90 degrees turns the grid with it.
    middle = (xyz.min(axis=0).astype(np.float64) + xyz.max(axis=0)) / 2
    cell = np.rint((xyz - middle) / edge).astype(np.int64)
    cell += 1 - cell.min(axis=0)
    if np.prod(cell.max(axis=0) + 2.0) * count > _MOST_CODES:
        cell = np.stack([_without_gaps(axis) for axis in cell.T], axis=1)
    extent = cell.max(axis=0) + 2
    stride = (int(extent[1] * extent[2]), int(extent[2]))
    number = cell[:, 0] * stride[0] + cell[:, 1] * stride[1] + cell[:, 2]
    code = np.unique(number * count + superpoint)
    return code // count, code % count, stride


def _without_gaps(cell: Int64) -> Int64:
    """Number the cells of one axis anew: neighbours stay neighbours, wide gaps become narrow."""
    filled, which = np.unique(cell, return_inverse=True)
    renumbered: Int64 = np.cumsum(np.minimum(np.diff(filled, prepend=filled[0] - 1), 2))
    return renumbered[which]


def _half_neighbourhood(stride: tuple[int, int]) -> list[int]:
    """The voxel itself and 13 of its 26 neighbours, so that each pair of voxels meets once."""
    steps = [(x, y, z) for x in (-1, 0, 1) for y in (-1, 0, 1) for z in (-1, 0, 1)]
    return [x * stride[0] + y * stride[1] + z for x, y, z in steps if (x, y, z) >= (0, 0, 0)]


def _met(occupant: Int64, voxels: tuple[Int64, Int64], here: Int64, there: Int64, count: int) -> Int64:
    """Each occupant of the voxels `here` with each of the voxels `there`, as one code with the smaller first.

    `voxels`: the first occupant of each voxel, and how many it has.
    """
    starts, occupants = voxels
    meetings = occupants[here] * occupants[there]
    serial = np.arange(meetings.sum()) - np.repeat(np.cumsum(meetings) - meetings, meetings)
    across = np.repeat(occupants[there], meetings)
    one = occupant[np.repeat(starts[here], meetings) + serial // across]
    other = occupant[np.repeat(starts[there], meetings) + serial % across]
    apart = one != other
    code: Int64 = (np.minimum(one, other) * count + np.maximum(one, other))[apart]
    return code


def _likeness(statistics: SuperpointStatistics, first: Int64, second: Int64) -> Float64:
    orientation = statistics.orientation
    exponent = ((orientation[first] - orientation[second]) ** 2).sum(axis=1) / (2 * _TURN**2)
    if statistics.color is not None:
        exponent += ((statistics.color[first] - statistics.color[second]) ** 2).sum(axis=1) / (2 * _COLOR**2)
    likeness: Float64 = np.exp(-exponent)
    return likeness
