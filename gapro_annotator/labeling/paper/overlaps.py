"""Pairs of overlapping boxes as the published flow decides them: by a process, as nested, or for the smaller box."""

from dataclasses import dataclass
from enum import Enum

import numpy as np

from gapro_annotator.arrays import Int64
from gapro_annotator.boxes import Boxes
from gapro_annotator.labeling.paper.membership import Membership, pairs_of
from gapro_annotator.labeling.paper.verdicts import NESTED, SMALLER_BOX, Verdicts
from gapro_annotator.labels import Decision

_NESTED = 0.10
"""A box that sticks out of another by no more than this is nested; metres in a room."""
_SAME = 0.6
"""From this intersection over union on, two boxes are one place."""


class Rule(Enum):
    """How a pair is decided."""

    PROCESS = "gp"
    NESTED = "nested"
    SMALLER_BOX = "smaller box"


@dataclass(frozen=True, eq=False, slots=True)
class Pair:
    """Two boxes and the elements (points or superpoints) that they settle between them.

    Parameters
    ----------
    first, second
        Rows of the boxes, the smaller id first.
    smaller, larger
        The same by volume, equal volumes by id.
    rule
        How it is decided.
    tested : (m,) int64
        Elements inside both, for which no other pair of their boxes overlaps more.
    train_first, train_second : (n,) int64
        Elements inside one of the two only.
    """

    first: int
    second: int
    smaller: int
    larger: int
    rule: Rule
    tested: Int64
    train_first: Int64
    train_second: Int64


def find_pairs(membership: Membership, size: float) -> list[Pair]:
    """List the pairs that have something to decide, ordered by their box ids.

    Parameters
    ----------
    membership
        What is inside which box.
    size
        The scan's size against a room's (`labeling.scale`): tolerances in metres follow it.
    """
    boxes, tested = membership.boxes, dict[tuple[int, int], list[Int64]]()
    for rows, elements in membership.groups():
        tested.setdefault(max(pairs_of(rows), key=lambda pair: _overlap(boxes, *pair)), []).append(elements)
    pairs: list[Pair] = []
    for pair in tested:
        first, second = sorted(pair, key=lambda row: int(boxes.id[row]))
        smaller, larger = sorted(pair, key=lambda row: (float(boxes.volume[row]), int(boxes.id[row])))
        one = np.setdiff1d(membership.inside[first], membership.inside[second], assume_unique=True)
        two = np.setdiff1d(membership.inside[second], membership.inside[first], assume_unique=True)
        rule = _rule(boxes, smaller, larger, size)
        if rule is Rule.PROCESS and not (len(one) and len(two)):
            rule = Rule.SMALLER_BOX
        pairs.append(Pair(first, second, smaller, larger, rule, np.sort(np.concatenate(tested[pair])), one, two))
    return sorted(pairs, key=lambda pair: (int(boxes.id[pair.first]), int(boxes.id[pair.second])))


def put_rules(verdicts: Verdicts, pairs: list[Pair], boxes: Boxes) -> None:
    """Decide the pairs that need no process: the inner, or smaller, of the two boxes."""
    for pair in pairs:
        inner, outer = boxes.id[pair.smaller], boxes.id[pair.larger]
        if pair.rule is Rule.NESTED:
            verdicts.put(pair.tested, instance=inner, rival=outer, probability=NESTED, decision=Decision.NESTED)
        elif pair.rule is Rule.SMALLER_BOX:
            verdicts.put(pair.tested, instance=inner, rival=outer, probability=SMALLER_BOX, decision=Decision.FALLBACK)


def _intersection(boxes: Boxes, first: int, second: int) -> float:
    """Volume that two boxes share, m³."""
    lower = np.maximum(boxes.lower[first], boxes.lower[second]).astype(np.float64)
    upper = np.minimum(boxes.upper[first], boxes.upper[second]).astype(np.float64)
    return float(np.prod(np.maximum(upper - lower, 0.0)))


def _overlap(boxes: Boxes, first: int, second: int) -> tuple[float, int, int]:
    """Order of pairs by what they share; the ids settle ties, so that the order of the rows does not."""
    low, high = sorted((int(boxes.id[first]), int(boxes.id[second])))
    return _intersection(boxes, first, second), low, high


def _rule(boxes: Boxes, inner: int, outer: int, size: float) -> Rule:
    below, above = boxes.lower[outer] - boxes.lower[inner], boxes.upper[inner] - boxes.upper[outer]
    if max(float(below.max()), float(above.max())) <= _NESTED * size:
        return Rule.NESTED
    common = _intersection(boxes, inner, outer)
    union = float(boxes.volume[inner]) + float(boxes.volume[outer]) - common
    return Rule.SMALLER_BOX if union <= 0 or common / union >= _SAME else Rule.PROCESS
