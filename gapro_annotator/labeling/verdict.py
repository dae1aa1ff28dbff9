"""One verdict for each superpoint: its instance, its rival and how sure that is."""

from dataclasses import dataclass

import numpy as np

from gapro_annotator.arrays import Bool, Float64, Int32, Int64, UInt8
from gapro_annotator.boxes import Boxes
from gapro_annotator.labeling.background import ObjectBelief, Teaching
from gapro_annotator.labeling.coupling import Ownership
from gapro_annotator.labels import BACKGROUND, NO_RIVAL, UNCORRECTED, Decision

IN_NO_BOX = 0.999
"""Probability of background where no box is: not 1, which is a person's."""
_LIKE_TAUGHT = 0.95
"""Probability of what is left of a superpoint of which a person labelled the greater part."""


@dataclass(eq=False, slots=True)
class Verdicts:
    """(S,) or (N,) arrays with the meaning of the `PseudoLabels` fields, while they are being decided."""

    instance: Int32
    rival: Int32
    probability: Float64
    mean: Float64
    variance: Float64
    decision: UInt8

    @classmethod
    def nothing(cls, count: int) -> "Verdicts":
        """Background, contested by nobody."""
        zero = np.zeros(count)
        return cls(
            instance=np.full(count, BACKGROUND, np.int32),
            rival=np.full(count, NO_RIVAL, np.int32),
            probability=np.full(count, IN_NO_BOX),
            mean=zero.copy(),
            variance=zero.copy(),
            decision=np.full(count, Decision.NO_BOX, np.uint8),
        )

    def taken(self, rows: Int32) -> "Verdicts":
        """Return copies of these rows."""
        return Verdicts(*(getattr(self, name)[rows] for name in self.__dataclass_fields__))


def decide(
    boxes: Boxes,
    *,
    candidate_superpoint: Int64,
    candidate_box: Int64,
    prior: Float64,
    belief: ObjectBelief,
    ownership: Ownership,
    structure: Bool,
    teaching: Teaching,
) -> Verdicts:
    """Weigh 'object or background' and 'whose' against each other; the likeliest of all candidates wins.

    The candidates are sorted by superpoint, the box that holds most of it last.
    """
    count = len(prior)
    last = np.flatnonzero(np.diff(candidate_superpoint, append=-1))
    winner = np.full(count, -1, np.int64)
    winner[candidate_superpoint[last]] = candidate_box[last]
    runner_up = np.full(count, -1, np.int64)
    share, second = np.ones(count), np.zeros(count)
    mean, variance = np.zeros(count), np.zeros(count)
    by = np.full(count, Decision.ONE_BOX, np.uint8)
    contested = ownership.superpoint
    winner[contested], runner_up[contested] = ownership.winner, ownership.runner_up
    share[contested], second[contested] = ownership.probability, ownership.second_probability
    mean[contested], variance[contested], by[contested] = ownership.mean, ownership.variance, ownership.decision
    touched = winner >= 0
    is_object = touched & (belief.probability >= 0.5)
    verdicts = Verdicts.nothing(count)
    ids = np.append(boxes.id, np.int32(BACKGROUND))  # row -1 is background
    object_share = belief.probability * share
    against_box = is_object & (belief.probability * second > 1 - belief.probability)
    verdicts.instance[is_object] = ids[winner[is_object]]
    verdicts.rival[touched] = np.where(is_object, BACKGROUND, ids[winner])[touched]
    verdicts.rival[against_box] = ids[runner_up[against_box]]
    verdicts.probability[touched] = np.where(is_object, object_share, 1 - belief.probability)[touched]
    verdicts.mean[touched] = np.where(against_box, mean, np.abs(belief.mean))[touched]
    verdicts.variance[touched] = np.where(against_box, variance, belief.variance)[touched]
    verdicts.decision[touched] = np.where(structure, Decision.STRUCTURE, Decision.PARTLY_IN_BOX)[touched]
    verdicts.decision[is_object] = by[is_object]
    moved = touched & (is_object != (prior >= 0.5))  # corrections of its like made it so
    verdicts.decision[moved] = Decision.GAUSSIAN_PROCESS
    _follow_person(verdicts, teaching, ids[winner])
    return verdicts


def _follow_person(verdicts: Verdicts, teaching: Teaching, likeliest_box: Int32) -> None:
    """Let the rest of a superpoint follow a person who labelled the greater part of it."""
    taught = teaching.taught
    said = teaching.label[taught]
    before = np.where(verdicts.instance[taught] != said, verdicts.instance[taught], verdicts.rival[taught])
    other = np.where(said == BACKGROUND, likeliest_box[taught], BACKGROUND)
    rival = np.where((before == said) | (before == UNCORRECTED), other, before)
    verdicts.rival[taught] = np.where(rival == said, NO_RIVAL, rival)
    verdicts.instance[taught] = said
    verdicts.probability[taught] = _LIKE_TAUGHT
    verdicts.mean[taught] = np.abs(verdicts.mean[taught])
    verdicts.variance[taught] = np.maximum(verdicts.variance[taught], 0.05)
    verdicts.decision[taught] = Decision.GAUSSIAN_PROCESS
