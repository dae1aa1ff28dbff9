"""What a list of scans says about each: sizes, how good its labels probably are, and how far the work is."""

from dataclasses import dataclass

import numpy as np

from gapro_annotator.document import ScanDocument
from gapro_annotator.labeling.review import expected_wrong_share
from gapro_annotator.labels import NO_RIVAL, UNCORRECTED
from gapro_annotator.remarks import Status, what_is_said


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanFigures:
    """One scan in the list.

    Parameters
    ----------
    points, boxes
        How many it has.
    wrong_share, wrong_points
        Share of the points in or near boxes that is probably labelled wrong, and how many points these are; None
        before it is labelled.
    corrected
        Share of its points that a person labelled.
    reviewed, marked
        Instances that were marked reviewed, and those that need a look.
    last_edit
        Time of the newest edit (UTC, ISO 8601); empty where there is none.
    labelled_by
        'gp', or 'gp, features of 2026-11-24-1200'; empty before it is labelled.
    """

    points: int
    boxes: int
    wrong_share: float | None
    wrong_points: float | None
    corrected: float
    reviewed: int
    marked: int
    last_edit: str
    labelled_by: str


def figures_of(document: ScanDocument) -> ScanFigures:
    """Work the figures of a scan out."""
    pseudo, labels, rows = document.pseudo, document.annotation, len(document.scan)
    correction = labels.correction if labels is not None else np.full(rows, UNCORRECTED, np.int32)
    person = correction != UNCORRECTED
    wrong = None
    if pseudo is not None:
        doubt = 1.0 - pseudo.probability[(pseudo.rival != NO_RIVAL) & ~person].astype(np.float64)
        wrong = float(doubt.sum())
    remarks = what_is_said(record.edit.remarks for record in document.edits)
    statuses = [remarks.status_of(number) for number in document.boxes.id.tolist()]
    return ScanFigures(
        points=rows,
        boxes=len(document.boxes),
        wrong_share=expected_wrong_share(pseudo, correction) if pseudo is not None else None,
        wrong_points=wrong,
        corrected=float(person.mean()) if rows else 0.0,
        reviewed=statuses.count(Status.REVIEWED),
        marked=statuses.count(Status.NEEDS_A_LOOK),
        last_edit=document.edits[-1].time if document.edits else "",
        labelled_by=_labelled_by(document),
    )


def _labelled_by(document: ScanDocument) -> str:
    if document.pseudo is None:
        return ""
    told = document.pseudo.provenance
    run = told.get("run") or told.get("features_of")
    return f"{told.get('method', '?')}, features of {run}" if run else str(told.get("method", "?"))
