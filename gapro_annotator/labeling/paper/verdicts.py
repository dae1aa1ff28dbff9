"""What a method of the paper says of each point or superpoint, while it is being decided."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from gapro_annotator.arrays import Bool, Float64, Int32, Int64, UInt8
from gapro_annotator.boxes import Boxes
from gapro_annotator.labels import BACKGROUND, NO_RIVAL, UNCORRECTED, Decision, PseudoLabels

MOST = 0.999
"""The surest that a method is: probability 1 is a person's."""
ONE_BOX = 0.9
PARTLY_IN_BOX = 0.6
FLOOR = 0.9
NESTED = 0.75
SMALLER_BOX = 0.65
UNDECIDED = 0.5
_RULE_MEAN = 0.4
"""Latent that stands for a rule: no process was asked."""


@dataclass(eq=False, slots=True)
class Verdicts:
    """(N,) or (S,) arrays with the meaning of the `PseudoLabels` fields."""

    instance: Int32
    rival: Int32
    probability: Float64
    mean: Float64
    variance: Float64
    decision: UInt8

    @classmethod
    def nothing(cls, count: int) -> "Verdicts":
        """Background, contested by nobody."""
        return cls(
            instance=np.full(count, BACKGROUND, np.int32),
            rival=np.full(count, NO_RIVAL, np.int32),
            probability=np.full(count, MOST),
            mean=np.zeros(count),
            variance=np.zeros(count),
            decision=np.full(count, Decision.NO_BOX, np.uint8),
        )

    def taken(self, rows: Int32) -> "Verdicts":
        """Return copies of these rows."""
        return Verdicts(*(getattr(self, name)[rows] for name in self.__dataclass_fields__))

    def put(
        self,
        rows: Int64 | Bool,
        *,
        instance: Int32 | int,
        rival: Int32 | int,
        probability: float,
        decision: Decision,
    ) -> None:
        """Decide rows by a rule."""
        self.instance[rows], self.rival[rows] = instance, rival
        self.probability[rows], self.decision[rows] = probability, decision
        self.mean[rows] = 0.0 if probability <= UNDECIDED else _RULE_MEAN
        self.variance[rows] = 1.0

    def put_latent(
        self, rows: Int64, *, first: int, second: int, mean: Float64, variance: Float64, probability: Float64
    ) -> None:
        """Decide rows by a process: `mean` > 0 speaks for `first`, and `probability` is that `first` is right."""
        won = probability >= 0.5
        self.instance[rows], self.rival[rows] = np.where(won, first, second), np.where(won, second, first)
        self.probability[rows] = np.clip(np.where(won, probability, 1 - probability), UNDECIDED, MOST)
        self.mean[rows], self.variance[rows] = np.abs(mean), np.maximum(variance, 1e-9)
        self.decision[rows] = Decision.GAUSSIAN_PROCESS


def spread(verdicts: Verdicts, superpoint: Int32, holder: Int32) -> Verdicts:
    """Give every point its superpoint's verdict; background has `holder` as its rival, or is contested by nobody.

    `holder` is the (N,) id of the smallest box that holds each point, -1 none.
    """
    points = verdicts.taken(superpoint)
    background = points.instance == BACKGROUND
    nowhere = background & (holder == BACKGROUND)
    points.rival[nowhere], points.probability[nowhere], points.decision[nowhere] = NO_RIVAL, MOST, Decision.NO_BOX
    points.mean[nowhere], points.variance[nowhere] = 0.0, 0.0
    held = background & ~nowhere
    open_ = held & (points.decision == Decision.NO_BOX)
    holds = holder[open_]
    points.put(open_, instance=BACKGROUND, rival=holds, probability=PARTLY_IN_BOX, decision=Decision.PARTLY_IN_BOX)
    points.rival[held] = holder[held]
    return points


def finished(points: Verdicts, correction: Int32, provenance: dict[str, Any]) -> PseudoLabels:
    """Lay a person's labels on top and freeze the whole."""
    person = correction != UNCORRECTED
    other = np.where(points.instance != correction, points.instance, points.rival)
    return PseudoLabels(
        instance=np.where(person, correction, points.instance).astype(np.int32),
        rival=np.where(person, other, points.rival).astype(np.int32),
        probability=np.where(person, 1.0, np.clip(points.probability, 0.0, MOST)).astype(np.float32),
        mean=points.mean.astype(np.float32),
        variance=np.where(person, 0.0, points.variance).astype(np.float32),
        decision=np.where(person, Decision.PERSON, points.decision).astype(np.uint8),
        provenance=provenance,
    )


def smallest_holder(boxes: Boxes, members: list[Int64], points: int) -> Int32:
    """(N,) id of the smallest box that holds each point, -1 none."""
    holder = np.full(points, BACKGROUND, np.int32)
    for row in np.lexsort((boxes.id, boxes.volume))[::-1]:
        holder[members[row]] = boxes.id[row]
    return holder
