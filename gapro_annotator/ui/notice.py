"""What went wrong, said over the top of the window; it stays until it is closed and never stops the work."""

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QMainWindow, QPushButton, QVBoxLayout

WIDTH = 760
_MOST_LINES = 6


class Notice(QFrame):
    """One sentence, what can be done, and details to copy; the same again only counts up."""

    save_asked = Signal()

    def __init__(self, window: QMainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._said = ""
        self._times = 0
        self.details = ""
        self.setProperty("role", "card")
        self.setAutoFillBackground(True)
        self.setAccessibleName("Notice")
        self.what, self.text = QLabel(wordWrap=True), QLabel(wordWrap=True)
        self.what.setProperty("role", "heading")
        for label in (self.what, self.text):
            label.setTextFormat(Qt.TextFormat.PlainText)  # file names are not ours
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.save, self.copy, self.close_button = (
            QPushButton("Save now"),
            QPushButton("Copy details"),
            QPushButton("Go on"),
        )
        self.copy.setToolTip("Copy what whoever mends it needs")
        self.close_button.setToolTip("Close this  (Shift+Esc)")
        self.save.clicked.connect(self.save_asked)
        self.copy.clicked.connect(self._copy)
        self.close_button.clicked.connect(self.hide)
        row = QHBoxLayout()
        row.addStretch()
        for button in (self.save, self.copy, self.close_button):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            row.addWidget(button)
        self._lines = QVBoxLayout(self)
        self._lines.addWidget(self.what)
        self._lines.addWidget(self.text)
        self._lines.addLayout(row)
        window.installEventFilter(self)
        self.hide()

    def tell(self, what: str, text: str, *, details: str = "", can_save: bool = False) -> None:
        """Say what went wrong, and what is safe or can be done."""
        self._times = self._times + 1 if what == self._said and self.isVisible() else 1
        self._said, self.details = what, details
        self.what.setText(what if self._times == 1 else f"{what}  ({self._times} times)")
        lines = text.splitlines()
        more = len(lines) - _MOST_LINES
        self.text.setText(text if more <= 0 else "\n".join([*lines[:_MOST_LINES], f"… and {more} more"]))
        self.text.setVisible(bool(text))
        self.save.setVisible(can_save)
        self.copy.setVisible(bool(details))
        self.show()
        self.raise_()
        self._place()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay as wide as the window."""
        if watched is self._window and event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return False

    def _place(self) -> None:
        width = min(self._window.width() - 40, WIDTH)
        self.setFixedWidth(width)
        self._lines.activate()
        self.setFixedHeight(self._lines.heightForWidth(width))
        self.move((self._window.width() - width) // 2, self._window.menuBar().height() + 8)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.details)
