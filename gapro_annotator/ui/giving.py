"""A person's decision about points, with what is protected left alone, and how the window says it."""

from typing import NamedTuple

import numpy as np

from gapro_annotator.arrays import Int64
from gapro_annotator.labels import UNCORRECTED
from gapro_annotator.protection import Free, free_points
from gapro_annotator.session import Session
from gapro_annotator.ui.naming import instance_name, points_in_words

BY_REVIEW = "review"
"""Initiator of every decision about a label: it is learnt from."""


class Given(NamedTuple):
    """Rows (M,) int64 that have the label now, and a sentence about it."""

    points: Int64
    said: str


def give(session: Session, points: Int64, instance: int, verb: str, *, keep_corrected: bool = False) -> Given:
    """Give points to an instance or to background, as one undo, and say how many were left alone.

    Parameters
    ----------
    points : (M,) int64
        Rows of the gesture.
    instance
        Box id, or -1 background.
    verb
        'Accept' or 'Give'.
    keep_corrected
        Whether to leave alone what a person has labelled otherwise.
    """
    name = instance_name(session, instance)
    labels = session.instance, session.correction
    free = free_points(points, instance, labels, session.locked, keep_corrected=keep_corrected)
    spared = _spared(free)
    if not len(free.points) and free.locked and instance in session.locked:
        return Given(free.points, f"{name} is locked: it neither gives nor takes points.")
    if not len(free.points):
        return Given(free.points, f"Nothing is given to {name}: {spared}.")
    joint = "as" if verb == "Accept" else "to"
    text = f"{verb} {points_in_words(len(free.points))} {joint} {name}"
    edit = session.assign(free.points, instance, text, initiator=BY_REVIEW)
    said = text if edit is not None else f"It is {name} already."
    return Given(free.points, f"{said} · {spared}" if spared else said)


def protected_in_words(session: Session, points: Int64) -> str:
    """'30 corrected, 4 locked': what of these points (M,) is protected; empty where nothing is."""
    corrected = int(np.count_nonzero(session.correction[points] != UNCORRECTED))
    locked = int(np.isin(session.instance[points], list(session.locked)).sum())
    return ", ".join(f"{count:,} {what}" for count, what in ((corrected, "corrected"), (locked, "locked")) if count)


def _spared(free: Free) -> str:
    parts = [f"{count:,} {what}" for count, what in ((free.corrected, "corrected"), (free.locked, "locked")) if count]
    return f"left alone: {', '.join(parts)}" if parts else ""
