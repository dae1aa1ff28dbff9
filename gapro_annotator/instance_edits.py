"""Instances made, deleted, merged, split and changed: each becomes one edit of boxes and labels together."""

import numpy as np

from gapro_annotator.arrays import Float32, Int32, Int64
from gapro_annotator.box_edits import BoxEdit, joined, one_box, take
from gapro_annotator.boxes import Boxes
from gapro_annotator.errors import InputError
from gapro_annotator.labels import UNCORRECTED, LabelEdit
from gapro_annotator.protection import off_limits
from gapro_annotator.session import Session

LEAST_SIDE = 0.02
"""Metres: a box around a flat patch is made this thick, so that the noise of a surface stays in it."""


def box_around(xyz: Float32) -> tuple[Float32, Float32]:
    """Corners (3,) of the box that just holds these points (M, 3), at least `LEAST_SIDE` thick."""
    lower, upper = xyz.min(axis=0), xyz.max(axis=0)
    missing = np.maximum(np.float32(LEAST_SIDE) - (upper - lower), 0) / 2
    return (lower - missing).astype(np.float32), (upper + missing).astype(np.float32)


def new_instance(session: Session, points: Int64, class_id: int) -> tuple[LabelEdit, int]:
    """Make an instance of these points, (M,) rows; its box is made from them. Returns the edit and the new id."""
    number = session.next_box_id
    points = np.unique(points)
    points = points[~off_limits(session.instance[points], number, session.locked)]
    if not len(points):
        raise InputError("these points belong to locked instances; unlock one of them first (L)")
    added = one_box(number, class_id, *box_around(session.scan.xyz[points]))
    text = f"New {session.classes.name_of(class_id)} {number} of {len(points):,} points"
    return _edit(session, text, BoxEdit(Boxes.empty(), added), points, number), number


def new_box(session: Session, lower: Float32, upper: Float32, class_id: int) -> tuple[LabelEdit, int]:
    """Draw a box with these corners (3,) in metres; the labeler says what is in it. Returns edit and new id."""
    number = session.next_box_id
    text = f"New box of {session.classes.name_of(class_id)} {number}"
    return _edit(session, text, BoxEdit(Boxes.empty(), one_box(number, class_id, lower, upper))), number


def duplicate(session: Session, instance: int, shift: Float32) -> tuple[LabelEdit, int]:
    """Draw the box of an instance once more, shifted by metres (3,). Returns the edit and the new id."""
    row = _row(session, instance)
    number, boxes = session.next_box_id, session.boxes
    copy = one_box(number, int(boxes.class_id[row]), boxes.lower[row] + shift, boxes.upper[row] + shift)
    return _edit(session, f"Duplicate {_name(session, instance)}", BoxEdit(Boxes.empty(), copy)), number


def delete(session: Session, instances: list[int]) -> LabelEdit:
    """Remove instances with their boxes; their points, corrected ones too, are the labeler's again."""
    rows = sorted(_free_row(session, each) for each in instances)
    gone = _by_id(take(session.boxes, rows))
    points = np.flatnonzero(np.isin(session.correction, gone.id))
    what = _name(session, instances[0]) if len(instances) == 1 else f"{len(instances)} instances"
    return _edit(session, f"Delete {what}", BoxEdit(gone, Boxes.empty()), points, UNCORRECTED)


def merge(session: Session, source: int, target: int) -> LabelEdit:
    """Let one instance become part of another, whose box grows to hold both."""
    if source == target:
        raise InputError("an instance cannot be merged into itself; point at another one")
    rows = [_free_row(session, source), _free_row(session, target)]
    boxes = session.boxes
    lower, upper = boxes.lower[rows].min(axis=0), boxes.upper[rows].max(axis=0)
    both = one_box(target, int(boxes.class_id[rows[1]]), lower, upper)
    # Without pseudo labels there is nothing that an heir could take over but what a person says now.
    mine = session.correction == source if session.pseudo is not None else session.instance == source
    text = f"Merge {_name(session, source)} into {_name(session, target)}"
    return _edit(session, text, BoxEdit(_by_id(take(boxes, rows)), both, target), np.flatnonzero(mine), target)


def split(session: Session, instance: int, parts: list[Int64]) -> tuple[LabelEdit, list[int]]:
    """Make instances of parts of one.

    Parameters
    ----------
    session, instance
        The open scan and what is split.
    parts
        Rows of each part; the first stays what it is, and its box shrinks to it.

    Returns
    -------
    The edit, and the new ids. A person vouches for the points that become another instance, not for those that stay.
    """
    row, first = _free_row(session, instance), session.next_box_id
    class_id, xyz = int(session.boxes.class_id[row]), session.scan.xyz
    ids = [instance, *range(first, first + len(parts) - 1)]
    after = joined([one_box(number, class_id, *box_around(xyz[part])) for number, part in zip(ids, parts, strict=True)])
    points = np.concatenate(parts[1:])
    order = np.argsort(points)
    owner = np.repeat(np.array(ids[1:], np.int32), [len(part) for part in parts[1:]])
    edit = BoxEdit(take(session.boxes, [row]), after)
    text = f"Split {_name(session, instance)} into {len(parts)}"
    return _edit(session, text, edit, points[order], owner[order]), ids[1:]


def set_class(session: Session, instance: int, class_id: int) -> LabelEdit:
    """Give an instance another class."""
    row = _row(session, instance)
    before = take(session.boxes, [row])
    text = f"{_name(session, instance)} is a {session.classes.name_of(class_id)}"
    after = one_box(instance, class_id, before.lower[0], before.upper[0])
    return _edit(session, text, BoxEdit(before, after))


def reshape(session: Session, instance: int, lower: Float32, upper: Float32, verb: str) -> LabelEdit:
    """Move the faces of a box to these corners (3,), metres; `verb` says how, for people."""
    row = _free_row(session, instance)
    before = take(session.boxes, [row])
    after = one_box(instance, int(before.class_id[0]), lower, upper)
    return _edit(session, f"{verb} the box of {_name(session, instance)}", BoxEdit(before, after))


def reshape_all(session: Session, boxes: Boxes, text: str) -> LabelEdit:
    """Move the faces of many boxes at once: those of the session whose ids are in `boxes`, to its corners."""
    before = take(session.boxes, [_free_row(session, number) for number in boxes.id.tolist()])
    return _edit(session, text, BoxEdit(_by_id(before), _by_id(boxes)))


def _edit(
    session: Session, text: str, boxes: BoxEdit, points: Int64 | None = None, after: int | Int32 = UNCORRECTED
) -> LabelEdit:
    rows = np.zeros(0, np.int64) if points is None else points.astype(np.int64)
    return LabelEdit(
        text, rows, session.correction[rows].copy(), np.broadcast_to(np.int32(after), rows.shape).copy(), boxes
    )


def _row(session: Session, instance: int) -> int:
    row = int(session.boxes.row_of(np.array([instance], np.int32))[0])
    if row < 0:
        raise InputError(f"there is no instance {instance}; choose one in the table")
    return row


def _free_row(session: Session, instance: int) -> int:
    if instance in session.locked:
        raise InputError(f"{_name(session, instance)} is locked; unlock it first (L)")
    return _row(session, instance)


def _name(session: Session, instance: int) -> str:
    return f"{session.classes.name_of(int(session.boxes.class_id[_row(session, instance)]))} {instance}"


def _by_id(boxes: Boxes) -> Boxes:
    return take(boxes, np.argsort(boxes.id).tolist())
