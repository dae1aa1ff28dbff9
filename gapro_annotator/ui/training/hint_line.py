"""The suggestion to retrain: a line with two buttons, never a dialog."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QWidget


class HintLine(QFrame):
    """Shown while something is suggested."""

    retrain = Signal()
    put_off = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "banner")
        self.text = QLabel(wordWrap=True)
        self.yes = QPushButton("Retrain…")
        self.no = QPushButton("Not now")
        self.yes.setToolTip("Choose what to train on the corrected labels  (Ctrl+R)")
        self.no.setToolTip("Ask again when as much more was corrected")
        self.yes.clicked.connect(self.retrain)
        self.no.clicked.connect(self.put_off)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(8, 3, 3, 3)
        layout.addWidget(self.text, 1)
        for button in (self.yes, self.no):
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            layout.addWidget(button)
        self.hide()

    def say(self, text: str) -> None:
        """Suggest this; empty for nothing."""
        self.text.setText(text)
        self.setVisible(bool(text))
