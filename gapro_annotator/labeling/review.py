"""Where a correction is worth most: regions of like doubt, ordered by the points that are probably wrong. No torch."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from gapro_annotator.arrays import Bool, Float64, Int32, Int64
from gapro_annotator.errors import InvalidValueError
from gapro_annotator.labeling.gain import gain_of
from gapro_annotator.labels import BACKGROUND, NO_RIVAL, UNCORRECTED, Decision, PseudoLabels
from gapro_annotator.scan import Scan

Reason: TypeAlias = Literal["overlap", "nested", "fallback", "clutter", "partly", "structure", "alike"]
"""Why a region is in doubt.

overlap: two boxes contest it · nested: so do they, one inside the other · fallback: so do they, and are one place ·
clutter: in a box, and perhaps not its object · partly: sticks out of its box · structure: looks like floor or wall
inside a box · alike: in a box, but background by its looks or by what a person said of its like.
"""


_FEW_TIMES = 20


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
    gain : float
        What a label of it is worth, by which the queue is ordered: expected wrong points over the root of the size of
        their instance, and the same for what the label would teach about other regions.
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
    gain: float = 0.0


def rank_regions(scan: Scan, pseudo: PseudoLabels, correction: Int32) -> list[Region]:
    """List the regions in doubt, the one where a correction is worth most (`Region.gain`) first.

    Points that a person labelled and points that nobody contests are left out. Equal gain goes by superpoint,
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
    key = (scan.superpoint[open_], pseudo.instance[open_], pseudo.rival[open_])
    group = _groups(*key)
    order = np.argsort(group, kind="stable")
    starts = np.flatnonzero(np.diff(group[order].astype(np.int64), prepend=-1))
    ends = np.append(starts, len(order))[1:]
    points = open_[order]
    doubt = 1.0 - pseudo.probability[points].astype(np.float64)
    worth = np.add.reduceat(doubt, starts)
    columns = [column[order[starts]] for column in key]
    gains = _gains(scan, pseudo, worth, columns)
    ranked = np.lexsort((np.arange(len(starts)), -gains)).tolist()
    # Lists, because numpy's numbers one by one are slow.
    superpoint, instance, rival = (column.tolist() for column in columns)
    decision, gain, wrong = _commonest(pseudo.decision[points], starts).tolist(), gains.tolist(), worth.tolist()
    sure, first, last = (1.0 - worth / (ends - starts)).tolist(), starts.tolist(), ends.tolist()
    return [
        Region(
            superpoint=superpoint[row],
            points=points[first[row] : last[row]],
            instance=instance[row],
            rival=rival[row],
            probability=sure[row],
            worth=wrong[row],
            decision=decision[row],
            reason=_reason(decision[row], instance[row], rival[row]),
            gain=gain[row],
        )
        for row in ranked
    ]


def _gains(scan: Scan, pseudo: PseudoLabels, worth: Float64, columns: list[Int32]) -> Float64:
    """Gain of each region: its own expected wrong points, and what it teaches."""
    superpoint, instance, rival = columns
    box = np.where(instance >= 0, instance, rival)
    size = np.bincount(pseudo.instance[pseudo.instance >= 0], minlength=int(box.max(initial=0)) + 1)
    gain = gain_of(worth, np.where(box >= 0, size[np.maximum(box, 0)], 0))
    if pseudo.teaches is not None and len(pseudo.teaches) == scan.superpoint_count:
        gain = gain + pseudo.teaches[superpoint]
    return gain


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


def _groups(superpoint: Int32, instance: Int32, rival: Int32) -> np.ndarray:
    """(M,) number of the region of each point: rising by superpoint, instance and rival.

    Of 16 bits where these suffice: such numbers are sorted by counting, in a tenth of the time.
    """
    code = superpoint.astype(np.int64)
    for column in (instance, rival):
        dense, distinct = _dense(column.astype(np.int64) + 2)  # -2 no rival, -1 background
        code = code * distinct + dense
    group, regions = _dense(code)
    return group.astype(np.uint16) if regions <= 1 << 16 else group


def _dense(number: Int64) -> tuple[Int64, int]:
    """Number the values that occur anew, 0.. in their order; and how many there are. None is negative."""
    most = int(number.max()) + 1
    if most > _FEW_TIMES * len(number):  # a table of them would be larger than sorting is slow
        values, dense = np.unique(number, return_inverse=True)
        return dense, len(values)
    occurs = np.zeros(most, bool)
    occurs[number] = True
    dense = np.cumsum(occurs) - 1
    return dense[number], int(dense[-1]) + 1


def _commonest(decision: np.ndarray, starts: Int64) -> Int64:
    """Return the decision of most points of each group; the smaller code where two are equal."""
    group = np.repeat(np.arange(len(starts)), np.diff(np.append(starts, len(decision))))
    counts = np.bincount(group * len(Decision) + decision, minlength=len(starts) * len(Decision))
    return counts.reshape(len(starts), len(Decision)).argmax(axis=1)


_BY_RULE: dict[int, Reason] = {
    Decision.NESTED: "nested",
    Decision.FALLBACK: "fallback",
    Decision.STRUCTURE: "structure",
    Decision.PARTLY_IN_BOX: "partly",
}


def _reason(decision: int, instance: int, rival: int) -> Reason:
    if decision in _BY_RULE:
        return _BY_RULE[decision]
    if BACKGROUND not in (instance, rival):
        return "overlap"
    return "alike" if instance == BACKGROUND else "clutter"
