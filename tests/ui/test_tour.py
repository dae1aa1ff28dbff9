"""The tour is offered once, on the demo, and goes on when the user does what it asks for."""

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from windows import OpenWindow, press, wait_for_labels

from gapro_annotator.demo import ROOMS
from gapro_annotator.document import ScanDocument
from gapro_annotator.project import Project
from gapro_annotator.ui.main_window import MainWindow
from gapro_annotator.ui.tour.card import TourCard
from gapro_annotator.ui.tour.part import TourPart


@pytest.fixture
def demo(tmp_path: Path, labelled_room: ScanDocument) -> Project:
    """A project with the scan names of the demo."""
    made = Project.create(tmp_path / "demo", labelled_room.classes)
    for name in ROOMS:
        made.save(replace(labelled_room, scan=replace(labelled_room.scan, name=name)))
    return made


def card_of(window: MainWindow) -> TourCard:
    return next(part for part in window.parts if isinstance(part, TourPart)).card


def test_the_first_time_on_the_demo_it_walks_with_the_user(
    open_window: OpenWindow, demo: Project, qtbot: QtBot
) -> None:
    window = open_window(demo.folder)
    card = card_of(window)
    qtbot.waitUntil(card.isVisible)
    assert card.count.text() == "1 of 7"
    assert not card.frame.isVisible()
    QTest.mouseClick(card.next, Qt.MouseButton.LeftButton)
    assert card.count.text() == "2 of 7"
    assert card.frame.isVisible(), "what it speaks of is framed"
    assert window.view.hasFocus(), "the keys stay with the view"
    for key, count in ((Qt.Key.Key_N, "3 of 7"), (Qt.Key.Key_Space, "4 of 7")):
        press(window, key)
        qtbot.waitUntil(lambda count=count: card.count.text() == count)
    wait_for_labels(window, qtbot)
    press(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: card.count.text() == "5 of 7")
    press(window, Qt.Key.Key_W)
    qtbot.waitUntil(lambda: card.count.text() == "6 of 7")
    window.actions_by_id["color_instance"].trigger()
    qtbot.waitUntil(lambda: card.count.text() == "7 of 7")
    QTest.mouseClick(card.next, Qt.MouseButton.LeftButton)
    assert not card.isVisible()
    assert not card.frame.isVisible()
    press(window, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: not window.bench.workspace.unsaved)
    window.close()
    again = open_window(demo.folder)
    QTest.qWait(100)
    assert not card_of(again).isVisible(), "once is enough"
    again.actions_by_id["tour"].trigger()
    assert card_of(again).isVisible()


def test_other_projects_are_left_alone_and_without_a_scan_it_says_why(
    open_window: OpenWindow, project: Project
) -> None:
    window = open_window()
    window.actions_by_id["tour"].trigger()
    assert not card_of(window).isVisible()
    window.open(project.folder)
    QTest.qWait(100)
    assert not card_of(window).isVisible()
