"""Instances are cut by a line and by a selection, and classes are picked by digits; labels and boxes follow."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from test_instance_tools import CONTROL, choose, errors, session_of
from windows import OpenWindow, click_point, press, visible_instance, visible_row, wait_for_labels

from gapro_annotator.project import Project
from gapro_annotator.ui.main_window import MainWindow

ALT, SHIFT = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ShiftModifier
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def window(open_window: OpenWindow, project: Project) -> MainWindow:
    return open_window(project.folder)


def draw_line(window: MainWindow, start: QPoint, end: QPoint) -> None:
    QTest.mousePress(window.view, LEFT, pos=start)
    QTest.mouseMove(window.view, (start + end) / 2)
    QTest.mouseMove(window.view, end)
    QTest.mouseRelease(window.view, LEFT, pos=end)


def test_a_line_across_an_instance_cuts_it_where_it_is_seen(window: MainWindow, qtbot: QtBot) -> None:
    session, instance = session_of(window), visible_instance(window)
    choose(window, instance)
    press(window, Qt.Key.Key_Y)
    mine = np.flatnonzero(session.instance == instance)
    seen = window.view.project(session.scan.xyz[mine])
    middle = round(float(np.median(seen[:, 0])))
    number, before = session.next_box_id, session.instance.copy()
    draw_line(window, QPoint(middle, 5), QPoint(middle, window.view.height() - 5))
    new = session.instance[mine] == number
    clear = np.abs(seen[:, 0] - middle) > 1
    assert 0 < new.sum() <= len(mine) / 2, "the larger part keeps its number"
    left = seen[:, 0] < middle
    assert (new == (left == left[new][0]))[clear].all(), "one side is the new instance, the other is not"
    assert errors(session) == []
    wait_for_labels(window, qtbot)
    assert (session.instance[mine[new]] == number).all()
    press(window, Qt.Key.Key_Z, CONTROL)
    np.testing.assert_array_equal(session.instance, before)
    assert number not in session.boxes.id


def test_a_line_beside_the_instance_changes_nothing_and_says_so(window: MainWindow) -> None:
    session, instance = session_of(window), visible_instance(window)
    choose(window, instance)
    press(window, Qt.Key.Key_Y)
    seen = window.view.project(session.scan.xyz[session.instance == instance])
    beside = max(round(float(seen[:, 0].min())) - 30, 1)
    edits = len(session.edits)
    draw_line(window, QPoint(beside, 5), QPoint(beside, window.view.height() - 5))
    assert len(session.edits) == edits
    assert "draw it across" in window.status.hint.text()


def test_only_the_selected_points_of_the_chosen_instance_are_split_off(window: MainWindow, qtbot: QtBot) -> None:
    session, instance = session_of(window), visible_instance(window)
    other = visible_instance(window, besides=instance)
    choose(window, instance)
    click_point(window, visible_row(window, instance))
    press(window, Qt.Key.Key_E)
    click_point(window, visible_row(window, other), SHIFT)
    region = window.bench.review.region
    assert region is not None
    theirs = session.instance == other
    mine = np.intersect1d(np.flatnonzero(session.instance == instance), region.points)
    assert theirs[region.points].any(), "the selection reaches into another instance"
    number = session.next_box_id
    press(window, Qt.Key.Key_Y, SHIFT)
    np.testing.assert_array_equal(np.flatnonzero(session.instance == number), mine)
    assert (session.instance[theirs] == other).all()
    wait_for_labels(window, qtbot)
    assert errors(session) == []


def test_digits_pick_a_class_and_alt_gives_it_to_the_chosen_instance(window: MainWindow, qtbot: QtBot) -> None:
    session, instance = session_of(window), visible_instance(window)
    ids = session.classes.id.tolist()
    click_point(window, visible_row(window, instance))
    press(window, Qt.Key.Key_3)
    press(window, Qt.Key.Key_I)
    assert session.boxes.class_id[-1] == ids[2]
    wait_for_labels(window, qtbot)
    choose(window, instance)
    press(window, Qt.Key.Key_2, ALT)
    assert int(session.boxes.class_of(np.array([instance], np.int32))[0]) == ids[1]
    press(window, Qt.Key.Key_9)
    assert len(ids) >= 9 or "no class 9" in window.status.hint.text()
