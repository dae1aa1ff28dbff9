"""Pairs of overlapping boxes: which superpoints they contest, what speaks for each, and which rule decides."""

from dataclasses import dataclass
from enum import Enum

import numpy as np

from gapro_annotator.arrays import Bool, Float64, Int64
from gapro_annotator.boxes import Boxes

MOST_TRAINING = 150
"""Superpoints of one box that a pair learns from: the nearest to what is contested."""
_NESTED = 0.10
"""A box that sticks out of another by less than this is nested; metres in a room."""
_SAME = 0.6
"""From this intersection over union on, two boxes are one place and nothing tells their superpoints apart."""


class PairRule(Enum):
    """How a pair is decided."""

    GAUSSIAN_PROCESS = "gp"
    NESTED = "nested"
    FALLBACK = "fallback"


@dataclass(frozen=True, eq=False, slots=True)
class BoxPair:
    """Two overlapping boxes that contest some superpoints.

    Parameters
    ----------
    first, second : int
        Rows of the boxes; the first has the smaller id.
    rule
        How the pair is decided.
    contested : (m,) int64
        Superpoints inside both.
    training_first, training_second : (n,) int64
        Superpoints that belong to one of them for certain, or so a person said.
    """

    first: int
    second: int
    rule: PairRule
    contested: Int64
    training_first: Int64
    training_second: Int64


def find_pairs(
    boxes: Boxes,
    candidate_superpoint: Int64,
    candidate_box: Int64,
    *,
    settled: Int64,
    news: Bool,
    center: Float64,
    size: float,
) -> list[BoxPair]:
    """List the pairs that contest a superpoint, ordered by their box ids.

    Parameters
    ----------
    boxes
        The boxes.
    candidate_superpoint, candidate_box : (M,) int64
        Superpoints and the boxes that they may belong to, sorted by superpoint.
    settled : (S,) int64
        Row of the box that a superpoint belongs to without question, -1: none.
    news : (S,) bool
        Superpoints that only a person settled; they do not change by which rule a pair is decided.
    center : (S, 3) float64
        Centres of the superpoints.
    size
        The scan's size against a room.
    """
    contested: dict[tuple[int, int], list[int]] = {}
    starts = np.flatnonzero(np.diff(candidate_superpoint, prepend=-1))
    ends = np.append(starts, len(candidate_superpoint))[1:]
    for start, end in zip(starts, ends, strict=True):
        if end - start < 2 or settled[candidate_superpoint[start]] >= 0:
            continue
        rows = sorted(candidate_box[start:end].tolist(), key=lambda row: int(boxes.id[row]))
        for place, first in enumerate(rows):
            for second in rows[place + 1 :]:
                contested.setdefault((first, second), []).append(int(candidate_superpoint[start]))
    owned = {row: np.flatnonzero(settled == row) for pair in contested for row in pair}
    pairs: list[BoxPair] = []
    for first, second in sorted(contested, key=lambda pair: (int(boxes.id[pair[0]]), int(boxes.id[pair[1]]))):
        questions = np.array(contested[first, second], np.int64)
        middle = center[questions].mean(axis=0)
        one, two = (_nearest(owned[row], center, middle) for row in (first, second))
        rule = _rule(boxes, first, second, not (news[one].all() or news[two].all()), size)
        pairs.append(BoxPair(first, second, rule, questions, one, two))
    return pairs


def smaller_first(boxes: Boxes, first: int, second: int) -> bool:
    """Whether `first` is the smaller of two boxes; equal volumes go to the smaller id."""
    one, two = float(boxes.volume[first]), float(boxes.volume[second])
    return (one, int(boxes.id[first])) < (two, int(boxes.id[second]))


def _nearest(superpoints: Int64, center: Float64, middle: Float64) -> Int64:
    if len(superpoints) <= MOST_TRAINING:
        return superpoints
    distance = np.linalg.norm(center[superpoints] - middle, axis=1)
    return np.sort(superpoints[np.argsort(distance, kind="stable")[:MOST_TRAINING]])


def _rule(boxes: Boxes, first: int, second: int, has_training: bool, size: float) -> PairRule:  # noqa: FBT001 - private
    lower = np.maximum(boxes.lower[first], boxes.lower[second]).astype(np.float64)
    upper = np.minimum(boxes.upper[first], boxes.upper[second]).astype(np.float64)
    common = float(np.prod(np.maximum(upper - lower, 0.0)))
    union = float(boxes.volume[first]) + float(boxes.volume[second]) - common
    if union <= 0 or common / union >= _SAME:
        return PairRule.FALLBACK
    inner, outer = (first, second) if smaller_first(boxes, first, second) else (second, first)
    sticks_out = max(
        float((boxes.lower[outer] - boxes.lower[inner]).max()), float((boxes.upper[inner] - boxes.upper[outer]).max())
    )
    if sticks_out < _NESTED * size and not has_training:
        return PairRule.NESTED
    return PairRule.GAUSSIAN_PROCESS if has_training else PairRule.FALLBACK
