"""A stroke: points are gathered while the mouse moves, and go to the target when it is let go."""

from abc import abstractmethod
from typing import ClassVar

import numpy as np

from gapro_annotator.arrays import Bool, Float64, Int64
from gapro_annotator.ui.tools.tool import Pointer, Selection, Stage, Tool, path_between
from gapro_annotator.ui.view.picture import Picture


class StrokeTool(Tool):
    """Marks what it passes over; one stroke is one edit."""

    paints: ClassVar[bool] = True

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage)
        self._picture: Picture | None = None
        self._covered: Bool | None = None
        self._last: Pointer | None = None

    @abstractmethod
    def touched(self, picture: Picture, places: Float64) -> Int64:
        """(M,) int64, rows that the tool takes on its way over these places (K, 2), logical pixels."""

    @property
    def asked(self) -> bool:
        """Whether the stroke pointed at just one thing."""
        return False

    def press(self, pointer: Pointer) -> None:
        """Begin with what is under the cursor."""
        self._picture = self.stage.picture()
        if self._picture is not None:
            self._covered = np.zeros(len(self._picture.seen), np.bool_)
            self._last = pointer
            self._take(np.array([[pointer.x, pointer.y]]))

    def move(self, pointer: Pointer) -> None:
        """Take what lies on the way."""
        if self._last is not None:
            self._take(path_between(self._last, pointer))
            self._last = pointer

    def release(self, pointer: Pointer) -> Selection | None:
        """Give all of it to the target."""
        self.move(pointer)
        covered, asked = self._covered, self.asked
        self.leave()
        if covered is None or not covered.any():
            return None
        return Selection(np.flatnonzero(covered), gives=True, asked=asked)

    def leave(self) -> None:
        """Forget the stroke."""
        super().leave()
        self._picture = self._covered = self._last = None

    def is_covered(self, row: int) -> bool:
        """Whether the stroke has this point already."""
        return self._covered is not None and bool(self._covered[row])

    def _take(self, places: Float64) -> None:
        if self._picture is None or self._covered is None:
            return
        rows = self.touched(self._picture, places)
        rows = rows[~self._covered[rows]]
        if len(rows):
            self._covered[rows] = True
            self.stage.sketch.mark(self._picture.seen[rows, :2], self.stage.color())
