"""A transparent sheet over the view with the box that is drawn or dragged, its handles, and its numbers."""

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, QTimer
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from gapro_annotator.arrays import Float64
from gapro_annotator.ui.boxes.geometry import MIDDLE, Corners, handles
from gapro_annotator.ui.view.overlays import GROUND, TEXT
from gapro_annotator.ui.view.scene_view import SceneView

REACH = 11.0
"""Pixels from the middle of a handle within which a press takes it."""
_EDGES = [(a, a | bit) for bit in (1, 2, 4) for a in range(8) if not a & bit]
_LIGHT, _DARK, _HOT = QColor(255, 255, 255), QColor(0, 0, 0, 180), QColor(255, 214, 92)
_HALF = 5.0
_FOLLOW_MS = 33


class BoxSheet(QWidget):
    """Shows one box and follows the camera; the scene below is not painted again."""

    def __init__(self, view: SceneView) -> None:
        super().__init__(view)
        self._view = view
        self.box: Corners | None = None
        self.text = ""
        self.hot = -1
        self._with_handles = False
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        self._seen_from: tuple[object, ...] = ()
        self._follow = QTimer(self, interval=_FOLLOW_MS)
        self._follow.timeout.connect(self._follow_camera)
        self.hide()

    def show_box(self, box: Corners | None, text: str = "", *, with_handles: bool = False, hot: int = -1) -> None:
        """Show this box with a text, and one handle brought out; None shows nothing."""
        self.box, self.text, self.hot, self._with_handles = box, text, hot, with_handles
        self.setGeometry(self._view.rect())
        self.setVisible(box is not None)
        if box is None:
            self._follow.stop()
        elif not self._follow.isActive():
            self._follow.start()
        self.raise_()
        self.update()

    def places(self) -> Float64:
        """(7, 3), where the handles are: x, y in pixels and depth; nothing (0, 3) where no box is shown."""
        return self._view.project(handles(self.box).astype(np.float32)) if self.box is not None else np.zeros((0, 3))

    def handle_at(self, x: float, y: float) -> int:
        """Number of the handle at a place, the nearest to the eye of several; -1 none."""
        if not self._with_handles:
            return -1
        places = self.places()
        near = np.flatnonzero((np.hypot(places[:, 0] - x, places[:, 1] - y) <= REACH) & (places[:, 2] > 0))
        return int(near[np.argmin(places[near, 2])]) if near.size else -1

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw light lines on dark ones: seen on every colour."""
        del event
        if self.box is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        bits = (np.arange(8)[:, None] >> np.arange(3)) & 1
        corner = self._view.project(np.where(bits == 1, self.box.upper, self.box.lower).astype(np.float32))
        for color, width in ((_DARK, 3.5), (_LIGHT, 1.6)):
            painter.setPen(QPen(color, width))
            for a, b in _EDGES:
                if corner[a, 2] > 0 and corner[b, 2] > 0:
                    painter.drawLine(QPointF(*corner[a, :2]), QPointF(*corner[b, :2]))
        if self._with_handles:
            self._paint_handles(painter)
        ahead = corner[corner[:, 2] > 0]
        if self.text and len(ahead):
            self._paint_text(painter, float(ahead[:, 0].mean()), float(ahead[:, 1].max()) + 8)
        painter.end()

    def _paint_handles(self, painter: QPainter) -> None:
        for number, (x, y, depth) in enumerate(self.places().tolist()):
            if depth <= 0:
                continue
            painter.setPen(QPen(_DARK, 1.5))
            painter.setBrush(_HOT if number == self.hot else _LIGHT)
            spot = QRectF(x - _HALF, y - _HALF, 2 * _HALF, 2 * _HALF)
            (painter.drawEllipse if number == MIDDLE else painter.drawRect)(spot)

    def _paint_text(self, painter: QPainter, x: float, y: float) -> None:
        metrics = QFontMetricsF(self.font())
        width, height = metrics.horizontalAdvance(self.text) + 14, metrics.height() + 6
        left = min(max(x - width / 2, 4.0), max(self.width() - width - 4, 4.0))
        place = QRectF(left, min(max(y, 4.0), self.height() - height - 4), width, height)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(GROUND)
        painter.drawRoundedRect(place, 4, 4)
        painter.setPen(TEXT)
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, self.text)

    def _follow_camera(self) -> None:
        seen_from = (self._view.pose, self._view.size())
        if seen_from != self._seen_from:
            self._seen_from = seen_from
            self.setGeometry(self._view.rect())
            self.update()
