"""A disk that is really full and a folder that really cannot be written to, where this machine lets us make them."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from documents import make_document

from gapro_annotator.errors import StoreError
from gapro_annotator.project import Project
from gapro_annotator.store.lock import LockedError, ScanLock
from gapro_annotator.store.scan_file import read_scan
from gapro_annotator.validation import validate

NOBODY = 65_534
FILL = """
import os, sys
from pathlib import Path
import numpy as np
from gapro_annotator.errors import StoreError
from gapro_annotator.project import Project
from gapro_annotator.store.scan_file import read_scan

folder, filler = Path(sys.argv[1]), Path(sys.argv[1]).parent / "filler"
project = Project.open(folder)
session, _ = project.open_session("room", "Ann")
session.assign(np.array([0]), -1, "Before the disk was full")
with filler.open("wb", buffering=0) as file:
    try:
        while True:
            file.write(bytes(4096))
    except OSError:
        pass
refused = []
for action in (
    lambda: [session.assign(np.array([1]), k % 2 * 5 - 1, f"On the full disk {'x' * 500}") for k in range(20)],
    lambda: project.save_session(session),
):
    try:
        action()
    except StoreError as error:
        refused.append(str(error))
shown = session.correction.tolist()
assert len(refused) == 2 and all(" left" in each and "\\n" not in each for each in refused), refused
journalled, _ = project.open_session("room", "Ann")
assert journalled.correction.tolist() == shown, "what was shown is on disk"
filler.unlink()
session.assign(np.array([2]), -1, "There is room again")
project.save_session(session)
assert read_scan(project.scan_path("room")).annotation.correction.tolist() == session.correction.tolist()
print("survived")
"""


def may_mount(folder: Path) -> bool:
    """Whether we may lay a small disk of memory over a folder, in a space of our own."""
    if sys.platform != "linux" or shutil.which("unshare") is None:
        return False
    command = ["unshare", "--mount", "mount", "-t", "tmpfs", "-o", "size=1m", "none", str(folder)]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def test_a_disk_without_a_free_byte_costs_nothing_that_was_shown(tmp_path: Path) -> None:
    if not may_mount(tmp_path):
        pytest.skip("this machine lets nobody mount a small disk")
    project = Project.create(tmp_path / "made" / "p")
    project.save(make_document())
    disk, script = tmp_path / "disk", tmp_path / "fill.py"
    disk.mkdir()
    script.write_text(FILL, encoding="utf-8")
    steps = 'mount -t tmpfs -o size=1m none "$1" && cp -r "$2" "$1/p" && exec "$3" "$4" "$1/p"'
    command = ["unshare", "--mount", "sh", "-ec", steps, "sh"]
    places = [str(disk), str(project.folder), sys.executable, str(script)]
    done = subprocess.run([*command, *places], capture_output=True, text=True, timeout=120, check=False)
    assert done.stdout == "survived\n", done.stderr


@pytest.fixture
def open_to_all() -> Iterator[Path]:
    """A folder that every user can reach; pytest's own are root's alone."""
    with tempfile.TemporaryDirectory(prefix="gapro-test-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def test_a_folder_without_the_right_to_write_loses_nothing_that_was_shown(open_to_all: Path) -> None:
    project = Project.create(open_to_all / "p")
    project.save(make_document())
    child = os.fork()
    if child == 0:
        code = 4
        try:
            code = edit_without_rights(project, open_to_all)
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert [record.edit.text for record in read_scan(project.scan_path("room")).edits][1:] == ["Before", "After"]
    assert [f.text for f in validate(project.folder) if f.severity == "error"] == []


def edit_without_rights(project: Project, whole: Path) -> int:
    """In a process of its own, as a user whom modes of folders stop."""
    if os.getuid() == 0:
        for path in (whole, *whole.rglob("*")):
            os.chown(path, NOBODY, NOBODY)
        os.setgid(NOBODY)
        os.setuid(NOBODY)
    session, _ = project.open_session("room", "Ann")
    session.assign(np.array([0]), -1, "Before")
    scans = project.folder / "scans"
    for path in scans.iterdir():
        path.chmod(0o444)
    scans.chmod(0o555)
    refused = 0
    for action in (
        lambda: session.assign(np.array([1]), -1, "Refused"),
        lambda: project.save_session(session),
        lambda: ScanLock.take(project.scan_path("room"), "Ann"),
    ):
        try:
            action()
        except (StoreError, LockedError) as error:
            refused += "ermission denied" in str(error) and "\n" not in str(error)
    scans.chmod(0o755)
    for path in scans.iterdir():
        path.chmod(0o644)
    session.assign(np.array([1]), -1, "After")
    project.save_session(session)
    return 0 if refused == 3 else 3
