"""Laws of the journal: what was appended is read, a cut line costs itself only, and nothing is done twice."""

import os
from pathlib import Path

import numpy as np
import pytest

from gapro_annotator.arrays import equal_fields
from gapro_annotator.errors import StoreError
from gapro_annotator.labels import EditRecord, LabelEdit
from gapro_annotator.store.journal import Journal


def record(number: int) -> EditRecord:
    points = np.arange(number + 1, dtype=np.int64)
    same = np.full(number + 1, number, np.int32)
    return EditRecord(f"2026-11-22T10:00:0{number}", "Änne", LabelEdit(f"Zeile\n{number} “x”", points, same - 2, same))


def filled(path: Path, count: int = 3) -> list[EditRecord]:
    journal = Journal(path)
    records = [record(number) for number in range(count)]
    for one in records:
        journal.append(one)
    return records


def test_appended_edits_are_read_back_equal_and_in_order(tmp_path: Path) -> None:
    records = filled(tmp_path / "j")
    read = Journal(tmp_path / "j").read()
    assert [r.edit.text for r in read] == [r.edit.text for r in records]
    assert all(equal_fields(a, b) for a, b in zip(read, records, strict=True))


def test_an_absent_journal_holds_nothing(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j")
    assert journal.read() == []
    journal.clear()


def test_every_append_is_synced_before_it_returns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []
    monkeypatch.setattr(os, "fsync", lambda descriptor: sizes.append(os.fstat(descriptor).st_size))
    journal = Journal(tmp_path / "j")
    journal.append(record(0))
    assert sizes[0] == (tmp_path / "j").stat().st_size > 0


@pytest.mark.parametrize("cut", [1, 10, 100])
def test_a_line_cut_by_a_crash_costs_only_itself(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "j"
    filled(path)
    path.write_bytes(path.read_bytes()[:-cut])
    journal = Journal(path)
    assert len(journal.read()) == 2
    assert journal.lost == 1


def test_edits_made_after_a_cut_line_are_not_hidden_by_it(tmp_path: Path) -> None:
    path = tmp_path / "j"
    filled(path)
    path.write_bytes(path.read_bytes()[:-5])
    journal = Journal(path)
    journal.read()
    journal.append(record(5))
    again = Journal(path)
    assert [r.edit.text for r in again.read()] == [record(n).edit.text for n in (0, 1, 5)]
    assert again.lost == 0
    assert path.with_name("j.damaged").exists()


def test_reading_stops_at_the_first_damaged_line_and_counts_the_rest(tmp_path: Path) -> None:
    path = tmp_path / "j"
    filled(path)
    lines = path.read_bytes().splitlines(keepends=True)
    lines[1] = lines[1].replace(b"annotator", b"annotatoR")
    path.write_bytes(b"".join(lines))
    journal = Journal(path)
    assert len(journal.read()) == 1
    assert journal.lost == 2


def test_edits_that_the_scan_file_holds_are_not_given_again(tmp_path: Path) -> None:
    filled(tmp_path / "j")
    journal = Journal(tmp_path / "j", saved=2)
    assert [r.edit.text for r in journal.read()] == [record(2).edit.text]
    journal.append(record(4))
    assert len(Journal(tmp_path / "j", saved=2).read()) == 2
    assert Journal(tmp_path / "j", saved=4).read() == []


def test_a_journal_with_a_gap_before_it_is_refused(tmp_path: Path) -> None:
    Journal(tmp_path / "j", saved=5).append(record(1))
    with pytest.raises(StoreError, match="backup"):
        Journal(tmp_path / "j", saved=3).read()


def test_a_journal_of_another_scan_is_refused(tmp_path: Path) -> None:
    Journal(tmp_path / "j", scan="yesterday").append(record(1))
    with pytest.raises(StoreError, match="another version"):
        Journal(tmp_path / "j", scan="today").read()


def test_a_failed_append_raises_and_leaves_no_half_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    filled(tmp_path / "j", 1)
    before = (tmp_path / "j").read_bytes()

    def fail(_: int) -> None:
        raise OSError("disk full")

    journal = Journal(tmp_path / "j", saved=0)
    journal.read()
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", fail)
        with pytest.raises(StoreError, match="disk full"):
            journal.append(record(1))
    assert (tmp_path / "j").read_bytes() == before
    journal.append(record(2))
    assert len(Journal(tmp_path / "j").read()) == 2
