"""Connected components of points that lie within a radius of each other, without a list of all such pairs."""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import KDTree

from gapro_annotator.arrays import Bool, Float64, Int64

_PRODUCT = 1_000_000
"""Distances that are computed at a time."""


def radius_components(xyz: Float64, radius: float, group: Int64) -> Int64:
    """Label the connected components of the graph that joins points of one group at most `radius` apart.

    What PointGroup grows point by point (breadth first) comes from cells here whose diagonal is the radius: points of
    a cell belong together, and cells that may touch are compared. Points that all voted for one centre fall into few
    cells, where a list of pairs would be quadratic.

    Parameters
    ----------
    xyz : (M, 3) float64
    radius
        Metres, above 0.
    group : (M,) int64
        From 0. Points of different groups are never joined.

    Returns
    -------
    (M,) int64
        0 and up, numbered by the first point of each component.
    """
    if not len(xyz):
        return np.zeros(0, np.int64)
    cells = _Cells.of(xyz, radius, group)
    first, second = cells.near.T
    apart = np.maximum(cells.lower[first] - cells.upper[second], cells.lower[second] - cells.upper[first])
    touching = _length(np.clip(apart, 0, None)) <= radius
    first, second = first[touching], second[touching]
    widest = np.maximum(cells.upper[first], cells.upper[second]) - np.minimum(cells.lower[first], cells.lower[second])
    sure = _length(widest) <= radius
    label = _components(len(cells.size), first[sure], second[sure])
    doubtful = np.column_stack([first[~sure], second[~sure]])
    label = _join(cells, doubtful, label, radius)[cells.of_point]
    _, start, place = np.unique(label, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(start))[place].astype(np.int64)


@dataclass(frozen=True, eq=False, slots=True)
class _Cells:
    """Occupied cells of a grid: points sorted by cell, and where each cell begins.

    `near` (P, 2) int64 are the pairs of cells that may hold points within the radius of each other.
    """

    xyz: Float64
    of_point: Int64
    start: Int64
    size: Int64
    lower: Float64
    upper: Float64
    near: Int64

    @classmethod
    def of(cls, xyz: Float64, radius: float, group: Int64) -> "_Cells":
        edge = radius / np.sqrt(3) * (1 - 1e-9)
        place = np.floor((xyz - xyz.min(axis=0)) / edge).astype(np.int64)
        # Two points within the radius are at most two cells apart along each axis; groups are ten apart.
        keys, of_point = np.unique(np.column_stack([group * 10, place]), axis=0, return_inverse=True)
        of_point = of_point.reshape(-1).astype(np.int64)
        size = np.bincount(of_point, minlength=len(keys)).astype(np.int64)
        start = np.cumsum(size) - size
        ordered = xyz[np.argsort(of_point, kind="stable")]
        near = KDTree(keys.astype(np.float64)).query_pairs(2.5, p=np.inf, output_type="ndarray")
        lower, upper = np.minimum.reduceat(ordered, start), np.maximum.reduceat(ordered, start)
        return cls(ordered, of_point, start, size, lower, upper, near.astype(np.int64).reshape(-1, 2))

    def points(self, cell: int) -> Float64:
        return self.xyz[self.start[cell] : self.start[cell] + self.size[cell]]


def _join(cells: _Cells, doubtful: Int64, label: Int64, radius: float) -> Int64:
    """Compare the points of cells that may touch, few points first, and only cells that are not joined yet."""
    work = cells.size[doubtful].prod(axis=1)
    order = np.argsort(work, kind="stable")
    doubtful, work = doubtful[order], work[order]
    while True:
        open_ = label[doubtful[:, 0]] != label[doubtful[:, 1]]
        doubtful, work = doubtful[open_], work[open_]
        if not len(doubtful):
            return label
        count = max(int(np.searchsorted(np.cumsum(work), _PRODUCT, side="right")), 1)
        now = doubtful[:count]
        linked = now[_within(cells, now, radius)]
        joined = _components(int(label.max()) + 1, label[linked[:, 0]], label[linked[:, 1]])
        label, doubtful, work = joined[label], doubtful[count:], work[count:]


def _within(cells: _Cells, pairs: Int64, radius: float) -> Bool:
    """(P,) bool: whether two cells hold points within the radius of each other."""
    sizes = cells.size[pairs]
    work = sizes.prod(axis=1)
    if len(pairs) == 1 and work[0] > _PRODUCT:
        tree = KDTree(cells.points(int(pairs[0, 0])))
        nearest = tree.query(cells.points(int(pairs[0, 1])))[0]
        return np.array([nearest.min() <= radius], np.bool_)
    start = np.cumsum(work) - work
    row = np.repeat(np.arange(len(pairs)), work)
    number = np.arange(len(row)) - start[row]
    one = cells.start[pairs[row, 0]] + number // sizes[row, 1]
    other = cells.start[pairs[row, 1]] + number % sizes[row, 1]
    return np.minimum.reduceat(_length(cells.xyz[one] - cells.xyz[other]), start) <= radius


def _length(vectors: Float64) -> Float64:
    return np.sqrt((vectors * vectors).sum(axis=1))


def _components(count: int, first: Int64, second: Int64) -> Int64:
    graph = coo_array((np.ones(len(first), np.bool_), (first, second)), shape=(count, count))
    return connected_components(graph, directed=False)[1].astype(np.int64)
