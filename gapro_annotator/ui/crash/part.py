"""Catches what nobody caught, wherever in the process it was raised, and shows it in the window."""

import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QStandardPaths, Qt, Signal

from gapro_annotator.errors import AnnotatorError
from gapro_annotator.session import Session
from gapro_annotator.ui.action_spec import ActionSpec
from gapro_annotator.ui.crash.reports import Death, Reports, say_on_terminal
from gapro_annotator.ui.naming import points_in_words

if TYPE_CHECKING:
    from gapro_annotator.ui.main_window import MainWindow
    from gapro_annotator.ui.parts import DockSpec


class CrashPart(QObject):
    """Owns the reports; `catch` makes it the one that hears of every failure. `report` is the one told of last."""

    docks: Sequence["DockSpec"] = ()
    specs: Sequence[ActionSpec] = ()

    _raised = Signal(object)

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        self.reports: Reports | None = None
        self.report: Path | None = None
        # A thread's failure is shown in the thread of the window.
        self._raised.connect(self.tell, Qt.ConnectionType.QueuedConnection)

    def connect_window(self, window: "MainWindow") -> None:
        """Note what is open, for a report after a death."""
        window.bench.session_changed.connect(self._note)

    def catch(self, folder: Path | None = None) -> None:
        """Hear of every failure from now on, and tell what the last process died of; reports go into this folder."""
        kept = Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.AppLocalDataLocation))
        self.reports = Reports(folder or kept / "reports")
        sys.excepthook = self._uncaught
        threading.excepthook = lambda told: self._raised.emit(told.exc_value) if told.exc_value is not None else None
        for death in self.reports.start():
            self._tell_death(death)

    def tell(self, error: BaseException) -> None:
        """Report a failure and show it; one that says what to do is shown as always."""
        say_on_terminal(error)
        if isinstance(error, AnnotatorError):
            self._window.bench.failed.emit(error)
            return
        safe = what_is_safe(self._window.bench.session)
        report = self.reports.write(error, safe) if self.reports is not None else None
        what = f"Something went wrong in the program itself: {type(error).__name__}: {error}".rstrip(": ")
        session = self._window.bench.session
        self._show(what, safe, report, can_save=session is not None and not session.read_only)

    def close(self) -> None:
        """End as a process that did not die."""
        if self.reports is not None:
            sys.excepthook, threading.excepthook = sys.__excepthook__, threading.__excepthook__
            self.reports.end()
            self.reports = None

    def _uncaught(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            self._window.close()
            return
        error.__traceback__ = trace
        self.tell(error)

    def _note(self, session: Session | None) -> None:
        if self.reports is not None:
            self.reports.note_open(self._window.bench.workspace.title if session is not None else "")

    def _show(self, what: str, safe: str, report: Path | None, *, can_save: bool) -> None:
        self.report = report
        details, where = "", ""
        if report is not None:
            with suppress(OSError):
                details = report.read_text(encoding="utf-8")
            where = f"\nReport: {report}"
        self._window.notice.tell(what, f"{safe}{where}", details=details, can_save=can_save)

    def _tell_death(self, death: Death) -> None:
        opened = f", with {death.open} open" if death.open else ""
        self._show(
            f"The program that was started at {death.time}{opened}, ended unexpectedly.",
            "Every edit was on disk before it was shown: what was not saved comes back when its scan is opened.",
            death.report,
            can_save=False,
        )


def what_is_safe(session: Session | None) -> str:
    """Say what a failure cannot have cost."""
    if session is None:
        return "Nothing was open; nothing is lost."
    if not session.dirty:
        return f"{session.scan.name} is saved; nothing is lost."
    corrected = points_in_words(int((session.correction != -2).sum()))
    return (
        f"Every edit of {session.scan.name} ({corrected} corrected) is in its journal on disk and comes back even if "
        "the program ends now. Save now writes them into the scan file."
    )
