"""Statuses, notes, comments and verdicts as edits of a session: one undo each, in the journal before it shows."""

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np

from gapro_annotator.edit_rules import boxes_after
from gapro_annotator.errors import InputError, InvalidValueError
from gapro_annotator.labels import REDO, UNDO, LabelEdit
from gapro_annotator.remarks import Comment, RemarkEdit, Status, Verdict, next_comment
from gapro_annotator.session import Session

REJECT = "Reject: "
"""How the text of an edit begins that a second person took back."""


def mark(session: Session, instance: int, status: Status) -> LabelEdit:
    """Say that an instance is reviewed, needs a look, or neither."""
    name = _name(session, instance)
    text = f"{name} is {status.value}" if status.value else f"{name} is no longer marked"
    return _remark(text, session.remarks.with_status(instance, status))


def note(session: Session, instance: int, text: str) -> LabelEdit:
    """Write the note of an instance; an empty one takes it away."""
    return _remark(f"Note on {_name(session, instance)}", session.remarks.with_note(instance, text))


def comment(session: Session, text: str, place: tuple[float, float, float], author: str) -> tuple[LabelEdit, int]:
    """Pin a sentence to a place, metres in the scan's frame; return the edit and the comment's number."""
    if not text.strip():
        raise InputError("a comment needs a text; write one, or press Esc")
    number = next_comment(record.edit.remarks for record in session.edits)
    pinned = Comment(number, text.strip(), author, _now(), place)
    return _remark(f"Comment {number}", session.remarks.with_comment(pinned)), number


def resolve(session: Session, number: int, *, resolved: bool) -> LabelEdit:
    """Say that a comment is settled, or open again."""
    found = next((each for each in session.remarks.comments() if each.number == number), None)
    if found is None:
        raise InputError(f"there is no comment {number}; it was deleted")
    text = f"Comment {number} is {'settled' if resolved else 'open again'}"
    return _remark(text, session.remarks.with_comment(found._replace(resolved=resolved)))


def delete_comment(session: Session, number: int) -> LabelEdit:
    """Take a comment away."""
    return _remark(f"Delete comment {number}", session.remarks.without_comment(number))


def can_be_judged(session: Session, number: int) -> bool:
    """Whether an edit of the log is a person's statement about labels: not an undo, a redo, or a remark."""
    edit = session.edits[number].edit
    if edit.text.startswith((UNDO, REDO, REJECT)):
        return False
    return bool(len(edit.points)) or edit.boxes is not None


def accept(session: Session, number: int, author: str) -> LabelEdit:
    """Say that an edit of the log is right."""
    edit = session.edits[number].edit
    verdict = Verdict(number, accepted=True, author=author, time=_now())
    return _remark(f"Accept the edit: {edit.text}", session.remarks.with_verdict(verdict))


def reject(session: Session, number: int, author: str) -> tuple[LabelEdit, int]:
    """Take an edit of the log back where its labels still stand.

    Returns
    -------
    The edit, and how many of the points stay because somebody has labelled them otherwise since.

    Raises
    ------
    InputError
        Nothing of it stands any more, or its boxes have changed since.
    """
    edit = session.edits[number].edit
    stands = session.correction[edit.points] == edit.after
    rows = edit.points[stands]
    boxes = edit.boxes.inverse() if edit.boxes else None
    if boxes is None and not len(rows):
        raise InputError("nothing of this edit stands any more: every point was labelled otherwise since")
    remarks = session.remarks.with_verdict(Verdict(number, accepted=False, author=author, time=_now()))
    back = LabelEdit(f"{REJECT}{edit.text}", rows, edit.after[stands], edit.before[stands], boxes, remarks)
    try:
        boxes_after(back, session.boxes, session.correction)
    except InvalidValueError as error:
        raise InputError(
            "boxes of this edit have changed since, or hold labels; take it back by hand (Del, box tool)"
        ) from error
    return back, int((~stands).sum())


def _remark(text: str, remarks: RemarkEdit) -> LabelEdit:
    none = np.zeros(0, np.int32)
    return replace(LabelEdit(text, none.astype(np.int64), none, none), remarks=remarks)


def _name(session: Session, instance: int) -> str:
    row = int(session.boxes.row_of(np.array([instance], np.int32))[0])
    if row < 0:
        raise InputError(f"there is no instance {instance}; choose one in the table")
    return f"{session.classes.name_of(int(session.boxes.class_id[row]))} {instance}"


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
