"""Whether the parts of one document agree with each other."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from gapro_annotator.arrays import Int32
from gapro_annotator.boxes import Boxes
from gapro_annotator.document import ScanDocument
from gapro_annotator.labels import BACKGROUND, NO_RIVAL, UNCORRECTED, Decision, Origin

DUPLICATE_IOU = 0.95
"""Two boxes that overlap more than this are probably one object drawn twice."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong (error) or suspicious (warning)."""

    severity: Literal["error", "warning"]
    where: str
    text: str


def check_document(document: ScanDocument, where: str) -> Iterator[Finding]:
    """Check one document whose arrays have been read, that is, whose types, shapes and ranges are right already."""
    checks = (_boxes, _pseudo, _labels, _truth, _edits, _box_edits, _mesh)
    for check in checks:
        for severity, text in check(document):
            yield Finding(severity, where, text)


_Told = Iterator[tuple[Literal["error", "warning"], str]]


def _boxes(document: ScanDocument) -> _Told:
    boxes = document.boxes
    unknown = np.setdiff1d(boxes.class_id, document.classes.id)
    if unknown.size:
        yield "error", f"boxes have classes that the class table lacks: {_few(unknown)}"
    empty = [int(i) for i, rows in zip(boxes.id, boxes.members(document.scan.xyz), strict=True) if not len(rows)]
    if empty:
        yield "warning", f"boxes without a point: {_few(np.array(empty))}"
    for first, second, iou in overlapping_pairs(boxes, DUPLICATE_IOU):
        yield "warning", f"boxes {first} and {second} are nearly the same (IoU {iou:.2f}); one may be a duplicate"


def _pseudo(document: ScanDocument) -> _Told:
    pseudo, boxes = document.pseudo, document.boxes
    if pseudo is None:
        return
    unknown = _unknown_ids(pseudo.instance, boxes, BACKGROUND)
    if unknown.size:
        yield "error", f"pseudo labels name boxes that are not there: {_few(unknown)}"
    unknown = _unknown_ids(pseudo.rival, boxes, BACKGROUND, NO_RIVAL)
    if unknown.size:
        yield "error", f"rivals name boxes that are not there: {_few(unknown)}"
    codes = np.setdiff1d(pseudo.decision, [decision.value for decision in Decision])
    if codes.size:
        yield "error", f"pseudo labels hold decision codes that do not exist: {_few(codes)}"
    same = int((pseudo.rival == pseudo.instance).sum())
    if same:
        yield "error", f"{same:,} points have their own instance as rival"
    certain = int(((pseudo.probability == 1) & (pseudo.decision != Decision.PERSON)).sum())
    if certain:
        yield "warning", f"{certain:,} points that no person labelled have probability 1"


def _labels(document: ScanDocument) -> _Told:
    labels, pseudo = document.annotation, document.pseudo
    if labels is None:
        if document.edits:
            yield "error", "there are edits but no labels"
        return
    unknown = _unknown_ids(labels.instance, document.boxes, BACKGROUND)
    if unknown.size:
        yield "error", f"labels name boxes that are not there: {_few(unknown)}"
    wrong = int((labels.semantic != document.boxes.class_of(labels.instance)).sum())
    if wrong:
        yield "error", f"the class of {wrong:,} labels is not that of their box"
    codes = np.setdiff1d(labels.origin, [origin.value for origin in Origin])
    if codes.size:
        yield "error", f"labels hold origin codes that do not exist: {_few(codes)}"
    below = np.full(len(labels), BACKGROUND, np.int32) if pseudo is None else pseudo.instance
    differ = int(((labels.origin == Origin.PSEUDO_LABEL) & (labels.instance != below)).sum())
    if differ:
        yield "error", f"{differ:,} labels differ from the pseudo label though no person changed them"


def _truth(document: ScanDocument) -> _Told:
    truth, boxes = document.ground_truth, document.boxes
    if truth is None:
        return
    unknown = np.setdiff1d(truth.semantic, [*document.classes.id.tolist(), BACKGROUND])
    if unknown.size:
        yield "error", f"ground truth has classes that the class table lacks: {_few(unknown)}"
    unboxed = _unknown_ids(truth.instance, boxes, BACKGROUND)
    if unboxed.size and len(boxes):
        yield "warning", f"ground truth has instances without a box: {_few(unboxed)}"


def _edits(document: ScanDocument) -> _Told:
    """Play the whole log; it must end in the corrections that the labels hold."""
    correction = np.full(len(document.scan), UNCORRECTED, np.int32)
    for number, record in enumerate(document.edits, 1):
        edit = record.edit
        if edit.points.size and (edit.points.min() < 0 or edit.points.max() >= len(correction)):
            yield "error", f"edit {number} ({edit.text}) names points that the scan lacks"
            return
        if len(np.unique(edit.points)) != len(edit.points):
            yield "error", f"edit {number} ({edit.text}) names a point twice"
        if (correction[edit.points] != edit.before).any():
            yield "error", f"edit {number} ({edit.text}) does not follow from the edits before it"
        correction[edit.points] = edit.after
    if document.annotation is not None:
        differ = int((correction != document.annotation.correction).sum())
        if differ:
            yield "error", f"{differ:,} points are corrected otherwise than the log of edits says"


def _box_edits(document: ScanDocument) -> _Told:
    """Take the edits of boxes back, newest first: each must have left the boxes that were there after it."""
    boxes = document.boxes
    for number, record in reversed(list(enumerate(document.edits, 1))):
        edit = record.edit.boxes
        if edit is None:
            continue
        if not edit.inverse().follows(boxes):
            yield "error", f"edit {number} ({record.edit.text}) left other boxes than there were after it"
            return
        boxes = edit.inverse().apply(boxes)


def _mesh(document: ScanDocument) -> _Told:
    faces = document.scan.faces
    if faces is None:
        return
    flat = (faces[:, 0] == faces[:, 1]) | (faces[:, 1] == faces[:, 2]) | (faces[:, 0] == faces[:, 2])
    if flat.any():
        yield "warning", f"{int(flat.sum()):,} triangles name a point twice"


def overlapping_pairs(boxes: Boxes, threshold: float) -> Iterator[tuple[int, int, float]]:
    """Give each pair of box ids whose IoU exceeds the threshold."""
    volume = boxes.volume
    for row in range(len(boxes) - 1):
        lower = np.maximum(boxes.lower[row], boxes.lower[row + 1 :])
        upper = np.minimum(boxes.upper[row], boxes.upper[row + 1 :])
        shared = np.prod(np.maximum(upper - lower, 0), axis=1)
        iou = shared / np.maximum(volume[row] + volume[row + 1 :] - shared, 1e-12)
        for other in np.flatnonzero(iou > threshold).tolist():
            yield int(boxes.id[row]), int(boxes.id[row + 1 + other]), float(iou[other])


def _unknown_ids(instance: Int32, boxes: Boxes, *allowed: int) -> Int32:
    return np.setdiff1d(instance, [*boxes.id.tolist(), *allowed]).astype(np.int32)


def _few(numbers: np.ndarray) -> str:
    listed = ", ".join(map(str, numbers[:8].tolist()))
    return listed + (f" and {len(numbers) - 8} more" if len(numbers) > 8 else "")
