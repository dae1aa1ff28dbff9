"""The second view: the same scan, labels and choice as in the first, from another side and in other colours."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from test_instance_tools import SHIFT, session_of
from windows import OpenWindow, press, wait_for_labels

from gapro_annotator.project import Project
from gapro_annotator.ui.colors import ColorMode
from gapro_annotator.ui.main_window import MainWindow
from gapro_annotator.ui.second_view.link import Side, angles_from, beside
from gapro_annotator.ui.second_view.pane import SecondPane
from gapro_annotator.ui.view.camera import pose_at
from gapro_annotator.ui.view.scene_view import SceneView

LEFT, RIGHT, MIDDLE = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton, Qt.MouseButton.MiddleButton


@pytest.fixture
def window(open_window: OpenWindow, project: Project) -> MainWindow:
    window = open_window(project.folder)
    window.resize(1400, 800)
    press(window, Qt.Key.Key_F3)
    return window


def pane_of(window: MainWindow) -> SecondPane:
    pane = window.findChild(SecondPane)
    assert isinstance(pane, SecondPane)
    return pane


def drag(view: SceneView, button: Qt.MouseButton, start: QPoint, end: QPoint) -> None:
    QTest.mousePress(view, button, pos=start)
    QTest.mouseMove(view, (start + end) / 2)
    QTest.mouseMove(view, end)
    QTest.mouseRelease(view, button, pos=end)


def choose(pane: SecondPane, qtbot: QtBot, text: str) -> None:
    """Choose an entry by the keyboard, as the user does in a box that has the focus."""
    box = pane.side if pane.side.findText(text) >= 0 else pane.colors
    box.setFocus()
    keys = box.findText(text) - box.currentIndex()
    for _ in range(abs(keys)):
        qtbot.keyClick(box, Qt.Key.Key_Down if keys > 0 else Qt.Key.Key_Up)
    assert box.currentText() == text


def settle(window: MainWindow, qtbot: QtBot) -> None:
    """Wait until the second view has followed the first and both are ready to be picked from."""
    qtbot.waitUntil(lambda: window.view.pictures.is_ready)
    qtbot.wait(60)


def turned(view: SceneView) -> float:
    return float(np.degrees(view.pose.angles[0]))


def a_visible_row(window: MainWindow, view: SceneView) -> int:
    """A point of an instance that is in sight in this view."""
    session = session_of(window)
    for row in np.flatnonzero(session.instance >= 0)[::7].tolist():
        x, y, _ = view.project(session.scan.xyz[row : row + 1])[0].tolist()
        hit = view.pick(x, y) if view.rect().contains(round(x), round(y)) else -1
        if hit >= 0 and session.instance[hit] == session.instance[row]:
            return row
    raise AssertionError("no instance is in sight")


def place_in(view: SceneView, xyz: np.ndarray) -> QPoint:
    x, y, _ = view.project(xyz[None])[0].tolist()
    return QPoint(round(x), round(y))


def test_it_shows_the_scan_from_behind_and_follows_what_moves_in_the_first(window: MainWindow, qtbot: QtBot) -> None:
    pane = pane_of(window)
    first, second = window.view, pane.view
    assert pane.isVisible()
    cloud = second._scene.cloud
    assert cloud is not None
    assert cloud.xyz is session_of(window).scan.xyz
    press(window, Qt.Key.Key_F3, SHIFT)
    assert pane.side.currentText() == "From behind"
    settle(window, qtbot)
    assert (turned(second) - turned(first)) % 360 == pytest.approx(180, abs=0.01)
    middle = first.rect().center()
    drag(first, RIGHT, middle, middle + QPoint(90, 30))
    drag(first, MIDDLE, middle, middle + QPoint(40, -25))
    settle(window, qtbot)
    assert (turned(second) - turned(first)) % 360 == pytest.approx(180, abs=0.01)
    np.testing.assert_allclose(second.pose.target, first.pose.target, atol=1e-6)


def test_the_sides_go_round_with_a_key_and_turning_the_view_frees_it(window: MainWindow, qtbot: QtBot) -> None:
    pane = pane_of(window)
    assert pane.side.currentText() == "From above"
    assert np.degrees(pane.view.pose.angles[1]) == pytest.approx(89)
    press(window, Qt.Key.Key_F3, SHIFT)
    press(window, Qt.Key.Key_F3, SHIFT)
    assert pane.side.currentText() == "From the front"
    np.testing.assert_allclose(pane.view.pose.angles, (-np.pi / 2, 0), atol=1e-9)
    middle = pane.view.rect().center()
    settle(window, qtbot)
    before = window.view.pose
    drag(pane.view, RIGHT, middle, middle + QPoint(60, 0))
    assert pane.side.currentText() == "As I turn it"
    assert window.view.pose is before, "turning the second view leaves the first alone"
    kept = turned(pane.view)
    assert kept != pytest.approx(-90)
    drag(window.view, RIGHT, middle, middle + QPoint(60, 0))
    settle(window, qtbot)
    assert turned(pane.view) == pytest.approx(kept), "it keeps the angle that it was given"
    press(window, Qt.Key.Key_F3, SHIFT)
    assert pane.side.currentText() == "From above"


def test_moving_and_zooming_in_it_moves_the_first_unless_it_does_not_follow(
    window: MainWindow, project: Project, qtbot: QtBot
) -> None:
    pane = pane_of(window)
    first, second = window.view, pane.view
    choose(pane, qtbot, "From the side")
    settle(window, qtbot)
    angles, near = first.pose.angles, first.pose.distance
    middle = second.rect().center()
    drag(second, MIDDLE, middle, middle + QPoint(50, 20))
    np.testing.assert_allclose(first.pose.target, second.pose.target, atol=1e-6)
    QTest.wheelEvent(window.windowHandle(), QPointF(second.mapTo(window, middle)), QPoint(0, 240))
    assert first.pose.distance < 0.9 * near
    np.testing.assert_allclose(first.pose.angles, angles, atol=1e-9)
    settle(window, qtbot)
    np.testing.assert_allclose(first.pose.target, second.pose.target, atol=1e-6)
    qtbot.mouseClick(pane.follows, LEFT, pos=QPoint(8, pane.follows.height() // 2))
    assert not pane.follows.isChecked()
    stays = first.pose
    drag(second, MIDDLE, middle, middle + QPoint(-80, 0))
    assert first.pose is stays
    choose(pane, qtbot, "From behind")
    settle(window, qtbot)
    assert (turned(second) - turned(first)) % 360 == pytest.approx(180, abs=0.01), "it turns about its own place"
    away = second.pose
    drag(first, MIDDLE, middle, middle + QPoint(-30, 0))
    settle(window, qtbot)
    assert second.pose is away
    window.open(project.folder)  # anew: both look at all of it, each from its side
    settle(window, qtbot)
    np.testing.assert_allclose(second.pose.target, first.pose.target, atol=1e-6)
    assert (turned(second) - turned(first)) % 360 == pytest.approx(180, abs=0.01)


def test_without_a_scan_there_is_nothing_to_show_twice(open_window: OpenWindow) -> None:
    window = open_window()
    press(window, Qt.Key.Key_F3)
    assert not window.actions_by_id["second_view"].isChecked()
    assert window.findChild(SecondPane) is None
    assert window.status.hint.text() == "Open a scan first."


def test_a_click_in_it_selects_the_region_that_keys_decide_on(window: MainWindow, qtbot: QtBot) -> None:
    pane, session = pane_of(window), session_of(window)
    settle(window, qtbot)
    row = a_visible_row(window, pane.view)
    before = session.instance.copy()
    QTest.mouseClick(pane.view, LEFT, pos=place_in(pane.view, session.scan.xyz[row]))
    region = window.bench.review.region
    assert region is not None
    assert (session.scan.superpoint[region.points] == session.scan.superpoint[region.points[0]]).all()
    for view in (window.view, pane.view):
        np.testing.assert_array_equal(view._scene._highlights["current"]._rows, region.points)
    press(window, Qt.Key.Key_X)
    wait_for_labels(window, qtbot)
    assert (session.instance[region.points] == -1).all()
    assert (before[region.points] >= 0).any()
    choose(pane, qtbot, "Instance")
    press(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    wait_for_labels(window, qtbot)
    np.testing.assert_array_equal(session.instance, before)
    cloud = pane.view._scene.cloud
    assert cloud is not None
    np.testing.assert_array_equal(cloud.rgba, window.bench.presenter.colors_in(ColorMode.INSTANCE))


def test_a_shift_click_in_it_chooses_the_instance(window: MainWindow, qtbot: QtBot) -> None:
    pane, session = pane_of(window), session_of(window)
    settle(window, qtbot)
    row = a_visible_row(window, pane.view)
    QTest.mouseClick(pane.view, LEFT, SHIFT, place_in(pane.view, session.scan.xyz[row]))
    assert window.bench.review.chosen == session.instance[row]


def test_its_colours_are_its_own_and_what_is_hidden_is_hidden_in_both(window: MainWindow, qtbot: QtBot) -> None:
    pane, session = pane_of(window), session_of(window)
    first, second = window.view._scene.cloud, pane.view._scene.cloud
    assert first is not None
    assert second is not None
    np.testing.assert_array_equal(first.rgba, second.rgba)
    choose(pane, qtbot, "RGB")
    assert session.scan.rgb is not None
    np.testing.assert_array_equal(second.rgba[:, :3], session.scan.rgb)
    assert (first.rgba[:, :3] != session.scan.rgb).any()
    window.view.setFocus()
    press(window, Qt.Key.Key_V)  # the section cuts the ceiling away
    qtbot.waitUntil(lambda: not first.shown.all())
    np.testing.assert_array_equal(first.rgba[:, 3], second.rgba[:, 3])
    np.testing.assert_array_equal(second.rgba[:, :3], session.scan.rgb)
    boxes = pane.view._scene.boxes
    np.testing.assert_array_equal(boxes._corner, window.view._scene.boxes._corner)
    press(window, Qt.Key.Key_B)
    assert not boxes._thin.GetVisibility()


def test_it_holds_nothing_while_it_is_hidden_and_comes_back_with_the_next_start(
    window: MainWindow, open_window: OpenWindow, project: Project, qtbot: QtBot
) -> None:
    pane = pane_of(window)
    choose(pane, qtbot, "Class")
    qtbot.mouseClick(pane.close_button, LEFT)
    assert not pane.isVisible()
    assert not window.actions_by_id["second_view"].isChecked()
    assert pane.view._scene.cloud is None
    assert window.view.beside == []
    press(window, Qt.Key.Key_F3)
    assert pane.view._scene.cloud is not None
    window.close()
    again = pane_of(open_window(project.folder))
    assert again.isVisible()
    assert again.colors.currentText() == "Class"
    assert again.view._scene.cloud is not None


def test_its_fields_are_reached_by_keys_and_clicks_leave_the_keys_with_the_view(
    window: MainWindow, qtbot: QtBot
) -> None:
    pane = pane_of(window)
    window.view.setFocus()
    press(window, Qt.Key.Key_F6)
    assert pane.side.hasFocus()
    press(window, Qt.Key.Key_Down)
    assert pane.side.currentText() == "From behind"
    press(window, Qt.Key.Key_Tab)
    assert pane.colors.hasFocus()
    press(window, Qt.Key.Key_Tab)
    assert pane.follows.hasFocus()
    press(window, Qt.Key.Key_Space)
    assert not pane.follows.isChecked()
    press(window, Qt.Key.Key_Escape)
    assert window.view.hasFocus()
    press(window, Qt.Key.Key_N)
    qtbot.mouseClick(pane.follows, LEFT, pos=QPoint(8, pane.follows.height() // 2))
    assert pane.follows.isChecked()
    edits = len(session_of(window).edits)
    press(window, Qt.Key.Key_Space)
    assert pane.follows.isChecked()
    assert len(session_of(window).edits) == edits + 1, "Space accepted the region"
    press(window, Qt.Key.Key_F6)
    press(window, Qt.Key.Key_F6, SHIFT)
    assert window.view.hasFocus()


def test_turning_it_off_its_centre_keeps_the_common_place(window: MainWindow, qtbot: QtBot) -> None:
    first, second = window.view, pane_of(window).view
    settle(window, qtbot)
    start = second.rect().center() + QPoint(-90, 60)
    drag(second, RIGHT, start, start + QPoint(120, 0))
    np.testing.assert_allclose(second.pose.target, first.pose.target, atol=1e-6)
    place = first.pose.target
    drag(second, MIDDLE, start, start + QPoint(1, 0))
    assert np.linalg.norm(first.pose.target - place) < 0.1, "no jump"


def test_both_have_as_much_room_beside_or_above_each_other(window: MainWindow, qtbot: QtBot) -> None:
    pane = pane_of(window)
    for width, height, is_beside in ((1580, 800, True), (1180, 900, False)):
        window.resize(width, height)
        qtbot.waitUntil(lambda beside=is_beside: (pane.x() > 0) is beside)
        first = window.view
        shares = (first.width(), pane.width()) if is_beside else (first.height(), pane.height())
        assert shares[0] == pytest.approx(shares[1], rel=0.15)


@pytest.mark.parametrize("side", list(Side))
def test_it_looks_at_the_same_place_and_sees_as_much(side: Side) -> None:
    pose = pose_at(np.array([1.0, 2.0, 0.5]), 0.4, 0.6, 3.0)
    own = pose_at(np.array([9.0, 9.0, 9.0]), -1.0, 0.1, 7.0)
    wide = beside(pose, angles_from(side, pose, own), (1.5, 1.2))
    np.testing.assert_allclose(wide.target, pose.target)
    assert wide.distance == pytest.approx(3.0), "both are wider than high: the height counts"
    narrow = beside(pose, angles_from(side, pose, own), (1.5, 0.5))
    assert narrow.distance * narrow.slope * 0.5 == pytest.approx(pose.distance * pose.slope)
    if side is Side.FREE:
        np.testing.assert_allclose(wide.angles, own.angles)
