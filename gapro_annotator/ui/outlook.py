"""How good the labels probably are, worked out a moment after they changed: a decision never waits for it."""

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from gapro_annotator.labeling.outlook import GOOD_ENOUGH, Outlook, look_ahead
from gapro_annotator.ui.job import Job
from gapro_annotator.ui.review import Review

_DELAY_MS = 250


class OutlookWatch(QObject):
    """Looks ahead in a thread of its own once the queue has been quiet for a moment."""

    changed = Signal(object)
    """The `Outlook`; None where there are no pseudo labels."""

    def __init__(self, review: Review, parent: QObject | None = None, *, delay: int = _DELAY_MS) -> None:
        super().__init__(parent)
        self.good_enough = GOOD_ENOUGH
        """Share of wrong points that the open project is content with."""
        self._review = review
        self._job = Job("gapro-outlook", self)
        self._job.succeeded.connect(self._take)
        self._job.cancelled.connect(self._restart)
        self._timer = QTimer(self, singleShot=True, interval=delay)
        self._timer.timeout.connect(self._start)
        review.queue_changed.connect(self._queue_changed)

    def close(self) -> None:
        """Stop, and wait for the thread."""
        self._timer.stop()
        self._job.join()

    def look_again(self) -> None:
        """Work it out anew, as when the line is another."""
        self._queue_changed()

    @property
    def busy(self) -> bool:
        """Whether an answer is to come."""
        return self._timer.isActive() or self._job.running

    @Slot()
    def _queue_changed(self) -> None:
        self._job.cancel()
        self._restart()

    @Slot()
    def _restart(self) -> None:
        self._timer.start()

    @Slot()
    def _start(self) -> None:
        session = self._review.session
        pseudo = session.pseudo if session is not None else None
        if self._job.running:
            return  # cancelled: its end begins the wait again
        if session is None or pseudo is None or not len(session.boxes):
            self.changed.emit(None)
            return
        correction, superpoint, line = session.correction.copy(), session.scan.superpoint, self.good_enough
        self._job.start(lambda _progress: look_ahead(pseudo, correction, superpoint, good_enough=line))

    @Slot(object)
    def _take(self, outlook: Outlook) -> None:
        self.changed.emit(outlook)
