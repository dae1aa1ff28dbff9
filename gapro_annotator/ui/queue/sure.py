"""Accepting at once what is sure enough: how much that is, what of it is probably wrong, and the edit."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from gapro_annotator.arrays import Int64
from gapro_annotator.labeling.review import Region
from gapro_annotator.labels import UNCORRECTED, LabelEdit
from gapro_annotator.session import Session


class Sure(NamedTuple):
    """What would be accepted: regions, their open points (M,), and how many of these are expected to be wrong."""

    regions: int
    points: Int64
    wrong: float


NOTHING = Sure(0, np.zeros(0, np.int64), 0.0)


def sure_regions(session: Session, regions: Iterable[Region], probability: float) -> Sure:
    """Find the regions that are at least so sure, 0..1; points that a person labelled are no part of it."""
    sure = [region for region in regions if region.probability >= probability]
    points = np.unique(np.concatenate([region.points for region in sure])) if sure else np.zeros(0, np.int64)
    points = points[session.correction[points] == UNCORRECTED]
    wrong = float((1.0 - session.pseudo.probability[points]).sum()) if session.pseudo is not None else 0.0
    return Sure(len(sure), points, wrong)


def accept_edit(session: Session, sure: Sure, probability: float) -> LabelEdit:
    """Confirm each of these points as what it is labelled, as one step."""
    text = f"Accept {sure.regions:,} regions that are at least {probability:.0%} sure"
    before = session.correction[sure.points].copy()
    return LabelEdit(text, sure.points, before, session.instance[sure.points].astype(np.int32).copy())
