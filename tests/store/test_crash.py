"""An edit that was shown as done outlives `kill -9`, whenever it comes; so do full disks and folders that vanish."""

import errno
import os
import resource
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from documents import make_document

from gapro_annotator.arrays import equal_fields
from gapro_annotator.errors import StoreError
from gapro_annotator.project import Project
from gapro_annotator.scan_session import open_for_editing
from gapro_annotator.store.atomic import backup_paths, day_paths
from gapro_annotator.store.scan_file import read_scan
from gapro_annotator.validation import validate

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="the driver forks its workers")


class Driver:
    """Starts workers that edit and save, and kills them."""

    def __init__(self, folder: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("kill_driver.py")), str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
        )
        self.waiting = b""

    def line(self, deadline: float) -> str | None:
        """The next line, or None where none comes until the deadline."""
        assert self.process.stdout is not None
        while b"\n" not in self.waiting:
            ready, _, _ = select.select([self.process.stdout], [], [], max(0.0, deadline - time.monotonic()))
            if not ready:
                return None
            read = os.read(self.process.stdout.fileno(), 65_536)
            assert read, "the driver ended"
            self.waiting += read
        line, self.waiting = self.waiting.split(b"\n", 1)
        return line.decode()

    def expect(self, start: str) -> str:
        """Wait for a line that begins so; return the rest of it."""
        line = self.line(time.monotonic() + 60)
        while line is not None and not line.startswith(start):
            line = self.line(time.monotonic() + 60)
        assert line is not None, f"no {start!r} in a minute"
        return line.removeprefix(start).strip()

    def kill_one(self, seed: int, after: float) -> tuple[int, int]:
        """Let a worker edit for so many seconds and kill it; return how many edits it found, and had done."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{seed}\n".encode())
        first, second = self.expect(""), self.expect("")  # whichever process speaks first
        said = dict(line.split(" ", 1) for line in (first, second))
        found, locked = said["opened"].split()
        assert locked == "True", "the lock of the worker that was killed before was taken for a living one's"
        done, deadline = int(found), time.monotonic() + after
        while (line := self.line(deadline)) is not None:
            done = int(line.removeprefix("done "))
        os.kill(int(said["worker"]), signal.SIGKILL)
        line = self.line(time.monotonic() + 60)
        while line is not None and not line.startswith("dead"):
            done = int(line.removeprefix("done "))
            line = self.line(time.monotonic() + 60)
        assert line == "dead -9", line
        return int(found), done


@pytest.fixture
def project(tmp_path: Path) -> Project:
    made = Project.create(tmp_path / "p")
    made.save(make_document())
    return made


@pytest.fixture
def driver(project: Project) -> Iterator[Driver]:
    made = Driver(project.folder)
    yield made
    made.process.kill()
    made.process.communicate()


def test_acknowledged_edits_outlive_kills_at_any_moment(
    project: Project, driver: Driver, request: pytest.FixtureRequest
) -> None:
    kills, chance = int(request.config.getoption("--kills")), np.random.default_rng(11)
    path, before, left_by_saves = project.scan_path("room"), 1, 0
    for number in range(kills):
        found, done = driver.kill_one(number, after=float(chance.uniform(0, 0.25)))
        assert found >= before, f"kill {number}: opening lost edits"
        document = project.load("room")
        # What was done but not yet said may be there, too: one edit at most.
        assert done <= len(document.edits) <= done + 1, f"kill {number}"
        before = len(document.edits)
        read_scan(path)
        for kept in [*backup_paths(path), *day_paths(path)]:
            assert not kept.exists() or read_scan(kept)
        assert [f.text for f in validate(project.folder) if f.severity == "error"] == []
        left = list(path.parent.glob(".*.tmp"))
        assert len(left) <= 2, "what a save leaves that was killed is swept away when the scan is opened next"
        left_by_saves += bool(left)
    assert before > kills, "the workers worked"
    session, _ = project.open_session("room", "Ann")
    while session.undo() is not None:
        pass
    project.save_session(session)
    assert not project.journal_path("room").exists()
    print(f"{kills} kills, {before} edits, {left_by_saves} of them in the middle of a save")  # noqa: T201


def play(document_edits: tuple[object, ...], rows: int) -> list[int]:
    correction = np.full(rows, -2, np.int32)
    for record in document_edits:
        correction[record.edit.points] = record.edit.after  # type: ignore[attr-defined]
    return correction.tolist()


def edit_with_little_room(folder: Path, room: int) -> None:
    """In a process of its own: no file may grow beyond `room` bytes, as on a full disk."""
    project = Project.open(folder)
    session, _ = project.open_session("room", "Ann")
    session.assign(np.array([0]), -1, "Before the disk was full")
    shown = session.correction.tolist()
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, resource.RLIM_INFINITY))
    refused = 0
    for action in (
        lambda: session.assign(np.array([1]), -1, "On the full disk"),
        lambda: project.save_session(session),
        session.undo,
    ):
        try:
            action()
        except StoreError as error:
            refused += "\n" not in str(error) and "room" in str(error)
        else:
            refused += 10
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    same = project.load("room").annotation.correction.tolist() == session.correction.tolist()
    session.assign(np.array([2]), -1, "There is room again")
    project.save_session(session)
    ok = same and refused % 10 + refused // 10 == 3 and shown is not None
    os._exit(0 if ok and read_scan(project.scan_path("room")).edits[-1].edit.text.startswith("There") else 3)


@pytest.mark.parametrize("room", [0, 100, 700, 2_000, 9_000, 30_000, 60_000, 88_000, 200_000])
def test_a_full_disk_costs_nothing_that_was_shown(project: Project, room: int) -> None:
    child = os.fork()
    if child == 0:
        try:
            edit_with_little_room(project.folder, room)
        finally:
            os._exit(4)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert [f.text for f in validate(project.folder) if f.severity == "error"] == []
    assert not list(project.scan_path("room").parent.glob(".*.tmp"))


def test_a_folder_that_became_read_only_loses_nothing_that_was_shown(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tests run as root, whom no mode stops: the operating system's refusal is played."""
    session, _ = project.open_session("room", "Ann")
    session.assign(np.array([0]), -1, "Before")
    really = os.open

    def refuse(path: object, flags: int, *rest: int, **more: object) -> int:
        if flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT) and "/scans/" in str(path):
            raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(path))
        return really(path, flags, *rest, **more)  # type: ignore[arg-type]

    def refuse_file(self: Path, mode: str = "r", *_: object, **__: object) -> object:
        if mode.strip("bt") not in ("r", ""):
            raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(self))
        return open(self, mode)  # noqa: PTH123 - the very function that is replaced

    with monkeypatch.context() as patched:
        patched.setattr(os, "open", refuse)
        patched.setattr(Path, "open", refuse_file)
        with pytest.raises(StoreError, match="Read-only"):
            session.assign(np.array([1]), -1, "Refused")
        with pytest.raises(StoreError, match="Read-only"):
            project.save_session(session)
        opened = open_for_editing_or_sentence(project)
        assert "Read-only" in opened
    assert session.correction[1] == -2
    session.assign(np.array([1]), -1, "After")
    project.save_session(session)
    assert [record.edit.text for record in project.load("room").edits][1:] == ["Before", "After"]


