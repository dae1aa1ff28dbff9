"""The command palette finds and does things; keys can be changed; both by keyboard alone."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from test_instance_tools import CONTROL
from windows import OpenWindow, press

from gapro_annotator.project import Project
from gapro_annotator.ui.main_window import MainWindow
from gapro_annotator.ui.palette.matching import fit
from gapro_annotator.ui.palette.overlay import Palette
from gapro_annotator.ui.palette.part import PalettePart

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def window(open_window: OpenWindow, project: Project) -> MainWindow:
    return open_window(project.folder)


def part_of(window: MainWindow) -> PalettePart:
    return next(part for part in window.parts if isinstance(part, PalettePart))


def ask(window: MainWindow, typed: str) -> Palette:
    press(window, Qt.Key.Key_K, CONTROL)
    palette = part_of(window).palette
    assert palette.isVisible()
    QTest.keyClicks(palette.line, typed)
    return palette


def test_a_few_letters_and_enter_do_what_the_action_does(window: MainWindow) -> None:
    palette = ask(window, "lasso")
    assert palette.texts[0] == window.actions_by_id["tool_lasso"].text()
    QTest.keyClick(palette.line, Qt.Key.Key_Return)
    assert not palette.isVisible()
    assert window.actions_by_id["tool_lasso"].isChecked()
    palette = ask(window, "")
    assert palette.texts[0] == window.actions_by_id["tool_lasso"].text(), "what was used last comes first"
    QTest.keyClick(palette.line, Qt.Key.Key_Escape)
    assert not palette.isVisible()
    assert window.actions_by_id["tool_lasso"].isChecked(), "Esc closed the palette and nothing else"


def test_it_goes_to_instances_and_picks_classes(window: MainWindow) -> None:
    session = window.bench.session
    instance = int(session.boxes.id[2])
    name = f"{session.classes.name_of(int(session.boxes.class_id[2]))} {instance}"
    palette = ask(window, f"go to {name}")
    assert palette.texts[0] == f"Go to {name}"
    QTest.keyClick(palette.line, Qt.Key.Key_Return)
    assert window.instances.chosen == instance
    palette = ask(window, f"class {session.classes.name[1]}")
    QTest.keyClick(palette.line, Qt.Key.Key_Return)
    assert window.objects.desk.class_id == session.classes.id[1]


def test_arrows_choose_and_what_cannot_be_done_says_so(window: MainWindow) -> None:
    palette = ask(window, "redo")
    assert palette.texts[0] == "Redo"
    QTest.keyClick(palette.line, Qt.Key.Key_Return)
    assert palette.isVisible()
    assert "cannot be done now" in window.status.hint.text()
    palette.line.clear()
    first = palette.list.currentItem()
    QTest.keyClick(palette.line, Qt.Key.Key_Down)
    assert palette.list.currentItem() is not first
    press(window, Qt.Key.Key_K, CONTROL)
    assert not palette.isVisible()


def test_every_action_is_found_by_its_own_text(window: MainWindow) -> None:
    press(window, Qt.Key.Key_K, CONTROL)
    palette = part_of(window).palette
    for action in window.actions_by_id.values():
        palette.line.setText(action.text().rstrip("…"))
        assert action.text().rstrip("…") in palette.texts[:3], action.text()


def test_letters_at_the_start_of_words_fit_best() -> None:
    assert fit("gr", "Give to the rival") is not None
    assert fit("xyz", "Give to the rival") is None
    assert fit("", "anything") is not None
    assert fit("save", "Save") > fit("save", "Show a very long entry")


def set_key(window: MainWindow, action: str, *keys: Qt.Key) -> None:
    window.actions_by_id["change_keys"].trigger()
    panel = part_of(window).keys
    assert panel.isVisible()
    panel.filter.setText(window.actions_by_id[action].text())
    items = [panel.list.topLevelItem(row) for row in range(panel.list.topLevelItemCount())]
    panel.list.setCurrentItem(next(item for item in items if item.text(0) == window.actions_by_id[action].text()))
    panel.edit.setFocus()
    for key in keys:
        QTest.keyClick(panel.edit, key)
        QTest.qWait(1_200)  # Qt waits a second for the second key of a sequence
        assert panel.set.isEnabled()


def test_a_key_is_changed_at_once_and_after_a_restart(
    window: MainWindow, open_window: OpenWindow, project: Project
) -> None:
    panel = part_of(window).keys
    set_key(window, "section", Qt.Key.Key_F8)
    QTest.mouseClick(panel.set, LEFT)
    window.view.setFocus()
    press(window, Qt.Key.Key_V)
    assert window.bench.presenter.cut is None, "the old key does nothing"
    press(window, Qt.Key.Key_F8)
    assert window.bench.presenter.cut is not None
    assert "F8" in window.actions_by_id["section"].toolTip()
    press(window, Qt.Key.Key_F1)
    assert "F8" in window.overlay.texts()
    press(window, Qt.Key.Key_Escape)
    window.close()
    again = open_window(project.folder)
    press(again, Qt.Key.Key_F8)
    assert again.bench.presenter.cut is not None
    panel = part_of(again).keys
    set_key(again, "section")
    QTest.mouseClick(panel.reset, LEFT)
    assert again.actions_by_id["section"].shortcuts() == [QKeySequence("V")]


def test_a_key_that_is_taken_is_said_and_moves(window: MainWindow) -> None:
    panel = part_of(window).keys
    set_key(window, "section", Qt.Key.Key_N)
    assert "Next region" in panel.said.text()
    assert panel.set.text() == "Take it"
    QTest.mouseClick(panel.set, LEFT)
    assert window.actions_by_id["section"].shortcuts() == [QKeySequence("N")]
    assert window.actions_by_id["next"].shortcuts() == []
    QTest.mouseClick(panel.reset_all, LEFT)
    assert window.actions_by_id["next"].shortcuts() == [QKeySequence("N")]
    assert window.actions_by_id["section"].shortcuts() == [QKeySequence("V")]
