"""From verdicts on superpoints to labels of points, with a person's corrections on top."""

from typing import Any

import numpy as np

from gapro_annotator.arrays import Bool, Int32, Int64
from gapro_annotator.boxes import Boxes
from gapro_annotator.labeling.verdict import IN_NO_BOX, Verdicts
from gapro_annotator.labels import BACKGROUND, NO_RIVAL, UNCORRECTED, Decision, PseudoLabels
from gapro_annotator.scan import Scan

_OUTSIDE = 0.85
"""Probability of background for the points of an object's superpoint that stick out of its box."""


def spread(
    verdicts: Verdicts, scan: Scan, boxes: Boxes, *, in_a_box: Bool, correction: Int32, provenance: dict[str, Any]
) -> PseudoLabels:
    """Give every point the verdict of its superpoint, as far as its place allows.

    A point outside a box is not that box's object, and one that lies in no box at all is contested by nobody. What a
    person labelled stays as it is, with probability 1.
    """
    points = verdicts.taken(scan.superpoint)
    out = np.flatnonzero(_outside(scan, boxes, points.instance))
    points.rival[out], points.instance[out] = points.instance[out], BACKGROUND
    points.probability[out], points.mean[out] = _OUTSIDE, np.abs(points.mean[out])
    points.decision[out] = Decision.PARTLY_IN_BOX
    nowhere = ~in_a_box & (points.instance == BACKGROUND)
    nowhere[out] = False
    points.rival[nowhere], points.probability[nowhere] = NO_RIVAL, IN_NO_BOX
    points.mean[nowhere], points.variance[nowhere] = 0.0, 0.0
    points.decision[nowhere] = Decision.NO_BOX
    return finished(points, correction, provenance)


def finished(points: Verdicts, correction: Int32, provenance: dict[str, Any]) -> PseudoLabels:
    """Lay a person's labels on top of the points' verdicts and freeze the whole."""
    person = correction != UNCORRECTED
    other = np.where(points.instance != correction, points.instance, points.rival)
    probability = np.clip(points.probability, 0.0, IN_NO_BOX)
    return PseudoLabels(
        instance=np.where(person, correction, points.instance).astype(np.int32),
        rival=np.where(person, other, points.rival).astype(np.int32),
        probability=np.where(person, 1.0, probability).astype(np.float32),
        mean=np.where(person, np.abs(points.mean), points.mean).astype(np.float32),
        variance=np.where(person, 0.0, points.variance).astype(np.float32),
        decision=np.where(person, Decision.PERSON, points.decision).astype(np.uint8),
        provenance=provenance,
    )


def _outside(scan: Scan, boxes: Boxes, instance: Int32) -> Bool:
    """(N,) bool, points whose instance is a box that they do not lie in."""
    row = boxes.row_of(instance)
    found: Bool = np.zeros(len(scan), bool)
    which: Int64 = np.flatnonzero(row >= 0)
    xyz, row = scan.xyz[which], row[which]
    found[which] = ((xyz < boxes.lower[row]) | (xyz > boxes.upper[row])).any(axis=1)
    return found
