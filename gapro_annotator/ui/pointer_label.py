"""Says over the view what is under the cursor."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget

_MARGIN = 10


class PointerLabel(QLabel):
    """A quiet line at the top left of the view; empty text hides it."""

    def __init__(self, view: QWidget) -> None:
        super().__init__(view)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setProperty("role", "pointer")
        self.move(_MARGIN, _MARGIN)
        self.hide()

    def say(self, text: str) -> None:
        """Show this text."""
        self.setText(text)
        self.adjustSize()
        self.setVisible(bool(text))
        self.raise_()
