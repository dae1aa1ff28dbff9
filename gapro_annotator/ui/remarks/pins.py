"""Comments as numbered pins over the view, and the line in which a new one is written."""

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QLineEdit, QWidget

from gapro_annotator.remarks import Comment
from gapro_annotator.ui.view.scene_view import SceneView

_FOLLOW_MS = 33
_OPEN, _SETTLED, _INK, _RIM = QColor(255, 193, 84), QColor(140, 150, 160), QColor(20, 20, 20), QColor(0, 0, 0, 180)
_RADIUS = 10.0


class PinSheet(QWidget):
    """Draws the pins and follows the camera; it takes no click."""

    def __init__(self, view: SceneView) -> None:
        super().__init__(view)
        self._view = view
        self.comments: list[Comment] = []
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        self._seen_from: tuple[object, ...] = ()
        self._follow = QTimer(self, interval=_FOLLOW_MS)
        self._follow.timeout.connect(self._follow_camera)
        self.hide()

    def show_comments(self, comments: list[Comment]) -> None:
        """Pin these."""
        self.comments = comments
        self.setVisible(bool(comments))
        self.setGeometry(self._view.rect())
        if comments and not self._follow.isActive():
            self._follow.start()
        elif not comments:
            self._follow.stop()
        self.update()

    def places(self) -> list[tuple[Comment, float, float]]:
        """Pins in the picture with the pixels of their points."""
        if not self.comments:
            return []
        at = self._view.project(np.array([each.place for each in self.comments], np.float32))
        inside = [(each, x, y) for each, (x, y, depth) in zip(self.comments, at.tolist(), strict=True) if depth > 0]
        return [(each, x, y) for each, x, y in inside if 0 <= x <= self.width() and 0 <= y <= self.height()]

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw a disc with the number over each place."""
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for comment, x, y in self.places():
            painter.setPen(QPen(_RIM, 1.5))
            painter.drawLine(QPoint(round(x), round(y)), QPoint(round(x), round(y - _RADIUS)))
            painter.setBrush(_SETTLED if comment.resolved else _OPEN)
            disc = QRectF(x - _RADIUS, y - 3 * _RADIUS, 2 * _RADIUS, 2 * _RADIUS)
            painter.drawEllipse(disc)
            painter.setPen(_INK)
            painter.drawText(disc, Qt.AlignmentFlag.AlignCenter, str(comment.number))
        painter.end()

    def _follow_camera(self) -> None:
        seen_from = (self._view.pose, self._view.size())
        if seen_from != self._seen_from:
            self._seen_from = seen_from
            self.setGeometry(self._view.rect())
            self.update()


class CommentLine(QLineEdit):
    """Where a comment is written, beside its place; Enter keeps it, Esc or leaving drops it."""

    written = Signal(str)

    def __init__(self, view: QWidget) -> None:
        super().__init__(view, placeholderText="Comment on this place  (Enter keeps it, Esc drops it)")
        self._view = view
        self.setFixedWidth(320)
        self.returnPressed.connect(self._keep)
        self.hide()

    def begin(self, x: float, y: float) -> None:
        """Write beside this place of the view."""
        self.clear()
        self.adjustSize()
        left = min(max(round(x) + 12, 0), max(self._view.width() - self.width(), 0))
        top = min(max(round(y) - self.height() - 4, 0), max(self._view.height() - self.height(), 0))
        self.move(left, top)
        self.show()
        self.raise_()
        self.setFocus()

    def event(self, arg__1: QEvent) -> bool:
        """Keep Esc from the window, where it ends a tool."""
        is_key = isinstance(arg__1, QKeyEvent) and arg__1.key() == Qt.Key.Key_Escape
        if is_key and arg__1.type() == QEvent.Type.ShortcutOverride:
            arg__1.accept()
            return True
        return super().event(arg__1)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc drops it."""
        if event.key() == Qt.Key.Key_Escape:
            self._end()
        else:
            super().keyPressEvent(event)

    def _keep(self) -> None:
        text = self.text()
        self._end()
        self.written.emit(text)

    def _end(self) -> None:
        self.hide()
        self._view.setFocus()
