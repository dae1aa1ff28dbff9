"""Reads what a run found in the open scan once it is to be shown."""

from PySide6.QtCore import QObject, Signal, Slot

from gapro_annotator.session import Session
from gapro_annotator.training.predictions import read_prediction
from gapro_annotator.ui.colors import ColorMode
from gapro_annotator.ui.job import Job
from gapro_annotator.ui.prediction import ShownPrediction, shown_prediction
from gapro_annotator.ui.training.run_reader import RunView
from gapro_annotator.ui.workbench import Workbench


class PredictionLoader(QObject):
    """Keeps the view's prediction that of the chosen run, in a thread, while predictions are shown."""

    failed = Signal(object)

    def __init__(self, bench: Workbench, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bench = bench
        self._run: RunView | None = None
        self._asked: tuple[Session, str, int] | None = None
        self._job = Job("gapro-prediction", self)
        self._job.succeeded.connect(self._take)
        self._job.failed.connect(self._fail)
        self._job.cancelled.connect(self._look)
        bench.presenter.mode_changed.connect(lambda _mode: self._look())

    def show_run(self, run: RunView | None) -> None:
        """Show what this run found, from now on."""
        self._run = run
        self._look()

    def join(self) -> None:
        """Wait for the thread."""
        self._job.join()

    @Slot()
    def _look(self) -> None:
        session, run, presenter = self._bench.session, self._run, self._bench.presenter
        if session is None or presenter.mode is not ColorMode.PREDICTION:
            return
        name = session.scan.name
        if run is None or name not in run.predicted:
            self._asked = None
            if presenter.prediction is not None:
                presenter.set_prediction(None)
            return
        folder, instance = run.folder, session.instance.copy()
        path = folder / "predictions" / f"{name}.safetensors"
        asked = (session, str(folder), path.stat().st_mtime_ns if path.exists() else 0)
        if asked == self._asked or self._job.running:
            return  # a newer wish is met when this reading is over
        self._asked = asked
        self._job.start(lambda _progress: shown_prediction(folder.name, read_prediction(folder, name), instance))

    @Slot(object)
    def _take(self, shown: ShownPrediction) -> None:
        asked, session = self._asked, self._bench.session
        if asked is not None and asked[0] is session and self._run is not None and self._run.id == shown.run:
            self._bench.presenter.set_prediction(shown)
        else:
            self._asked = None
        self._look()

    @Slot(object)
    def _fail(self, error: Exception) -> None:
        self.failed.emit(error)
