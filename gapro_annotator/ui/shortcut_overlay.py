"""The F1 overview: every key, made from the table of actions."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from gapro_annotator.ui.action_spec import ActionSpec

MOUSE = (
    ("Click", "Select the superpoint"),
    ("Ctrl+click", "Give it to the chosen instance"),
    ("Shift+click", "Choose the instance"),
    ("Ctrl+wheel", "Size of the brush"),
    ("Right drag", "Orbit"),
    ("Middle drag", "Pan"),
    ("Wheel", "Zoom to the cursor"),
)
_COLUMNS = (("File", "Edit", "Label", "Help"), ("Tools", "Instance"), ("View",), ("Review", "Train", "Mouse"))


class ShortcutOverlay(QWidget):
    """Lies over the whole window until a key or a click ends it."""

    def __init__(self, specs: Sequence[ActionSpec], parent: QWidget) -> None:
        super().__init__(parent)
        self._window = parent
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        card = QFrame()
        card.setProperty("role", "card")
        columns = QHBoxLayout()
        columns.setSpacing(22)
        for groups in _COLUMNS:
            column = QVBoxLayout()
            column.addLayout(_column([(group, _rows(group, specs)) for group in groups]))
            column.addStretch()
            columns.addLayout(column)
        hint = QLabel("Esc, F1 or a click closes this.")
        hint.setProperty("role", "muted")
        inside = QVBoxLayout(card)
        inside.setContentsMargins(16, 16, 16, 12)
        inside.setSpacing(16)
        inside.addLayout(columns)
        inside.addWidget(hint, alignment=Qt.AlignmentFlag.AlignHCenter)
        layout = QVBoxLayout(self)
        layout.addWidget(card, alignment=Qt.AlignmentFlag.AlignCenter)
        parent.installEventFilter(self)
        self.hide()

    def toggle(self) -> None:
        """Show or hide it."""
        if self.isVisible():
            self._end()
        else:
            self.setGeometry(self._window.rect())
            self.show()
            self.raise_()
            self.setFocus()

    def texts(self) -> list[str]:
        """Every text in it."""
        return [label.text() for label in self.findChildren(QLabel)]

    def event(self, event: QEvent) -> bool:
        """Keep every key from the actions below, except F1."""
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Close on any key."""
        del event
        self._end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Close on a click."""
        del event
        self._end()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay as large as the window."""
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self.setGeometry(self._window.rect())
        return super().eventFilter(watched, event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Dim what is below."""
        painter = QPainter(self)
        painter.fillRect(event.rect(), QColor(0, 0, 0, 150))
        painter.end()

    def _end(self) -> None:
        self.hide()
        self._window.setFocus()


def _rows(group: str, specs: Sequence[ActionSpec]) -> Sequence[tuple[str, str]]:
    if group == "Mouse":
        return MOUSE
    return [(spec.key_text, spec.text) for spec in specs if spec.menu == group and spec.keys]


def _column(groups: Sequence[tuple[str, Sequence[tuple[str, str]]]]) -> QGridLayout:
    """One grid for all groups of a column, so that their keys and texts align."""
    grid = QGridLayout()
    grid.setHorizontalSpacing(10)
    grid.setVerticalSpacing(5)
    line = 0
    for title, rows in groups:
        heading = QLabel(title)
        heading.setProperty("role", "heading")
        heading.setContentsMargins(0, 10 if line else 0, 0, 0)
        grid.addWidget(heading, line, 0, 1, 2)
        for key, text in rows:
            line += 1
            label = QLabel(key)
            label.setProperty("role", "key")
            grid.addWidget(label, line, 0)
            grid.addWidget(QLabel(text), line, 1)
        line += 1
    grid.setColumnStretch(1, 1)
    return grid
