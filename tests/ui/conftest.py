"""A small labelled room, and windows on it that are closed again."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication, QDialog, QMessageBox
from pytestqt.qtbot import QtBot
from windows import OpenWindow

from gapro_annotator.demo import generate_room
from gapro_annotator.document import ScanDocument
from gapro_annotator.labeling.labeler import label
from gapro_annotator.labeling.request import LabelRequest
from gapro_annotator.project import Project
from gapro_annotator.session import Session
from gapro_annotator.ui.garbage import GuiGarbage
from gapro_annotator.ui.main_window import MainWindow
from gapro_annotator.ui.settings import Settings
from gapro_annotator.ui.theme import apply_theme

_garbage: list[GuiGarbage] = []  # never destroyed: collection stays off to the end of the process


@pytest.fixture(scope="session")
def bare_room() -> ScanDocument:
    """A generated room that nobody has labelled."""
    return generate_room(7, name="room", points=8_000)


@pytest.fixture(scope="session")
def labelled_room(bare_room: ScanDocument) -> ScanDocument:
    """The same room with the labels of the real labeler."""
    session = Session(bare_room)
    request = LabelRequest(scan=session.scan, boxes=session.boxes, correction=session.correction.copy())
    assert session.install(label(request).pseudo, 0)
    return session.document()


@pytest.fixture(scope="session", autouse=True)
def gui_garbage(qapp: QApplication) -> GuiGarbage:  # noqa: ARG001 - timers need an application
    """One to the end of the process, as in the application."""
    if not _garbage:
        _garbage.append(GuiGarbage())
    return _garbage[0]


@pytest.fixture(autouse=True)
def no_dialog(monkeypatch: pytest.MonkeyPatch) -> None:
    """A dialog that waits for an answer nobody gives fails its test instead of holding up the whole run."""

    def refused(dialog: QDialog) -> int:
        text = f"{dialog.text()} {dialog.informativeText()}" if isinstance(dialog, QMessageBox) else type(dialog)
        raise AssertionError(f"nobody answers this dialog: {text}")

    monkeypatch.setattr(QDialog, "exec", refused)
    monkeypatch.setattr(QMessageBox, "exec", refused)


@pytest.fixture
def project(tmp_path: Path, labelled_room: ScanDocument) -> Project:
    """A project folder with the labelled room."""
    made = Project.create(tmp_path / "flat", labelled_room.classes)
    made.save(labelled_room)
    return made


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of this test alone."""
    return Settings(QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat))


@pytest.fixture
def open_window(qtbot: QtBot, settings: Settings) -> Iterator[OpenWindow]:
    """Return a function that shows a window; `abandon` in a test to leave one without closing it properly."""
    windows: list[MainWindow] = []

    def make(path: Path | None = None) -> MainWindow:
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        apply_theme(application)
        window = MainWindow(settings, learn_delay=0)
        window.view.set_animated(False)
        window.bench.runner.warm_delay = 0
        windows.append(window)
        with qtbot.waitExposed(window):
            window.show()
        window.activateWindow()
        qtbot.waitUntil(window.isActiveWindow)
        if path is not None:
            window.open(path)
            qtbot.waitUntil(lambda: window.bench.session is not None)
            qtbot.waitUntil(lambda: not window.bench.runner.busy, timeout=60_000)
        return window

    yield make
    for window in windows:
        if window.bench.session is not None:
            window.bench.session.mark_saved()
        window.close()
        window.deleteLater()


@pytest.fixture
def answer(monkeypatch: pytest.MonkeyPatch) -> Callable[[QMessageBox.StandardButton], list[str]]:
    """Return a function that has every coming message box answered, and lists what they said."""

    def prepare(button: QMessageBox.StandardButton = QMessageBox.StandardButton.Ok) -> list[str]:
        said: list[str] = []

        def answered(box: QMessageBox) -> int:
            said.append(f"{box.objectName()}: {box.text()} {box.informativeText()}")
            return button.value

        monkeypatch.setattr(QMessageBox, "exec", answered)
        return said

    return prepare
