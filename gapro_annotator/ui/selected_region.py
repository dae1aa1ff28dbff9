"""Points that were selected by hand, as a region that the review's keys and card can decide about."""

from collections.abc import Iterable

import numpy as np

from gapro_annotator.arrays import Int32, Int64
from gapro_annotator.labeling.review import Region
from gapro_annotator.labels import BACKGROUND, NO_RIVAL, UNCORRECTED, Decision
from gapro_annotator.session import Session

SELECTION = -1
"""In place of a superpoint: the points may belong to several."""


def selected_region(session: Session, points: Int64) -> Region:
    """Return points (M,), M > 0, as one region.

    Its instance is the label of most of them. Its rival is the second label among them, or the one that contests most
    of them. Its probability is the share that is expected to belong to the instance.
    """
    shown, person = session.instance[points], session.correction[points]
    instance = _most(shown)
    others = shown[shown != instance]
    by_person = person != UNCORRECTED
    if session.pseudo is None or by_person.all():
        rival = _most(others) if len(others) else NO_RIVAL
        decision = Decision.PERSON if by_person.all() else Decision.NO_BOX
        return Region(SELECTION, points, instance, rival, float((shown == instance).mean()), 0.0, decision, "clutter")
    contested = session.pseudo.rival[points][~by_person]
    contested = contested[(contested != instance) & (contested != NO_RIVAL)]
    rival = _most(others) if len(others) else _most(contested) if len(contested) else NO_RIVAL
    belief = np.where(by_person, 1.0, session.pseudo.probability[points].astype(np.float64))
    against = np.where((session.pseudo.rival[points] == instance) & ~by_person, 1.0 - belief, 0.0)
    probability = float(np.where(shown == instance, belief, against).mean())
    decision = _most(session.pseudo.decision[points][~by_person].astype(np.int32))
    return Region(SELECTION, points, instance, rival, probability, float((1.0 - belief).sum()), decision, "clutter")


def region_at(session: Session, by_superpoint: tuple[Int64, Int64], queue: Iterable[Region], row: int) -> Region:
    """Return the points of this point's superpoint that share its label, with their candidates.

    Parameters
    ----------
    by_superpoint
        Rows ordered by superpoint (N,), and where each superpoint starts (S + 1,).
    queue
        What says why it is in doubt.
    """
    order, starts = by_superpoint
    superpoint = int(session.scan.superpoint[row])
    rows = order[starts[superpoint] : starts[superpoint + 1]]
    rows = np.sort(rows[session.instance[rows] == session.instance[row]])
    pseudo = session.pseudo
    by_person = session.correction[row] != UNCORRECTED
    if pseudo is None or by_person:
        decision = Decision.PERSON if by_person else Decision.NO_BOX
        return Region(superpoint, rows, int(session.instance[row]), NO_RIVAL, 1.0, 0.0, int(decision), "clutter")
    siblings = (region for region in queue if region.superpoint == superpoint)
    queued = next((region for region in siblings if region.instance == session.instance[row]), None)
    doubt = 1.0 - pseudo.probability[rows].astype(np.float64)
    return Region(
        superpoint,
        rows,
        instance=int(session.instance[row]),
        rival=int(pseudo.rival[row]),
        probability=float(1.0 - doubt.mean()),
        worth=float(doubt.sum()),
        decision=int(pseudo.decision[row]),
        reason=queued.reason if queued else "clutter",
    )


def most_common_labels(session: Session, points: Int64, most: int = 3) -> list[tuple[int, int]]:
    """Labels of these points and how many of them have each, the most common first."""
    ids, counts = np.unique(session.instance[points], return_counts=True)
    order = np.argsort(-counts, kind="stable")[:most]
    return [(int(ids[row]), int(counts[row])) for row in order]


def _most(values: Int32) -> int:
    """Return the most common label; on a tie the background gives way."""
    ids, counts = np.unique(values, return_counts=True)
    order = np.lexsort((ids == BACKGROUND, -counts))
    return int(ids[order[0]])
