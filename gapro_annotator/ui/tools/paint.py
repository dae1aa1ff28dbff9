"""Superpoint paint: a click or a drag gives whole superpoints to the target."""

from typing import ClassVar

import numpy as np
from PySide6.QtCore import Qt

from gapro_annotator.arrays import Float64, Int64
from gapro_annotator.ui.tools.stroke import StrokeTool
from gapro_annotator.ui.tools.tool import Pointer
from gapro_annotator.ui.view.picture import Picture


class PaintTool(StrokeTool):
    """Takes every superpoint that the cursor passes over."""

    id: ClassVar[str] = "paint"
    name: ClassVar[str] = "Paint"
    short: ClassVar[str] = "Paint"
    key: ClassVar[str] = "Q"
    tooltip: ClassVar[str] = "A click or a drag gives the superpoints under it to the target, as one undo"
    cursor: ClassVar[Qt.CursorShape] = Qt.CursorShape.PointingHandCursor
    _count = 0

    @property
    def asked(self) -> bool:
        """A click on one superpoint means that one, whoever labelled it; a drag may pass over some by chance."""
        return self._count == 1

    def hint(self, target: str) -> str:
        """Say what it will do."""
        return f"Paint: click or drag gives superpoints to {target}"

    def press(self, pointer: Pointer) -> None:
        """Begin anew."""
        self._count = 0
        super().press(pointer)

    def touched(self, picture: Picture, places: Float64) -> Int64:
        """Whole superpoints that are not taken yet."""
        found: dict[int, Int64] = {}
        for x, y in places.tolist():
            row = picture.row_at(x, y)
            if row >= 0 and not self.is_covered(row):
                points = self.stage.superpoint_at(row)
                if len(points):
                    found.setdefault(int(points[0]), points)
        self._count += len(found)
        return np.concatenate([*found.values(), np.zeros(0, np.int64)])
