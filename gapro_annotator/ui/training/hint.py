"""Suggests to retrain when enough was corrected since the newest run learnt: quietly, and not again once put off."""

from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from gapro_annotator.ui.job import Job
from gapro_annotator.ui.training.run_watch import RunWatch
from gapro_annotator.ui.training.suggestion import (
    ENOUGH_REGIONS,
    corrected_elsewhere,
    corrected_since,
    in_words,
    is_enough,
    made_at,
)
from gapro_annotator.ui.workbench import Workbench

_DELAY_MS = 1500
_Known = tuple[Path, str, str]


class RetrainHint(QObject):
    """Counts corrections a moment after they were made; other scans are counted in a thread, once each is opened."""

    changed = Signal(str)
    """What to say; empty where nothing is suggested."""

    def __init__(self, bench: Workbench, watch: RunWatch, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.text = ""
        self._bench = bench
        self._watch = watch
        self._put_off_at = 0
        self._regions = 0
        self._elsewhere = 0
        self._counted: _Known | None = None
        self._ended = False
        self._job = Job("gapro-corrected", self)
        self._job.succeeded.connect(self._take)
        self._timer = QTimer(self, singleShot=True, interval=_DELAY_MS)
        self._timer.timeout.connect(self._count)
        bench.changed.connect(self.look)

    def look(self) -> None:
        """Count soon."""
        if not self._timer.isActive() and not self._ended:
            self._timer.start()

    def put_off(self) -> None:
        """Say nothing until as much again was corrected."""
        self._put_off_at = self._regions + ENOUGH_REGIONS
        self._say("")

    def forget(self) -> None:
        """Begin anew, as when a run was started."""
        self._put_off_at = self._elsewhere = 0
        self._counted = None
        self._say("")

    def join(self) -> None:
        """Stop for good, and wait for the thread: what closes after this may still say that it changed."""
        self._ended = True
        self._timer.stop()
        self._job.join()

    @Slot()
    def _count(self) -> None:
        session, project = self._bench.session, self._bench.workspace.project
        if session is None or project is None or self._watch.running is not None:
            self._say("")
            return
        newest = self._watch.views[0].folder if self._watch.views else None
        moment = made_at(newest) if newest is not None else None
        known = (project.folder, session.scan.name, newest.name if newest is not None else "")
        if known != self._counted and not self._job.running:
            if self._counted is None or known[::2] != self._counted[::2]:
                self._put_off_at = 0
            self._counted, self._elsewhere = known, 0
            self._job.start(lambda progress: corrected_elsewhere(known[0], known[1], moment, progress))
        here, share = corrected_since(session, moment)
        self._regions = here + self._elsewhere
        enough = is_enough(self._regions, share) and self._regions >= self._put_off_at
        self._say(in_words(self._regions, first=newest is None) if enough else "")

    @Slot(object)
    def _take(self, regions: int) -> None:
        self._elsewhere = regions
        self.look()

    def _say(self, text: str) -> None:
        if text != self.text:
            self.text = text
            self.changed.emit(text)
