"""Every tool, used with real mouse and key events on the real window, with a look at the labels."""

from collections.abc import Sequence

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QAction, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from windows import NONE, OpenWindow, press, visible_instance, wait_for_labels

from gapro_annotator.labels import UNCORRECTED
from gapro_annotator.project import Project
from gapro_annotator.session import Session
from gapro_annotator.ui.main_window import MainWindow

LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
SHIFT, CONTROL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def window(open_window: OpenWindow, project: Project) -> MainWindow:
    """The window on a labelled room, which learns nothing by itself."""
    window = open_window(project.folder)
    window.actions_by_id["learn"].setChecked(False)
    return window


def session_of(window: MainWindow) -> Session:
    assert window.bench.session is not None
    return window.bench.session


def drag(window: MainWindow, places: Sequence[QPoint], modifiers: Qt.KeyboardModifier = NONE) -> None:
    """Press at the first place, move along, release at the last."""
    QTest.mousePress(window.view, LEFT, modifiers, places[0])
    for place in places[1:]:
        QTest.mouseMove(window.view, place)
    QTest.mouseRelease(window.view, LEFT, modifiers, places[-1])


def round_about(places: np.ndarray, margin: int = 4) -> list[QPoint]:
    """The corners of a rectangle round these places (M, 2), as a closed path."""
    (left, top), (right, bottom) = places.min(axis=0) - margin, places.max(axis=0) + margin
    corners = [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)]
    return [QPoint(int(x), int(y)) for x, y in corners]


def seen_points(window: MainWindow, instance: int) -> np.ndarray:
    """Rows of an instance that are in sight."""
    picture = window.view.pictures.now()
    assert picture is not None
    return picture.in_sight(np.flatnonzero(session_of(window).instance == instance))


def place_of(window: MainWindow, row: int) -> QPoint:
    x, y, _ = window.view.project(session_of(window).scan.xyz[row : row + 1])[0]
    return QPoint(int(x), int(y))


def two_superpoints(window: MainWindow) -> tuple[int, int]:
    """Rows in sight in two superpoints that neither lie next to a border of the picture nor under each other."""
    picture, superpoint = window.view.pictures.now(), session_of(window).scan.superpoint
    assert picture is not None
    ids, counts = np.unique(superpoint[picture.owner[picture.owner >= 0]], return_counts=True)
    found = []
    for which in ids[np.argsort(-counts)][:2]:
        rows = np.unique(picture.owner[(picture.owner >= 0) & (superpoint[picture.owner] == which)])
        middle = np.median(picture.seen[rows, :2], axis=0)
        found.append(int(rows[np.argmin(((picture.seen[rows, :2] - middle) ** 2).sum(axis=1))]))
    return found[0], found[1]


def choose(window: MainWindow, instance: int) -> None:
    window.instances.choose(instance)
    assert window.bench.review.chosen == instance
    window.view.setFocus()


def wheel(window: MainWindow, place: QPoint, angle: int, modifiers: Qt.KeyboardModifier = NONE) -> None:
    where, inverted = QPointF(place), False
    event = QWheelEvent(where, window.view.mapToGlobal(where), QPoint(), QPoint(0, angle), Qt.MouseButton.NoButton,
                        modifiers, Qt.ScrollPhase.NoScrollPhase, inverted)  # fmt: skip
    QApplication.sendEvent(window.view, event)


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


def test_a_stroke_without_a_target_says_what_to_do(window: MainWindow) -> None:
    press(window, Qt.Key.Key_W)
    assert "choose an instance first" in window.status.hint.text()
    row, _ = two_superpoints(window)
    drag(window, [place_of(window, row)] * 2)
    assert not session_of(window).edits
    assert window.status.hint.text().startswith("Choose an instance first")
    drag(window, [place_of(window, row)] * 2, SHIFT)
    assert window.bench.review.chosen in (None, session_of(window).instance[row])
