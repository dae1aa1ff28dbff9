"""Boxes are drawn, dragged, nudged, typed and cured in the window; each is one undo, and the labels follow."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot
from test_instance_tools import choose, errors, session_of
from windows import OpenWindow, place_of, press, visible_instance, visible_row, wait_for_labels

from gapro_annotator.arrays import equal_fields
from gapro_annotator.boxes import Boxes
from gapro_annotator.document import ScanDocument
from gapro_annotator.project import Project
from gapro_annotator.ui.boxes.geometry import MIDDLE
from gapro_annotator.ui.main_window import MainWindow

CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
NONE = Qt.KeyboardModifier.NoModifier


@pytest.fixture
def window(open_window: OpenWindow, project: Project) -> MainWindow:
    return open_window(project.folder)


def row_of(boxes: Boxes, instance: int) -> int:
    return int(boxes.row_of(np.array([instance], np.int32))[0])


def start(window: MainWindow) -> int:
    """Choose an instance and take the box tool."""
    instance = visible_instance(window)
    choose(window, instance)
    press(window, Qt.Key.Key_T)
    assert window.objects.tool.sheet.isVisible()
    return instance


def handle(window: MainWindow, number: int) -> QPoint:
    x, y, depth = window.objects.tool.sheet.places()[number]
    assert depth > 0
    return QPoint(round(x), round(y))


def drag(window: MainWindow, start: QPoint, end: QPoint, modifiers: Qt.KeyboardModifier = NONE) -> None:
    QTest.mousePress(window.view, Qt.MouseButton.LeftButton, modifiers, start)
    QTest.mouseMove(window.view, (start + end) / 2)
    QTest.mouseMove(window.view, end)
    QTest.mouseRelease(window.view, Qt.MouseButton.LeftButton, modifiers, end)


def free_handle(window: MainWindow) -> int:
    """A face whose handle lies before the others at its place, and inside the view."""
    sheet = window.objects.tool.sheet
    for number in range(6):
        place = handle(window, number)
        if sheet.handle_at(place.x(), place.y()) == number and window.view.rect().contains(place):
            return number
    raise AssertionError("no handle is free")


def test_a_face_is_dragged_and_the_labels_follow_and_one_undo_takes_it_back(window: MainWindow, qtbot: QtBot) -> None:
    session, instance = session_of(window), start(window)
    boxes, labels = session.boxes, session.instance.copy()
    face = free_handle(window)
    place, middle = handle(window, face), handle(window, MIDDLE)
    away = place + (place - middle) * 0.6
    drag(window, place, away, CONTROL)
    row = row_of(boxes, instance)
    moved = np.stack([session.boxes.lower[row] - boxes.lower[row], session.boxes.upper[row] - boxes.upper[row]])
    assert np.count_nonzero(moved) == 1, "one face along its axis"
    assert moved[face // 3, face % 3] * (1 if face >= 3 else -1) > 0, "outwards, as the mouse went"
    assert "Resize" in (session.undo_text or "")
    wait_for_labels(window, qtbot)
    assert session.is_learnt
    assert errors(session) == []
    press(window, Qt.Key.Key_Z, CONTROL)
    assert equal_fields(session.boxes, boxes)
    np.testing.assert_array_equal(session.instance, labels)
    press(window, Qt.Key.Key_Z, CONTROL | SHIFT)
    assert not equal_fields(session.boxes, boxes)


def test_the_middle_handle_moves_the_box_on_its_level(window: MainWindow) -> None:
    session, instance = session_of(window), start(window)
    row, boxes = row_of(session.boxes, instance), session.boxes
    place = handle(window, MIDDLE)
    if window.objects.tool.sheet.handle_at(place.x(), place.y()) != MIDDLE:
        pytest.skip("a face covers the middle from here")
    drag(window, place, place + QPoint(40, 0))
    shift = session.boxes.lower[row] - boxes.lower[row]
    assert np.linalg.norm(shift[:2]) > 0.02
    assert abs(shift[2]) < 1e-5
    assert np.allclose(session.boxes.upper[row] - boxes.upper[row], shift, atol=1e-5)


def test_arrow_keys_move_by_a_centimetre_and_each_is_one_undo(window: MainWindow) -> None:
    window.actions_by_id["learn"].setChecked(False)
    session, instance = session_of(window), start(window)
    row, boxes = row_of(session.boxes, instance), session.boxes
    window.view.setFocus()
    press(window, Qt.Key.Key_PageUp)
    press(window, Qt.Key.Key_Right, SHIFT)
    shift = session.boxes.lower[row] - boxes.lower[row]
    assert np.allclose(sorted(np.abs(shift)), [0, 0.01, 0.1], atol=1e-5)
    window.bench.undo()
    window.bench.undo()
    assert equal_fields(session.boxes, boxes)


def test_two_clicks_and_a_pull_draw_a_box_that_snaps_to_the_points(window: MainWindow, qtbot: QtBot) -> None:
    session, instance = session_of(window), visible_instance(window)
    choose(window, instance)
    press(window, Qt.Key.Key_Delete)
    wait_for_labels(window, qtbot)
    press(window, Qt.Key.Key_T)
    number, edits = session.next_box_id, len(session.edits)
    other = visible_instance(window)
    row = visible_row(window, other)
    mine = np.flatnonzero(session.instance == other)
    hits = [window.view.pick(*_xy(window, r)) for r in mine[:: max(len(mine) // 60, 1)]]
    seen = [hit for hit in hits if hit >= 0 and session.instance[hit] == other]
    far = max(seen, key=lambda r: float(np.linalg.norm(session.scan.xyz[r, :2] - session.scan.xyz[row, :2])))
    for each in (row, far):
        QTest.mouseClick(window.view, Qt.MouseButton.LeftButton, NONE, place_of(window, int(each)))
    assert len(session.edits) == edits, "nothing is drawn before the height is"
    assert "height" in window.bench.tools.hint
    top = place_of(window, int(far)) - QPoint(0, 60)
    QTest.mouseMove(window.view, top)
    assert window.objects.tool.sheet.text.endswith(" m")
    QTest.mouseClick(window.view, Qt.MouseButton.LeftButton, NONE, top)
    assert session.boxes.id[-1] == number
    assert window.instances.chosen == number
    inside = session.boxes.members(session.scan.xyz)[-1]
    corners = np.stack([session.scan.xyz[inside].min(axis=0), session.scan.xyz[inside].max(axis=0)])
    gap = np.abs(corners - [session.boxes.lower[-1], session.boxes.upper[-1]])
    assert (gap < 1e-5).sum() >= 3, "faces lie on points where those are near"
    wait_for_labels(window, qtbot)
    assert errors(session) == []
    press(window, Qt.Key.Key_Z, CONTROL)
    assert number not in session.boxes.id


def _xy(window: MainWindow, row: int) -> tuple[int, int]:
    place = place_of(window, int(row))
    return place.x(), place.y()


def test_escape_drops_what_was_begun_before_it_ends_the_tool(window: MainWindow) -> None:
    start(window)
    place = place_of(window, visible_row(window, visible_instance(window)))
    QTest.mouseClick(window.view, Qt.MouseButton.LeftButton, NONE, place)
    began = bool(window.objects.tool._clicks)
    window.view.setFocus()
    press(window, Qt.Key.Key_Escape)
    assert not window.objects.tool._clicks
    assert window.objects.tool.is_active == began
    press(window, Qt.Key.Key_Escape)
    assert not window.objects.tool.is_active
    assert not window.objects.tool.sheet.isVisible()


def test_numbers_can_be_typed(window: MainWindow) -> None:
    session, instance = session_of(window), start(window)
    row, boxes = row_of(session.boxes, instance), session.boxes
    window.docks[4].raise_()
    field = window.objects.boxes.fields[1][2]
    QTest.mouseClick(field, Qt.MouseButton.LeftButton)
    field.selectAll()
    QTest.keyClicks(field, f"{boxes.upper[row, 2] + 0.25:.3f}")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert np.isclose(session.boxes.upper[row, 2], boxes.upper[row, 2] + 0.25, atol=1e-3)
    assert np.array_equal(session.boxes.lower[row], boxes.lower[row]), "what was not typed keeps its digits"


def test_a_duplicate_is_listed_and_cured_with_a_click(window: MainWindow, qtbot: QtBot) -> None:
    session, instance = session_of(window), start(window)
    row = row_of(session.boxes, instance)
    desk = window.objects.desk
    desk.draw(session.boxes.lower[row], session.boxes.upper[row])
    copy = int(session.boxes.id[-1])
    qtbot.waitUntil(lambda: any(f.trouble == "duplicate" and f.box == copy for f in window.objects.boxes.findings))
    window.docks[4].raise_()
    button = window.objects.boxes.findChild(type(window.objects.classes.add), f"cure-{copy}")
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert copy not in session.boxes.id
    qtbot.waitUntil(lambda: not any(f.box == copy for f in window.objects.boxes.findings))


def test_boxes_in_millimetres_are_put_right_with_a_click_and_an_undo_takes_it_back(
    open_window: OpenWindow, tmp_path: Path, labelled_room: ScanDocument, qtbot: QtBot
) -> None:
    right = labelled_room.boxes
    wrong = Boxes(right.id, right.class_id, right.lower * 1000, right.upper * 1000)
    made = Project.create(tmp_path / "mixed-up", labelled_room.classes)
    made.save(replace(labelled_room, boxes=wrong, pseudo=None, annotation=None, created=""))
    window = open_window(made.folder)
    panel = window.objects.boxes
    qtbot.waitUntil(lambda: panel.frame is not None)
    assert "mm" in panel.frame.text
    window.docks[4].raise_()
    qtbot.waitUntil(panel.isVisible)
    QTest.mouseClick(panel.findChild(QPushButton, "cure-all"), Qt.MouseButton.LeftButton)
    session = session_of(window)
    np.testing.assert_allclose(session.boxes.upper, right.upper, atol=1e-4)
    qtbot.waitUntil(lambda: panel.frame is None)
    press(window, Qt.Key.Key_L, CONTROL)
    wait_for_labels(window, qtbot)
    assert (session.instance == labelled_room.annotation.instance).mean() > 0.99
    window.view.setFocus()
    while session.boxes is not wrong and session.undo_text is not None:
        press(window, Qt.Key.Key_Z, CONTROL)
    np.testing.assert_array_equal(session.boxes.upper, wrong.upper)


def test_a_cure_of_boxes_that_have_changed_meanwhile_does_nothing(window: MainWindow, qtbot: QtBot) -> None:
    session, instance = session_of(window), start(window)
    row = row_of(session.boxes, instance)
    window.objects.desk.draw(session.boxes.lower[row], session.boxes.upper[row])
    panel, copy = window.objects.boxes, int(session.boxes.id[-1])
    qtbot.waitUntil(lambda: any(f.box == copy for f in panel.findings))
    stale = next(f for f in panel.findings if f.box == copy)
    window.objects.desk.reshape(copy, session.boxes.lower[row] + 1, session.boxes.upper[row] + 1, "Move")
    boxes = session.boxes
    panel.cure(stale)
    assert session.boxes is boxes
    assert "changed" in window.status.hint.text()


def test_classes_are_added_renamed_and_recoloured_in_the_panel(window: MainWindow, project: Project) -> None:
    panel, session = window.objects.classes, session_of(window)
    window.docks[5].raise_()
    count = len(session.classes)
    QTest.mouseClick(panel.add, Qt.MouseButton.LeftButton)
    assert len(session.classes) == count + 1
    panel.list.currentItem().setText("stool")
    panel.set_color(QColor(255, 0, 0))
    again = Project.open(project.folder).classes
    assert again.name[-1] == session.classes.name[-1] == "stool"
    assert again.color[-1].tolist() == [255, 0, 0]
    panel.list.currentItem().setText(again.name[0])
    assert panel.list.currentItem().text() == "stool", "a name that is taken is not"
