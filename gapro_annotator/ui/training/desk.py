"""What the Training panel does: the policy between run folders, the open scan and the labeler."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from gapro_annotator.errors import AnnotatorError
from gapro_annotator.session import Session
from gapro_annotator.training.config import RunConfig
from gapro_annotator.training.run_folder import RunFolder
from gapro_annotator.ui.job import Job, Work
from gapro_annotator.ui.training import work
from gapro_annotator.ui.training.accepting import Accepting
from gapro_annotator.ui.training.hint import RetrainHint
from gapro_annotator.ui.training.prediction_loader import PredictionLoader
from gapro_annotator.ui.training.run_reader import RunView
from gapro_annotator.ui.training.run_watch import RunWatch
from gapro_annotator.ui.workbench import Workbench

BUSY = "One thing at a time: the last one is still being done."


class TrainingDesk(QObject):
    """Starts, stops and resumes runs, and takes over what they made. All that reads or writes much runs in a thread."""

    changed = Signal()
    """Runs, the chosen run, the project or what is being done may have changed."""
    started = Signal()
    """A run was started or resumed, and is the chosen one."""
    said = Signal(str)
    failed = Signal(object)

    def __init__(self, bench: Workbench, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.bench = bench
        self.watch = RunWatch(self)
        self.prediction = PredictionLoader(bench, self)
        self.hint = RetrainHint(bench, self.watch, self)
        self.accepting = Accepting(bench, self)
        self.doing = ""
        """What is being done in the background, in words; empty for nothing."""
        self._chosen = ""
        self._starting = ""
        self._compared: tuple[str, ...] = ()
        self._asked: dict[str, str] = {}
        self._job = Job("gapro-training", self)
        self._done: Callable[[Any], None] = lambda _result: None
        self._job.progressed.connect(self._progressed)
        self._job.succeeded.connect(self._succeeded)
        self._job.failed.connect(self._failed)
        self._job.cancelled.connect(lambda: self._ended("Stopped; nothing was trained."))
        self.watch.changed.connect(self._runs_changed)
        for part in (self.watch, self.prediction, self.accepting):
            part.failed.connect(self.failed)
        self.accepting.said.connect(self.said)
        self.accepting.features_chosen.connect(self._use_features)
        bench.session_changed.connect(self._session_changed)

    # -- which run ----------------------------------------------------------------------------------------------

    @property
    def run(self) -> RunView | None:
        """The chosen run: at first the newest."""
        return self.watch.view(self._chosen)

    @property
    def compared(self) -> list[RunView]:
        """The runs whose curves are shown."""
        views = [view for one in self._compared if (view := self.watch.view(one)) is not None]
        return views if len(views) > 1 else [self.run] if self.run is not None else []

    def choose(self, run: str) -> None:
        """Look at this run."""
        if run != self._chosen:
            self._chosen = run
            self._want()
            self._show_run()

    def compare(self, runs: list[str]) -> None:
        """Lay the curves of these runs over each other; with fewer than two, show the chosen run alone."""
        self._compared = tuple(runs)
        self._want()
        self.changed.emit()

    # -- runs ---------------------------------------------------------------------------------------------------

    def start(self, config: RunConfig) -> None:
        """Start a run on the labels as they are now; what is not saved is saved first."""
        project = self.bench.workspace.project
        if project is None or self._is_busy():
            return
        if self.bench.workspace.unsaved and not self.bench.save():
            return  # it was said why
        folder = project.folder
        self._do("Copying the labels", lambda progress: work.start_run(folder, config, progress), self._started)

    @property
    def asked(self) -> str:
        """'stopping' or 'giving up', where that was asked of the chosen run and it has not ended yet; else empty."""
        run = self.run
        return self._asked.get(run.id, "") if run is not None and run.running else ""

    def stop(self) -> None:
        """Ask the running run to end soon; its model is kept."""
        self._ask(RunFolder.request_stop, "stopping", "It stops after this step and keeps its model and features.")

    def cancel(self) -> None:
        """Ask the running run to give up; its folder stays."""
        if self._job.running:
            self._job.cancel()
        else:
            self._ask(RunFolder.request_cancel, "giving up", "It gives up; its folder stays.")

    def resume(self) -> None:
        """Start the process of the chosen run again, from its last checkpoint."""
        run = self.run
        if run is None or not run.resumable:
            self.said.emit("There is no run to resume: choose one that was stopped or ended unexpectedly.")
        elif not self._is_busy():
            folder = run.folder
            self._do("Starting the process again", lambda _progress: work.resume(folder), self._started)

    def export(self, target: Path) -> None:
        """Copy the weights of the chosen run."""
        run = self.run
        if run is None or not run.has_model:
            self.said.emit("This run has no model yet; it is kept with the first evaluation.")
        elif self._job.running:
            self.said.emit(BUSY)
        else:
            folder = run.folder
            self._do("Copying the model", lambda _: work.export_model(folder, target), self._exported)

    # -- what a run learnt --------------------------------------------------------------------------------------

    @property
    def features(self) -> str:
        """Id of the run whose features the labeler sees; empty for none."""
        project = self.bench.workspace.project
        return project.features if project is not None else ""

    def use_features(self, on: bool = True) -> None:  # noqa: FBT001, FBT002 - an action's state
        """Let the labeler see the features of the chosen run, or none."""
        run = self.run
        if run is not None and run.has_features:
            self._use_features(run.id if on else "")
            self.said.emit(
                f"The labeler sees the features of {run.id} from now on. Ctrl+L labels the scan with them."
                if on
                else "The labeler sees colours and places alone again. Ctrl+L labels the scan with them."
            )

    def close(self) -> None:
        """Stop what runs in the window's process; runs go on."""
        for part in (self._job, self.prediction, self.hint, self.accepting):
            part.join()
        self.watch.close()

    # -- inside -------------------------------------------------------------------------------------------------

    @Slot(object)
    def _session_changed(self, session: Session | None) -> None:
        project = self.bench.workspace.project
        folder = project.folder if project is not None else None
        if folder != self.watch.project:
            self._chosen, self._starting, self._compared = "", "", ()
            self.watch.attach(folder)
        self.accepting.attach(session)
        self._show_run()

    def _runs_changed(self) -> None:
        views = self.watch.views
        if self._starting and self.watch.view(self._starting) is not None:
            self._chosen, self._starting = self._starting, ""
            self._want()
        elif self.watch.view(self._chosen) is None:
            self._chosen = views[0].id if views else ""
        self._show_run()

    def _show_run(self) -> None:
        self.prediction.show_run(self.run)
        self.accepting.show_run(self.run)
        self.hint.look()
        self.changed.emit()

    def _want(self) -> None:
        wanted = frozenset((self._chosen, *self._compared))
        if wanted != self.watch.wanted:
            self.watch.wanted = wanted
            self.watch.look()

    def _is_busy(self) -> bool:
        """Say so where a run is being started or trained: two would only take turns on the same device."""
        running = self.watch.running
        if self._job.running:
            self.said.emit(BUSY)
        elif running is not None:
            self.said.emit(f"{running.id} is being trained; stop it first, or wait.")
        return self._job.running or running is not None

    def _ask(self, request: Callable[[RunFolder], None], doing: str, said: str) -> None:
        run = self.run
        if run is None or not run.running:
            self.said.emit("This run is not being trained.")
            return
        try:
            request(RunFolder(run.folder))
        except AnnotatorError as error:
            self.failed.emit(error)
        else:
            self._asked[run.id] = doing
            self.said.emit(f"{run.id}: {said}")
            self.changed.emit()

    def _use_features(self, run: str) -> None:
        try:
            self.bench.set_features(run)
        except AnnotatorError as error:
            self.failed.emit(error)
        self.changed.emit()

    def _do(self, what: str, job: Work, done: Callable[[Any], None]) -> None:
        self.doing, self._done = what, done
        self._job.start(job)
        self.changed.emit()

    @Slot(int, int, str)
    def _progressed(self, done: int, total: int, what: str) -> None:
        self.doing = f"{self.doing.split(':')[0]}: {what} ({min(done + 1, total)} of {total})" if total else self.doing
        self.changed.emit()

    @Slot(object)
    def _succeeded(self, result: object) -> None:
        done = self._done
        self._ended("")
        done(result)

    @Slot(object)
    def _failed(self, error: Exception) -> None:
        self._ended("")
        self.failed.emit(error)

    def _ended(self, said: str) -> None:
        self.doing = ""
        if said:
            self.said.emit(said)
        self.changed.emit()

    def _started(self, run: str) -> None:
        self._asked.pop(run, None)
        self._starting = run
        self.hint.forget()
        self.watch.look()
        self.started.emit()
        self.said.emit(f"{run} trains beside the window; you can go on, and close the window too.")

    def _exported(self, target: Path) -> None:
        self.said.emit(f"Copied to {target}, its settings beside it.")
