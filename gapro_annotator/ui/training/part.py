"""Puts desk, panel and actions together, so that the window has one thing to assemble."""

from collections.abc import Mapping
from pathlib import Path

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QDockWidget, QFileDialog, QMainWindow

from gapro_annotator.ui.action_spec import ActionSpec
from gapro_annotator.ui.settings import Settings
from gapro_annotator.ui.training.actions import train_table
from gapro_annotator.ui.training.desk import TrainingDesk
from gapro_annotator.ui.training.panel import TrainingPanel
from gapro_annotator.ui.workbench import Workbench

_HEIGHT = 290
_FOLDED = "training_folded"


class TrainingPart(QObject):
    """The Training dock of a window."""

    def __init__(self, bench: Workbench, settings: Settings, window: QMainWindow) -> None:
        super().__init__(window)
        self.desk = TrainingDesk(bench, self)
        self.specs: list[ActionSpec] = train_table(
            {
                "retrain": self._retrain,
                "stop_run": self.desk.stop,
                "cancel_run": self.desk.cancel,
                "resume_run": self.desk.resume,
                "review_proposals": self._review_proposals,
                "show_prediction": self._show_prediction,
                "use_features": self.desk.use_features,
                "export_model": self._export_model,
            }
        )
        self._settings = settings
        self._window = window
        self._actions: Mapping[str, QAction] = {}

    def make_panel(self, actions: Mapping[str, QAction]) -> TrainingPanel:
        """Make the panel once the window has made the actions."""
        self._actions = actions
        self.panel = TrainingPanel(self.desk, actions)
        self.panel.set_folded(self._settings.switch(_FOLDED, default=True))
        self.panel.folded.connect(self._folded)
        return self.panel

    def _folded(self, folded: bool) -> None:  # noqa: FBT001 - a signal's argument
        self._settings.set_switch(_FOLDED, on=folded)
        dock = self.panel.parentWidget()
        if not folded and isinstance(dock, QDockWidget):
            self._window.resizeDocks([dock], [_HEIGHT], Qt.Orientation.Vertical)

    def _retrain(self) -> None:
        self.panel.ask()

    def _review_proposals(self) -> None:
        self.panel.show_page(self.panel.proposals)

    def _show_prediction(self) -> None:
        self._actions["color_prediction"].trigger()

    def _export_model(self) -> None:
        run = self.desk.run
        name = f"{run.id}.safetensors" if run is not None else ""
        file, _ = QFileDialog.getSaveFileName(self._window, "Export model", name, "Weights (*.safetensors)")
        if file:
            self.desk.export(Path(file))
