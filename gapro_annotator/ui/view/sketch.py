"""A transparent sheet over the view, for outlines and strokes under way: the scene below is not painted again."""

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from gapro_annotator.arrays import Float32, Float64
from gapro_annotator.ui.colors import Color

_LIGHT, _DARK = QColor(255, 255, 255), QColor(0, 0, 0, 170)
_FILL = QColor(255, 255, 255, 28)
_DOT = 3
"""Side of the dots that mark the points of a stroke, logical pixels."""


class Sketch(QWidget):
    """Shows an outline, a ring and the points that a stroke has touched; hidden while there is nothing to show."""

    def __init__(self, view: QWidget) -> None:
        super().__init__(view)
        self._view = view
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        self.outline = QPolygonF()
        self.ring = QPolygonF()
        self._dots: npt.NDArray[np.uint32] | None = None
        self.hide()

    @property
    def dots(self) -> int:
        """How many pixels the marked points take."""
        return 0 if self._dots is None else int(np.count_nonzero(self._dots))

    def show_outline(self, corners: list[QPointF]) -> None:
        """Draw this polygon, closed."""
        self.outline = QPolygonF(corners)
        self._refresh()

    def show_ring(self, places: Float64 | None) -> None:
        """Draw a closed line through these places (K, 2), logical pixels; None takes it away."""
        self.ring = QPolygonF() if places is None else QPolygonF([QPointF(x, y) for x, y in places.tolist()])
        self._refresh()

    def mark(self, places: Float32, color: Color) -> None:
        """Mark points at these places (M, 2), logical pixels, beside those that are marked already."""
        width, height = self._view.width(), self._view.height()
        if self._dots is None or self._dots.shape != (height, width):
            self._dots = np.zeros((height, width), np.uint32)
        red, green, blue = color
        word = np.uint32(0xFF000000 | red << 16 | green << 8 | blue)
        corner = np.floor(places).astype(np.int64) - _DOT // 2
        for step in range(_DOT * _DOT):
            x, y = corner[:, 0] + step % _DOT, corner[:, 1] + step // _DOT
            inside = (x >= 0) & (y >= 0) & (x < width) & (y < height)
            self._dots[y[inside], x[inside]] = word
        self._refresh()

    def clear(self) -> None:
        """Show nothing."""
        self.outline, self.ring, self._dots = QPolygonF(), QPolygonF(), None
        self._refresh()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw light lines on dark ones: seen on every colour."""
        painter = QPainter(self)
        if self._dots is not None:
            height, width = self._dots.shape
            image = QImage(self._dots.data, width, height, 4 * width, QImage.Format.Format_ARGB32)
            painter.drawImage(QRectF(0, 0, width, height), image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for shape, fill in ((self.outline, _FILL), (self.ring, Qt.BrushStyle.NoBrush)):
            if shape.isEmpty():
                continue
            painter.setBrush(fill)
            for color, width in ((_DARK, 3.0), (_LIGHT, 1.4)):
                painter.setPen(QPen(color, width))
                painter.drawPolygon(shape)
                painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.end()
        del event

    def _refresh(self) -> None:
        shown = not self.outline.isEmpty() or not self.ring.isEmpty() or self._dots is not None
        if shown:
            self.setGeometry(self._view.rect())
        self.setVisible(shown)
        self.update()
