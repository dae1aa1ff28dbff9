"""Labelling in the background: the latest request wins, and each correction is learnt from by itself."""

from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal, Slot

from gapro_annotator.arrays import Float32, Int32
from gapro_annotator.labeling.experience import Experience
from gapro_annotator.labeling.request import LabelerConfig, LabelRequest, LabelResponse
from gapro_annotator.session import Session
from gapro_annotator.ui.job import Job, Work
from gapro_annotator.ui.labeling_work import LabelWork, Run, regions_corrected
from gapro_annotator.ui.naming import what_was_learnt

LEARN_DELAY = 20
"""Milliseconds of quiet after a correction before the labeler runs: keys that come together are learnt together."""
WARM_DELAY = 400
"""Milliseconds, twice, after a scan was opened before the labeler gets ready for it: torch is slow, so the window comes
first. Twice, because the first wait is over at once where painting the scan takes longer."""
REFIT_AFTER = 25
"""Regions corrected since hyper-parameters were learnt, from which on they are learnt anew."""
REFIT_IDLE = 4000
"""Milliseconds without a correction before that begins."""
INITIATOR = "labeler"


class LabelRunner(QObject):
    """Asks the labeler about the open scan and installs its answers.

    An edit during a run makes the answer stale: the session drops it and a new run follows, full where the first was
    full. Only getting ready is never broken off by an edit: the run that follows needs it.
    """

    started = Signal(bool)
    """Whether it is a full run, which the user asked for."""
    progressed = Signal(int, int, str)
    finished = Signal(str)
    """What came of it, for the status bar; empty where another run follows."""
    learnt = Signal(object)
    """(M,) int64, the points whose label changed by learning from corrections."""
    became_ready = Signal()
    """The labeler is ready for the open scan: `taught` answers."""
    failed = Signal(object)
    said = Signal(str)

    def __init__(self, parent: QObject | None = None, *, delay: int = LEARN_DELAY, idle: int = REFIT_IDLE) -> None:
        super().__init__(parent)
        self.learn = True
        self.config = LabelerConfig()
        self.experience: Experience | None = None
        """What corrections of other scans taught."""
        self._problem = ""
        self.work = LabelWork()
        self._session: Session | None = None
        self._job = Job("gapro-label", self)
        self._job.progressed.connect(self.progressed)
        self._job.succeeded.connect(self._take)
        self._job.failed.connect(self._fail)
        self._job.cancelled.connect(self._stopped)
        self._timer = QTimer(self, singleShot=True, interval=delay)
        self._timer.timeout.connect(self._start)
        self.warm_delay = WARM_DELAY
        self._warm_timer = QTimer(self, singleShot=True)
        self._warm_timer.timeout.connect(self._warm_up_later)
        self._painted = False
        self._warmed: Session | None = None
        self._idle = QTimer(self, singleShot=True, interval=idle)
        self._idle.timeout.connect(self._refit)
        self._run = Run.WARM_UP
        self._full = False
        self._again = False
        self._reason = self._said_before = ""
        self._fitted_at = 0

    @property
    def running(self) -> bool:
        """Whether the labeler is at work."""
        return self._job.running

    @property
    def busy(self) -> bool:
        """Whether it is at work or about to be."""
        return self._job.running or self._timer.isActive() or self._warm_timer.isActive()

    def attach(self, session: Session | None) -> None:
        """Label this scan from now on and get ready for it soon; what still runs for another is dropped."""
        self.join()
        self._session, self._warmed, self._painted, self._problem = session, None, False, ""
        if session is not None and session.pseudo is not None:
            self._warm_timer.start(self.warm_delay)
        self._fitted_at = regions_corrected(session)

    def warm_up(self) -> None:
        """Get ready for the open scan where it is labelled, or load what labelling needs: no correction waits then."""
        session = self._session
        if self._job.running or self._timer.isActive():
            return
        if session is None or session.pseudo is None or self.config.method != "gp":
            self._begin(Run.WARM_UP, lambda _progress: self.work.load())
        elif self._warmed is not session:
            self._get_ready(session)

    @Slot()
    def _warm_up_later(self) -> None:
        if self._painted:
            self.warm_up()
        else:
            self._painted = True
            self._warm_timer.start()

    def label(self) -> None:
        """Label the whole scan anew."""
        self._full = True
        self._ask(delay=0)

    def correction_made(self) -> None:
        """Learn from a correction, unless that is switched off; a full run that it made stale is begun again."""
        if self.learn and self._session is not None and self._session.pseudo is not None:
            self._ask(delay=self._timer.interval())
        elif self._job.running and self._full:
            self._ask(delay=0)

    def use_features(self, folder: Path | None) -> None:
        """See the deep features in this folder (a run's) from the next labels on; None for none."""
        if folder != self.work.features:
            self.work.features, self._warmed, self._problem = folder, None, ""

    def forget(self, said: str) -> None:
        """Label without what other scans taught from now on; `said` comes before what changes by that."""
        used, self.experience = self.experience, None
        session = self._session
        if used is not None and self.learn and session is not None and session.pseudo is not None:
            self._said_before = f"{said} "
            self._ask(delay=0)
        else:
            self.finished.emit(said)

    def taught(self, correction: Int32) -> Experience | None:
        """What these corrections, (N,) int32, of the open scan teach; None until `became_ready`."""
        return None if self._session is None else self.work.experience(self._session.scan, correction)

    def drop(self, because: str = "the undo") -> None:
        """Drop what is under way, as after an undo: an answer to it would be a new step and end the redo."""
        self._stop(f"Labelling stopped by {because}; Ctrl+L starts it again" if self._full else "")

    def cancel(self) -> None:
        """Stop, because the user said so."""
        self._stop("Labelling stopped; the labels are as they were")

    def join(self) -> None:
        """Stop and wait for the thread."""
        was_running = self._job.running
        self._warm_timer.stop()
        self._stop("")
        self._job.join()
        if was_running:
            self.finished.emit("")

    def _stop(self, reason: str) -> None:
        waited = self._again or self._timer.isActive()
        self._timer.stop()
        self._idle.stop()
        self._again = self._full = False
        self._reason, self._said_before = reason, ""
        if not self._warming:
            self._job.cancel()
        elif waited:
            self.finished.emit(reason)

    @property
    def _warming(self) -> bool:
        return self._job.running and self._run is Run.WARM_UP

    def _ask(self, *, delay: int) -> None:
        self._idle.stop()
        self._warm_timer.stop()
        self._again = self._job.running
        if self._warming:
            self.started.emit(self._full)  # the user sees that it is coming
        else:
            self._job.cancel()
        self._timer.start(delay)

    @Slot()
    def _start(self) -> None:
        session = self._session
        if session is None or self._job.running:
            return
        if not self._full and self.config.method == "gp" and self._warmed is not session:
            self._again = True  # what a run of its own prepares is not lost when the next correction comes
            self._get_ready(session)
            return
        self._again = False
        self._answer(session, Run.LABEL if self._full else Run.LEARN)

    @Slot()
    def _refit(self) -> None:
        """Learn hyper-parameters anew, but not under what the user may still want to redo."""
        session = self._session
        if session is not None and self.learn and not self.busy and session.redo_text is None:
            self._answer(session, Run.REFIT)

    def _get_ready(self, session: Session) -> None:
        self._warmed = session
        request = self._request_of(session, Run.WARM_UP)
        if self._again:
            self.started.emit(False)  # noqa: FBT003 - a signal's argument
        self._begin(Run.WARM_UP, lambda progress: (request.revision, self.work.ready(request, progress)))

    def _answer(self, session: Session, run: Run) -> None:
        request = self._request_of(session, run)
        self.started.emit(run is Run.LABEL)
        self._begin(run, lambda progress: self.work.label(request, progress))

    def _begin(self, run: Run, work: Work) -> None:
        self._warm_timer.stop()
        self._run, self._reason = run, ""
        self._job.start(work)

    def _request_of(self, session: Session, run: Run) -> LabelRequest:
        anew = run in (Run.LABEL, Run.REFIT) or session.pseudo is None
        return LabelRequest(
            scan=session.scan,
            boxes=session.boxes,
            correction=session.correction.copy(),
            config=self.config,
            fitted=None if anew or session.pseudo is None else session.pseudo.provenance,
            learn_with_corrections=anew,
            experience=self.experience,
            revision=session.revision,
        )

    @Slot(object)
    def _take(self, result: LabelResponse | tuple[int, Float32 | None] | None) -> None:
        if self.work.problem not in ("", self._problem):
            self.said.emit(self.work.problem)
        self._problem = self.work.problem
        if isinstance(result, LabelResponse):
            self._take_answer(result)
            return
        session = self._session
        if session is not None and result is not None:
            revision, teaches = result
            if teaches is not None:
                session.inform(teaches, revision, initiator=INITIATOR)
            self.became_ready.emit()
        self._go_on()

    def _take_answer(self, response: LabelResponse) -> None:
        session, run = self._session, self._run
        if session is None:
            return
        before = session.instance.copy()
        learnt = run is not Run.LABEL
        if not session.install(
            response.pseudo, response.revision, learnt=learnt, text="Label the scan", initiator=INITIATOR
        ):
            self._stopped()
            return
        self._full, self._warmed = False, session
        if learnt:
            self.learnt.emit(np.flatnonzero(before != session.instance).astype(np.int64))
        said = what_was_learnt(session, before) if learnt else f"Labelled in {response.seconds:.1f} s"
        self.finished.emit(self._said_before + said)
        self._said_before = ""
        self._count_corrected(session, run)
        self.became_ready.emit()

    def _count_corrected(self, session: Session, run: Run) -> None:
        """Begin to wait for a moment to refit, once enough was corrected since the last time."""
        corrected = regions_corrected(session)
        if run is not Run.LEARN:
            self._fitted_at = corrected
        elif corrected - self._fitted_at >= REFIT_AFTER:
            self._idle.start()

    @Slot(object)
    def _fail(self, error: Exception) -> None:
        if self._run is Run.WARM_UP:  # whoever needs it meets the error again, and is told then
            self._go_on()
            return
        self._full = False
        self.finished.emit("Labelling failed")
        self.failed.emit(error)

    @Slot()
    def _stopped(self) -> None:
        if self._again:
            self.finished.emit("")
            self._go_on()
        elif self._run is not Run.WARM_UP:
            self._full = False
            self.finished.emit(self._reason)

    def _go_on(self) -> None:
        """Start the run that waited for this one."""
        if self._again and not self._timer.isActive():
            self._start()
