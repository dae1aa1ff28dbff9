"""Labelling in the background: the latest request wins, and each correction is learnt from by itself."""

from importlib import import_module
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal, Slot

from gapro_annotator.arrays import Int64
from gapro_annotator.labeling.request import LabelerConfig, LabelRequest, LabelResponse, Progress
from gapro_annotator.session import Session
from gapro_annotator.ui.job import Job

LEARN_DELAY = 150
"""Milliseconds of quiet after a correction before the labeler runs: fast keys do not pile up."""
INITIATOR = "labeler"


class LabelRunner(QObject):
    """Asks the labeler about the open scan and installs its answers.

    A full run learns hyper-parameters anew; a learning run after a correction reuses the fitted ones. An edit during a
    run makes the answer stale: the session drops it and a new run follows, full where the first was full.
    """

    started = Signal(bool)
    """Whether it is a full run, which the user asked for."""
    progressed = Signal(int, int, str)
    finished = Signal(str)
    """What came of it, for the status bar; empty where another run follows."""
    learnt = Signal(object)
    """(M,) int64, the points whose label changed by learning from corrections."""
    failed = Signal(object)

    def __init__(self, parent: QObject | None = None, *, delay: int = LEARN_DELAY) -> None:
        super().__init__(parent)
        self.learn = True
        self.config = LabelerConfig()
        self._session: Session | None = None
        self._job = Job("gapro-label", self)
        self._job.progressed.connect(self.progressed)
        self._job.succeeded.connect(self._take)
        self._job.failed.connect(self._fail)
        self._job.cancelled.connect(self._stopped)
        self._timer = QTimer(self, singleShot=True, interval=delay)
        self._timer.timeout.connect(self._start)
        self._full = False
        self._again = False
        self._reason = ""

    @property
    def running(self) -> bool:
        """Whether the labeler is at work."""
        return self._job.running

    @property
    def busy(self) -> bool:
        """Whether it is at work or about to be."""
        return self._job.running or self._timer.isActive()

    def attach(self, session: Session | None) -> None:
        """Label this scan from now on; what still runs for another is dropped."""
        self.join()
        self._session = session

    def warm_up(self) -> None:
        """Load what labelling needs, so that the first correction does not wait for it."""
        if not self._job.running:
            self._job.start(lambda _progress: _load())

    def label(self) -> None:
        """Label the whole scan anew."""
        self._full = True
        self._request(delay=0)

    def correction_made(self) -> None:
        """Learn from a correction, unless that is switched off; a full run that it made stale is begun again."""
        if self.learn and self._session is not None and self._session.pseudo is not None:
            self._request(delay=self._timer.interval())
        elif self._job.running and self._full:
            self._request(delay=0)

    def drop(self) -> None:
        """Drop what is under way, as after an undo: an answer to it would be a new step and end the redo."""
        self._stop("Labelling stopped by the undo; Ctrl+L starts it again" if self._full else "")

    def cancel(self) -> None:
        """Stop, because the user said so."""
        self._stop("Labelling stopped; the labels are as they were")

    def join(self) -> None:
        """Stop and wait for the thread."""
        was_running = self._job.running
        self._stop("")
        self._job.join()
        if was_running:
            self.finished.emit("")

    def _stop(self, reason: str) -> None:
        self._timer.stop()
        self._again = self._full = False
        self._reason = reason
        self._job.cancel()

    def _request(self, *, delay: int) -> None:
        self._again = self._job.running
        self._job.cancel()
        self._timer.start(delay)

    @Slot()
    def _start(self) -> None:
        session = self._session
        if session is None or self._job.running:
            return
        self._again = False
        request = LabelRequest(
            scan=session.scan,
            boxes=session.boxes,
            correction=session.correction.copy(),
            config=self.config,
            fitted=None if self._full or session.pseudo is None else session.pseudo.provenance,
            revision=session.revision,
        )
        self.started.emit(self._full)
        self._job.start(lambda progress: _label(request, progress))

    @Slot(object)
    def _take(self, response: LabelResponse | None) -> None:
        if response is None:
            self._stopped()
            return
        changed = self._install(response)
        if changed is None:
            self._stopped()
            return
        full, self._full = self._full, False
        if not full:
            self.learnt.emit(changed)
        said = _what_changed(len(changed))
        self.finished.emit(f"Labelled in {response.seconds:.1f} s" if full else f"Learnt: {said}")

    def _install(self, response: LabelResponse) -> Int64 | None:
        """Hand an answer to the session; return the points whose label it changed, None where it is stale."""
        session = self._session
        if session is None:
            return None
        before = session.instance.copy()
        installed = session.install(
            response.pseudo, response.revision, learnt=not self._full, text="Label the scan", initiator=INITIATOR
        )
        return np.flatnonzero(before != session.instance).astype(np.int64) if installed else None

    @Slot(object)
    def _fail(self, error: Exception) -> None:
        self._full = False
        self.finished.emit("Labelling failed")
        self.failed.emit(error)

    @Slot()
    def _stopped(self) -> None:
        if self._again:
            self.finished.emit("")
            if not self._timer.isActive():
                self._start()
        else:
            self._full = False
            self.finished.emit(self._reason)


def _what_changed(points: int) -> str:
    return f"{points:,} point{'' if points == 1 else 's'} changed" if points else "no label changed"


def _load() -> None:
    import_module("gapro_annotator.labeling.labeler")


def _label(request: LabelRequest, progress: Progress) -> LabelResponse:
    # Imported here, in the worker: torch takes seconds, and the window must not wait for it.
    from gapro_annotator.labeling.labeler import label

    return label(request, progress)


def device_of(provenance: dict[str, Any]) -> str:
    """'GPU' or 'CPU', wherever the labels were made."""
    return "GPU" if str(provenance.get("device", "cpu")).startswith("cuda") else "CPU"
