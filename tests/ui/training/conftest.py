"""A project of three labelled rooms, and windows on it that watch runs faster."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from pytestqt.qtbot import QtBot
from windows import OpenWindow

from gapro_annotator.document import ScanDocument
from gapro_annotator.project import Project
from gapro_annotator.training.run_folder import RunFolder
from gapro_annotator.ui.main_window import MainWindow
from gapro_annotator.ui.training import hint, run_watch


@pytest.fixture
def flat(project: Project, labelled_room: ScanDocument) -> Project:
    """The project with the same room twice more, as 'study' and 'hall'."""
    for name in ("study", "hall"):
        project.save(replace(labelled_room, scan=replace(labelled_room.scan, name=name)))
    return project


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look at runs and corrections more often than a person needs."""
    monkeypatch.setattr(run_watch, "TICK_MS", 50)
    monkeypatch.setattr(hint, "_DELAY_MS", 20)


@pytest.fixture
def show(open_window: OpenWindow, qtbot: QtBot) -> Callable[[Project], MainWindow]:
    """Return a function that opens a window on a project and waits until its runs are known."""

    def open_on(project: Project) -> MainWindow:
        window = open_window(project.folder)
        wait_for_runs(window, qtbot)
        return window

    return open_on


@pytest.fixture
def launched(monkeypatch: pytest.MonkeyPatch) -> list[RunFolder]:
    """Collect the runs that would be launched."""
    runs: list[RunFolder] = []
    monkeypatch.setattr("gapro_annotator.ui.training.work.launch", runs.append)
    return runs


def wait_for_runs(window: MainWindow, qtbot: QtBot) -> None:
    """Read the run folders once more and wait until what follows from them is shown."""
    with qtbot.waitSignal(window.train.desk.watch.changed, timeout=10_000):
        window.train.desk.watch.look()
    qtbot.waitUntil(lambda: not window.train.desk.accepting.busy, timeout=10_000)
