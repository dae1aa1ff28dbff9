"""The status bar: what a click will do, what runs, and the figures of the open scan."""

from datetime import datetime
from typing import Any

import numpy as np
from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QLabel, QProgressBar, QSizePolicy, QStatusBar, QToolButton, QWidget

from gapro_annotator.labels import UNCORRECTED
from gapro_annotator.session import Session
from gapro_annotator.ui.naming import points_in_words

_MESSAGE_MS = 6000
_QUICK_MS = 400
"""Work that is over sooner shows no progress bar: it would only flicker."""


class StatusBar(QStatusBar):
    """One line of calm facts; messages give way to the hint after some seconds."""

    cancel_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizeGripEnabled(False)
        self.hint = QLabel()
        self.hint.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.hint.setContentsMargins(8, 0, 0, 0)
        self.figures = QLabel()
        self.figures.setProperty("role", "muted")
        self.figures.setContentsMargins(8, 0, 8, 0)
        self.work = QLabel()
        self.progress = QProgressBar(textVisible=False)
        self.progress.setMaximumWidth(160)
        self.progress.setMaximumHeight(12)
        self.cancel = QToolButton()
        self.cancel.setText("Stop")
        self.cancel.setToolTip("Stop what runs in the background  (Ctrl+.)")
        self.cancel.clicked.connect(self.cancel_asked)
        self.addWidget(self.hint, 1)
        for widget in (self.work, self.progress, self.cancel, self.figures):
            self.addPermanentWidget(widget)
        self._hint_text = ""
        self._message_over = QTimer(self, singleShot=True, interval=_MESSAGE_MS)
        self._message_over.timeout.connect(lambda: self.hint.setText(self._hint_text))
        self._show_work = QTimer(self, singleShot=True, interval=_QUICK_MS)
        self._show_work.timeout.connect(lambda: self._set_work_visible(visible=True))
        self._set_work_visible(visible=False)

    def show_hint(self, text: str) -> None:
        """Say what a click will do."""
        if text != self._hint_text or not self._message_over.isActive():
            self._message_over.stop()
            self.hint.setText(text)
        self._hint_text = text

    def say(self, text: str) -> None:
        """Say what happened, for some seconds."""
        self.hint.setText(text)
        self._message_over.start()

    def forget(self) -> None:
        """Drop what was said of the scan before."""
        self._message_over.stop()
        self.hint.setText(self._hint_text)

    def start_work(self, what: str) -> None:
        """Show progress at once for work with a name, after a moment for work that nobody asked for."""
        self.work.setText(what or "Learning")
        self.progress.setRange(0, 0)
        if what:
            self._set_work_visible(visible=True)
        else:
            self._show_work.start()

    def show_progress(self, done: int, total: int, what: str) -> None:
        """Move the bar."""
        self.progress.setRange(0, max(total, 0))
        self.progress.setValue(done)
        self.progress.setToolTip(what)

    def end_work(self) -> None:
        """Hide bar and button."""
        self._show_work.stop()
        self._set_work_visible(visible=False)

    def _set_work_visible(self, *, visible: bool) -> None:
        for widget in (self.work, self.progress, self.cancel):
            widget.setVisible(visible)


def click_hint(session: Session | None, tool: str) -> str:
    """Say what to do next; `tool` says what the active one will do."""
    return "Open a project or a scan, or drop one here" if session is None else tool


def figures(session: Session | None, saved_at: datetime | None) -> str:
    """Points, corrections, when it was saved, and where it is computed."""
    if session is None:
        return ""
    parts = [points_in_words(len(session.scan)), _corrected(session)]
    if session.dirty:
        parts.append("not saved")
    else:
        parts.append(f"saved {saved_at:%H:%M}" if saved_at else "saved")
    if session.pseudo is not None:
        parts.append(_device_of(session.pseudo.provenance))
    return "  ·  ".join(parts)


def _corrected(session: Session) -> str:
    """How many points carry a person's label now, whatever was done and undone on the way."""
    number = int(np.count_nonzero(session.correction != UNCORRECTED))
    share = 100 * number / max(len(session.scan), 1)
    return f"{number:,} corrected ({max(share, 0.1):.1f} %)" if number else "none corrected"


def _device_of(provenance: dict[str, Any]) -> str:
    """'GPU' or 'CPU', wherever the labels were made."""
    return "GPU" if str(provenance.get("device", "cpu")).startswith("cuda") else "CPU"
