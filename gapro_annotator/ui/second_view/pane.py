"""The second view with a line above it that says from where it looks and what its colours mean."""

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gapro_annotator.ui.colors import ColorMode
from gapro_annotator.ui.second_view.link import Side
from gapro_annotator.ui.second_view.tinted_view import TintedView

SIDES = {
    Side.TOP: "From above",
    Side.BEHIND: "From behind",
    Side.FRONT: "From the front",
    Side.SIDE: "From the side",
    Side.SAME: "As the first view",
    Side.FREE: "As I turn it",
}
COLORS: dict[ColorMode | None, str] = {
    None: "Same colours",
    ColorMode.RGB: "RGB",
    ColorMode.INSTANCE: "Instance",
    ColorMode.CLASS: "Class",
    ColorMode.DOUBT: "Doubt",
    ColorMode.CHANGES: "Changes",
}


_KEYS_OF_FIELDS = {Qt.Key.Key_Tab, Qt.Key.Key_Backtab, Qt.Key.Key_Space, Qt.Key.Key_Escape}


class SecondPane(QWidget):
    """Fields and view; decides nothing.

    A click leaves the keys with the view; F6 brings them to the fields, and Esc back.
    """

    left = Signal()
    """Esc was pressed in a field."""

    def __init__(self, view: TintedView, parent: QWidget) -> None:
        super().__init__(parent)
        self.view = view
        self.side, self.colors = QComboBox(), QComboBox()
        for side, text in SIDES.items():
            self.side.addItem(text, side)
        for mode, text in COLORS.items():
            self.colors.addItem(text, mode)
        self.side.setToolTip("From where this view looks at what the first one looks at  (Shift+F3 goes on)")
        self.side.setAccessibleName("Side of the second view")
        self.colors.setToolTip("What the colours of this view mean; hidden points are hidden in both")
        self.colors.setAccessibleName("Colours of the second view")
        self.follows = QCheckBox("Follows")
        self.follows.setToolTip("Moving and zooming in one view moves the other; turning does not")
        self.close_button = QToolButton()
        self.close_button.setText("✕")
        self.close_button.setToolTip("Close the second view  (F3)")
        bar = QFrame()
        line = QHBoxLayout(bar)
        line.setContentsMargins(6, 3, 3, 3)
        line.setSpacing(6)
        for part in (self.side, QLabel("in"), self.colors, self.follows):
            line.addWidget(part)
        line.addStretch(1)
        line.addWidget(self.close_button)
        self._fields: tuple[QWidget, ...] = (self.side, self.colors, self.follows)
        for part in self._fields:
            part.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        for part in (self.side, self.colors):
            part.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.close_button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(bar)
        layout.addWidget(view, 1)

    def event(self, event: QEvent) -> bool:
        """Keep from the window's shortcuts what moves between the fields and ticks them, where they have the focus."""
        in_a_field = QApplication.focusWidget() in self._fields
        asked = event.type() == QEvent.Type.ShortcutOverride and in_a_field
        if asked and isinstance(event, QKeyEvent) and event.key() in _KEYS_OF_FIELDS:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Give the keys back on Esc."""
        if event.key() == Qt.Key.Key_Escape and QApplication.focusWidget() in self._fields:
            self.left.emit()
        else:
            super().keyPressEvent(event)
