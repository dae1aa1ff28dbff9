"""The Training dock: a line that is always there, and below it the pages about runs."""

from collections.abc import Mapping

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QSizePolicy, QTabWidget, QVBoxLayout, QWidget

from gapro_annotator.ui.training.actions import HEADER_BUTTONS, RUN_BUTTONS
from gapro_annotator.ui.training.compare import CompareView
from gapro_annotator.ui.training.desk import TrainingDesk
from gapro_annotator.ui.training.header import RunHeader
from gapro_annotator.ui.training.hint_line import HintLine
from gapro_annotator.ui.training.log_view import LogView
from gapro_annotator.ui.training.proposals import EMPTY, NOT_YET, ProposalsView
from gapro_annotator.ui.training.run_page import RunPage
from gapro_annotator.ui.training.scores import ScoresView
from gapro_annotator.ui.training.start_form import StartForm

_PLAIN = (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.KeypadModifier)


class TrainingPanel(QWidget):
    """Shows what the desk knows and hands clicks back."""

    left = Signal()
    """Esc: the keys should act on the view again."""
    folded = Signal(bool)

    def __init__(self, desk: TrainingDesk, actions: Mapping[str, QAction], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.desk = desk
        self._actions = actions
        self.header = RunHeader([actions[name] for name in HEADER_BUTTONS])
        self.hint = HintLine()
        self.run_page = RunPage([actions[name] for name in RUN_BUTTONS])
        self.scores = ScoresView()
        self.compare = CompareView()
        self.proposals = ProposalsView()
        self.log = LogView()
        self.form = StartForm()
        self.pages = QTabWidget()
        self.pages.setDocumentMode(True)
        self.pages.tabBar().setDrawBase(False)
        for page, title in (
            (self.run_page, "Run"),
            (self.scores, "Scores"),
            (self.compare, "Compare"),
            (self.proposals, "Proposals"),
            (self.log, "Log"),
            (self.form, "New run"),
        ):
            self.pages.addTab(page, title)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 0, 8, 4)
        layout.setSpacing(2)
        layout.addWidget(self.header)
        layout.addWidget(self.hint)
        layout.addWidget(self.pages, 1)
        self.pages.hide()
        self._keep_low(folded=True)
        self._connect()
        self.refresh()

    def _connect(self) -> None:
        desk = self.desk
        desk.changed.connect(self.refresh)
        desk.started.connect(lambda: self.show_page(self.run_page))
        desk.hint.changed.connect(self.hint.say)
        desk.accepting.changed.connect(self._show_proposals)
        self.header.run_chosen.connect(desk.choose)
        self.header.folded.connect(self._fold)
        self.hint.retrain.connect(self.ask)
        self.hint.put_off.connect(desk.hint.put_off)
        self.form.asked.connect(desk.start)
        self.compare.ticked_changed.connect(lambda: desk.compare(self.compare.ticked))
        self.compare.run_chosen.connect(desk.choose)
        self.proposals.accept_asked.connect(desk.accepting.accept)
        self.proposals.accept_all_asked.connect(desk.accepting.accept_all)
        self.proposals.reject_asked.connect(desk.accepting.reject)

    def ask(self) -> None:
        """Show the form of a new run; Enter starts it."""
        self._offer_scans()
        self.show_page(self.form)
        self.form.start.setFocus()

    def show_page(self, page: QWidget) -> None:
        """Unfold, and show this page."""
        dock = self.parentWidget()
        if dock is not None:
            dock.show()
            dock.raise_()
        self.set_folded(False)
        self.pages.setCurrentWidget(page)

    def set_folded(self, folded: bool) -> None:  # noqa: FBT001 - a state
        """Leave only the line at the top, or show the pages."""
        self.header.set_folded(folded)

    def refresh(self) -> None:
        """Show runs and project as they are now."""
        desk, run = self.desk, self.desk.run
        project = desk.bench.workspace.project
        self._enable()
        self.header.show_runs(desk.watch.views, run)
        self.header.show_state(run, has_project=project is not None, doing=desk.doing, asked=desk.asked)
        self.run_page.show_run(run, desk.compared)
        self.scores.show_run(run)
        self.compare.show_runs(desk.watch.views)
        self.log.show_run(run)
        if not desk.accepting.rows:
            self._show_proposals()
        if project is not self.form.project:  # else `ask` looks what scans there are
            self._offer_scans()
        self.form.show_runs(desk.watch.views)

    def _offer_scans(self) -> None:
        bench = self.desk.bench
        document = bench.session.document() if bench.session is not None else None
        labelled = document is not None and document.annotation is not None
        self.form.show_project(bench.workspace.project, document.scan.name if document and labelled else "")

    def _show_proposals(self) -> None:
        accepting = self.desk.accepting
        run = self.desk.run
        rounds = run.config.rounds if run is not None and run.config is not None else 0
        comes = run is not None and run.running and rounds > 0
        self.proposals.show_proposed(accepting.rows, accepting.open_scan, NOT_YET if comes else EMPTY)

    def _enable(self) -> None:
        """Offer what can be done now."""
        desk, run = self.desk, self.desk.run
        possible = {
            "retrain": desk.bench.workspace.project is not None,
            "stop_run": run is not None and run.running and not desk.asked,
            "cancel_run": (run is not None and run.running) or bool(desk.doing),
            "resume_run": run is not None and run.resumable and not desk.doing,
            "use_features": run is not None and run.has_features,
            "show_prediction": run is not None and bool(run.predicted),
            "export_model": run is not None and run.has_model,
            "review_proposals": run is not None and bool(run.proposed),
        }
        for name, can in possible.items():
            self._actions[name].setEnabled(can)
        uses = self._actions["use_features"]
        uses.blockSignals(True)  # noqa: FBT003 - Qt's own
        uses.setChecked(run is not None and run.id == desk.features)
        uses.blockSignals(False)  # noqa: FBT003 - Qt's own

    def _fold(self, folded: bool) -> None:  # noqa: FBT001 - a signal's argument
        self.pages.setVisible(not folded)
        self._keep_low(folded=folded)
        self.folded.emit(folded)

    def _keep_low(self, *, folded: bool) -> None:
        """Take no more height than the line needs, or as much as the dock has."""
        vertical = QSizePolicy.Policy.Maximum if folded else QSizePolicy.Policy.Preferred
        self.setSizePolicy(QSizePolicy.Policy.Preferred, vertical)

    # -- keys ---------------------------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        """Keep plain keys for what has the focus in here: Space ticks a box and does not accept a region."""
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.modifiers() in _PLAIN
            and not Qt.Key.Key_F1 <= event.key() <= Qt.Key.Key_F35
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Leave the panel on Esc; no other key that nobody took goes further."""
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        event.accept()
