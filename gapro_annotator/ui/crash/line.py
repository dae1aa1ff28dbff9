"""The line that says that the program failed, what is safe, and what can be done; it never stops the work."""

from pathlib import Path

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QMainWindow, QPushButton, QVBoxLayout


class CrashLine(QFrame):
    """Lies over the top of the window until it is closed; the same failure again only counts up."""

    save_asked = Signal()

    def __init__(self, window: QMainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._said = ""
        self._times = 0
        self.report: Path | None = None
        self.setProperty("role", "card")
        self.setAutoFillBackground(True)
        self.what, self.safe = QLabel(wordWrap=True), QLabel(wordWrap=True)
        self.what.setProperty("role", "heading")
        self.safe.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.save, self.copy, self.close_button = (
            QPushButton("Save now"),
            QPushButton("Copy report"),
            QPushButton("Go on"),
        )
        self.save.clicked.connect(self.save_asked)
        self.copy.clicked.connect(self._copy)
        self.close_button.clicked.connect(self._close)
        row = QHBoxLayout()
        row.addStretch()
        for button in (self.save, self.copy, self.close_button):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            row.addWidget(button)
        layout = QVBoxLayout(self)
        layout.addWidget(self.what)
        layout.addWidget(self.safe)
        layout.addLayout(row)
        window.installEventFilter(self)
        self.hide()

    def tell(self, what: str, safe: str, report: Path | None, *, can_save: bool) -> None:
        """Say what failed and what is safe."""
        self._times = self._times + 1 if what == self._said and self.isVisible() else 1
        self._said, self.report = what, report
        self.what.setText(what if self._times == 1 else f"{what}  ({self._times} times)")
        where = f"\nReport: {report}" if report is not None else ""
        self.safe.setText(f"{safe}{where}")
        self.save.setVisible(can_save)
        self.copy.setVisible(report is not None)
        self.show()
        self.raise_()
        self._place()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay as wide as the window."""
        if watched is self._window and event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return False

    def _place(self) -> None:
        width = min(self._window.width() - 40, 760)
        self.setFixedWidth(width)
        self.adjustSize()
        self.move((self._window.width() - width) // 2, self._window.menuBar().height() + 8)

    def _copy(self) -> None:
        if self.report is not None and self.report.is_file():
            QGuiApplication.clipboard().setText(self.report.read_text(encoding="utf-8"))

    def _close(self) -> None:
        self.hide()
