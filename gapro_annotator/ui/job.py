"""One piece of long work at a time in a thread of its own, answered on the GUI thread."""

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeAlias

from PySide6.QtCore import QObject, Qt, Signal, Slot

from gapro_annotator.errors import CancelledError
from gapro_annotator.labeling.request import Progress

Work: TypeAlias = Callable[[Progress], Any]
"""Runs in the worker: takes a progress function that answers whether to go on, returns its result."""


class Job(QObject):
    """Runs one function in a thread named after the job; every signal arrives on the GUI thread.

    Exactly one of `succeeded`, `failed` and `cancelled` follows each start, unless the job was joined before.
    """

    progressed = Signal(int, int, str)
    succeeded = Signal(object)
    failed = Signal(object)
    cancelled = Signal()

    _report = Signal(int, int, int, str)
    _answer = Signal(int, object, object)

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self._thread: threading.Thread | None = None
        self._stop = threading.Event()
        self._number = 0
        self._report.connect(self._take_report, Qt.ConnectionType.QueuedConnection)
        self._answer.connect(self._take_answer, Qt.ConnectionType.QueuedConnection)

    @property
    def running(self) -> bool:
        """Whether an answer is still to come."""
        return self._thread is not None

    def start(self, work: Work) -> None:
        """Begin; only where nothing is running."""
        if self._thread is not None:
            raise RuntimeError(f"{self._name} is still running")
        self._number += 1
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(work, self._number, self._stop), name=self._name)
        self._thread.start()

    def cancel(self) -> None:
        """Ask the work to stop at its next progress report."""
        self._stop.set()

    def join(self) -> None:
        """Stop the work and wait for its thread; its answer is dropped."""
        self._stop.set()
        self._number += 1
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _run(self, work: Work, number: int, stop: threading.Event) -> None:
        def progress(done: int, total: int, what: str) -> bool:
            with suppress(RuntimeError):  # as below
                self._report.emit(number, done, total, what)
            return not stop.is_set()

        try:
            result, error = work(progress), None
        except Exception as raised:  # noqa: BLE001 - whatever it is, the GUI thread shows it
            result, error = None, raised
        # A window that was closed meanwhile takes its jobs along: nobody waits for this answer any more.
        with suppress(RuntimeError):
            self._answer.emit(number, result, error)

    @Slot(int, int, int, str)
    def _take_report(self, number: int, done: int, total: int, what: str) -> None:
        if number == self._number and not self._stop.is_set():
            self.progressed.emit(done, total, what)

    @Slot(int, object, object)
    def _take_answer(self, number: int, result: object, error: Exception | None) -> None:
        if number != self._number or self._thread is None:
            return
        self._thread.join()
        self._thread = None
        if isinstance(error, CancelledError) or self._stop.is_set():
            self.cancelled.emit()
        elif error is not None:
            self.failed.emit(error)
        else:
            self.succeeded.emit(result)
