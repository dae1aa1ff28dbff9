"""Lasso, rectangle and what all tools share: real events on the real window, with a look at the labels."""

import numpy as np
from gestures import (
    CONTROL,
    LEFT,
    RIGHT,
    SHIFT,
    choose,
    drag,
    place_of,
    round_about,
    seen_points,
    session_of,
    two_superpoints,
    wheel,
)
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from windows import NONE, press, visible_instance

from gapro_annotator.labels import UNCORRECTED
from gapro_annotator.ui.main_window import MainWindow


def test_a_lasso_selects_what_is_in_sight_and_a_key_gives_it(window: MainWindow) -> None:
    session, review = session_of(window), window.bench.review
    instance = visible_instance(window)
    seen = seen_points(window, instance)
    press(window, Qt.Key.Key_E)
    path = round_about(window.view.project(session.scan.xyz[seen])[:, :2])
    drag(window, path)
    assert not session.edits, "a lasso only selects"
    assert review.region is not None
    selected = review.region.points
    assert np.isin(seen, selected).all()
    picture = window.view.pictures.now()
    assert picture is not None
    np.testing.assert_array_equal(picture.in_sight(selected), selected)
    x, y = picture.seen[selected, 0], picture.seen[selected, 1]
    for places, first, last in ((x, path[0].x(), path[2].x()), (y, path[0].y(), path[2].y())):
        assert places.min() >= first - 1
        assert places.max() <= last + 1
    assert window.view._scene._highlights.keys() >= {"current"}, "it is shown"
    assert window.review.card.title.text() == f"Region of {len(selected):,} points"
    press(window, Qt.Key.Key_X)
    assert (session.instance[selected] == -1).all()
    others = np.setdiff1d(np.arange(len(session.scan)), selected)
    assert (session.correction[others] == UNCORRECTED).all()
    pose = window.view.pose
    press(window, Qt.Key.Key_Z, CONTROL)
    assert (session.correction == UNCORRECTED).all()
    np.testing.assert_array_equal(review.region.points, selected, "undo brings the selection back")
    assert window.view.pose is pose, "what is in view already needs no flight"

    press(window, Qt.Key.Key_D)  # through
    drag(window, path)
    assert review.region is not None
    assert len(review.region.points) > len(selected)
    assert np.isin(selected, review.region.points).all()


