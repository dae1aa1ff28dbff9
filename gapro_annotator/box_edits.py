"""What a gesture did to the boxes of a scan: the rows that it touched, before and after."""

from dataclasses import dataclass

import numpy as np

from gapro_annotator.arrays import Float32, Int32
from gapro_annotator.boxes import Boxes
from gapro_annotator.errors import InvalidValueError

NO_HEIR = -1
"""Nobody takes over the labels of boxes that were removed: the labeler decides anew."""


@dataclass(frozen=True, eq=False, slots=True)
class BoxEdit:
    """Boxes that were added, removed or changed.

    Parameters
    ----------
    before, after : Boxes
        The rows that were touched, by rising id: an id in `after` alone was added, in `before` alone removed, in both
        changed (corners or class).
    heir
        The box that takes over the labels of those that were removed, as in a merge; -1 none.
    """

    before: Boxes
    after: Boxes
    heir: int = NO_HEIR

    def __post_init__(self) -> None:
        if not len(self.before) and not len(self.after):
            raise InvalidValueError("an edit of boxes must name a box")
        for side in (self.before, self.after):
            if (np.diff(side.id) <= 0).any():
                raise InvalidValueError("an edit of boxes must name them by rising id")

    @property
    def added(self) -> Int32:
        """Ids of new boxes."""
        return np.setdiff1d(self.after.id, self.before.id).astype(np.int32)

    @property
    def removed(self) -> Int32:
        """Ids of boxes that are gone."""
        return np.setdiff1d(self.before.id, self.after.id).astype(np.int32)

    @property
    def ids(self) -> Int32:
        """Ids of all boxes that it touches."""
        return np.union1d(self.before.id, self.after.id).astype(np.int32)

    def inverse(self) -> "BoxEdit":
        """Return the edit that takes this one back."""
        return BoxEdit(self.after, self.before)

    def follows(self, boxes: Boxes) -> bool:
        """Whether the boxes hold the rows `before`, and none of those that it adds."""
        rows = boxes.row_of(self.before.id)
        if (rows < 0).any() or (boxes.row_of(self.added) >= 0).any():
            return False
        found = take(boxes, rows.tolist())
        return all(
            np.array_equal(getattr(found, name), getattr(self.before, name)) for name in ("class_id", "lower", "upper")
        )

    def apply(self, boxes: Boxes) -> Boxes:
        """Return the boxes after it.

        Rows that changed keep their place; added ones go before the first box with a greater id, so that the inverse
        restores the order of a table that was sorted.

        Raises
        ------
        InvalidValueError
            The edit does not follow from these boxes.
        """
        if not self.follows(boxes):
            raise InvalidValueError("an edit of boxes does not follow from the boxes that are there")
        parts: list[Boxes] = []
        waiting = self.added.tolist()
        after = {number: row for row, number in enumerate(self.after.id.tolist())}
        gone = set(self.removed.tolist())
        for row, number in enumerate(boxes.id.tolist()):
            while waiting and waiting[0] < number:
                parts.append(take(self.after, [after[waiting.pop(0)]]))
            if number in after:
                parts.append(take(self.after, [after[number]]))
            elif number not in gone:
                parts.append(take(boxes, [row]))
        parts += [take(self.after, [after[number]]) for number in waiting]
        return joined(parts)


def take(boxes: Boxes, rows: list[int]) -> Boxes:
    """Return these rows."""
    return Boxes(boxes.id[rows], boxes.class_id[rows], boxes.lower[rows], boxes.upper[rows])


def joined(parts: list[Boxes]) -> Boxes:
    """Return the rows of several tables one after another."""
    parts = [Boxes.empty(), *parts]
    return Boxes(
        np.concatenate([part.id for part in parts]),
        np.concatenate([part.class_id for part in parts]),
        np.concatenate([part.lower for part in parts]),
        np.concatenate([part.upper for part in parts]),
    )


def one_box(number: int, class_id: int, lower: Float32, upper: Float32) -> Boxes:
    """Return a table of one box; corners (3,) in metres, in any order."""
    corners = np.sort(np.stack([lower, upper]).astype(np.float32), axis=0)
    return Boxes(np.array([number], np.int32), np.array([class_id], np.int32), corners[:1].copy(), corners[1:].copy())
