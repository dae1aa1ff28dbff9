"""How doubt is spread over the open points; dragging over it greys what lies outside."""

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from gapro_annotator.arrays import Int64
from gapro_annotator.labels import NO_RIVAL, UNCORRECTED
from gapro_annotator.session import Session
from gapro_annotator.ui.colors import DOUBT_RAMP, doubt_place

BINS = 25
MOST = 0.5
"""The last bar holds what is more doubtful, too: points with several rivals."""
_HEIGHT = 54
_STEP = 1 / 100


def spread_of(session: Session | None) -> Int64:
    """(BINS,) int64, open points that somebody else claims, by their doubt."""
    if session is None or session.pseudo is None:
        return np.zeros(BINS, np.int64)
    pseudo = session.pseudo
    open_ = (session.correction == UNCORRECTED) & (pseudo.rival != NO_RIVAL)
    doubt = 1.0 - pseudo.probability[open_]
    return np.bincount(np.clip((doubt / MOST * BINS).astype(np.int64), 0, BINS - 1), minlength=BINS)


class DoubtHistogram(QWidget):
    """Bars on a logarithmic scale, in the colours of doubt; the range that is kept is bright."""

    range_changed = Signal(float, float)
    """Doubts, 0..1, between which points keep their colour; 1.0 above means no limit."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.counts = np.zeros(BINS, np.int64)
        self.low, self.high = 0.0, 1.0
        self._start: float | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName("How doubt is spread over the open points")
        self.setCursor(Qt.CursorShape.SplitHCursor)

    def show_counts(self, counts: Int64) -> None:
        """Show these bars (BINS,)."""
        self.counts = counts
        total = int(counts.sum())
        self.setToolTip(
            f"{total:,} open points by their doubt, 0 to 50 %, on a logarithmic scale. Drag over bars to grey the rest "
            "of the view; a double click shows all again. Arrow keys move the lower end, with Shift the upper one."
        )
        self.update()

    def show_range(self, low: float, high: float) -> None:
        """Show what is kept, without a signal."""
        self.low, self.high = low, high
        self.update()

    def sizeHint(self) -> QSize:
        """Qt's."""
        return QSize(160, _HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the bars and the ends of the range."""
        painter = QPainter(self)
        area = self._area()
        heights = np.log1p(self.counts) / max(float(np.log1p(self.counts.max(initial=0))), 1e-9)
        width = area.width() / BINS
        for number, height in enumerate(heights.tolist()):
            doubt = (number + 0.5) / BINS * MOST
            kept = self.low <= doubt + MOST / BINS / 2 and doubt - MOST / BINS / 2 <= self.high
            red, green, blue = DOUBT_RAMP[int(doubt_place(np.array([doubt], np.float32))[0] * 255)].tolist()
            color = QColor(red, green, blue) if kept else self.palette().mid().color()
            top = area.bottom() - height * area.height()
            painter.fillRect(QRectF(area.left() + number * width, top, max(width - 1, 1), area.bottom() - top), color)
        painter.setPen(self.palette().windowText().color())
        painter.drawLine(area.bottomLeft(), area.bottomRight())
        line = self.fontMetrics().height()
        below = QRectF(area.left(), area.bottom(), area.width(), line)
        painter.drawText(below, Qt.AlignmentFlag.AlignLeft, "0 %")
        painter.drawText(below, Qt.AlignmentFlag.AlignRight, "50 % doubt")
        if self.hasFocus():
            painter.setPen(self.palette().highlight().color())
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()
        del event

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a range."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._start = self._doubt_at(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Pull its other end."""
        if self._start is not None:
            ends = sorted((self._start, self._doubt_at(event.position())))
            if ends[1] - ends[0] >= _STEP:
                self._set(ends[0], 1.0 if ends[1] >= MOST else ends[1])

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End it."""
        self.mouseMoveEvent(event)
        self._start = None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Keep everything again."""
        del event
        self._start = None
        self._set(0.0, 1.0)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move an end by one per cent."""
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        step = _STEP * steps.get(Qt.Key(event.key()), 0)
        if not step:
            super().keyPressEvent(event)
        elif event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            high = min(self.high, MOST) + step
            self._set(self.low, 1.0 if high > MOST - _STEP / 2 else max(high, self.low + _STEP))
        else:
            self._set(min(max(self.low + step, 0.0), min(self.high, MOST) - _STEP), self.high)

    def _set(self, low: float, high: float) -> None:
        self.show_range(round(low, 2), round(high, 2))
        self.range_changed.emit(self.low, self.high)

    def _doubt_at(self, place: QPointF) -> float:
        area = self._area()
        return min(max((place.x() - area.left()) / max(area.width(), 1), 0.0), 1.0) * MOST

    def _area(self) -> QRectF:
        return QRectF(2, 2, self.width() - 4, self.height() - self.fontMetrics().height() - 3)
