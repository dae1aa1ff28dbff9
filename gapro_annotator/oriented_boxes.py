"""Boxes as their source turned them: kept for those who want them back, while labels come from their hulls."""

from dataclasses import dataclass

import numpy as np

from gapro_annotator.arrays import Bool, Float32, Int32, check_array, check_finite, freeze
from gapro_annotator.boxes import Boxes
from gapro_annotator.errors import InvalidValueError

_SIGNS = np.array([[x, y, z] for x in (-0.5, 0.5) for y in (-0.5, 0.5) for z in (-0.5, 0.5)], np.float32)
_SAME = 2e-3
"""Metres: a hull further from its box belongs to a box that was moved since."""


@dataclass(frozen=True, eq=False, slots=True)
class OrientedBoxes:
    """Turned boxes in the frame of their scan (relative to its origin).

    Parameters
    ----------
    id : (K,) int32
        The boxes that they are the turned form of; boxes that stand straight are not among them.
    center, size : (K, 3) float32
        Metres; sizes are full lengths along the box's own axes.
    turn : (K, 3, 3) float32
        Rotation; its columns are the box's axes.
    """

    id: Int32
    center: Float32
    size: Float32
    turn: Float32

    def __post_init__(self) -> None:
        rows = len(self.id)
        check_array("oriented box id", self.id, np.int32, (rows,))
        check_array("oriented box center", self.center, np.float32, (rows, 3))
        check_array("oriented box size", self.size, np.float32, (rows, 3))
        check_array("oriented box turn", self.turn, np.float32, (rows, 3, 3))
        for name in ("center", "size", "turn"):
            check_finite(f"oriented box {name}", getattr(self, name))
        if len(set(self.id.tolist())) != rows or (rows and (self.id.min() < 0 or self.size.min() < 0)):
            raise InvalidValueError("oriented boxes must have distinct ids and no negative size")
        off = np.abs(np.swapaxes(self.turn, 1, 2) @ self.turn - np.eye(3, dtype=np.float32)).max(initial=0)
        if off > 1e-3:
            raise InvalidValueError(f"the turn of an oriented box is no rotation: off by {off:.3g}")
        freeze(self.id, self.center, self.size, self.turn)

    def __len__(self) -> int:
        return len(self.id)

    def hulls(self) -> tuple[Float32, Float32]:
        """Lower and upper corners, (K, 3) each, of the axis-aligned boxes around them."""
        corners = self.center[:, None] + (_SIGNS * self.size[:, None]) @ np.swapaxes(self.turn, 1, 2)
        return corners.min(axis=1), corners.max(axis=1)

    def holds(self, boxes: Boxes) -> Bool:
        """(K,) whether the box of this id is there and still where it was imported."""
        row = boxes.row_of(self.id)
        lower, upper = self.hulls()
        same = np.zeros(len(self), bool)
        known = np.flatnonzero(row >= 0)
        for mine, theirs in ((lower, boxes.lower), (upper, boxes.upper)):
            near = np.abs(mine[known] - theirs[row[known]]).max(axis=1, initial=0) <= _SAME
            same[known] = near if mine is lower else same[known] & near
        return same
