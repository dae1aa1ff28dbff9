"""What the window does: the policy between workspace, session, review, labeler and view."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal

from gapro_annotator.errors import AnnotatorError, CancelledError, InputError
from gapro_annotator.labeling.outlook import ReviewConfig
from gapro_annotator.labeling.request import LabelerConfig
from gapro_annotator.session import Change, Session
from gapro_annotator.ui.colors import ColorMode
from gapro_annotator.ui.experience import ProjectExperience
from gapro_annotator.ui.labeling_runner import LEARN_DELAY, LabelRunner
from gapro_annotator.ui.outlook import OutlookWatch
from gapro_annotator.ui.presenter import ScenePresenter
from gapro_annotator.ui.review import Review
from gapro_annotator.ui.settings import Settings
from gapro_annotator.ui.source_work import SourceWork
from gapro_annotator.ui.tools.toolbox import ToolBox
from gapro_annotator.ui.view.scene_view import SceneView
from gapro_annotator.ui.workspace import Workspace, can_open, features_folder

ME = "workbench"
_POINT_SIZES = (1.0, 12.0)
_MOST_THRESHOLD = 0.5


class Workbench(QObject):
    """Owns the parts and says what follows from what; the window only shows it."""

    changed = Signal()
    """Labels, title, undo or what is saved may have changed."""
    session_changed = Signal(object)
    said = Signal(str)
    failed = Signal(object)
    choose_instance = Signal(int)
    """An instance that was picked in the view: the table should select it."""
    work_started = Signal(str)
    work_progressed = Signal(int, int, str)
    work_ended = Signal()

    def __init__(self, view: SceneView, settings: Settings, *, learn_delay: int = LEARN_DELAY) -> None:
        super().__init__()
        self.settings = settings
        self.workspace = Workspace(settings, self)
        self.review = Review(self)
        self.runner = LabelRunner(self, delay=learn_delay)
        self.experience = ProjectExperience(self.runner, self)
        self.outlook = OutlookWatch(self.review, self)
        self.presenter = ScenePresenter(view, self.review, self)
        self.view = view
        self.tools = ToolBox(view, self.review, settings, self)
        self.sources = SourceWork(self)
        self.review.advance = settings.switch("advance", default=True)
        self.runner.learn = settings.switch("learn", default=True)
        self.presenter.threshold = min(max(settings.number("threshold", default=0.0), 0.0), _MOST_THRESHOLD)
        self._connect()

    def _connect(self) -> None:
        self.workspace.ahead = lambda session: self.view.arrange_ahead(session.scan.xyz)
        self.workspace.opened.connect(self._attach)
        self.workspace.saved.connect(self._saved)
        for part in (self.review, self.tools, self.experience, self.runner, self.sources):
            part.said.connect(self.said)
        self.experience.changed.connect(self.changed)
        self.view.overlays.threshold.changed.connect(self.set_threshold)
        self.view.clicked.connect(self._clicked)
        self.tools.picked.connect(self._pick)
        self.tools.changed.connect(self.changed)
        self.tools.outlines_changed.connect(self.presenter.set_outlines_hovered)
        self.runner.started.connect(self._labelling_started)
        self.runner.progressed.connect(self.work_progressed)
        self.runner.finished.connect(self._labelling_ended)
        self.runner.learnt.connect(self.presenter.flash)
        for part in (self.runner, self.tools, self.sources):
            part.failed.connect(self.failed)
        self.sources.started.connect(self.work_started)
        self.sources.progressed.connect(self.work_progressed)
        self.sources.ended.connect(self.work_ended)

    @property
    def session(self) -> Session | None:
        """The open scan."""
        return self.workspace.session

    # -- opening, saving, closing -------------------------------------------------------------------------------

    def open(self, path: Path) -> None:
        """Open a project or one of our scan files; errors are announced."""
        self._try(lambda: self.workspace.open(path))

    def open_scan(self, name: str) -> None:
        """Open a scan of the project, or the open one anew; what is not saved of the one before is dropped."""
        self._try(lambda: self.workspace.open_scan(name))

    def save(self) -> bool:
        """Write the open scan and say whether that was done; errors are announced."""
        saved = self._try(self.workspace.save)
        if not saved:
            self.changed.emit()  # meanwhile the window may have said that it is saved
        return saved

    def needs_import(self, path: Path) -> bool:
        """Say whether a dropped or chosen path is another program's scan."""
        return path.exists() and not can_open(path)

    def close(self) -> None:
        """Stop what runs and let go of everything."""
        self.runner.join()
        self.tools.close()
        self.outlook.close()
        self.sources.close()
        self.workspace.close()

    # -- labels -------------------------------------------------------------------------------------------------

    def label(self) -> None:
        """Label the open scan anew in the background."""
        if self.session is None:
            self.said.emit("Open a scan first.")
        elif not len(self.session.boxes):
            self.failed.emit(InputError(f"{self.session.scan.name}: has no boxes; import it again with a boxes file"))
        else:
            self.runner.label()

    def cancel(self) -> None:
        """Stop what runs in the background."""
        self.runner.cancel()
        self.sources.cancel()

    def undo(self) -> None:
        """Take the last step back and look at where it was."""
        self._step(lambda session: session.undo(initiator=ME), "Undone", "There is nothing to undo.")

    def redo(self) -> None:
        """Do the step again that was undone last."""
        self._step(lambda session: session.redo(initiator=ME), "Done again", "There is nothing to redo.")

    def decide(self, how: str) -> None:
        """Decide the region: 'accept', 'rival', 'background', 'chosen' or 'give_back'."""
        decisions = {
            "accept": self.review.accept,
            "rival": self.review.give_to_rival,
            "background": self.review.to_background,
            "chosen": self.review.give_to_chosen,
            "give_back": self.review.give_back,
        }
        self._try(decisions[how])

    def choose(self, instance: int | None) -> None:
        """Remember the instance that was selected in the table."""
        self.review.chosen = instance
        self.presenter.show_choice()
        self.changed.emit()

    def pick_instance(self) -> None:
        """Choose the instance under the cursor."""
        self._pick(self.presenter.row_under_cursor)

    def set_features(self, run: str) -> None:
        """Let the labeler see the deep features of this run of the project from now on; empty for none."""
        project = self.workspace.project
        if project is not None:
            project.set_features(run)
            self.runner.use_features(features_folder(project))

    # -- switches -----------------------------------------------------------------------------------------------

    def set_learning(self, on: bool) -> None:  # noqa: FBT001 - an action's state
        """Run the labeler after each correction or not."""
        self.runner.learn = on
        self.settings.set_switch("learn", on=on)

    def set_advance(self, on: bool) -> None:  # noqa: FBT001 - an action's state
        """Move on to the next region after a decision or not."""
        self.review.advance = on
        self.settings.set_switch("advance", on=on)

    def grow_points(self, pixels: float) -> None:
        """Draw points larger or smaller."""
        low, high = _POINT_SIZES
        self.view.set_point_size(min(max(self.view.point_size + pixels, low), high))

    def set_threshold(self, doubt: float) -> None:
        """Grey the points that are less doubtful, 0..0.5."""
        doubt = min(max(round(doubt, 2), 0.0), _MOST_THRESHOLD)
        self.presenter.set_threshold(doubt)
        self.settings.set_number("threshold", doubt)

    def shift_threshold(self, percent: int) -> None:
        """Grey more or fewer points, in the colours of doubt."""
        if self.presenter.mode is not ColorMode.DOUBT:
            self.presenter.set_mode(ColorMode.DOUBT)
        self.set_threshold(self.presenter.threshold + percent / 100)

    # -- inside -------------------------------------------------------------------------------------------------

    def _attach(self, session: Session | None) -> None:
        self.runner.attach(session)
        self.tools.reset()
        self.review.chosen = None
        self.review.attach(session)
        if session is not None:
            session.subscribe(self._session_changed)
            project = self.workspace.project
            self.runner.config = project.labeler if project is not None else LabelerConfig()
            self.outlook.good_enough = (project.review if project is not None else ReviewConfig()).good_enough
        self.runner.use_features(features_folder(self.workspace.project) if session is not None else None)
        self.experience.attach(session, self.workspace.project.folder if self.workspace.project else None)
        self.presenter.attach(session)
        self.session_changed.emit(session)
        self.changed.emit()
        if session is not None:
            self.catch_up(session)

    def _session_changed(self, change: Change) -> None:
        # An undo restores the labels that belong to it; only a new correction has something to teach.
        if change.initiator == "review":
            self.runner.correction_made()
        self.changed.emit()

    def _step(self, step: Callable[[Session], str | None], verb: str, otherwise: str) -> None:
        session = self.session
        if session is not None:
            self.runner.drop()
            edits = len(session.edits)
            self._try(lambda: self._stepped(session, step(session), edits, verb, otherwise))
            self.catch_up(session)

    def catch_up(self, session: Session) -> None:
        """Learn what is corrected but not learnt yet: an undo, a quick save or a crash came before the run ended."""
        if session.pseudo is not None and not session.is_learnt and not session.read_only:
            self.runner.correction_made()

    def _stepped(self, session: Session, text: str | None, edits: int, verb: str, otherwise: str) -> None:
        self.said.emit(f"{verb}: {text}" if text else otherwise)
        points = session.edits[-1].edit.points if len(session.edits) > edits else ()
        if len(points):  # an edit of boxes alone names none
            self.review.revisit(session.edits[-1].edit.points)

    def _clicked(self, row: int, modifiers: Qt.KeyboardModifier) -> None:
        if self.session is None:
            return
        if modifiers & Qt.KeyboardModifier.ShiftModifier:
            self._pick(row)
        elif row < 0:
            self.review.clear_region()
        elif modifiers & Qt.KeyboardModifier.ControlModifier:
            self._try(lambda: self.review.paint(row))
        else:
            self.review.select_point(row)

    def _pick(self, row: int) -> None:
        instance = int(self.session.instance[row]) if self.session is not None and row >= 0 else -1
        if instance < 0:
            self.said.emit("There is no instance under the cursor.")
        else:
            self.choose_instance.emit(instance)

    def _labelling_started(self, full: bool) -> None:  # noqa: FBT001 - a signal's argument
        self.work_started.emit("Labelling" if full else "")

    def _labelling_ended(self, text: str) -> None:
        self.work_ended.emit()
        if text:
            self.said.emit(text)

    def _saved(self) -> None:
        self.said.emit("Saved")
        if self.session is not None:
            self.experience.keep(self.session)
        self.changed.emit()

    def _try(self, action: Callable[[], object]) -> bool:
        try:
            action()
        except CancelledError as error:
            self.said.emit(str(error)[:1].upper() + str(error)[1:])
        except AnnotatorError as error:
            self.failed.emit(error)
        else:
            return True
        return False
