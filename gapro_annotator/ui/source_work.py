"""Imports and the demo, made in the background while the annotator works on."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from gapro_annotator.errors import InputError
from gapro_annotator.ui.job import Job
from gapro_annotator.ui.sources import Made, make_demo

if TYPE_CHECKING:
    from gapro_annotator.ui.importing.order import ImportOrder


class SourceWork(QObject):
    """One at a time: what is made can be opened when `ready` says so."""

    ready = Signal(object)
    """Path of what was imported or made."""
    started = Signal(str)
    progressed = Signal(int, int, str)
    ended = Signal()
    said = Signal(str)
    failed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._job = Job("gapro-source", self)
        self._job.progressed.connect(self.progressed)
        self._job.succeeded.connect(self._ready)
        self._job.failed.connect(self._failed)
        self._job.cancelled.connect(self.ended)

    def import_sources(self, order: "ImportOrder") -> bool:
        """Put foreign scans into a project; False: something still runs."""
        from gapro_annotator.ui.importing.order import import_sources  # readers are many: not at the start

        return self._start(order.in_words, partial(import_sources, order))

    def make_demo(self, folder: Path) -> None:
        """Make the demo project, where it is not there yet."""
        self._start("Making the demo rooms", partial(make_demo, folder))

    def cancel(self) -> None:
        """Stop what runs."""
        self._job.cancel()

    def close(self) -> None:
        """Stop what runs and wait for it."""
        self._job.join()

    def _start(self, what: str, work: Callable[..., Made]) -> bool:
        if self._job.running:
            self.said.emit("One thing at a time: the last import is still running.")
            return False
        self.started.emit(what)
        self._job.start(work)
        return True

    def _ready(self, made: Made) -> None:
        self.ended.emit()
        self.ready.emit(made.path)
        if made.failed:
            count = "1 scan was" if len(made.failed) == 1 else f"{len(made.failed)} scans were"
            self.failed.emit(InputError(f"{count} not imported; " + "\n".join(made.failed)))

    def _failed(self, error: Exception) -> None:
        self.ended.emit()
        self.failed.emit(error)
