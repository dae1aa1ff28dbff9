"""How much work a scan took, read from its log of edits: nothing else is counted or kept."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from gapro_annotator.labels import REDO, EditRecord

PAUSE_S = 60.0
"""A longer time between two edits counts as so much: the annotator was elsewhere."""


class Effort(NamedTuple):
    """Edits of a person, undone ones too, and the seconds that they took."""

    edits: int
    seconds: float


def effort_of(edits: Sequence[EditRecord]) -> Effort:
    """Add up the times between the edits of each person, oldest first; unreadable times count nothing."""
    last: dict[str, datetime] = {}
    seconds = 0.0
    for record in edits:
        try:
            now = datetime.fromisoformat(record.time)
        except ValueError:
            continue
        before = last.get(record.annotator)
        if before is not None and (before.tzinfo is None) == (now.tzinfo is None):
            seconds += min(max((now - before).total_seconds(), 0.0), PAUSE_S)
        last[record.annotator] = now
    return Effort(sum(not record.edit.text.startswith(REDO) for record in edits), seconds)


def effort_in_words(effort: Effort) -> str:
    """'84 answers in 12 min'; empty where there are none."""
    if not effort.edits:
        return ""
    answers = f"{effort.edits:,} answer{'' if effort.edits == 1 else 's'}"
    minutes = effort.seconds / 60
    if effort.edits == 1:
        return answers
    return f"{answers} in {minutes:.0f} min" if minutes >= 1 else f"{answers} in {effort.seconds:.0f} s"
