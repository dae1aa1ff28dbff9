"""Earlier versions: which are kept, how they are told apart, and going back loses nothing."""

import os
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from documents import make_document

from gapro_annotator.cli import main
from gapro_annotator.errors import InputError, StoreError
from gapro_annotator.project import Project
from gapro_annotator.restoring import backups_of, restore
from gapro_annotator.store.atomic import backup_paths, day_paths
from gapro_annotator.store.backups import find_backup
from gapro_annotator.store.lock import ScanLock
from gapro_annotator.store.scan_file import read_scan, write_scan


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A scan that was saved three times, with 1, 2 and 3 edits."""
    made = Project.create(tmp_path / "p")
    made.save(make_document())
    session, _ = made.open_session("room", "Ann")
    for row in range(2):
        session.assign(np.array([row]), -1, f"Edit {row}")
        made.save_session(session)
    return made


def test_the_first_version_of_each_day_is_kept_for_thirty_days_of_work(tmp_path: Path) -> None:
    path, day = tmp_path / "room.h5", datetime(2026, 1, 1, 12).astimezone()
    for number in range(32):
        for hour in range(2):
            write_scan(path, replace(make_document(), created=f"{number} {hour}"))
            at = (day + timedelta(days=number, hours=hour)).timestamp()
            os.utime(path, (at, at))
    days = day_paths(path)
    assert [read_scan(one).created for one in days] == [f"{number} 0" for number in range(31, 1, -1)]
    assert days[0].name == "room.h5.day-2026-02-01"
    assert [read_scan(one).created for one in backup_paths(path)] == ["31 0", "30 1", "30 0", "29 1", "29 0"]


def test_a_clock_that_goes_backwards_costs_no_version(tmp_path: Path) -> None:
    path = tmp_path / "room.h5"
    for number, year in enumerate((2026, 1971, 2099, 2026)):
        write_scan(path, replace(make_document(), created=str(number)))
        at = datetime(year, 6, 1).astimezone().timestamp()
        os.utime(path, (at, at))
    write_scan(path, replace(make_document(), created="last"))
    assert [read_scan(one).created for one in backup_paths(path) if one.exists()] == ["3", "2", "1", "0"]
    assert len(day_paths(path)) == 3
    assert [one.number for one in backups_of(path)] == [1, 2, 3, 4]


def test_the_list_says_what_differs(project: Project) -> None:
    path = project.scan_path("room")
    project.open_session("room", "Ann")[0].assign(np.array([2]), 7, "Not saved")
    assert [one.says for one in backups_of(path)] == [
        "2 edits fewer, 2 labels differ, 3 points corrected instead of 5",
        "3 edits fewer, 3 labels differ, 2 points corrected instead of 5",
    ]


def test_going_back_keeps_what_was_there_unsaved_edits_and_all(project: Project) -> None:
    path = project.scan_path("room")
    project.open_session("room", "Ann")[0].assign(np.array([2]), 7, "Not saved")
    restore(path, find_backup(path, "2"))
    assert len(read_scan(path).edits) == 1
    assert not project.journal_path("room").exists()
    assert read_scan(backup_paths(path)[0]).edits[-1].edit.text == "Not saved"
    restore(path, find_backup(path, "bak1"))
    assert [record.edit.text for record in read_scan(path).edits][1:] == ["Edit 0", "Edit 1", "Not saved"]
    session, recovered = project.open_session("room", "Ann")
    assert recovered == (0, 0)
    session.assign(np.array([3]), -1, "Goes on")
    project.save_session(session)


def test_the_oldest_backup_can_be_restored_although_that_pushes_it_out(project: Project) -> None:
    path = project.scan_path("room")
    session, _ = project.open_session("room", "Ann")
    for row in range(5):
        session.assign(np.array([row]), 7, f"More {row}")
        project.save_session(session)
    session.assign(np.array([5]), 7, "Not saved")
    oldest = backup_paths(path)[-1]
    edits = len(read_scan(oldest).edits)
    restore(path, oldest)
    assert len(read_scan(path).edits) == edits


@pytest.mark.parametrize("now", ["damaged", "gone"])
def test_a_scan_that_is_damaged_or_gone_comes_back(project: Project, now: str) -> None:
    path = project.scan_path("room")
    project.open_session("room", "Ann")[0].assign(np.array([2]), 7, "Not saved")
    path.write_bytes(b"damaged") if now == "damaged" else path.unlink()
    assert [one.says for one in backups_of(path)] == ["2 edits, labelled", "1 edit, labelled"]
    assert main(["restore", str(path), "--backup", "1"]) == 0
    assert len(read_scan(path).edits) == 2
    assert list(path.parent.glob(".backups/room.h5.journal.*")), "edits that fit nothing are put aside, not lost"
    project.open_session("room", "Ann")


def test_a_damaged_backup_is_told_and_nothing_is_changed(project: Project) -> None:
    path = project.scan_path("room")
    raw = bytearray(backup_paths(path)[0].read_bytes())
    raw[3000] ^= 1
    backup_paths(path)[0].write_bytes(raw)
    before = path.read_bytes()
    assert backups_of(path)[0].says == "cannot be read: is not what was saved (its checksum differs)"
    with pytest.raises(StoreError, match="not what was saved"):
        restore(path, backup_paths(path)[0])
    assert path.read_bytes() == before


def test_the_command_lists_restores_and_refuses(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    path = project.scan_path("room")
    assert main(["restore", str(project.folder)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2
    assert "bak1" in lines[0]
    assert "1 edit fewer" in lines[0]
    assert main(["restore", str(path), "--backup", "9"]) == 1
    assert "has no such backup; it has 1 (bak1), 2 (bak2)" in capsys.readouterr().err
    with ScanLock.take(path, "Bob"):
        assert main(["restore", str(path), "--backup", "1"]) == 1
        assert "Bob on" in capsys.readouterr().err
    assert main(["restore", str(project.folder), "--scan", "room", "--backup", "bak2"]) == 0
    assert len(read_scan(path).edits) == 1
    with pytest.raises(InputError):
        find_backup(path, "bak7")
