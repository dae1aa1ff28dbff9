"""The time that a scan took is read from its log of edits."""

import numpy as np
import pytest

from gapro_annotator.effort import effort_in_words, effort_of
from gapro_annotator.labels import EditRecord, LabelEdit

NO_ROWS = np.zeros(0, np.int32)


def record(time: str, who: str = "Ann", text: str = "Give") -> EditRecord:
    return EditRecord(time, who, LabelEdit(text, NO_ROWS.astype(np.int64), NO_ROWS, NO_ROWS))


@pytest.mark.parametrize(
    ("records", "seconds"),
    [
        ([], 0),
        ([record("2026-01-01T10:00:00+00:00")], 0),
        ([record("2026-01-01T10:00:00+00:00"), record("2026-01-01T10:00:20+00:00")], 20),
        ([record("2026-01-01T10:00:00+00:00"), record("2026-01-01T18:00:00+00:00")], 60),
        ([record("2026-01-01T10:00:20+00:00"), record("2026-01-01T10:00:00+00:00")], 0),
        ([record("2026-01-01T10:00:00+00:00"), record("2026-01-01T10:00:09+00:00", "Bob")], 0),
        ([record("2026-01-01T10:00:00+00:00"), record("broken"), record("2026-01-01T10:00:05+00:00")], 5),
        ([record("2026-01-01T10:00:00+00:00"), record("2026-01-01T10:00:05")], 0),
    ],
)
def test_pauses_count_a_minute_and_people_are_counted_apart(records: list[EditRecord], seconds: float) -> None:
    assert effort_of(records).seconds == seconds


def test_it_is_said_in_words() -> None:
    records = [record(f"2026-01-01T10:{minute:02}:00+00:00") for minute in range(13)]
    assert effort_in_words(effort_of(records)) == "13 answers in 12 min"
    assert effort_in_words(effort_of(records[:1])) == "1 answer"
    assert effort_in_words(effort_of([])) == ""
    again = [*records, record("2026-01-01T10:12:10+00:00", text="Redo: Give")]
    assert effort_of(again).edits == 13
