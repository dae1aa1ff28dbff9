"""Whether a probability is honest: how well doubt finds the wrong points, and whether what is said comes true."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gapro_annotator.arrays import Bool, Float64, Int64, UInt8, check_array, freeze
from gapro_annotator.errors import InvalidValueError
from gapro_annotator.labels import Decision, GroundTruth, PseudoLabels

BINS = 15
"""Equal-width bins of probability, from 0 to 1."""
_STEPS = 200
"""Points of a risk-coverage curve."""


@dataclass(frozen=True, eq=False, slots=True)
class JudgedPoints:
    """Points whose probability can be held against the truth: inside at least one box, labelled by no person.

    Parameters
    ----------
    probability : (M,) float64
        What was said of the label, 0..1.
    right : (M,) bool
        Whether the label is the true one.
    decision : (M,) uint8
        A `Decision`.
    corrected
        Points in boxes that were left out because a person labelled them: their probability of 1 is no claim of ours.
    """

    probability: Float64
    right: Bool
    decision: UInt8
    corrected: int = 0

    def __post_init__(self) -> None:
        rows = len(self.right)
        check_array("judged probability", self.probability, np.float64, (rows,))
        check_array("judged right", self.right, np.bool_, (rows,))
        check_array("judged decision", self.decision, np.uint8, (rows,))
        freeze(self.probability, self.right, self.decision)

    def __len__(self) -> int:
        return len(self.right)

    def calibration(self) -> dict[str, float | int | None]:
        """AUROC, ECE, Brier score, expected and true share of wrong points, and how many points; None: undefined."""
        said, right = self.probability, self.right
        figures = {
            "auroc": area_under_curve(right, said),
            "ece": calibration_error(right, said),
            "brier": brier_score(right, said),
            "expected_wrong": float(1 - said.mean()) if len(self) else float("nan"),
            "true_wrong": float(1 - right.mean()) if len(self) else float("nan"),
        }
        defined = {key: None if np.isnan(value) else value for key, value in figures.items()}
        return {**defined, "points": len(self)}

    def by_decision(self) -> list[tuple[Decision, int, float, float]]:
        """One row for each decision that occurs: points, mean probability said, share right."""
        rows: list[tuple[Decision, int, float, float]] = []
        for code in np.unique(self.decision).tolist():
            mine = self.decision == code
            said, right = float(self.probability[mine].mean()), float(self.right[mine].mean())
            rows.append((Decision(code), int(mine.sum()), said, right))
        return rows


def judge(pseudo: PseudoLabels, truth: GroundTruth, in_boxes: Bool) -> JudgedPoints:
    """Hold the labeler's answer against the truth.

    Parameters
    ----------
    pseudo, truth
        Of the same scan.
    in_boxes : (N,) bool
        Points inside at least one box; nobody doubts the others.
    """
    if len(pseudo) != len(truth):
        raise InvalidValueError(f"{len(pseudo):,} pseudo labels do not fit {len(truth):,} rows of ground truth")
    check_array("in_boxes", in_boxes, np.bool_, (len(truth),))
    person = pseudo.decision == Decision.PERSON
    judged = np.flatnonzero(in_boxes & ~person)
    return JudgedPoints(
        pseudo.probability[judged].astype(np.float64),
        pseudo.instance[judged] == truth.instance[judged],
        pseudo.decision[judged],
        int((in_boxes & person).sum()),
    )


def pool_judged(parts: Sequence[JudgedPoints]) -> JudgedPoints:
    """Put the points of several scans together; each point counts once."""
    return JudgedPoints(
        np.concatenate([np.zeros(0), *(p.probability for p in parts)]),
        np.concatenate([np.zeros(0, np.bool_), *(p.right for p in parts)]),
        np.concatenate([np.zeros(0, np.uint8), *(p.decision for p in parts)]),
        sum(p.corrected for p in parts),
    )


def area_under_curve(right: Bool, probability: Float64) -> float:
    """AUROC of 'this point is wrong': how often a wrong point has the lower probability than a right one.

    Equal probabilities count half, as with average ranks. NaN where all are right or all are wrong.
    """
    value, place = np.unique(probability, return_inverse=True)
    good = np.bincount(place[right], minlength=len(value)).astype(np.float64)
    bad = np.bincount(place[~right], minlength=len(value)).astype(np.float64)
    if not good.any() or not bad.any():
        return float("nan")
    above = good.sum() - np.cumsum(good)
    return float((bad * (above + good / 2)).sum() / (bad.sum() * good.sum()))


def calibration_error(right: Bool, probability: Float64, bins: int = BINS) -> float:
    """ECE: |share right - mean probability| of each bin, weighted by its points; NaN without points."""
    curve = reliability_curve(right, probability, bins)
    used = curve.count > 0
    gap = np.abs(curve.right[used] - curve.said[used])
    return float(gap @ curve.count[used] / len(right)) if len(right) else float("nan")


def brier_score(right: Bool, probability: Float64) -> float:
    """Mean squared distance of the probability from what came true; NaN without points."""
    return float(np.mean((right - probability) ** 2)) if len(right) else float("nan")


@dataclass(frozen=True, eq=False, slots=True)
class ReliabilityCurve:
    """What was said and what came true, bin by bin.

    Parameters
    ----------
    edge : (bins + 1,) float64
        From 0 to 1.
    said, right : (bins,) float64
        Mean probability and share of right points; NaN in an empty bin.
    count : (bins,) int64
    """

    edge: Float64
    said: Float64
    right: Float64
    count: Int64


def reliability_curve(right: Bool, probability: Float64, bins: int = BINS) -> ReliabilityCurve:
    """Sort points into equal-width bins of probability; one on an edge goes up, 1 into the last bin."""
    place = np.minimum((probability * bins).astype(np.int64), bins - 1)
    count = np.bincount(place, minlength=bins)
    each = np.where(count > 0, count, np.nan)
    said = np.bincount(place, weights=probability, minlength=bins) / each
    came_true = np.bincount(place, weights=right, minlength=bins) / each
    return ReliabilityCurve(np.linspace(0, 1, bins + 1), said, came_true, count.astype(np.int64))


def risk_coverage(right: Bool, probability: Float64, steps: int = _STEPS) -> tuple[Float64, Float64]:
    """Return the share of wrong points among the most certain ones.

    Returns
    -------
    coverage : (steps,) float64
        Which share of the points is taken, the most certain first; the last is 1.
    risk : (steps,) float64
        Share of wrong ones among them. Points of equal probability are taken in the mean over all their orders.
    """
    if not len(right):
        raise InvalidValueError("there are no points in boxes to judge; risk over coverage needs some")
    value, place = np.unique(-probability, return_inverse=True)
    taken = np.concatenate([[0], np.cumsum(np.bincount(place, minlength=len(value)))])
    wrong = np.concatenate([[0], np.cumsum(np.bincount(place[~right], minlength=len(value)))])
    coverage = np.arange(1, steps + 1) / steps
    return coverage, np.interp(coverage * len(right), taken, wrong) / (coverage * len(right))
