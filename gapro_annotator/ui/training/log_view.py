"""The last lines that a run printed."""

from PySide6.QtGui import QFontDatabase, QTextCursor
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from gapro_annotator.ui.training.run_reader import RunView

EMPTY = "What a run prints appears here: its progress, and the whole story where something went wrong."


class LogView(QPlainTextEdit):
    """Follows the end, unless the user scrolled up to read."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setReadOnly(True)
        self.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.setPlaceholderText(EMPTY)
        self._shown = ""

    def show_run(self, view: RunView | None) -> None:
        """Show notes and log of this run."""
        text = "" if view is None else "\n".join([*(f"• {note}" for note in view.notes), view.log]).strip()
        if text == self._shown:
            return
        self._shown = text
        bar = self.verticalScrollBar()
        follows, place = bar.value() >= bar.maximum(), bar.value()
        self.setPlainText(text)
        if follows:
            self.moveCursor(QTextCursor.MoveOperation.End)
        else:
            bar.setValue(place)
