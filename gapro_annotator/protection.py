"""Which points an edit leaves alone: those of locked instances, and those that a person has labelled already."""

from collections.abc import Set as AbstractSet
from typing import NamedTuple

import numpy as np

from gapro_annotator.arrays import Bool, Int32, Int64
from gapro_annotator.labels import UNCORRECTED


class Free(NamedTuple):
    """What of a gesture may be changed.

    Parameters
    ----------
    points : (M,) int64
        Rows that are free.
    locked, corrected
        How many others would change but are protected: by a lock, or else because a person labelled them otherwise.
    """

    points: Int64
    locked: int
    corrected: int


def off_limits(instance: Int32, target: int, locked: AbstractSet[int]) -> Bool:
    """(M,) bool, which points labelled so, (M,) int32, a lock keeps from the target: a locked mask stays as it is.

    A point of a locked instance may still be confirmed as its own.
    """
    if not locked:
        return np.zeros(len(instance), np.bool_)
    moves = instance != target
    return moves if target in locked else moves & np.isin(instance, list(locked))


def free_points(
    points: Int64, target: int, labels: tuple[Int32, Int32], locked: AbstractSet[int], *, keep_corrected: bool
) -> Free:
    """Sort out which points an edit may change.

    Parameters
    ----------
    points : (M,) int64
        Rows of the gesture.
    target
        Where they are to go: box id, -1 background, -2 back to the labeler.
    labels : two (N,) int32
        The label that is shown of each point of the scan, and the person's, -2 where there is none.
    locked
        Instances whose masks stay as they are.
    keep_corrected
        Whether to leave alone what a person has labelled otherwise.
    """
    shown, person = (column[points] for column in labels)
    closed = off_limits(shown, target, locked)
    kept = ~closed & (person != UNCORRECTED) & (person != target) & keep_corrected
    return Free(points[~closed & ~kept], int(closed.sum()), int(kept.sum()))