def test_rectangles_add_remove_and_intersect(window: MainWindow) -> None:
    review = window.bench.review
    press(window, Qt.Key.Key_E, SHIFT)
    width, height = window.view.width(), window.view.height()
    left, right = QPoint(width // 4, height // 4), QPoint(width // 2, 3 * height // 4)
    far = QPoint(3 * width // 4, 3 * height // 4)
    between = QPoint(3 * width // 8, height // 4)
    drag(window, [left, right])
    first = review.region.points
    drag(window, [between, far], SHIFT)
    both = review.region.points
    assert np.isin(first, both).all()
    assert len(both) > len(first)
    drag(window, [left, right], CONTROL)
    assert not np.isin(review.region.points, first).any()
    assert len(review.region.points) == len(both) - len(first)
    drag(window, [left, right])
    drag(window, [between, far], SHIFT | CONTROL)
    shared = review.region.points
    assert 0 < len(shared) < len(first)
    assert np.isin(shared, first).all()
    drag(window, [left, far], CONTROL)
    assert review.region is None, "nothing is left"


def test_a_click_of_the_lasso_selects_a_superpoint_and_the_keys_grow_it(window: MainWindow, qtbot: QtBot) -> None:
    session, review = session_of(window), window.bench.review
    press(window, Qt.Key.Key_E)
    row, other = two_superpoints(window)
    drag(window, [place_of(window, row)] * 2)
    first = review.region.points
    assert len(np.unique(session.scan.superpoint[first])) == 1
    press(window, Qt.Key.Key_S)
    qtbot.waitUntil(lambda: review.region.points is not first)
    larger = review.region.points
    assert np.isin(first, larger).all()
    assert len(larger) > len(first)
    press(window, Qt.Key.Key_S)
    assert len(review.region.points) > len(larger)
    press(window, Qt.Key.Key_S, SHIFT)
    np.testing.assert_array_equal(review.region.points, larger)
    press(window, Qt.Key.Key_S, SHIFT)
    np.testing.assert_array_equal(review.region.points, first)
    drag(window, [place_of(window, other)] * 2, SHIFT)
    assert len(np.unique(session.scan.superpoint[review.region.points])) == 2


def test_corrected_points_are_spared_until_it_is_asked_for(window: MainWindow) -> None:
    session, review = session_of(window), window.bench.review
    instance = visible_instance(window)
    path = round_about(window.view.project(session.scan.xyz[seen_points(window, instance)])[:, :2])
    row = int(seen_points(window, instance)[0])
    choose(window, instance)
    drag(window, [place_of(window, row)] * 2)
    press(window, Qt.Key.Key_G)
    kept = np.flatnonzero(session.correction == instance)
    assert len(kept)
    press(window, Qt.Key.Key_E)
    drag(window, path)
    inside = np.isin(kept, review.region.points).sum()
    assert inside
    press(window, Qt.Key.Key_X)
    assert (session.instance[kept] == instance).all()
    assert f"left alone: {inside:,} corrected" in window.status.hint.text()
    assert "corrected points are kept" in window.bench.tools.hint
    press(window, Qt.Key.Key_Z, CONTROL)
    press(window, Qt.Key.Key_K)
    assert "corrected points are kept" not in window.bench.tools.hint
    drag(window, path)
    press(window, Qt.Key.Key_X)
    assert (session.instance[kept] == -1).sum() == inside
    assert "left alone" not in window.status.hint.text()


def test_a_locked_instance_stays_as_it_is_whatever_the_tool(window: MainWindow) -> None:
    session = session_of(window)
    locked = visible_instance(window)
    other = visible_instance(window, besides=locked)
    session.set_locked([locked])
    before = session.instance.copy()
    seen = seen_points(window, locked)
    path = round_about(window.view.project(session.scan.xyz[seen])[:, :2], margin=12)
    press(window, Qt.Key.Key_E)
    drag(window, path)
    press(window, Qt.Key.Key_X)
    np.testing.assert_array_equal(session.instance == locked, before == locked)
    assert "locked" in window.status.hint.text()
    choose(window, other)
    press(window, Qt.Key.Key_Q)
    drag(window, [place_of(window, int(seen[len(seen) // 2]))] * 2)
    np.testing.assert_array_equal(session.instance == locked, before == locked)
    choose(window, locked)
    press(window, Qt.Key.Key_W)
    drag(window, [place_of(window, int(seen_points(window, other)[0]))] * 2)
    np.testing.assert_array_equal(session.instance == locked, before == locked)
    assert "is locked" in window.status.hint.text()


def test_other_buttons_move_the_camera_and_esc_ends_the_gesture_before_the_tool(window: MainWindow) -> None:
    session = session_of(window)
    press(window, Qt.Key.Key_E)
    tools, middle = window.bench.tools, window.view.rect().center()
    pose = window.view.pose
    QTest.mousePress(window.view, RIGHT, NONE, middle)
    QTest.mouseMove(window.view, middle + QPoint(60, 20))
    QTest.mouseRelease(window.view, RIGHT, NONE, middle + QPoint(60, 20))
    assert window.view.pose is not pose
    pose = window.view.pose
    wheel(window, middle, 120)
    assert window.view.pose is not pose
    QTest.mousePress(window.view, LEFT, NONE, middle)
    QTest.mouseMove(window.view, middle + QPoint(90, 0))
    QTest.mouseMove(window.view, middle + QPoint(90, 90))
    assert not tools.sketch.outline.isEmpty()
    pose = window.view.pose
    wheel(window, middle, 120)
    assert window.view.pose is pose, "the picture stays under the gesture"
    press(window, Qt.Key.Key_Escape)
    assert tools.sketch.isHidden()
    assert tools.active is tools.tools["lasso"]
    QTest.mouseRelease(window.view, LEFT, NONE, middle + QPoint(90, 90))
    assert window.bench.review.region is None
    press(window, Qt.Key.Key_Escape)
    assert tools.active is None
    assert window.actions_by_id["tool_select"].isChecked()
    assert window.view._canvas.cursor().shape() is Qt.CursorShape.ArrowCursor
    assert not session.edits


def test_an_action_of_another_part_in_the_same_group_takes_the_left_button_away(window: MainWindow) -> None:
    press(window, Qt.Key.Key_W)
    group = window.actions_by_id["tool_brush"].actionGroup()
    assert group is not None
    other = QAction("Another tool", window, checkable=True)
    group.addAction(other)
    other.setChecked(True)
    assert window.bench.tools.active is None
    press(window, Qt.Key.Key_E)
    assert not other.isChecked()
    assert window.bench.tools.active is window.bench.tools.tools["lasso"]
