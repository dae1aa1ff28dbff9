"""What lies over the 3D view: the legend and the message of an empty view."""

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QLinearGradient, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QLabel, QWidget

from gapro_annotator.ui.colors import Legend

# Overlays carry their own ground, so that their text has the same contrast on every theme and over every point.
GROUND = QColor(24, 26, 30, 225)
TEXT = QColor(232, 234, 237)
QUIET_TEXT = QColor(190, 194, 200)
_MARGIN = 10
_SHARE = 0.3
"""Of the view's height that a legend with a ramp may take with all its lines."""


class LegendOverlay(QWidget):
    """Draws a `Legend`; as large as its text needs."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._legend: Legend | None = None
        self._foot = 0
        self._is_low = False
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    @property
    def legend(self) -> Legend | None:
        """What is shown."""
        return self._legend

    def show_legend(self, legend: Legend | None) -> None:
        """Show this one; None hides it."""
        self._legend = legend
        self.setVisible(legend is not None)
        self.setAccessibleName(" · ".join(self.texts()))
        self.resize(self.sizeHint())
        self.update()

    def place_in(self, view: QRect) -> None:
        """Lie in the lower left corner; over a low view leave out what the ramp does not need."""
        self._is_low = False
        self._is_low = self.sizeHint().height() > _SHARE * view.height()
        size = self.sizeHint()
        self.setGeometry(_MARGIN, view.height() - size.height() - _MARGIN, size.width(), size.height())
        self.raise_()

    def set_foot(self, height: int) -> None:
        """Leave so many pixels free below, for what another widget shows there."""
        self._foot = height

    @property
    def foot(self) -> QRect:
        """Where that widget lies, in the view; as wide as the ramp."""
        line, box = self._line(), self.geometry()
        margin = round(0.7 * line)
        top = box.bottom() - self._foot - round(0.3 * line)
        return QRect(box.left() + margin, top, box.width() - 2 * margin, self._foot)

    def texts(self) -> list[str]:
        """Every text in it, from the top."""
        if self._legend is None:
            return []
        return [self._legend.title, *(text for _, text in self._legend.ticks), *(t for _, t in self._legend.entries)]

    def sizeHint(self) -> QSize:
        """Fit the text."""
        legend = self._legend
        if legend is None:
            return QSize(0, 0)
        metrics = QFontMetricsF(self.font())
        line = self._line()
        width = metrics.horizontalAdvance(legend.title)
        for _, text in self._entries:
            width = max(width, 1.4 * line + metrics.horizontalAdvance(text))
        height = line * (1 + len(self._entries))
        if legend.ramp is not None:
            width = max(width, 15 * line)
            height += 2.1 * line
        return QSize(round(width + 1.4 * line), round(height + 0.9 * line) + self._foot)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw title, ramp and entries from the top."""
        del event
        legend = self._legend
        if legend is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(GROUND)
        painter.drawRoundedRect(QRectF(self.rect()), 6, 6)
        line, margin = self._line(), 0.7 * self._line()
        top = 0.45 * line
        self._text(painter, QRectF(margin, top, self.width() - 2 * margin, line), legend.title, TEXT)
        top += line
        if legend.ramp is not None:
            self._ramp(painter, legend, QRectF(margin, top + 0.25 * line, self.width() - 2 * margin, 0.7 * line))
            top += 2.1 * line
        for color, text in self._entries:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(*color))
            painter.drawRoundedRect(QRectF(margin, top + 0.2 * line, 0.6 * line, 0.6 * line), 2, 2)
            self._text(painter, QRectF(margin + line, top, self.width() - margin - line, line), text, QUIET_TEXT)
            top += line
        painter.end()

    @property
    def _entries(self) -> tuple[tuple[tuple[int, int, int], str], ...]:
        legend = self._legend
        if legend is None or (self._is_low and legend.ramp is not None):
            return ()
        return legend.entries

    def _ramp(self, painter: QPainter, legend: Legend, bar: QRectF) -> None:
        assert legend.ramp is not None  # noqa: S101 - asked before the call
        gradient = QLinearGradient(bar.topLeft(), bar.topRight())
        for step in range(0, 256, 15):
            gradient.setColorAt(step / 255, QColor(*legend.ramp[step].tolist()))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(gradient)
        painter.drawRoundedRect(bar, 2, 2)
        metrics = QFontMetricsF(self.font())
        for place, text in legend.ticks:
            x = bar.left() + place * bar.width()
            painter.fillRect(QRectF(x - 0.5, bar.bottom() - 2, 1, 5), QUIET_TEXT)
            width = metrics.horizontalAdvance(text)
            left = min(max(x - width / 2, bar.left()), bar.right() - width)
            self._text(painter, QRectF(left, bar.bottom() + 2, width + 2, self._line()), text, QUIET_TEXT)

    def _text(self, painter: QPainter, place: QRectF, text: str, color: QColor) -> None:
        painter.setPen(color)
        painter.drawText(place, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)

    def _line(self) -> float:
        return QFontMetricsF(self.font()).height() * 1.25


class MessageOverlay(QLabel):
    """Says in the middle of an empty view what to do next."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setWordWrap(True)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        font = self.font()
        font.setPointSizeF(font.pointSizeF() * 1.25)
        self.setFont(font)
        palette = self.palette()
        palette.setColor(QPalette.ColorRole.WindowText, TEXT)
        palette.setColor(QPalette.ColorRole.Window, GROUND)
        self.setPalette(palette)
        self.setAutoFillBackground(True)
        self.setMargin(18)
        self.hide()

    def show_message(self, text: str | None) -> None:
        """Show this text; None hides it."""
        self.setText(text or "")
        self.setVisible(bool(text))
        self.adjustSize()

    def place_in(self, view: QRect) -> None:
        """Lie in the middle."""
        self.setMaximumWidth(max(view.width() - 4 * _MARGIN, 1))
        self.adjustSize()
        self.move(view.center() - self.rect().center())
        self.raise_()