def open_for_editing_or_sentence(project: Project) -> str:
    from gapro_annotator.store.lock import LockedError, ScanLock

    with pytest.raises(LockedError) as caught:
        ScanLock.take(project.scan_path("room"), "Ann")
    return str(caught.value)


def test_a_folder_that_vanished_refuses_edits_and_what_is_open_can_be_saved_when_it_is_back(project: Project) -> None:
    session, _, lock = open_for_editing(project.scan_path("room"), "Ann", project.classes)
    session.assign(np.array([0]), -1, "Before")
    shown, folder = session.correction.copy(), project.folder / "scans"
    folder.rename(project.folder / "elsewhere")
    with pytest.raises(StoreError, match="cannot be kept"):
        session.assign(np.array([1]), -1, "Refused")
    assert np.array_equal(session.correction, shown)
    (project.folder / "elsewhere").rename(folder)
    session.assign(np.array([1]), -1, "After")
    shutil.rmtree(folder)  # for good: what the window has is all there is
    project.save_session(session)
    assert [record.edit.text for record in project.load("room").edits][1:] == ["Before", "After"]
    assert lock is not None
    lock.release()


def test_a_clock_that_goes_backwards_between_edits_mixes_nothing_up(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    from datetime import datetime, timedelta

    from gapro_annotator import session as sessions

    class Backwards(datetime):
        now_is = datetime(2026, 6, 1).astimezone()

        @classmethod
        def now(cls, _: object = None) -> datetime:
            cls.now_is -= timedelta(days=1)
            return cls.now_is

    monkeypatch.setattr(sessions, "datetime", Backwards)
    for number in range(4):
        session, _ = project.open_session("room", "Ann")
        session.assign(np.array([number % 6]), (-1, 7)[number % 2], f"Edit {number}")
        if number % 2:
            project.save_session(session)
    document = project.load("room")
    assert [record.edit.text for record in document.edits][1:] == [f"Edit {number}" for number in range(4)]
    assert document.annotation is not None
    assert document.annotation.correction.tolist() == play(document.edits, 6)
    assert equal_fields(document.scan, replace(make_document()).scan)
