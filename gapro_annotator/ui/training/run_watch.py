"""Watches the run folders of the open project: a running run is found again, its news arrive twice a second."""

from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from gapro_annotator.ui.job import Job
from gapro_annotator.ui.training.run_reader import RunReader, RunView

TICK_MS = 500
_IDLE_TICKS = 6
"""While nothing runs, only every so many ticks look: a run may have been started from the command line."""
_MOST_DOUBLINGS = 4
"""After a failure the pause doubles each time, up to so often: the disk may come back."""


class RunWatch(QObject):
    """Reads in a thread of its own; the window is never held up by a slow disk."""

    changed = Signal()
    """`views` are new."""
    failed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.views: tuple[RunView, ...] = ()
        self.wanted: frozenset[str] = frozenset()
        """Ids of the runs whose metrics are shown."""
        self._reader: RunReader | None = None
        self._read_for: RunReader | None = None
        self._skipped = 0
        self._again = False
        self._failures = 0
        self._job = Job("gapro-runs", self)
        self._job.succeeded.connect(self._take)
        self._job.failed.connect(self._fail)
        self._timer = QTimer(self, interval=TICK_MS)
        self._timer.timeout.connect(self._tick)

    @property
    def project(self) -> Path | None:
        """The folder of the project that is watched."""
        return self._reader.project if self._reader is not None else None

    def attach(self, project: Path | None) -> None:
        """Watch this project from now on; None for none."""
        if project == self.project:
            return
        self._reader = RunReader(project) if project is not None else None
        self.views, self.wanted, self._failures = (), frozenset(), 0
        self.changed.emit()
        if project is None:
            self._timer.stop()
        else:
            self._timer.start()
            self.look()

    def view(self, run: str) -> RunView | None:
        """Return what is known of a run."""
        return next((view for view in self.views if view.id == run), None)

    @property
    def running(self) -> RunView | None:
        """The newest run that a process works on."""
        return next((view for view in self.views if view.running), None)

    def look(self) -> None:
        """Read now, or once more as soon as the present reading is over."""
        if self._job.running:
            self._again = True
        elif self._reader is not None:
            reader, wanted = self._reader, self.wanted
            self._read_for, self._skipped, self._again = reader, 0, False
            self._job.start(lambda _progress: reader.read(wanted))

    def close(self) -> None:
        """Stop, and wait for the thread."""
        self._timer.stop()
        self._job.join()

    @Slot()
    def _tick(self) -> None:
        self._skipped += 1
        if self._failures:
            pause = _IDLE_TICKS << min(self._failures, _MOST_DOUBLINGS)
        else:
            pause = _IDLE_TICKS if self.running is None else 1
        if not self._job.running and self._skipped >= pause:
            self.look()

    @Slot(object)
    def _take(self, views: tuple[RunView, ...]) -> None:
        self._failures = 0
        if self._read_for is self._reader:
            self.views = views
            self.changed.emit()
        if self._again or self._read_for is not self._reader:
            self.look()

    @Slot(object)
    def _fail(self, error: Exception) -> None:
        if self._read_for is not self._reader:
            self.look()
            return
        self._failures += 1
        if self._failures == 1:  # said once, however often it is tried again
            self.failed.emit(error)
