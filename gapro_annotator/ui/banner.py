"""A line above the view for what the user should know but need not answer."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton, QWidget


class Banner(QFrame):
    """One sentence with a button that closes it; never modal."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "banner")
        self.text = QLabel(wordWrap=True)
        close = QToolButton()
        close.setText("✕")
        close.setToolTip("Close this line")
        close.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        close.clicked.connect(self.hide)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 4, 6, 4)
        layout.addWidget(self.text, 1)
        layout.addWidget(close)
        self.hide()

    def show_recovered(self, count: int) -> None:
        """Say how many edits came back from the journal."""
        edits = "1 edit was" if count == 1 else f"{count:,} edits were"
        self.text.setText(f"{edits} brought back that had not been saved. Ctrl+S saves them into the scan file.")
        self.show()
