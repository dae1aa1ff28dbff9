"""What the user does to instances and boxes: the policy between panel, keys, session and labeler."""

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QObject, Signal

from gapro_annotator.arrays import Float32, Float64
from gapro_annotator.boxes import Boxes
from gapro_annotator.errors import AnnotatorError, InputError, InvalidValueError
from gapro_annotator.instance_edits import (
    delete,
    duplicate,
    merge,
    new_box,
    new_instance,
    reshape,
    reshape_all,
    set_class,
    split,
)
from gapro_annotator.labels import LabelEdit
from gapro_annotator.session import Change, Session
from gapro_annotator.splitting import connected_parts, cut_by_plane
from gapro_annotator.ui.naming import instance_name
from gapro_annotator.ui.visibility import Visibility
from gapro_annotator.ui.workbench import Workbench

INITIATOR = "instances"
NO_CHOICE = "Choose an instance first: click it in the table, or point at it and press A."


class InstanceDesk(QObject):
    """Makes, deletes, merges, splits, hides and locks instances, and moves their boxes; the labels follow."""

    boxes_changed = Signal()
    """Boxes or classes of the open scan are others now, or another scan is open."""

    def __init__(self, bench: Workbench) -> None:
        super().__init__(bench)
        self.bench = bench
        self.class_id: int | None = None
        """The class of the next new instance; None: that of the chosen one."""
        bench.session_changed.connect(self._attach)

    @property
    def session(self) -> Session | None:
        """The open scan."""
        return self.bench.session

    @property
    def chosen(self) -> int | None:
        """The instance that the table has selected, where it is there."""
        session, chosen = self.session, self.bench.review.chosen
        there = session is not None and chosen is not None and chosen in session.boxes.id
        return chosen if there else None

    # -- instances ----------------------------------------------------------------------------------------------

    def new_instance(self) -> None:
        """Make an instance of the selected points."""
        session, region = self.session, self.bench.review.region
        if session is None or region is None:
            self.bench.said.emit("Select points first: click a superpoint, then make an instance of it.")
            return
        points = region.points
        self._do(lambda: new_instance(session, points, self._class_of_next(session)))

    def delete(self) -> None:
        """Remove the chosen instance; its points are the labeler's again."""
        self._with_chosen(lambda session, chosen: (delete(session, [chosen]), None))

    def merge(self) -> None:
        """Let the instance of the selected region, or the one under the cursor, become part of the chosen one."""
        session, region = self.session, self.bench.review.region
        row = self.bench.presenter.row_under_cursor
        if session is None:
            return
        under = int(session.instance[row]) if row >= 0 else -1
        source = region.instance if region is not None else under
        if source == self.chosen and under >= 0:
            source = under
        if source < 0:
            self.bench.said.emit("Point at the instance that is to become part of the chosen one, or select a region.")
            return
        self._with_chosen(lambda session, chosen: (merge(session, source, chosen), chosen))

    def split(self) -> None:
        """Make an instance of each part of the chosen one that does not touch the others."""
        self._with_chosen(self._split)

    def split_off(self) -> None:
        """Make an instance of those points of the chosen one that are selected."""
        region = self.bench.review.region
        if region is None:
            self.bench.said.emit("Select a part of the chosen instance first, with a lasso or a click.")
            return

        def off(session: Session, chosen: int) -> tuple[LabelEdit, int]:
            points = np.flatnonzero(session.instance == chosen)
            selected = np.isin(points, region.points)
            if not selected.any() or selected.all():
                which = "all of" if selected.any() else "no point of"
                raise InputError(f"the selection holds {which} {instance_name(session, chosen)}; select a part of it")
            return split(session, chosen, [points[~selected], points[selected]])[0], chosen

        self._with_chosen(off)

    def cut(self, place: Float64, normal: Float64) -> None:
        """Split the chosen instance by a plane through a place (3,), metres; `normal` (3,) is its direction."""

        def along(session: Session, chosen: int) -> tuple[LabelEdit, int]:
            parts = cut_by_plane(session.scan.xyz, np.flatnonzero(session.instance == chosen), place, normal)
            if len(parts) < 2:
                raise InputError(f"the line leaves {instance_name(session, chosen)} whole; draw it across the points")
            return split(session, chosen, parts)[0], chosen

        self._with_chosen(along)

    def set_class(self, instance: int, class_id: int) -> None:
        """Give an instance another class; the next new one gets it, too."""
        session = self.session
        if session is not None:
            self.class_id = class_id
            self._do(lambda: (set_class(session, instance, class_id), instance))

    def duplicate(self) -> None:
        """Draw the chosen box once more, beside itself."""

        def beside(session: Session, chosen: int) -> tuple[LabelEdit, int]:
            row = int(session.boxes.row_of(np.array([chosen], np.int32))[0])
            side = session.boxes.upper[row] - session.boxes.lower[row]
            shift = np.zeros(3, np.float32)
            shift[int(np.argmin(side[:2]))] = side[:2].min()
            return duplicate(session, chosen, shift)

        self._with_chosen(beside)

    # -- boxes --------------------------------------------------------------------------------------------------

    def draw(self, lower: Float32, upper: Float32) -> None:
        """Make a box with these corners (3,), metres, and choose it."""
        session = self.session
        if session is not None:
            self._do(lambda: new_box(session, lower, upper, self._class_of_next(session)))

    def reshape(self, instance: int, lower: Float32, upper: Float32, verb: str) -> None:
        """Move faces of a box to these corners (3,), metres."""
        session = self.session
        if session is not None:
            self._do(lambda: (reshape(session, instance, lower, upper, verb), instance))

    def reshape_all(self, boxes: Boxes, text: str) -> None:
        """Move the faces of all these boxes to the corners that they have here, in one step."""
        session = self.session
        if session is not None:
            self._do(lambda: (reshape_all(session, boxes, text), None))

    def delete_box(self, instance: int) -> None:
        """Remove an instance by its number, as a cure of the box check."""
        session = self.session
        if session is not None:
            self._do(lambda: (delete(session, [instance]), None))

    # -- what is seen, and what is safe from edits --------------------------------------------------------------

    def toggle_hidden(self, instance: int | None = None) -> None:
        """Hide an instance (the chosen one), or show it again."""
        self._look(instance, lambda visibility, one: visibility.toggled(one))

    def toggle_solo(self) -> None:
        """Show the chosen instance alone, or everything again."""
        self._look(None, lambda visibility, one: visibility.soloed(one))

    def toggle_locked(self, instance: int | None = None) -> None:
        """Keep an instance (the chosen one) from every edit, or free it."""
        session, one = self.session, self.chosen if instance is None else instance
        if session is None or one is None:
            self.bench.said.emit(NO_CHOICE)
            return
        session.set_locked(session.locked ^ {one}, initiator=INITIATOR)
        locked = "locked: no edit changes its points or box" if one in session.locked else "no longer locked"
        self.bench.said.emit(f"{instance_name(session, one)} is {locked}.")

    def jump(self, instance: int) -> None:
        """Fly to an instance; one without points is found by its box."""
        session = self.session
        if session is None:
            return
        points = session.scan.xyz[session.instance == instance]
        row = int(session.boxes.row_of(np.array([instance], np.int32))[0])
        corners = np.stack([session.boxes.lower[row], session.boxes.upper[row]])
        self.bench.view.fly_to(points if len(points) else corners, corners)

    # -- classes ------------------------------------------------------------------------------------------------

    def change_class(self, number: int, *, name: str | None = None, color: tuple[int, int, int] | None = None) -> None:
        """Rename or recolour a class of the project."""
        project, session = self.bench.workspace.project, self.session
        if project is None:
            self._fail(InputError("this scan is open alone; classes belong to a project, so open it in one"))
        elif session is not None:
            self._try(
                lambda: session.set_classes(project.set_class(number, name=name, color=color), initiator=INITIATOR)
            )

    def add_class(self, name: str) -> None:
        """Add a class to the project."""
        project, session = self.bench.workspace.project, self.session
        if project is None:
            self._fail(InputError("this scan is open alone; classes belong to a project, so open it in one"))
        elif session is not None:
            self._try(lambda: session.set_classes(project.add_classes([name]), initiator=INITIATOR))

    # -- inside -------------------------------------------------------------------------------------------------

    def _split(self, session: Session, chosen: int) -> tuple[LabelEdit, int]:
        parts = connected_parts(session.scan.xyz, np.flatnonzero(session.instance == chosen))
        if len(parts) < 2:
            raise InputError(
                f"{instance_name(session, chosen)} hangs together; select a region and make it an instance"
            )
        edit, _ = split(session, chosen, parts)
        return edit, chosen

    def _class_of_next(self, session: Session) -> int:
        """Return the class picked last, else that of the chosen instance, else the first."""
        if self.class_id is not None and self.class_id in session.classes.id:
            return self.class_id
        chosen = self.chosen
        if chosen is not None:
            return int(session.boxes.class_of(np.array([chosen], np.int32))[0])
        if not len(session.classes):
            raise InputError("the project has no classes; add one in the Classes panel first")
        return int(session.classes.id[0])

    def _with_chosen(self, make: Callable[[Session, int], tuple[LabelEdit, int | None]]) -> None:
        session, chosen = self.session, self.chosen
        if session is None or chosen is None:
            self.bench.said.emit(NO_CHOICE)
            return
        self._do(lambda: make(session, chosen))

    def _do(self, make: Callable[[], tuple[LabelEdit, int | None]]) -> None:
        """Do an edit, say what it was, choose what it made, and let the labels follow."""

        def perform() -> None:
            session = self.session
            if session is None:
                return
            edit, then = make()
            session.perform(edit, initiator=INITIATOR)
            self.bench.said.emit(edit.text)
            if then is not None:
                self.bench.choose_instance.emit(then)
            self.bench.runner.correction_made()

        self._try(perform)

    def _look(self, instance: int | None, change: Callable[[Visibility, int], Visibility]) -> None:
        presenter, one = self.bench.presenter, self.chosen if instance is None else instance
        if one is None and presenter.visibility.solo is not None:
            one = presenter.visibility.solo
        if one is None:
            self.bench.said.emit(NO_CHOICE)
            return
        presenter.set_visibility(change(presenter.visibility, one))
        self.bench.changed.emit()

    def _attach(self, session: Session | None) -> None:
        if session is not None:
            session.subscribe(self._session_changed)
        self.boxes_changed.emit()

    def _session_changed(self, change: Change) -> None:
        if change.boxes:
            self.boxes_changed.emit()

    def _try(self, action: Callable[[], object]) -> None:
        try:
            action()
        except (
            InputError,
            InvalidValueError,
        ) as error:  # what cannot be done is said where the eye is, and asks nothing
            self.bench.said.emit(f"{str(error)[:1].upper()}{str(error)[1:]}.")
        except AnnotatorError as error:
            self.bench.failed.emit(error)

    def _fail(self, error: InputError) -> None:
        self.bench.said.emit(f"{str(error)[:1].upper()}{str(error)[1:]}.")
