"""A text over several lines that shows whole lines only, however low it is."""

from PySide6.QtCore import QEvent, QPointF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QTextLayout
from PySide6.QtWidgets import QLabel


class WholeLines(QLabel):
    """Wraps its text; where that has no room, the last line that has some ends in … and the tooltip has it all."""

    def __init__(self) -> None:
        super().__init__(wordWrap=True)
        self.explanation = ""
        """What the tooltip says besides."""

    @property
    def is_whole(self) -> bool:
        """Whether all of the text is seen."""
        return self.height() >= self.heightForWidth(self.width())

    def minimumSizeHint(self) -> QSize:
        """One line will do."""
        return QSize(0, self.fontMetrics().height())

    def event(self, e: QEvent) -> bool:
        """Say all of it on pointing at it."""
        if e.type() == QEvent.Type.ToolTip:
            said = "" if self.is_whole else self.text()
            self.setToolTip("\n".join(part for part in (said, self.explanation) if part))
        return super().event(e)

    def paintEvent(self, arg__1: QPaintEvent) -> None:
        """Draw what has room."""
        if self.is_whole:
            super().paintEvent(arg__1)
            return
        painter = QPainter(self)
        painter.setPen(self.palette().windowText().color())
        painter.setFont(self.font())
        step = self.fontMetrics().lineSpacing()
        room = max(self.height() // step, 1)
        lines = self._lines()
        for number, line in enumerate(lines[:room]):
            cut = number == room - 1 and len(lines) > room
            text = line + "…" if cut else line
            text = self.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, self.width())
            painter.drawText(QPointF(0, number * step + self.fontMetrics().ascent()), text)
        painter.end()

    def _lines(self) -> list[str]:
        layout = QTextLayout(self.text(), self.font())
        layout.beginLayout()
        lines: list[str] = []
        while (line := layout.createLine()).isValid():
            line.setLineWidth(self.width())
            start = line.textStart()
            lines.append(self.text()[start : start + line.textLength()].rstrip())
        layout.endLayout()
        return lines
