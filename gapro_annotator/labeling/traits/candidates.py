"""The pairs of a superpoint and a box that are asked about."""

from dataclasses import dataclass

import numpy as np

from gapro_annotator.arrays import Float64, Int64
from gapro_annotator.boxes import Boxes
from gapro_annotator.labeling.occupancy import Occupancy


@dataclass(frozen=True, eq=False, slots=True)
class Candidates:
    """Superpoints with each box that they may belong to: R rows, sorted by superpoint, then box.

    Parameters
    ----------
    superpoint, box : (R,) int64
        A superpoint, and the row of a box.
    share : (R,) float64
        Share of the superpoint's points that lie in the box.
    count
        S, the number of superpoints of the scan.
    """

    superpoint: Int64
    box: Int64
    share: Float64
    count: int

    def __len__(self) -> int:
        return len(self.superpoint)

    @property
    def code(self) -> Int64:
        """(R,) sorted numbers that name superpoint and box."""
        return self.superpoint * (int(self.box.max(initial=0)) + 1) + self.box

    def rows_of(self, superpoint: Int64, box: Int64) -> Int64:
        """Row of each of these pairs; -1 where a pair is none of the candidates."""
        if not len(self):
            return np.full(len(superpoint), -1, np.int64)
        code, wanted = self.code, superpoint * (int(self.box.max(initial=0)) + 1) + box
        place = np.minimum(np.searchsorted(code, wanted), len(code) - 1)
        fits = (code[place] == wanted) & (box <= self.box.max(initial=0))
        return np.where(fits, place, -1)

    def best_other(self, values: Float64, among: np.ndarray | None = None) -> Float64:
        """(R,) greatest of the values that the other rows of the same superpoint have; -inf where there is no other.

        `among`: (R,) bool, rows that count as others.
        """
        counted = values if among is None else np.where(among, values, -np.inf)
        order = np.lexsort((-counted, self.superpoint))
        first = order[np.flatnonzero(np.diff(self.superpoint[order], prepend=-1))]
        best = np.full(self.count, -np.inf)
        best[self.superpoint[first]] = counted[first]
        holder = np.full(self.count, -1, np.int64)
        holder[self.superpoint[first]] = first
        rest = counted.copy()
        rest[first] = -np.inf
        second = np.full(self.count, -np.inf)
        np.maximum.at(second, self.superpoint, rest)
        is_holder = holder[self.superpoint] == np.arange(len(self))
        return np.where(is_holder, second[self.superpoint], best[self.superpoint])


def candidates_of(occupancy: Occupancy, count: int) -> Candidates:
    """List the boxes that hold any point of a superpoint: each is a question. `count`: number of superpoints."""
    return Candidates(occupancy.superpoint, occupancy.box, occupancy.share, count)


def overlap_volumes(boxes: Boxes) -> Float64:
    """(B, B) common volume of each two boxes in m³, 0 on the diagonal."""
    lower, upper = boxes.lower.astype(np.float64), boxes.upper.astype(np.float64)
    common = np.minimum(upper[:, None], upper[None]) - np.maximum(lower[:, None], lower[None])
    volume: Float64 = np.prod(np.maximum(common, 0.0), axis=2)
    np.fill_diagonal(volume, 0.0)
    return volume
