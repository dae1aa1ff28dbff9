"""Paint and brush, used with real mouse and key events on the real window, with a look at the labels."""

import numpy as np
import pytest
from gestures import CONTROL, RIGHT, SHIFT, choose, drag, place_of, seen_points, session_of, two_superpoints, wheel
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from windows import NONE, press, visible_instance, wait_for_labels

from gapro_annotator.labels import UNCORRECTED
from gapro_annotator.ui.main_window import MainWindow


def test_a_paint_stroke_over_superpoints_is_one_edit_and_one_undo(window: MainWindow) -> None:
    session, chosen = session_of(window), visible_instance(window)
    choose(window, chosen)
    before = session.instance.copy()
    press(window, Qt.Key.Key_Q)
    assert "Paint" in window.status.hint.text()
    assert window.view._canvas.cursor().shape() is Qt.CursorShape.PointingHandCursor
    one, other = two_superpoints(window)
    drag(window, [place_of(window, one), place_of(window, other)])
    assert len(session.edits) == 1, "one gesture, one edit"
    for row in (one, other):
        same = (session.scan.superpoint == session.scan.superpoint[row]) & (before == before[row])
        assert (session.instance[same] == chosen).all(), "the whole superpoint, both the first and the last"
    changed = np.flatnonzero(session.correction != UNCORRECTED)
    assert (session.correction[changed] == chosen).all()
    press(window, Qt.Key.Key_Z, CONTROL)
    np.testing.assert_array_equal(session.instance, before)
    assert not session.undo_text


def test_the_brush_takes_points_in_its_ring_and_splits_superpoints(window: MainWindow) -> None:
    session, chosen = session_of(window), visible_instance(window)
    choose(window, chosen)
    press(window, Qt.Key.Key_W)
    row, _ = two_superpoints(window)
    place = place_of(window, row)
    QTest.mouseMove(window.view, place)
    tools = window.bench.tools
    assert not tools.sketch.ring.isEmpty(), "the ring shows where and how large"
    radius = tools.stage.radius
    press(window, Qt.Key.Key_BracketRight)
    assert tools.stage.radius == pytest.approx(1.25 * radius)
    press(window, Qt.Key.Key_BracketLeft)
    pose, ring = window.view.pose, tools.sketch.ring.boundingRect().width()
    wheel(window, place, 120, CONTROL)
    assert tools.sketch.ring.boundingRect().width() > ring
    assert window.view.pose is pose, "Ctrl+wheel sizes the brush and does not zoom"
    wheel(window, place, -120, CONTROL)
    picture = window.view.pictures.now()
    assert picture is not None
    center = session.scan.xyz[picture.row_at(place.x(), place.y())]
    drag(window, [place, place])
    changed = np.flatnonzero(session.correction == chosen)
    assert len(changed) > 0
    distance = np.linalg.norm(session.scan.xyz - center, axis=1)
    assert distance[changed].max() <= radius + 1e-5
    np.testing.assert_array_equal(changed, picture.in_sight(np.flatnonzero(distance <= radius)))
    touched = np.isin(session.scan.superpoint, session.scan.superpoint[changed])
    assert touched.sum() > len(changed), "a superpoint is split"
    assert len(session.edits) == 1


def test_strokes_give_to_background_and_to_the_rival(window: MainWindow) -> None:
    session, pseudo = session_of(window), session_of(window).pseudo
    assert pseudo is not None
    picture = window.view.pictures.now()
    assert picture is not None
    instance = visible_instance(window)
    press(window, Qt.Key.Key_Q)
    press(window, Qt.Key.Key_X, SHIFT)
    assert "to background" in window.bench.tools.hint
    row = int(seen_points(window, instance)[0])
    hit = picture.row_at(place_of(window, row).x(), place_of(window, row).y())
    drag(window, [place_of(window, row)] * 2)
    assert session.instance[hit] == -1
    contested = np.unique(picture.owner[picture.owner >= 0])
    contested = contested[(pseudo.rival[contested] > -2) & (session.correction[contested] == UNCORRECTED)]
    press(window, Qt.Key.Key_R, SHIFT)
    for row in contested.tolist():
        place = place_of(window, row)
        if picture.row_at(place.x(), place.y()) == row:
            break
    drag(window, [place, place])
    assert session.instance[row] == pseudo.rival[row]
    region = window.bench.review.region
    assert region is not None
    press(window, Qt.Key.Key_X)
    assert (session.instance[region.points] == -1).all(), "another key sends what was painted elsewhere"


def test_a_brush_stroke_is_learnt_from_and_stays(window: MainWindow, qtbot: QtBot) -> None:
    session, chosen = session_of(window), visible_instance(window)
    window.actions_by_id["learn"].setChecked(True)
    choose(window, chosen)
    press(window, Qt.Key.Key_W)
    one, other = two_superpoints(window)
    drag(window, [place_of(window, one), place_of(window, other)])
    painted = np.flatnonzero(session.correction != UNCORRECTED)
    assert len(painted)
    wait_for_labels(window, qtbot)
    assert session.is_learnt, "a superpoint that is split can be learnt from"
    np.testing.assert_array_equal(np.flatnonzero(session.correction != UNCORRECTED), painted)
    assert (session.instance[painted] == chosen).all()
    region = window.bench.review.region
    assert region is not None
    np.testing.assert_array_equal(region.points, painted, "the selection outlives what was learnt")
    press(window, Qt.Key.Key_Z, CONTROL)
    assert (session.correction == UNCORRECTED).all()


def test_the_ring_goes_while_the_camera_moves(window: MainWindow) -> None:
    press(window, Qt.Key.Key_W)
    place = place_of(window, two_superpoints(window)[0])
    sketch = window.bench.tools.sketch
    for moves in (lambda: wheel(window, place, 120), lambda: QTest.mousePress(window.view, RIGHT, NONE, place)):
        QTest.mouseMove(window.view, place + QPoint(1, 0))
        QTest.mouseMove(window.view, place)
        assert not sketch.ring.isEmpty()
        moves()
        assert sketch.ring.isEmpty()
    QTest.mouseRelease(window.view, RIGHT, NONE, place)


def test_a_stroke_without_a_target_says_what_to_do(window: MainWindow) -> None:
    press(window, Qt.Key.Key_W)
    assert "choose an instance first" in window.status.hint.text()
    row, _ = two_superpoints(window)
    drag(window, [place_of(window, row)] * 2)
    assert not session_of(window).edits
    assert window.status.hint.text().startswith("Choose an instance first")
    drag(window, [place_of(window, row)] * 2, SHIFT)
    assert window.bench.review.chosen in (None, session_of(window).instance[row])
