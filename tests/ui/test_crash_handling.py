"""A failure of the program is reported, said and survived; a process that died is told of at the next start."""

import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from windows import OpenWindow, press, wait_for_labels

from gapro_annotator.errors import InputError
from gapro_annotator.project import Project
from gapro_annotator.ui.crash.part import CrashPart
from gapro_annotator.ui.crash.reports import Reports
from gapro_annotator.ui.main_window import MainWindow


@pytest.fixture
def window(open_window: OpenWindow, project: Project, tmp_path: Path) -> Iterator[MainWindow]:
    window = open_window(project.folder)
    hook, thread_hook = sys.excepthook, threading.excepthook
    part_of(window).catch(tmp_path / "reports")
    yield window
    part_of(window).close()
    sys.excepthook, threading.excepthook = hook, thread_hook


def part_of(window: MainWindow) -> CrashPart:
    return next(part for part in window.parts if isinstance(part, CrashPart))


def fail(message: str) -> None:
    """As Qt's slots do: nobody catches it."""
    try:
        raise RuntimeError(message)
    except RuntimeError as error:
        sys.excepthook(type(error), error, error.__traceback__)


def test_a_failure_is_reported_and_the_window_goes_on(window: MainWindow, qtbot: QtBot, project: Project) -> None:
    line = window.notice
    press(window, Qt.Key.Key_N)
    press(window, Qt.Key.Key_X)
    wait_for_labels(window, qtbot)
    fail("the lamp is on fire")
    assert line.isVisible()
    assert "the lamp is on fire" in line.what.text()
    assert "journal" in line.text.text()
    report = part_of(window).report
    assert report is not None
    written = report.read_text(encoding="utf-8")
    assert "RuntimeError: the lamp is on fire" in written
    assert "Every edit of room" in written
    QTest.mouseClick(line.copy, Qt.MouseButton.LeftButton)
    assert "the lamp is on fire" in QGuiApplication.clipboard().text()
    fail("the lamp is on fire")
    assert "(2 times)" in line.what.text(), "the same failure does not flood the window"
    QTest.mouseClick(line.save, Qt.MouseButton.LeftButton)
    assert not project.journal_path("room").exists()
    QTest.mouseClick(line.close_button, Qt.MouseButton.LeftButton)
    assert not line.isVisible()
    window.view.setFocus()
    press(window, Qt.Key.Key_N)
    assert window.bench.review.region is not None


def test_a_failure_in_a_thread_is_shown_in_the_window(window: MainWindow, qtbot: QtBot) -> None:
    def work() -> None:
        raise ZeroDivisionError("in a thread")

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    qtbot.waitUntil(window.notice.isVisible)
    assert "ZeroDivisionError: in a thread" in window.notice.what.text()


def test_an_error_that_says_what_to_do_is_no_failure(window: MainWindow) -> None:
    part_of(window).tell(InputError("room.ply: is empty; choose another file"))
    assert window.notice.what.text() == "room.ply: is empty."
    assert window.notice.text.text() == "Choose another file."
    assert part_of(window).report is None
    QTest.keyClick(window, Qt.Key.Key_Escape, Qt.KeyboardModifier.ShiftModifier)
    assert not window.notice.isVisible()


DIES = """
import ctypes, sys
from pathlib import Path
from gapro_annotator.ui.crash.reports import Reports
reports = Reports(Path(sys.argv[1]))
assert reports.start() == []
reports.note_open("flat · room")
ctypes.string_at(0)
"""


def test_a_process_that_died_is_told_of_once(open_window: OpenWindow, project: Project, tmp_path: Path) -> None:
    folder = tmp_path / "died"
    ended = subprocess.run([sys.executable, "-c", DIES, str(folder)], capture_output=True, check=False).returncode
    assert ended == -signal.SIGSEGV
    window = open_window(project.folder)
    hook, thread_hook = sys.excepthook, threading.excepthook
    part_of(window).catch(folder)
    line = window.notice
    assert line.isVisible()
    assert "flat · room open, ended unexpectedly" in line.what.text()
    assert "comes back" in line.text.text()
    report = part_of(window).report
    assert report is not None
    assert "Segmentation fault" in report.read_text(encoding="utf-8")
    part_of(window).close()
    sys.excepthook, threading.excepthook = hook, thread_hook
    again = Reports(folder)
    assert again.start() == []
    again.end()


def test_a_window_that_still_runs_did_not_die_and_a_clean_end_leaves_nothing(tmp_path: Path) -> None:
    first, second = Reports(tmp_path), Reports(tmp_path)
    assert first.start() == []
    assert second._deaths() == [], "the process that wrote the note runs"
    first.end()
    assert list(tmp_path.iterdir()) == []


def test_without_the_right_to_write_nothing_fails(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("no folder", encoding="utf-8")
    reports = Reports(blocked / "reports")
    assert reports.start() == []
    assert reports.write(RuntimeError("x"), "safe") is None
    reports.end()
    assert blocked.read_text(encoding="utf-8") == "no folder"
