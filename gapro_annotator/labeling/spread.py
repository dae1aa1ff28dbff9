"""From verdicts on superpoints to labels of points, with a person's corrections on top."""

from typing import Any

import numpy as np

from gapro_annotator.arrays import Bool, Int32, Int64
from gapro_annotator.boxes import Boxes
from gapro_annotator.labeling.background import latent_of
from gapro_annotator.labeling.verdict import IN_NO_BOX, Verdicts
from gapro_annotator.labels import BACKGROUND, NO_RIVAL, UNCORRECTED, Decision, PseudoLabels
from gapro_annotator.scan import Scan

# Measured on the tuning scans, for points that do not lie in the box that their superpoint belongs to or may belong to.
_OTHER_BOX = 0.75
"""The superpoint is another box's object: how often the point is its own box's (179 of 239; else mostly background)."""
_BACKGROUND = 0.6
"""The superpoint sticks out of another box: how often the point is background. 167 of 435, of which one object's 279
points are 23: a few superpoints decide, so it is left in doubt. Floor and walls keep their own, 5,889 of 6,004."""
_ONE_LEFT = 0.97
"""The superpoint's own box holds the point and its rival's does not: 342 of 344 are right."""


def spread(
    verdicts: Verdicts, scan: Scan, boxes: Boxes, *, smallest_box: Int64, correction: Int32, provenance: dict[str, Any]
) -> PseudoLabels:
    """Give every point the verdict of its superpoint, as far as its place allows.

    Only a box that holds a point may be its instance or its rival, and background has a rival wherever a box is. One
    that lies in no box is contested by nobody. What a person labelled stays as it is, with probability 1.

    Parameters
    ----------
    verdicts
        Of the superpoints.
    scan, boxes
        What was labelled, by these boxes.
    smallest_box : (N,) int64
        Row of the smallest box that holds each point, -1 none.
    correction : (N,) int32
        A person's labels, -2 none.
    provenance
        Goes into the answer.
    """
    points = verdicts.taken(scan.superpoint)
    _ask_anew(points, scan, boxes, np.append(boxes.id, np.int32(BACKGROUND))[smallest_box])
    nowhere = (smallest_box < 0) & (points.instance == BACKGROUND)
    points.rival[nowhere], points.probability[nowhere] = NO_RIVAL, IN_NO_BOX
    points.mean[nowhere], points.variance[nowhere] = 0.0, 0.0
    points.decision[nowhere] = Decision.NO_BOX
    return finished(points, correction, provenance)


def _ask_anew(points: Verdicts, scan: Scan, boxes: Boxes, holder: Int32) -> None:
    """Turn to the smallest box that holds a point, `holder`, where its superpoint's instance or rival does not."""
    out = _outside(scan, boxes, points.instance)
    stray = ~out & _outside(scan, boxes, points.rival)
    points.instance[out], points.rival[out] = holder[out], BACKGROUND
    points.probability[out], points.decision[out] = _OTHER_BOX, Decision.PARTLY_IN_BOX
    one_left = stray & (points.instance != BACKGROUND)
    points.rival[one_left] = BACKGROUND
    points.probability[one_left] = np.maximum(points.probability[one_left], _ONE_LEFT)
    background = stray & ~one_left
    points.rival[background] = holder[background]
    points.probability[background & (points.decision == Decision.PARTLY_IN_BOX)] = _BACKGROUND
    # No Gaussian Process was asked this question: the latent is what the probability alone says.
    points.mean[out | stray], points.variance[out | stray] = latent_of(points.probability[out | stray])


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


def _outside(scan: Scan, boxes: Boxes, box_id: Int32) -> Bool:
    """(N,) bool, points that do not lie in the box of this id; background is no box."""
    row = boxes.row_of(box_id)
    found: Bool = np.zeros(len(scan), bool)
    which: Int64 = np.flatnonzero(row >= 0)
    xyz, row = scan.xyz[which], row[which]
    found[which] = ((xyz < boxes.lower[row]) | (xyz > boxes.upper[row])).any(axis=1)
    return found
