"""An outline drawn on the picture selects the points in it; a click selects a superpoint."""

from abc import abstractmethod

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QImage, QPainter, QPainterPath, QPolygonF

from gapro_annotator.arrays import UInt8
from gapro_annotator.ui.tools.tool import STILL, Combine, Pointer, Selection, Stage, Tool


class AreaTool(Tool):
    """Lasso and rectangle; they differ in the outline that a path of the mouse makes."""

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage)
        self._path: list[Pointer] = []

    @abstractmethod
    def corners(self, path: list[QPointF]) -> list[QPointF]:
        """Return the outline that belongs to a path."""

    def hint(self, target: str) -> str:
        """Say what it will do."""
        del target
        which = "all points in it, also hidden ones" if self.stage.through else "the points in sight"
        return f"{self.name}: drag round {which} · Shift adds, Ctrl removes, both intersect · then G, R or X"

    def press(self, pointer: Pointer) -> None:
        """Begin an outline."""
        self.stage.picture()  # now rather than at the end, which the annotator waits for
        self._path = [pointer]

    def move(self, pointer: Pointer) -> None:
        """Draw on."""
        if self._path and pointer.place != self._path[-1].place:
            self._path.append(pointer)
            self.stage.sketch.show_outline(self.corners([each.place for each in self._path]))

    def release(self, pointer: Pointer) -> Selection | None:
        """Select what lies inside, or what was clicked."""
        self.move(pointer)
        path, picture = self._path, self.stage.picture()
        self.leave()
        if not path or picture is None:
            return None
        combine = Combine.of(path[0].modifiers)
        start = path[0].place
        if max((each.place - start).manhattanLength() for each in path) <= STILL:
            row = picture.row_at(pointer.x, pointer.y)
            points = self.stage.superpoint_at(row) if row >= 0 else np.zeros(0, np.int64)
            return Selection(points, combine, asked=combine is Combine.REPLACE)
        mask = mask_of(self.corners([each.place for each in path]), picture.size)
        return Selection(picture.rows_in(mask, through=self.stage.through), combine)

    def leave(self) -> None:
        """Forget the outline."""
        super().leave()
        self._path = []


def mask_of(corners: list[QPointF], size: tuple[int, int]) -> UInt8:
    """(h, w) uint8, not zero inside the polygon; `size` is width and height. Where it crosses itself is inside, too."""
    image = QImage(*size, QImage.Format.Format_Grayscale8)
    image.fill(0)
    shape = QPainterPath()
    shape.addPolygon(QPolygonF(corners))
    shape.closeSubpath()
    shape.setFillRule(Qt.FillRule.WindingFill)
    painter = QPainter(image)
    painter.fillPath(shape, Qt.GlobalColor.white)
    painter.end()
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(size[1], image.bytesPerLine())
    return np.ascontiguousarray(rows[:, : size[0]])
