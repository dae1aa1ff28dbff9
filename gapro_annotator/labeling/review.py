"""Where a correction is worth most: regions of like doubt, ordered by the points that are probably wrong. No torch."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from gapro_annotator.arrays import Bool, Int32, Int64
from gapro_annotator.errors import InvalidValueError
from gapro_annotator.labels import BACKGROUND, NO_RIVAL, UNCORRECTED, Decision, PseudoLabels
from gapro_annotator.scan import Scan

Reason: TypeAlias = Literal["overlap", "nested", "fallback", "clutter", "partly", "structure", "alike"]
"""Why a region is in doubt.

overlap: two boxes contest it · nested: the inner of two boxes has it, by rule · fallback: the smaller of two boxes has
it, for want of evidence · clutter: in a box, and perhaps not its object · partly: sticks out of its box ·
structure: looks like floor or wall inside a box · alike: background because it is like what a person called so.
"""


@dataclass(frozen=True, eq=False, slots=True)
class Region:
    """Points of one superpoint with the same instance and the same rival: one question to the annotator.

    Parameters
    ----------
    superpoint : int
    points : (M,) int64
        Rows of the scan, ascending.
    instance, rival : int
        Box id or -1 background: what the points are labelled, and what else they may be.
    probability : float
        Mean probability that `instance` is right.
    worth : float
        Σ (1 - p) over the points: how many of them are expected to be wrong.
    decision : int
        The `Decision` of most of the points.
    reason
        Why it is in doubt.
    """

    superpoint: int
    points: Int64
    instance: int
    rival: int
    probability: float
    worth: float
    decision: int
    reason: Reason


def rank_regions(scan: Scan, pseudo: PseudoLabels, correction: Int32) -> list[Region]:
    """List the regions in doubt, the one where a correction is worth most first.

    Points that a person labelled and points that nobody contests are left out. Equal worth goes by superpoint,
    instance and rival, so that the order never depends on chance.

    Parameters
    ----------
    scan
        Its superpoints are what a correction corrects.
    pseudo
        The labeler's answer.
    correction : (N,) int32
        A person's label of each point, -2 none.
    """
    if not len(scan) == len(pseudo) == len(correction):
        raise InvalidValueError(f"{scan.name}: {len(pseudo)} pseudo labels do not fit {len(scan)} points")
    open_ = np.flatnonzero(_open(pseudo, correction))
    if not len(open_):
        return []
    key, code = _codes(scan.superpoint[open_], pseudo.instance[open_], pseudo.rival[open_])
    order = np.argsort(code, kind="stable")
    starts = np.flatnonzero(np.diff(code[order], prepend=-1))
    ends = np.append(starts, len(order))[1:]
    points = open_[order]
    doubt = 1.0 - pseudo.probability[points].astype(np.float64)
    worth = np.add.reduceat(doubt, starts)
    decision = _commonest(pseudo.decision[points], starts)
    superpoint, instance, rival = (column[order[starts]].tolist() for column in key)
    ranked = np.lexsort((np.arange(len(starts)), -worth)).tolist()
    return [
        Region(
            superpoint=superpoint[row],
            points=points[starts[row] : ends[row]].astype(np.int64),
            instance=instance[row],
            rival=rival[row],
            probability=float(1.0 - worth[row] / (ends[row] - starts[row])),
            worth=float(worth[row]),
            decision=int(decision[row]),
            reason=_reason(int(decision[row]), instance[row], rival[row]),
        )
        for row in ranked
    ]


def expected_wrong_share(pseudo: PseudoLabels, correction: Int32) -> float:
    """Return the share, 0..1, of the points in or near boxes that is expected to be wrong.

    What a person labelled is right. Points that nobody contests do not count, neither above nor below the line.
    """
    person = correction != UNCORRECTED
    asked = (pseudo.rival != NO_RIVAL) | person
    if not asked.any():
        return 0.0
    doubt = 1.0 - pseudo.probability[asked & ~person].astype(np.float64)
    return float(doubt.sum() / asked.sum())


def _open(pseudo: PseudoLabels, correction: Int32) -> Bool:
    return (correction == UNCORRECTED) & (pseudo.rival != NO_RIVAL) & (pseudo.probability < 1.0)


def _codes(superpoint: Int32, instance: Int32, rival: Int32) -> tuple[tuple[Int32, Int32, Int32], Int64]:
    """Return the three columns and one integer for each point that sorts like them."""
    code = superpoint.astype(np.int64)
    for column in (instance, rival):
        _, dense = np.unique(column, return_inverse=True)
        code = code * (int(dense.max()) + 1) + dense
    return (superpoint, instance, rival), code


def _commonest(decision: np.ndarray, starts: Int64) -> Int64:
    """Return the decision of most points of each group; the smaller code where two are equal."""
    counts = [np.add.reduceat((decision == code).astype(np.int64), starts) for code in Decision]
    return np.stack(counts).argmax(axis=0)


_BY_RULE: dict[int, Reason] = {
    Decision.NESTED: "nested",
    Decision.FALLBACK: "fallback",
    Decision.STRUCTURE: "structure",
    Decision.PARTLY_IN_BOX: "partly",
}


def _reason(decision: int, instance: int, rival: int) -> Reason:
    if decision != Decision.GAUSSIAN_PROCESS:
        return _BY_RULE.get(decision, "clutter")
    if BACKGROUND not in (instance, rival):
        return "overlap"
    return "alike" if instance == BACKGROUND else "clutter"
