"""What the user says about instances, places and edits: the policy between panels, view and session."""

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QObject, Signal

from gapro_annotator.errors import AnnotatorError, InputError, InvalidValueError
from gapro_annotator.labels import LabelEdit
from gapro_annotator.remark_edits import (
    accept,
    can_be_judged,
    comment,
    delete_comment,
    mark,
    note,
    reject,
    resolve,
)
from gapro_annotator.remarks import Comment, Status
from gapro_annotator.session import Session
from gapro_annotator.ui.instance_desk import NO_CHOICE
from gapro_annotator.ui.workbench import ME, Workbench
from gapro_annotator.ui.workspace import annotator

INITIATOR = "remarks"
_NEXT = {
    Status.UNTOUCHED: Status.REVIEWED,
    Status.REVIEWED: Status.NEEDS_A_LOOK,
    Status.NEEDS_A_LOOK: Status.UNTOUCHED,
}


class RemarksDesk(QObject):
    """Makes edits of remarks, judges edits of others, and goes through the log."""

    edit_chosen = Signal(int)
    """Place in the log of the edit that is looked at, -1 none."""

    def __init__(self, bench: Workbench) -> None:
        super().__init__(bench)
        self.bench = bench
        self.looked_at = -1

    @property
    def session(self) -> Session | None:
        """The open scan."""
        return self.bench.session

    # -- instances ----------------------------------------------------------------------------------------------

    def next_status(self) -> None:
        """Mark the chosen instance: reviewed, then needs a look, then nothing again."""
        session, chosen = self.session, self.bench.review.chosen
        if session is None or chosen is None or chosen not in session.boxes.id:
            self.bench.said.emit(NO_CHOICE)
            return
        self.mark(chosen, _NEXT[session.remarks.status_of(chosen)])

    def mark(self, instance: int, status: Status) -> None:
        """Say this of an instance."""
        self._do(lambda session: mark(session, instance, status))

    def set_note(self, instance: int, text: str) -> None:
        """Write the note of an instance."""
        session = self.session
        if session is not None and session.remarks.note_of(instance) != text.strip():
            self._do(lambda session: note(session, instance, text))

    # -- comments -----------------------------------------------------------------------------------------------

    def comment(self, text: str, place: tuple[float, float, float]) -> None:
        """Pin a sentence to a place, metres."""
        self._do(lambda session: comment(session, text, place, annotator())[0])

    def resolve(self, number: int, *, resolved: bool) -> None:
        """Settle a comment, or open it again."""
        self._do(lambda session: resolve(session, number, resolved=resolved))

    def delete(self, number: int) -> None:
        """Take a comment away."""
        self._do(lambda session: delete_comment(session, number))

    def fly_to(self, pinned: Comment) -> None:
        """Look at the place of a comment."""
        place = np.array([pinned.place], np.float32)
        self.bench.view.fly_to(place, np.concatenate([place - 0.5, place + 0.5]))

    # -- the log ------------------------------------------------------------------------------------------------

    def look_at(self, number: int) -> None:
        """Fly to what an edit of the log touched, and select what of it still stands."""
        session = self.session
        if session is None or not 0 <= number < len(session.edits):
            return
        self.looked_at = number
        edit = session.edits[number].edit
        if len(edit.points):
            self.bench.review.select_points(np.sort(edit.points), asked=True, fly=True)
            self.bench.view.fly_to(session.scan.xyz[edit.points])
        elif edit.boxes is not None:
            boxes = edit.boxes.after if len(edit.boxes.after) else edit.boxes.before
            corners = np.stack([boxes.lower.min(axis=0), boxes.upper.max(axis=0)])
            self.bench.view.fly_to(corners, corners)
        self.edit_chosen.emit(number)

    def look_at_next(self, step: int) -> None:
        """Go to the next (+1) or previous (-1) edit of somebody else that nobody has judged."""
        session, me = self.session, annotator()
        if session is None:
            return
        judged = session.remarks.verdicts()
        number = self.looked_at + step if self.looked_at >= 0 or step > 0 else len(session.edits) - 1
        while 0 <= number < len(session.edits):
            if session.edits[number].annotator != me and number not in judged and can_be_judged(session, number):
                self.look_at(number)
                return
            number += step
        self.bench.said.emit("No edit of another person is left to judge this way.")

    def accept(self, number: int) -> None:
        """Say that an edit is right."""
        self._do(lambda session: accept(session, self._judged(session, number), annotator()))

    def reject(self, number: int) -> None:
        """Take an edit back where it still stands; the labels follow."""
        stayed = 0

        def back(session: Session) -> LabelEdit:
            nonlocal stayed
            edit, stayed = reject(session, self._judged(session, number), annotator())
            return edit

        if self._do(back):
            self.bench.runner.correction_made()
            if stayed:
                self.bench.said.emit(f"Rejected; {stayed:,} points stay: somebody has labelled them otherwise since.")

    def step_to(self, undone: int) -> None:
        """Undo (> 0) or redo (< 0) so many steps."""
        session = self.session
        if session is None:
            return
        self.bench.runner.drop()
        try:
            for _ in range(abs(undone)):
                session.undo(initiator=ME) if undone > 0 else session.redo(initiator=ME)
        except AnnotatorError as error:
            self.bench.failed.emit(error)
        self.bench.catch_up(session)
        self.bench.changed.emit()

    # -- inside -------------------------------------------------------------------------------------------------

    def _judged(self, session: Session, number: int) -> int:
        if not 0 <= number < len(session.edits) or not can_be_judged(session, number):
            raise InputError("choose an edit of labels or boxes in the log first")
        return number

    def _do(self, make: Callable[[Session], LabelEdit]) -> bool:
        session = self.session
        if session is None:
            return False
        try:
            edit = make(session)
            session.perform(edit, initiator=INITIATOR)
        except (InputError, InvalidValueError) as error:
            self.bench.said.emit(f"{str(error)[:1].upper()}{str(error)[1:]}.")
            return False
        except AnnotatorError as error:
            self.bench.failed.emit(error)
            return False
        self.bench.said.emit(edit.text)
        return True
