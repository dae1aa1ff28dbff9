"""One window or machine edits a scan at a time; locks of dead ones are recognised."""

import json
import os
import socket
import subprocess
import sys
import time
from dataclasses import asdict, replace
from pathlib import Path

import filelock
import numpy as np
import pytest
from documents import make_document

from gapro_annotator.cli import main
from gapro_annotator.errors import StoreError
from gapro_annotator.project import Project
from gapro_annotator.scan_session import editing, open_for_editing, save_scan_session
from gapro_annotator.store import lock as locks
from gapro_annotator.store.lock import LockedError, ScanLock, holder_of, lock_path_of

HOLDER = """
import sys, time
from pathlib import Path
from gapro_annotator.store.lock import ScanLock

lock = ScanLock.take(Path(sys.argv[1]), "Bob")
print("held", flush=True)
sys.stdin.readline()
"""


@pytest.fixture
def project(tmp_path: Path) -> Project:
    made = Project.create(tmp_path / "p")
    made.save(make_document())
    return made


@pytest.fixture
def path(project: Project) -> Path:
    return project.scan_path("room")


class Bob:
    """Another program that has the scan open."""

    def __init__(self, path: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", HOLDER, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "held\n"

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()


def said_by(path: Path) -> str:
    with pytest.raises(LockedError) as caught:
        ScanLock.take(path, "Ann")
    return str(caught.value)


def test_a_lock_says_who_where_which_process_and_since_when(path: Path) -> None:
    with ScanLock.take(path, "Änne"):
        said = json.loads(lock_path_of(path).read_text(encoding="utf-8"))
        assert (said["who"], said["host"], said["pid"]) == ("Änne", socket.gethostname(), os.getpid())
        assert {"time", "process_started"} <= set(said)
    assert not lock_path_of(path).exists()


def test_a_second_program_is_refused_by_name_until_the_first_ends(path: Path) -> None:
    bob = Bob(path)
    assert f"Bob on {socket.gethostname()} has it open" in said_by(path)
    assert holder_of(path) is not None
    bob.kill()  # no time to remove anything
    assert lock_path_of(path).exists()
    assert holder_of(path) is None
    with ScanLock.take(path, "Ann") as mine:
        assert mine.is_ours


def test_two_windows_of_one_program_exclude_each_other_too(path: Path) -> None:
    with ScanLock.take(path, "Ann"):
        assert "Ann on" in said_by(path)


def test_the_second_window_opens_read_only_and_changes_nothing(path: Path) -> None:
    bob = Bob(path)
    before = path.read_bytes()
    session, _, lock = open_for_editing(path, "Ann")
    assert lock is None
    assert "Bob on" in session.read_only
    for change in (
        lambda: session.assign(np.array([0]), -1, "x"),
        lambda: save_scan_session(path, session),
    ):
        with pytest.raises(StoreError, match="Bob on"):
            change()
    pseudo = session.pseudo
    assert pseudo is not None
    assert not session.install(pseudo, session.revision)
    assert not session.dirty
    assert path.read_bytes() == before
    bob.kill()
    session, _, lock = open_for_editing(path, "Ann")
    assert lock is not None
    assert not session.read_only
    session.assign(np.array([0]), -1, "x")
    lock.release()


def test_the_second_window_sees_the_edits_that_the_first_has_not_saved(path: Path) -> None:
    first = open_for_editing(path, "Ann")
    first.session.assign(np.array([0]), -1, "Not saved")
    second = open_for_editing(path, "Bob")
    assert second.session.edits[-1].edit.text == "Not saved"
    assert not second.session.dirty
    assert first.lock is not None
    first.lock.release()


def test_opening_the_same_scan_again_keeps_the_lock(path: Path) -> None:
    first = open_for_editing(path, "Ann")
    again = open_for_editing(path, "Ann", held=first.lock)
    assert again.lock is first.lock
    assert again.lock is not None
    again.lock.release()


def left_by(path: Path, host: str, silent_for: float) -> None:
    with ScanLock.take(path, "Bob") as lock:
        holder = replace(lock.holder, host=host, opening="of another")
    lock_path_of(path).write_text(json.dumps(asdict(holder)))
    os.utime(lock_path_of(path), (time.time() - silent_for, time.time() - silent_for))


def test_another_machine_is_believed_while_it_gives_signs_of_life(path: Path) -> None:
    left_by(path, "another-host", silent_for=locks.SILENCE / 2)
    assert "Bob on another-host" in said_by(path)
    lock_path_of(path).unlink()
    left_by(path, "another-host", silent_for=locks.SILENCE * 2)
    with ScanLock.take(path, "Ann"):
        pass


def test_a_wrong_clock_of_ours_takes_nobody_s_lock_away(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    left_by(path, "another-host", silent_for=1)
    monkeypatch.setattr(time, "time", lambda: 1.0)
    assert "Bob on another-host" in said_by(path)


def test_a_process_number_that_was_given_to_another_process_is_no_lock(path: Path) -> None:
    with ScanLock.take(path, "Bob") as lock:
        holder = replace(lock.holder, pid=os.getppid(), process_started=1.0, opening="x")
    lock_path_of(path).write_text(json.dumps(asdict(holder)))
    assert holder_of(path) is None
    with ScanLock.take(path, "Ann"):
        pass


def test_without_locks_of_the_operating_system_the_lock_file_alone_does(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bob = Bob(path)

    def none(*_: object, **__: object) -> None:
        raise NotImplementedError

    monkeypatch.setattr(filelock.FileLock, "acquire", none)
    assert "Bob on" in said_by(path)
    bob.kill()
    with ScanLock.take(path, "Ann"):
        pass


@pytest.mark.parametrize("said", ["", "{}", "[]", '{"who": 1', '{"pid": "x"}', "\x00" * 100])
def test_a_lock_file_that_says_nothing_locks_nothing(path: Path, said: str) -> None:
    lock_path_of(path).write_text(said)
    with ScanLock.take(path, "Ann"):
        pass


def test_a_lock_gives_signs_of_life(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locks, "HEARTBEAT", 0.02)
    with ScanLock.take(path, "Ann"):
        os.utime(lock_path_of(path), (1, 1))
        deadline = time.monotonic() + 20
        while lock_path_of(path).stat().st_mtime < 2:
            assert time.monotonic() < deadline
            time.sleep(0.01)


def test_whoever_slept_through_a_take_over_edits_no_more(path: Path) -> None:
    slept = open_for_editing(path, "Ann")
    holder = slept.lock.holder if slept.lock else None
    assert holder is not None
    lock_path_of(path).write_text(json.dumps(asdict(replace(holder, who="Bob", host="elsewhere", opening="x"))))
    with pytest.raises(LockedError, match="Bob on elsewhere"):
        slept.session.assign(np.array([0]), -1, "x")
    assert slept.session.correction[0] == -2
    assert slept.lock is not None
    slept.lock.release()
    assert lock_path_of(path).exists(), "Bob's"


def test_a_scan_that_cannot_be_read_is_not_left_locked(path: Path) -> None:
    path.write_bytes(b"damaged")
    with pytest.raises(StoreError):
        open_for_editing(path, "Ann")
    with pytest.raises(StoreError), editing(path, "Ann"):
        pass
    assert not lock_path_of(path).exists()


def test_a_folder_that_cannot_be_written_to_is_opened_to_look_at(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(filelock.FileLock, "acquire", refuse)
    session, _, lock = open_for_editing(path, "Ann")
    assert lock is None
    assert "Permission denied" in session.read_only


def test_commands_that_write_refuse_with_one_sentence(
    project: Project, path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bob = Bob(path)
    before = path.read_bytes()
    assert main(["label", str(project.folder), "--method", "none"]) == 1
    said = capsys.readouterr().err
    assert said.startswith("error: ")
    assert f"Bob on {socket.gethostname()} has it open" in said
    assert said.count("\n") == 1
    with pytest.raises(LockedError):
        project.replace(make_document())
    assert main(["info", str(project.folder)]) == 0, "looking is always possible"
    assert path.read_bytes() == before
    bob.kill()
    assert main(["label", str(project.folder), "--method", "none"]) == 0
