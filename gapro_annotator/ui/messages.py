"""What errors say, and the one question that holds the window up: what becomes of work that is not saved."""

import traceback

from PySide6.QtWidgets import QMessageBox, QWidget

from gapro_annotator.errors import AnnotatorError
from gapro_annotator.ui.notice import Notice


def show_error(notice: Notice, error: Exception) -> None:
    """Show what went wrong, where and what to do, over the window; the details can be copied."""
    what, way_out = in_sentences(error)
    notice.tell(what, way_out, details="".join(traceback.format_exception(error)))


def in_sentences(error: Exception) -> tuple[str, str]:
    """Return what went wrong and what to do, each as a sentence."""
    if isinstance(error, AnnotatorError):
        what, _, way_out = str(error).partition("; ")
        return _closed(what), _closed(way_out[:1].upper() + way_out[1:])
    return (
        f"Something went wrong in the program itself: {error or type(error).__name__}.",
        "Your edits are safe in the journal. Save, then start again if it goes on; the details help whoever mends it.",
    )


def ask_to_save(parent: QWidget, scan: str, consequence: str, *, can_save: bool) -> QMessageBox.StandardButton:
    """Ask what to do with what is not saved, and say what closing without saving means."""
    box = QMessageBox(parent)
    box.setObjectName("unsaved")
    box.setIcon(QMessageBox.Icon.Question)
    box.setWindowTitle("gapro-annotator")
    box.setText(f"Save {scan} before closing?" if can_save else f"Close {scan}, which cannot be saved?")
    box.setInformativeText(consequence)
    save, cancel = QMessageBox.StandardButton.Save, QMessageBox.StandardButton.Cancel
    box.setStandardButtons((save if can_save else cancel) | QMessageBox.StandardButton.Discard | cancel)
    box.button(QMessageBox.StandardButton.Discard).setText("Close without saving")
    box.setDefaultButton(save if can_save else cancel)
    return QMessageBox.StandardButton(box.exec())


def _closed(text: str) -> str:
    text = text.strip()
    return text + ("" if not text or text[-1] in ".!?" else ".")
