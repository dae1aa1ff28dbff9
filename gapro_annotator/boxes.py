"""Axis-aligned boxes around the objects of one scan."""

from dataclasses import dataclass

import numpy as np

from gapro_annotator.arrays import Float32, Int32, Int64, check_array, check_finite, freeze
from gapro_annotator.errors import InvalidValueError

_TABLE = 1 << 20
"""Ids below this are looked up in a table."""


@dataclass(frozen=True, eq=False, slots=True)
class SortedPoints:
    """Points by rising x: boxes find theirs in a slab of them; sorted once where many boxes ask more than once.

    Parameters
    ----------
    row : (N,) int64
        Row in the scan.
    xyz : (3, N) float32
        The coordinates in this order, metres.
    """

    row: Int64
    xyz: Float32

    @classmethod
    def of(cls, xyz: Float32) -> "SortedPoints":
        """Sort points, (N, 3) float32."""
        row = np.argsort(xyz[:, 0], kind="stable")
        return cls(row, np.ascontiguousarray(xyz[row].T))


@dataclass(frozen=True, eq=False, slots=True)
class Boxes:
    """Axis-aligned boxes in the frame of their scan (relative to its origin).

    Parameters
    ----------
    id : (B,) int32
        One box = one object = one instance id. Distinct, not negative, stable for life, never reused.
    class_id : (B,) int32
        Ids of the project's class table.
    lower, upper : (B, 3) float32
        Corners in metres, lower <= upper. A point on a face counts as inside.
    """

    id: Int32
    class_id: Int32
    lower: Float32
    upper: Float32

    def __post_init__(self) -> None:
        rows = len(self.id)
        check_array("box id", self.id, np.int32, (rows,))
        check_array("box class_id", self.class_id, np.int32, (rows,))
        check_array("box lower", self.lower, np.float32, (rows, 3))
        check_array("box upper", self.upper, np.float32, (rows, 3))
        check_finite("box corners", np.stack([self.lower, self.upper]))
        if len(set(self.id.tolist())) != rows or (rows and self.id.min() < 0):
            raise InvalidValueError("box ids must be distinct and not negative")
        upside_down = np.flatnonzero((self.lower > self.upper).any(axis=1))
        if upside_down.size:
            raise InvalidValueError(f"box {self.id[upside_down[0]]}: its minimum lies above its maximum")
        freeze(self.id, self.class_id, self.lower, self.upper)

    @classmethod
    def empty(cls) -> "Boxes":
        """No boxes."""
        none = np.zeros(0, np.int32)
        return cls(none, none.copy(), np.zeros((0, 3), np.float32), np.zeros((0, 3), np.float32))

    def __len__(self) -> int:
        return len(self.id)

    @property
    def volume(self) -> Float32:
        """(B,) volumes in m³."""
        return np.prod(self.upper - self.lower, axis=1)

    def row_of(self, ids: Int32) -> Int64:
        """Rows of these box ids; -1 for ids that are no box (background among them)."""
        if not len(self):
            return np.full(np.shape(ids), -1, np.int64)
        highest = int(self.id.max())
        if highest < _TABLE and np.size(ids) > highest:
            table = np.full(highest + 2, -1, np.int64)
            table[self.id] = np.arange(len(self))
            known = (ids >= 0) & (ids <= highest)
            return table[np.where(known, ids, highest + 1)]
        order = np.argsort(self.id)
        place = np.minimum(np.searchsorted(self.id, ids, sorter=order), len(self) - 1)
        rows = order[place].astype(np.int64)
        return np.where(self.id[rows] == ids, rows, -1)

    def class_of(self, instance: Int32) -> Int32:
        """(N,) int32, the class id of each point's box; -1 for background."""
        if not len(self):
            return np.full(len(instance), -1, np.int32)
        rows = self.row_of(instance)
        return np.where(rows >= 0, self.class_id[rows], -1).astype(np.int32)

    def members(self, xyz: Float32 | SortedPoints, margin: float = 0.0) -> list[Int64]:
        """Rows of the points in each box, faces included.

        Parameters
        ----------
        xyz : (N, 3) float32 or SortedPoints
            Points in the boxes' frame, metres.
        margin
            Added on every side, metres.

        Returns
        -------
        list of (M_b,) int64
            One sorted array per box. No points × boxes matrix: memory follows the points that are inside.
        """
        points = xyz if isinstance(xyz, SortedPoints) else SortedPoints.of(xyz)
        x, y, z = points.xyz
        found: list[Int64] = []
        for lower, upper in zip(self.lower - np.float32(margin), self.upper + np.float32(margin), strict=True):
            slab = slice(np.searchsorted(x, lower[0], "left"), np.searchsorted(x, upper[0], "right"))
            inside = (y[slab] >= lower[1]) & (y[slab] <= upper[1]) & (z[slab] >= lower[2]) & (z[slab] <= upper[2])
            found.append(np.sort(points.row[slab][inside]))
        return found

    def count_per_point(self, xyz: Float32) -> Int32:
        """(N,) int32, in how many boxes each point lies."""
        count = np.zeros(len(xyz), np.int32)
        for rows in self.members(xyz):
            count[rows] += 1
        return count
