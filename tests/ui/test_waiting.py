"""What the window waits for: it stays alive, says how far the work is, and can be stopped with nothing lost."""

import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMessageBox
from pytestqt.qtbot import QtBot
from test_instance_tools import CONTROL, choose, session_of
from windows import OpenWindow, press, saved_instances, visible_instance, wait_for_labels

from gapro_annotator.errors import CancelledError, InputError, StoreError
from gapro_annotator.project import Project
from gapro_annotator.store import hdf5
from gapro_annotator.store.watching import expect, passed, watched
from gapro_annotator.ui.main_window import MainWindow

_STEP_S = 0.03


@pytest.fixture
def window(open_window: OpenWindow, project: Project, qtbot: QtBot) -> MainWindow:
    window = open_window(project.folder)
    wait_for_labels(window, qtbot)
    window.waiting.patience = 0
    return window


@pytest.fixture
def slow_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading and writing takes a while for every array, as it does for large ones."""

    def slowly(count: int) -> None:
        time.sleep(_STEP_S)
        passed(count)

    monkeypatch.setattr(hdf5, "passed", slowly)


def meanwhile(window: MainWindow, act: Callable[[], object]) -> list[str]:
    """Do something as soon as the card is shown; returns what the card said, once there was one."""
    said: list[str] = []
    timer = QTimer(window, interval=5)

    def look() -> None:
        if window.waiting.card.isVisible() and window.waiting.card.bar.maximum() > 0:
            timer.stop()
            said.append(window.waiting.card.what.text())
            act()

    timer.timeout.connect(look)
    timer.start()
    return said


def correct(window: MainWindow, qtbot: QtBot) -> int:
    """Give a region away; returns how many points are corrected by now."""
    choose(window, visible_instance(window))
    press(window, Qt.Key.Key_N)
    press(window, Qt.Key.Key_X)
    wait_for_labels(window, qtbot)
    return int((session_of(window).correction != -2).sum())


def test_what_is_quick_shows_nothing_and_errors_come_back(window: MainWindow) -> None:
    window.waiting.patience = 5000
    assert window.waiting.run("Counting", lambda: 7) == 7
    assert not window.waiting.card.isVisible()

    def fails() -> None:
        raise StoreError("no room; make some")

    with pytest.raises(StoreError, match="no room"):
        window.waiting.run("Counting", fails)


@pytest.mark.usefixtures("slow_files")
def test_a_save_stopped_by_esc_leaves_the_file_and_the_edit(window: MainWindow, project: Project, qtbot: QtBot) -> None:
    path = project.scan_path("room")
    before, bytes_before = saved_instances(path), path.read_bytes()
    assert correct(window, qtbot) > 0
    edited = session_of(window).instance.copy()
    said = meanwhile(window, lambda: press(window, Qt.Key.Key_Escape))
    press(window, Qt.Key.Key_S, CONTROL)
    assert said == ["Saving room"]
    assert path.read_bytes() == bytes_before
    assert window.bench.workspace.unsaved
    assert "●" in window.windowTitle()
    assert "topped" in window.status.hint.text()
    assert not list(path.parent.glob(".*tmp"))
    press(window, Qt.Key.Key_S, CONTROL)
    assert not window.bench.workspace.unsaved
    np.testing.assert_array_equal(saved_instances(path), edited)
    assert (edited != before).any()


@pytest.mark.usefixtures("slow_files")
def test_meanwhile_the_window_paints_but_takes_no_edit_and_does_not_close(window: MainWindow, qtbot: QtBot) -> None:
    correct(window, qtbot)
    press(window, Qt.Key.Key_N)
    edits = len(session_of(window).edits)
    ticks: list[float] = []
    ticking = QTimer(window, interval=5)
    ticking.timeout.connect(lambda: ticks.append(time.perf_counter()))
    ticking.start()

    def try_everything() -> None:
        press(window, Qt.Key.Key_X)
        QTest.mouseClick(window.view, Qt.MouseButton.LeftButton, pos=window.view.rect().center())
        window.close()
        with pytest.raises(InputError, match="one thing at a time"):
            window.waiting.run("Other work", lambda: None)

    said = meanwhile(window, try_everything)
    press(window, Qt.Key.Key_S, CONTROL)
    ticking.stop()
    assert said == ["Saving room"]
    assert len(session_of(window).edits) == edits
    assert window.isVisible()
    assert not window.bench.workspace.unsaved
    assert max(np.diff(ticks)) < 0.5, "the window was deaf"
    press(window, Qt.Key.Key_X)
    assert len(session_of(window).edits) > edits, "afterwards it takes edits again"


@pytest.mark.usefixtures("slow_files")
def test_opening_that_is_stopped_stays_with_the_scan_before(window: MainWindow, project: Project, qtbot: QtBot) -> None:
    document = project.load("room")
    project.save(replace(document, scan=replace(document.scan, name="study"), created=""))
    session = session_of(window)
    said = meanwhile(window, lambda: QTest.mouseClick(window.waiting.card.stop, Qt.MouseButton.LeftButton))
    window.opening.open_scan("study")
    assert said == ["Opening study"]
    assert window.bench.session is session
    with project.editing("study", "somebody"):
        pass  # its lock is free
    window.opening.open_scan("study")
    wait_for_labels(window, qtbot)
    assert session_of(window).scan.name == "study"


@pytest.mark.usefixtures("slow_files")
def test_a_save_that_is_refused_or_stopped_leaves_what_is_saved_as_it_was(window: MainWindow, qtbot: QtBot) -> None:
    meanwhile(window, lambda: press(window, Qt.Key.Key_Escape))
    press(window, Qt.Key.Key_S, CONTROL)
    assert not window.bench.workspace.unsaved, "it was saved before"
    correct(window, qtbot)
    refused: list[bool] = []
    meanwhile(window, lambda: refused.append(window.bench.save()))
    assert window.waiting.run("Other work", lambda: [hdf5.passed(0) for _ in range(20)])
    assert refused == [False]
    assert window.bench.workspace.unsaved


def test_a_question_that_comes_up_meanwhile_can_be_answered(window: MainWindow, qtbot: QtBot) -> None:
    box = QMessageBox(window)
    box.setModal(True)
    button = box.addButton(QMessageBox.StandardButton.Ok)

    def ask() -> None:
        box.show()
        qtbot.waitUntil(lambda: QApplication.activeModalWidget() is box)
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)

    def slow() -> None:
        for _ in range(30):
            time.sleep(_STEP_S)
            passed(0)

    meanwhile(window, ask)
    window.waiting.run("Other work", slow)
    assert not box.isVisible()
    assert box.clickedButton() is button


def test_a_watcher_hears_how_far_it_is_and_may_stop_it() -> None:
    heard: list[tuple[int, int]] = []

    def tell(done: int, total: int) -> bool:
        heard.append((done, total))
        return done < 20

    passed(10)  # nobody listens
    with watched(tell):
        expect(40)
        passed(10)
        with pytest.raises(CancelledError):
            passed(10)
    assert heard == [(10, 40), (20, 40)]
    passed(10)
    assert len(heard) == 2
