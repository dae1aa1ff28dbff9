"""The window: assembles panels, actions and view around the workbench, and decides nothing."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QDockWidget,
    QMainWindow,
    QWidget,
)

from gapro_annotator.session import Session
from gapro_annotator.ui.action_spec import make_actions
from gapro_annotator.ui.actions import action_table
from gapro_annotator.ui.banner import Banner
from gapro_annotator.ui.colors import ColorMode
from gapro_annotator.ui.instance_actions import INSTANCE_MENU
from gapro_annotator.ui.instance_part import InstancePart
from gapro_annotator.ui.labeling_runner import LEARN_DELAY
from gapro_annotator.ui.menus import FittingToolBar, RecentMenu, fill_menus, fill_toolbar
from gapro_annotator.ui.messages import show_error
from gapro_annotator.ui.naming import NO_BOXES
from gapro_annotator.ui.notice import Notice
from gapro_annotator.ui.opening import Opening
from gapro_annotator.ui.panels.instances import InstancesPanel
from gapro_annotator.ui.panels.region_card import CHOICES
from gapro_annotator.ui.panels.review import ReviewPanel
from gapro_annotator.ui.panels.scans import ScansPanel
from gapro_annotator.ui.parts import PARTS, DockSpec
from gapro_annotator.ui.pointer_label import PointerLabel
from gapro_annotator.ui.settings import Settings
from gapro_annotator.ui.shortcut_overlay import ShortcutOverlay
from gapro_annotator.ui.stage import LAYOUT_VERSION, Stage
from gapro_annotator.ui.start_page import StartPage
from gapro_annotator.ui.status import StatusBar, click_hint, figures
from gapro_annotator.ui.training.part import TrainingPart
from gapro_annotator.ui.view.scene_view import SceneView
from gapro_annotator.ui.waiting import Waiting
from gapro_annotator.ui.workbench import Workbench

_DECISIONS = tuple(name for name, _ in CHOICES)
_NEEDS_SCAN = ("open_again", "restore", "next", "previous")
_CHANGES_SCAN = ("save", "undo", "redo", *_DECISIONS)


class MainWindow(QMainWindow):
    """Panels around the 3D view."""

    def __init__(self, settings: Settings | None = None, *, learn_delay: int = LEARN_DELAY) -> None:
        super().__init__()
        self.settings = settings or Settings()
        self.view = SceneView()
        self.view.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.bench = Workbench(self.view, self.settings, learn_delay=learn_delay)
        self.opening = Opening(self.bench, self)
        self.pointer = PointerLabel(self.view)
        self.banner = Banner()
        self.start_page = StartPage(self.settings)
        self.stack = Stage(self, self.start_page, self.view, self.banner)
        self.objects = InstancePart(self.bench)
        self.instances = InstancesPanel()
        self.scans = ScansPanel()
        self.review = ReviewPanel()
        self.train = TrainingPart(self.bench, self.settings, self)
        self.status = StatusBar()
        self.setStatusBar(self.status)
        self.notice = Notice(self)
        self.notice.save_asked.connect(self.bench.save)
        self.waiting = Waiting(self)
        self.bench.workspace.wait = self.waiting.run
        self.bench.workspace.busy = lambda: self.waiting.busy
        self.setAcceptDrops(True)
        self.parts = [make(self) for make in PARTS]
        self._make_actions()
        self.training = self.train.make_panel(self.actions_by_id)
        self._lay_out()
        self._fill_bars()
        self._connect()
        for part in self.parts:
            part.connect_window(self)
        self.resize(1280, 800)
        self._restore_layout()
        self._show_session(None)

    def open(self, path: Path) -> None:
        """Open a project or scan, or ask where a foreign scan is to be imported."""
        self.opening.open(path)

    # -- assembling ---------------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        self.setCentralWidget(self.stack)
        left, right = Qt.DockWidgetArea.LeftDockWidgetArea, Qt.DockWidgetArea.RightDockWidgetArea
        self.docks = [
            self._dock("Instances", self.instances, left),
            self._dock("Scans", self.scans, left),
            self._dock("Review", self.review, right),
            self._dock("Training", self.training, Qt.DockWidgetArea.BottomDockWidgetArea),
            self._dock("Boxes", self.objects.boxes, left),
            self._dock("Classes", self.objects.classes, left),
        ]
        self.tabifyDockWidget(self.docks[1], self.docks[4])
        self.tabifyDockWidget(self.docks[4], self.docks[5])
        for part in self.parts:
            for spec in part.docks:
                self._add_dock(spec)
        for front in self.docks[1:3]:
            front.raise_()
        self.resizeDocks(self.docks[:2], [560, 160], Qt.Orientation.Vertical)
        self.resizeDocks([self.docks[0], self.docks[2]], [352, 300], Qt.Orientation.Horizontal)

    def _dock(self, title: str, panel: QWidget, area: Qt.DockWidgetArea | None) -> QDockWidget:
        dock = QDockWidget(title, self)
        dock.setObjectName(title.lower())
        dock.setWidget(panel)
        if area is not None:
            self.addDockWidget(area, dock)
        return dock

    def _add_dock(self, spec: DockSpec) -> None:
        # A dock that had a place of its own before would leave a row of tabs behind.
        dock = self._dock(spec.title, spec.panel, None if spec.behind else spec.area)
        if spec.behind:
            front = next(other for other in self.docks if other.windowTitle() == spec.behind)
            self.tabifyDockWidget(front, dock)
        dock.setVisible(spec.open)
        self.docks.append(dock)

    def _make_actions(self) -> None:
        slots: dict[str, Callable[[], None]] = {
            "open_project": self.opening.choose_project,
            "open_scan": self.opening.choose_scan,
            "make_demo": self.opening.open_demo,
            "open_again": self.opening.open_again,
            "restore": self.opening.show_backups,
            "quit": self._quit,
            "close_notice": self.notice.hide,
            "shortcuts": self._toggle_keys,
        }
        of_parts = [spec for part in self.parts for spec in part.specs]
        self.specs = action_table(self.bench, slots, (*self.objects.specs, *of_parts, *self.train.specs))
        self.actions_by_id = make_actions(self.specs, self)
        self._label_tip = self.actions_by_id["label"].toolTip()

    def _fill_bars(self) -> None:
        self.overlay = ShortcutOverlay(self.specs, self)
        recent = RecentMenu(self.settings, self.open, self)
        fill_menus(self.menuBar(), self.specs, self.actions_by_id, self.docks, recent)
        self.toolbar = FittingToolBar("Tools", self)
        self.addToolBar(self.toolbar)
        fill_toolbar(self.toolbar, self.actions_by_id)
        self.stack.take_panels(self.docks, [self.toolbar])

    def _connect(self) -> None:
        bench, review = self.bench, self.bench.review
        bench.failed.connect(self._show_error)
        bench.said.connect(self.status.say)
        bench.session_changed.connect(self._show_session)
        bench.changed.connect(self._refresh)
        self.view.pictures.became_ready.connect(self._show_hint)
        bench.choose_instance.connect(self.instances.choose)
        bench.work_started.connect(self.status.start_work)
        bench.work_progressed.connect(self.status.show_progress)
        bench.work_ended.connect(self.status.end_work)
        bench.workspace.recovered.connect(self.banner.show_recovered)
        bench.workspace.locked.connect(self.banner.show_locked)
        bench.workspace.saved.connect(self.banner.hide)
        bench.presenter.mode_changed.connect(self._show_mode)
        bench.presenter.pointed_at.connect(self.pointer.say)
        review.queue_changed.connect(lambda: self.review.show_review(review))
        review.region_changed.connect(lambda _region, _fly: self.review.show_region(review))
        bench.outlook.changed.connect(self.review.show_outlook)
        self.review.row_chosen.connect(review.show_row)
        self.review.card.decided.connect(bench.decide)
        self.instances.chosen_changed.connect(self._chosen)
        self.instances.connect_desk(self.objects.desk, [self.actions_by_id[name] for name in INSTANCE_MENU])
        self.instances.filter.returnPressed.connect(self.view.setFocus)
        self.scans.asked_for.connect(self.opening.open_scan)
        bench.sources.ready.connect(self.opening.open_made)
        self.start_page.asked_for.connect(lambda name: self.actions_by_id[name].trigger())
        self.start_page.recent_chosen.connect(self.open)
        self.status.cancel_asked.connect(bench.cancel)
        self.train.desk.said.connect(self.status.say)
        self.train.desk.failed.connect(self._show_error)
        self.training.left.connect(self.view.setFocus)
        self.training.proposals.scan_asked.connect(self.opening.open_scan)

    # -- showing ------------------------------------------------------------------------------------------------

    def _show_session(self, session: Session | None) -> None:
        nothing_open = session is None and self.bench.workspace.project is None
        self.start_page.refresh()
        if self.stack.alone and not nothing_open:
            QTimer.singleShot(0, self, self.view.look_at_all)  # once the view has its size between the docks
        self.stack.show_alone(self.start_page if nothing_open else None)
        for name in _NEEDS_SCAN:
            self.actions_by_id[name].setEnabled(session is not None)
        writable = session is not None and not session.read_only
        for name in _CHANGES_SCAN:
            self.actions_by_id[name].setEnabled(writable)
        self.banner.hide()
        self.status.forget()
        self.view.setFocus()
        self.instances.show_session(session)
        project = self.bench.workspace.project
        self.review.folder = project.folder if project else None
        self.review.show_review(self.bench.review)
        self._refresh()

    def _refresh(self) -> None:
        bench, session = self.bench, self.bench.session
        title = bench.workspace.title
        self.setWindowTitle(f"{title} – gapro-annotator" if title else "gapro-annotator")
        self._show_hint()
        self.status.figures.setText(figures(session, bench.workspace.saved_at))
        self.instances.show_session(session, bench.presenter.visibility)
        self.scans.show_project(bench.workspace.project, session)
        self.review.show_experience(bench.experience.in_words)
        self.actions_by_id["forget"].setEnabled(bench.experience.kept.scans > 0)
        can_label = session is not None and not session.read_only and len(session.boxes) > 0
        self.actions_by_id["label"].setEnabled(can_label)
        self.actions_by_id["label"].setToolTip(self._label_tip if can_label or session is None else NO_BOXES)
        undo, redo = self.actions_by_id["undo"], self.actions_by_id["redo"]
        edited = session if session is not None and not session.read_only else None
        undo.setEnabled(edited is not None and edited.undo_text is not None)
        redo.setEnabled(edited is not None and edited.redo_text is not None)

    def _show_hint(self) -> None:
        self.status.show_hint(click_hint(self.bench.session, self.bench.tools.hint))

    def _show_mode(self, mode: ColorMode) -> None:
        self.actions_by_id[f"color_{mode.value}"].setChecked(True)

    def _toggle_keys(self) -> None:
        self.overlay.toggle()

    def _quit(self) -> None:
        self.close()

    def _chosen(self, instance: int | None) -> None:
        self.bench.choose(instance)
        self.review.show_region(self.bench.review)

    def _show_error(self, error: Exception) -> None:
        show_error(self.notice, error)

    # -- Qt's events --------------------------------------------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take files and folders."""
        if _dropped(event):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Open what was dropped."""
        event.acceptProposedAction()
        paths = _dropped(event)
        # Later: a question asked here would hold up the program that the file was dragged from.
        QTimer.singleShot(0, self, lambda: self.opening.open_all(paths))

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask about what is not saved, remember the layout, wait for the workers."""
        if self.waiting.busy or not self.opening.may_leave():
            event.ignore()
            return
        self.settings.set_bytes("geometry", self.saveGeometry())
        self.settings.set_bytes("docks", self.stack.layout_state)
        self.opening.close()
        for part in self.parts:
            part.close()
        self.train.desk.close()
        self.objects.boxes.close_down()
        self.bench.close()
        self.view.close()
        super().closeEvent(event)

    def _restore_layout(self) -> None:
        geometry, docks = self.settings.bytes_of("geometry"), self.settings.bytes_of("docks")
        if geometry is not None:
            self.restoreGeometry(geometry)
        if docks is not None:
            self.restoreState(docks, LAYOUT_VERSION)


def _dropped(event: QDropEvent) -> list[Path]:
    return [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
