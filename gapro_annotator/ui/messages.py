"""Errors and questions: the only dialogs of the window."""

import traceback

from PySide6.QtWidgets import QMessageBox, QWidget

from gapro_annotator.errors import AnnotatorError


def show_error(parent: QWidget | None, error: Exception) -> None:
    """Show what went wrong, where and what to do; the technical details are folded away."""
    box = QMessageBox(parent)
    box.setObjectName("error")
    box.setIcon(QMessageBox.Icon.Warning)
    box.setWindowTitle("gapro-annotator")
    if isinstance(error, AnnotatorError):
        what, _, way_out = str(error).partition("; ")
        box.setText(_closed(what))
        box.setInformativeText(_closed(way_out[:1].upper() + way_out[1:]))
    else:
        box.setText(f"Something went wrong in the program itself: {error or type(error).__name__}.")
        box.setInformativeText(
            "Your edits are safe in the journal. Save, then start again if it goes on; "
            "the details help whoever mends it."
        )
    box.setDetailedText("".join(traceback.format_exception(error)))
    box.exec()


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
