"""What makes an edit one that can be done, and what is known after it."""

from collections.abc import Set as AbstractSet

import numpy as np

from gapro_annotator.arrays import Int32, Int64
from gapro_annotator.boxes import Boxes
from gapro_annotator.errors import InvalidValueError
from gapro_annotator.labels import BACKGROUND, UNCORRECTED, LabelEdit, PseudoLabels
from gapro_annotator.protection import off_limits


def label_edit(
    points: Int64, instance: int, text: str, *, boxes: Boxes, labels: tuple[Int32, Int32], locked: AbstractSet[int]
) -> LabelEdit | None:
    """Return the edit that gives points to an instance, background (-1) or the labeler (-2); None: it does nothing.

    Parameters
    ----------
    points, instance, text, boxes
        The gesture, and the boxes that are there.
    labels : two (N,) int32
        The label that is shown of each point of the scan, and the person's, -2 where there is none.
    locked
        Instances whose masks stay as they are.

    Raises
    ------
    InvalidValueError
        There is no such box, or no such row.
    """
    shown_now, correction = labels
    if instance not in (BACKGROUND, UNCORRECTED) and boxes.row_of(np.array([instance], np.int32))[0] < 0:
        raise InvalidValueError(f"there is no box {instance}")
    points = np.unique(np.asarray(points, np.int64))
    if points.size and (points[0] < 0 or points[-1] >= len(correction)):
        raise InvalidValueError(f"an edit names rows outside 0..{len(correction) - 1}")
    points = points[correction[points] != instance]
    points = points[~off_limits(shown_now[points], instance, locked)]
    if not points.size:
        return None
    return LabelEdit(text, points, correction[points].copy(), np.full(len(points), instance, np.int32))


def boxes_after(edit: LabelEdit, boxes: Boxes, correction: Int32) -> Boxes:
    """Return the boxes after an edit.

    Raises
    ------
    InvalidValueError
        It does not follow from the boxes that are there, or leaves a person's label without its box.
    """
    after = edit.boxes.apply(boxes) if edit.boxes else boxes
    lost = bool((after.row_of(edit.after[edit.after >= 0]) < 0).any())
    if edit.boxes is not None and len(edit.boxes.removed):
        left = np.isin(correction, edit.boxes.removed)
        left[edit.points] = False
        lost = lost or bool(left.any())
    if lost:
        raise InvalidValueError(f"{edit.text!r} leaves labels of boxes that are not there")
    return after


def known_after(pseudo: PseudoLabels | None, edit: LabelEdit, correction: Int32) -> PseudoLabels | None:
    """Return what the labeler still says after an edit; what was learnt from a label given back is not certain."""
    if pseudo is not None and edit.boxes is not None:
        pseudo = pseudo.after_boxes(edit.boxes)
    return pseudo.without_withdrawn(correction) if pseudo is not None else None


def shown(below: Int32, correction: Int32, boxes: Boxes | None) -> Int32:
    """Corrections over what lies below; with `boxes`, labels below of boxes that are not there are background."""
    if boxes is not None:
        below = np.where(boxes.row_of(below) >= 0, below, np.int32(BACKGROUND))
    return np.where(correction == UNCORRECTED, below, correction)
