"""Pieces: the points of one superpoint that lie in the same boxes. What is decided is decided for a whole piece."""

from dataclasses import dataclass

import numpy as np

from gapro_annotator.arrays import Float64, Int32, Int64
from gapro_annotator.labeling.traits import Candidates

_MIX = (np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))
"""Constants of splitmix64 (Steele, Lea and Flood 2014)."""
_SUPERPOINTS = 1 << 40
"""Keeps the numbers of superpoints apart from those of candidates: equal ones would cancel."""


@dataclass(frozen=True, eq=False, slots=True)
class Pieces:
    """The points of a scan that lie in boxes, in P pieces.

    Parameters
    ----------
    of_point : (N,) int64
        Piece of each point, -1 where it lies in no box.
    superpoint, size : (P,) int64
        Whose piece it is, and its number of points.
    piece, row : (Q,) int64
        Which candidates hold each piece, sorted by piece; every piece has one or more.
    starts : (P,) int64
        First of them for each piece.
    """

    of_point: Int64
    superpoint: Int64
    size: Int64
    piece: Int64
    row: Int64
    starts: Int64

    def __len__(self) -> int:
        return len(self.size)

    def sums(self, values: Float64) -> Float64:
        """(P,) sums of the values (Q,) of each piece."""
        return np.add.reduceat(values, self.starts) if len(self) else np.zeros(0)

    def best(self, values: Float64) -> Int64:
        """(P,) which of the Q entries has the greatest value of its piece; of equals the first."""
        order = np.lexsort((-np.arange(len(values)), values, self.piece))
        return order[np.flatnonzero(np.diff(self.piece[order], append=-1))]


def pieces_of(superpoint: Int32, members: list[Int64], candidates: Candidates) -> Pieces:
    """Cut the superpoints along the faces of the boxes that they touch.

    Parameters
    ----------
    superpoint : (N,) int32
        Superpoint of each point.
    members : list of (M_b,) int64
        Rows of the points in each box.
    candidates
        Every superpoint with every box that it touches.
    """
    count = len(superpoint)
    mark = np.zeros(count, np.uint64)
    points: list[Int64] = [np.zeros(0, np.int64)]
    rows: list[Int64] = [np.zeros(0, np.int64)]
    by_box = np.argsort(candidates.box, kind="stable")
    ends = np.searchsorted(candidates.box[by_box], np.arange(len(members) + 1))
    row_of = np.full(candidates.count, -1, np.int64)
    for box, inside in enumerate(members):
        mine = by_box[ends[box] : ends[box + 1]]  # every superpoint in the box is among them
        row_of[candidates.superpoint[mine]] = mine
        row = row_of[superpoint[inside]]
        mark[inside] += _scrambled(row)
        points.append(inside)
        rows.append(row)
    asked = np.flatnonzero(mark)
    key = _scrambled(superpoint[asked].astype(np.int64) + _SUPERPOINTS) ^ mark[asked]
    _, first, which, size = np.unique(key, return_index=True, return_inverse=True, return_counts=True)
    of_point = np.full(count, -1, np.int64)
    of_point[asked] = which
    example = np.full(count, -1, np.int64)
    example[asked[first]] = np.arange(len(first))
    piece, row = example[np.concatenate(points)], np.concatenate(rows)
    shown = piece >= 0
    order = np.lexsort((row[shown], piece[shown]))
    piece, row = piece[shown][order], row[shown][order]
    starts = np.flatnonzero(np.diff(piece, prepend=-1))
    return Pieces(of_point, superpoint[asked[first]].astype(np.int64), size.astype(np.int64), piece, row, starts)


def _scrambled(number: Int64) -> np.ndarray:
    """Turn numbers into random-looking ones whose sums tell sets of them apart."""
    mixed = (number.astype(np.uint64) + np.uint64(1)) * _MIX[0]
    mixed = (mixed ^ (mixed >> np.uint64(30))) * _MIX[1]
    mixed = (mixed ^ (mixed >> np.uint64(27))) * _MIX[2]
    return mixed ^ (mixed >> np.uint64(31))
