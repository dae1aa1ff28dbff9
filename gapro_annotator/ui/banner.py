"""A line above the view for what the user should know but need not answer."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton, QWidget

from gapro_annotator.scan_session import Recovery


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

    def show_recovered(self, recovered: Recovery) -> None:
        """Say how many edits came back from the journal, and how many lines of it a crash damaged."""
        edits = "1 edit was" if recovered.edits == 1 else f"{recovered.edits:,} edits were"
        said = f"{edits} brought back that had not been saved. Ctrl+S saves them into the scan file."
        if recovered.damaged:
            lines = "1 line" if recovered.damaged == 1 else f"{recovered.damaged:,} lines"
            said += f" {lines} at the journal's end could not be read: look at what you corrected last."
        self.text.setText(said)
        self.show()

    def show_locked(self, reason: str) -> None:
        """Say who has the scan, or why it cannot be edited here."""
        what, _, _ = reason.partition("; ")
        _, _, who = what.rpartition(".h5: ")
        self.text.setText(
            f"Read-only: {who or what}. Nothing can be changed here meanwhile; "
            "F5 opens it again, for editing once it is free."
        )
        self.show()
