"""The 3D view, driven by real mouse events on real pixels."""

import sys
import threading
from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gapro_annotator.ui.colors import DOUBT_RAMP, Legend
from gapro_annotator.ui.view import drawing_view
from gapro_annotator.ui.view.camera import pose_at
from gapro_annotator.ui.view.scene_view import SceneView

RIGHT, LEFT, MIDDLE = Qt.MouseButton.RightButton, Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton


def room() -> tuple[np.ndarray, np.ndarray]:
    """A floor of 4 m × 4 m, a tall cabinet in front, and behind it a small cube; which rows are the cube."""
    grid = np.stack(np.meshgrid(np.arange(0, 4, 0.04), np.arange(0, 4, 0.04)), axis=-1).reshape(-1, 2)
    floor = np.column_stack([grid, np.zeros(len(grid))])
    side = np.stack(np.meshgrid(np.arange(0, 1.6, 0.03), np.arange(0.02, 1.8, 0.03)), axis=-1).reshape(-1, 2)
    front = np.column_stack([side[:, 0] + 1.2, np.full(len(side), 1.0), side[:, 1]])
    u = np.arange(0, 0.3, 0.03)
    cell = np.stack(np.meshgrid(u, u), axis=-1).reshape(-1, 2)
    flat = np.zeros((len(cell), 1))
    cube = np.concatenate([np.hstack([cell, flat + 0.3]), np.insert(cell, 1, 0.0, axis=1), np.insert(cell, 0, 0.0, 1)])
    cube = cube + np.array([1.8, 1.5, 0.03])
    xyz = np.concatenate([floor, front, cube]).astype(np.float32)
    return xyz, np.arange(len(xyz) - len(cube), len(xyz))


def grey(count: int) -> np.ndarray:
    return np.full((count, 4), (120, 120, 120, 255), np.uint8)


def settle(view: SceneView) -> None:
    """Let the thread hand over its normals and everything be painted that was asked for."""
    view._indexing.join()
    for _ in range(10):
        QApplication.processEvents()
    assert view._canvas._is_current


def pixels(image: QImage) -> np.ndarray:
    image = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : image.width() * 3].reshape(image.height(), image.width(), 3).astype(int)


def near_color(image: QImage, color: tuple[int, int, int], within: int = 40) -> int:
    return int((np.abs(pixels(image) - color).max(axis=2) < within).sum())


@pytest.fixture
def view(qtbot: QtBot) -> Iterator[SceneView]:
    widget = SceneView()
    qtbot.addWidget(widget)
    widget.set_animated(False)
    widget.resize(640, 480)
    with qtbot.waitExposed(widget):
        widget.show()
    xyz, _ = room()
    widget.show_cloud(xyz, grey(len(xyz)))
    settle(widget)
    yield widget
    widget.close()


def place_of(view: SceneView, row: int) -> QPoint:
    x, y, depth = view.project(view._scene.cloud.xyz[[row]])[0]
    assert depth > 0
    return QPoint(int(x), int(y))


def test_a_recolouring_is_one_paint(view: SceneView) -> None:
    before = view._canvas.frames
    view.recolor(np.arange(5), grey(5))
    view.set_colors(grey(len(view._scene.cloud)))
    view.set_boxes_visible(False)
    settle(view)
    assert view._canvas.frames == before + 1


def test_nothing_is_painted_while_nothing_changes(view: SceneView) -> None:
    before = view._canvas.frames
    view._canvas.GetRenderWindow().GetInteractor().Render()
    settle(view)
    assert view._canvas.frames == before + 1
    settle(view)
    assert view._canvas.frames == before + 1


def test_recolouring_shows_in_the_picture(view: SceneView) -> None:
    red = np.full((len(view._scene.cloud), 4), (230, 20, 20, 255), np.uint8)
    view.set_colors(red)
    settle(view)
    picture = pixels(view.grab_image())
    assert ((picture[..., 0] > 90) & (picture[..., 1] < 40)).mean() > 0.1


def test_pick_returns_the_row_that_is_drawn(view: SceneView) -> None:
    xyz = view._scene.cloud.xyz
    seen = view.project(xyz)
    _, cube = room()
    rng = np.random.default_rng(0)
    reach = np.array([view._scene.splat.pixels(depth) for depth in seen[:, 2]]) / 2
    for row in np.concatenate([rng.integers(0, len(xyz), 150), cube[::20]]).tolist():
        x, y, _ = seen[row]
        found = view.pick(int(x), int(y))
        off = np.hypot(*(seen[:, :2] - (int(x) + 0.5, int(y) + 0.5)).T)
        front = seen[off <= reach - 0.75, 2].min(initial=np.inf)
        assert seen[found, 2] <= front + 1e-3
        assert off[found] <= reach[found] + 1.5


def test_pick_of_a_point_that_stands_alone_is_exact(view: SceneView) -> None:
    alone = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0.5], [1, 1, 1]], np.float32)
    view.show_cloud(alone, grey(4))
    settle(view)
    found = [view.pick(place_of(view, row).x(), place_of(view, row).y()) for row in range(4)]
    assert found == [0, 1, 2, 3]
    assert view.pick(2, 2) == -1


def test_picking_sees_through_boxes_and_highlights(view: SceneView) -> None:
    _, cube = room()
    place = place_of(view, 0)
    before = view.pick(place.x(), place.y())
    lower, upper = np.array([[-0.1, -0.1, -0.1]], np.float32), np.array([[4.1, 4.1, 2]], np.float32)
    view.show_boxes(lower, upper, np.array([[255, 0, 0]], np.uint8))
    view.emphasise_boxes([0])
    view.highlight(np.append(cube, 0))
    settle(view)
    assert view.pick(place.x(), place.y()) == before


def test_left_click_emits_the_row_and_the_modifiers(view: SceneView, qtbot: QtBot) -> None:
    place = place_of(view, 50)
    expected = view.pick(place.x(), place.y())
    with qtbot.waitSignal(view.clicked) as click:
        QTest.mouseClick(view._canvas, LEFT, Qt.KeyboardModifier.ControlModifier, place)
    assert click.args == [expected, Qt.KeyboardModifier.ControlModifier]
    with qtbot.waitSignal(view.clicked) as click:
        QTest.mouseClick(view._canvas, LEFT, Qt.KeyboardModifier.NoModifier, QPoint(2, 2))
    assert click.args[0] == -1


def test_a_left_drag_is_no_click(view: SceneView, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(view.clicked):
        QTest.mousePress(view._canvas, LEFT, pos=QPoint(100, 100))
        QTest.mouseMove(view._canvas, QPoint(160, 100))
        QTest.mouseRelease(view._canvas, LEFT, pos=QPoint(160, 100))


def drag(view: SceneView, button: Qt.MouseButton, start: QPoint, end: QPoint) -> None:
    QTest.mousePress(view._canvas, button, pos=start)
    QTest.mouseMove(view._canvas, (start + end) / 2)
    QTest.mouseMove(view._canvas, end)
    QTest.mouseRelease(view._canvas, button, pos=end)


def test_right_drag_orbits_about_the_point_under_the_cursor(view: SceneView) -> None:
    row = view.pick(320, 240)
    before = view.pose
    drag(view, RIGHT, QPoint(320, 240), QPoint(400, 230))
    assert view.pose.angles != pytest.approx(before.angles)
    assert view.pose.distance == pytest.approx(before.distance)
    assert np.hypot(*(view.project(view._scene.cloud.xyz[[row]])[0, :2] - (320, 240))) < 12
    pose = view.pose
    QTest.mouseMove(view._canvas, QPoint(10, 10))
    assert view.pose is pose


def test_middle_drag_pans_so_that_the_scan_follows_the_cursor(view: SceneView) -> None:
    row = view.pick(320, 240)
    x, y, _ = view.project(view._scene.cloud.xyz[[row]])[0]
    drag(view, MIDDLE, QPoint(320, 240), QPoint(380, 200))
    assert view.project(view._scene.cloud.xyz[[row]])[0, :2] == pytest.approx((x + 60, y - 40), abs=3)


def turn_wheel(view: SceneView, place: QPoint, angle: int) -> None:
    window = view.window().windowHandle()
    QTest.wheelEvent(window, QPointF(view._canvas.mapTo(view.window(), place)), QPoint(0, angle))
    QApplication.processEvents()


def test_the_wheel_zooms_to_the_cursor(view: SceneView) -> None:
    place = QPoint(250, 300)
    row = view.pick(place.x(), place.y())
    x, y, depth = view.project(view._scene.cloud.xyz[[row]])[0]
    turn_wheel(view, place, 240)
    zoomed = view.project(view._scene.cloud.xyz[[row]])[0]
    assert zoomed[2] < depth * 0.8
    assert zoomed[:2] == pytest.approx((x, y), abs=4)
    turn_wheel(view, place, -240)
    assert view.project(view._scene.cloud.xyz[[row]])[0, 2] == pytest.approx(depth, rel=1e-3)


def test_hover_tells_the_row_under_the_cursor_and_forgets_it(view: SceneView, qtbot: QtBot) -> None:
    place = place_of(view, 50)
    expected = view.pick(place.x(), place.y())
    with qtbot.waitSignal(view.hovered, timeout=2000) as hover:
        QTest.mouseMove(view._canvas, place)
    assert hover.args == [expected]
    with qtbot.waitSignal(view.hovered, timeout=2000) as hover:
        QTest.mouseMove(view._canvas, QPoint(2, 2))
    assert hover.args == [-1]


def test_keys_are_left_to_the_window(view: SceneView, qtbot: QtBot) -> None:
    pose, frames = view.pose, view._canvas.frames
    view._canvas.setFocus()
    for key in "wsrpf3":
        qtbot.keyClick(view._canvas, key)
    settle(view)
    assert view.pose is pose
    assert view._canvas.frames == frames


def test_a_highlight_is_seen_and_goes_away(view: SceneView) -> None:
    floor = np.arange(0, 400)
    view.set_look((0, 0, 0), (255, 0, 255))
    view.highlight(floor)
    settle(view)
    assert near_color(view.grab_image(), (255, 0, 255)) > 100
    view.highlight(None)
    settle(view)
    assert near_color(view.grab_image(), (255, 0, 255)) == 0


def test_a_hidden_region_shows_through_what_hides_it(view: SceneView) -> None:
    _, cube = room()
    view.set_pose(pose_at(np.array([2.0, 1.5, 0.2]), np.radians(-90), np.radians(10), 5.0))
    view.hover_highlight(cube, color=(255, 0, 255))
    settle(view)
    assert near_color(view.grab_image(), (255, 0, 255)) == 0
    view.set_look((0, 0, 0), (255, 0, 255))
    view.highlight(cube)
    settle(view)
    seen = view.project(view._scene.cloud.xyz[cube])[:, :2]
    area = float(np.ptp(seen, axis=0).prod())
    assert 0.08 * area < near_color(view.grab_image(), (255, 0, 255)) < 0.5 * area
    assert view.pick(*seen.mean(axis=0)) not in cube


def test_a_highlighted_region_keeps_the_colours_of_its_points(view: SceneView) -> None:
    floor = np.arange(0, 2000)
    view.highlight(floor)
    view.recolor(floor, np.full((2000, 4), (250, 30, 30, 255), np.uint8))
    settle(view)
    picture = pixels(view.grab_image())
    assert ((picture[..., 0] > 100) & (picture[..., 1] < 60)).sum() > 1000


def test_hover_and_current_highlight_are_independent(view: SceneView) -> None:
    view.set_look((0, 0, 0), (255, 0, 255))
    view.highlight(np.arange(0, 300))
    view.hover_highlight(np.arange(5000, 5300), color=(0, 255, 0))
    settle(view)
    view.hover_highlight(None)
    settle(view)
    image = view.grab_image()
    assert near_color(image, (255, 0, 255)) > 50
    assert near_color(image, (0, 255, 0)) == 0


def test_flying_to_a_hidden_region_ends_where_it_is_seen_in_the_middle(view: SceneView) -> None:
    xyz, cube = room()
    view.set_pose(pose_at(np.array([2.0, 1.5, 0.2]), np.radians(-90), np.radians(10), 5.0))
    assert np.isin([view.pick(x, y) for x, y, _ in view.project(xyz[cube])], cube).mean() < 0.1
    view.fly_to(xyz[cube])
    seen = view.project(xyz[cube])
    assert (np.abs(seen[:, :2] - (320, 240)) < (160, 120)).all()
    assert np.isin([view.pick(x, y) for x, y, _ in seen], cube).mean() > 0.6
    assert view.pose.position[2] > 0


def test_flying_keeps_the_direction_from_which_a_region_is_seen_anyway(view: SceneView) -> None:
    before = view.pose.angles
    view.fly_to(np.array([[2.4, 1.9, 0], [2.5, 1.9, 0], [2.4, 2.0, 0]], np.float32))
    assert view.pose.angles == pytest.approx(before)


def test_a_flight_takes_time_and_a_click_ends_it(view: SceneView, qtbot: QtBot) -> None:
    view.set_animated(True)
    start = view.pose
    view.view_from("top")
    qtbot.waitUntil(lambda: view.pose is not start)
    assert view.pose.angles[1] < np.radians(89)
    QTest.mousePress(view._canvas, RIGHT, pos=QPoint(300, 200))
    QTest.mouseRelease(view._canvas, RIGHT, pos=QPoint(300, 200))
    assert not view._flight.is_under_way
    view.view_from("top")
    qtbot.waitUntil(lambda: not view._flight.is_under_way)
    assert view.pose.angles[1] == pytest.approx(np.radians(89))


def test_look_at_all_shows_every_point(view: SceneView) -> None:
    view.fly_to(view._scene.cloud.xyz[:10])
    view.look_at_all()
    seen = view.project(view._scene.cloud.xyz)
    assert (seen[:, 2] > 0).all()
    assert ((seen[:, :2] >= 0) & (seen[:, :2] <= (640, 480))).all()


def test_the_legend_has_text_with_contrast(view: SceneView) -> None:
    view.overlays.show_legend(Legend("Doubt", (((0, 255, 0), "corrected"),), DOUBT_RAMP, ((0.0, "0%"), (1.0, "50%"))))
    assert view.overlays.legend.texts() == ["Doubt", "0%", "50%", "corrected"]
    assert view.overlays.legend.isVisible()
    settle(view)
    box = view.overlays.legend.geometry()
    assert view.rect().contains(box)
    patch = pixels(view.grab_image().copy(box))
    assert (patch.min(axis=2) > 180).sum() > 30
    assert (np.abs(patch - (0, 255, 0)).max(axis=2) < 20).sum() > 10
    view.overlays.show_legend(None)
    assert not view.overlays.legend.isVisible()


def test_over_a_low_view_the_legend_is_its_ramp(view: SceneView) -> None:
    lines = tuple(((0, 255, 0), f"line {number}") for number in range(4))
    view.overlays.show_legend(Legend("Doubt", lines, DOUBT_RAMP, ((0.0, "0%"), (1.0, "50%"))))
    full = view.overlays.legend.height()
    view.resize(640, 300)
    settle(view)
    assert view.overlays.legend.height() < 0.7 * full
    assert "line 3" in view.overlays.legend.texts(), "who cannot see it is told all"
    view.resize(640, 480 + full)
    settle(view)
    assert view.overlays.legend.height() == full


def test_an_empty_view_says_what_to_do(view: SceneView) -> None:
    view.clear()
    view.overlays.show_message("Drop a scan here")
    settle(view)
    assert view.overlays.message.isVisible()
    assert view.pick(320, 240) == -1
    assert abs(view.overlays.message.geometry().center().x() - 320) <= 2
    view.overlays.show_message(None)
    assert not view.overlays.message.isVisible()


def test_the_background_fills_what_no_point_covers(view: SceneView) -> None:
    view.set_look((10, 80, 40), (255, 255, 255))
    settle(view)
    assert view.grab_image().pixelColor(2, 2) == QColor(10, 80, 40)


def test_larger_points_cover_more(view: SceneView) -> None:
    def covered() -> int:
        settle(view)
        return 640 * 480 - near_color(view.grab_image(), drawing_view.BACKGROUND, 3)

    view.set_point_size(1)
    few = covered()
    view.set_point_size(8)
    assert view.point_size == 8
    assert covered() > few * 1.1


def test_a_large_cloud_is_thinned_while_the_camera_moves(view: SceneView, qtbot: QtBot) -> None:
    xyz = np.random.default_rng(0).random((150_000, 3), dtype=np.float32)
    view.show_cloud(xyz, grey(len(xyz)))
    view._scene.detail.note = lambda _points, _seconds: None  # whatever else this machine does
    view._scene.detail.rate = 600_000
    start = view._refining.start
    view._refining.start = view._refining.stop  # it stays coarse, however long this machine takes
    turn_wheel(view, QPoint(320, 240), 120)
    assert view._scene.is_coarse
    view.set_colors(np.full((len(xyz), 4), (10, 250, 10, 255), np.uint8))
    QApplication.processEvents()
    picture = pixels(view.grab_image())
    assert ((picture[..., 1] > 80) & (picture[..., 0] < 40)).sum() > 1000
    view._refining.start = start
    start()
    qtbot.waitUntil(lambda: not view._scene.is_coarse, timeout=20_000)
    turn_wheel(view, QPoint(320, 240), 120)
    assert view.pick(320, 240) >= 0
    assert not view._scene.is_coarse


def test_another_scan_replaces_the_first_and_closing_waits_for_the_threads(view: SceneView) -> None:
    xyz, _ = room()
    for _ in range(3):
        view.show_cloud(xyz, grey(len(xyz)))
    view.close()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("gapro-")]


def test_the_shading_arrives_by_itself_and_is_painted(view: SceneView, qtbot: QtBot) -> None:
    xyz, _ = room()
    view.show_cloud(xyz, grey(len(xyz)))
    QApplication.processEvents()
    view._canvas.repaint()
    frames, unshaded = view._canvas.frames, pixels(view.grab_image())
    qtbot.waitUntil(lambda: bool(view._scene.cloud.normal.any()), timeout=10_000)
    qtbot.waitUntil(lambda: view._canvas.frames > frames)
    shaded = pixels(view.grab_image())
    lit = (unshaded.max(axis=2) > 100) & (shaded.max(axis=2) > 0)
    # Against the colour itself: on a fast machine the first picture may be shaded already.
    assert (shaded[lit].max(axis=1) < grey(1)[0, :3].max()).mean() > 0.5


def test_only_the_last_of_quickly_switched_scans_is_shaded_and_held(view: SceneView, qtbot: QtBot) -> None:
    xyz, _ = room()
    for count in (len(xyz) - 1, len(xyz) // 2, len(xyz), len(xyz) - 7):
        view.show_cloud(xyz[:count], grey(count))
    qtbot.waitUntil(lambda: bool(view._scene.cloud.normal.any()), timeout=10_000)
    assert np.linalg.norm(view._scene.cloud.normal, axis=1) == pytest.approx(1, abs=1e-3)
    view._indexing.join()
    view.clear()
    assert not view._indexing._retired, "an index that has ended would hold its scan in memory"


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="None is immortal from 3.12 on")
def test_painting_does_not_eat_references_of_none(view: SceneView) -> None:
    view.show_cloud(np.zeros((1, 3), np.float32), grey(1))
    view.resize(60, 40)
    settle(view)
    before = sys.getrefcount(None)
    for _ in range(500):
        view._canvas.repaint()
    assert sys.getrefcount(None) > before - 100


def test_the_parallel_view_picks_and_shows_what_is_drawn_and_comes_back(view: SceneView) -> None:
    xyz, _ = room()
    view.show_cloud(xyz, grey(len(xyz)))
    settle(view)
    before = view.pose
    view.set_parallel(True)
    settle(view)
    assert view.is_parallel
    picture = view.pictures.now()
    assert picture is not None
    hits = right = 0
    for x in range(60, view.width() - 60, 25):
        for y in range(60, view.height() - 60, 25):
            row = view.pick(x, y)
            hits += row >= 0
            near = view.project(xyz[row : row + 1])[0] if row >= 0 else (1e9, 1e9, 0)
            right += abs(near[0] - x) <= 12 and abs(near[1] - y) <= 12 and (picture.row_at(x, y) >= 0)
    assert hits > 50
    assert right == hits
    view.look_at_all()
    settle(view)
    assert view.is_parallel
    seen = view.project(xyz)
    assert (seen[:, 0] >= 0).all()
    assert (seen[:, 0] <= view.width()).all()
    assert (seen[:, 1] >= 0).all()
    assert (seen[:, 1] <= view.height()).all()
    view.set_pose(before.with_lens(view.pose.angle))
    view.set_parallel(False)
    assert view.pose.position == pytest.approx(before.position)


def test_points_that_were_arranged_ahead_are_drawn_as_those_that_were_not(view: SceneView) -> None:
    xyz = view._scene.cloud.xyz.copy()
    rgba = grey(len(xyz))
    rgba[:, 0] = np.arange(len(xyz)) % 256
    view.show_cloud(xyz, rgba)
    settle(view)
    plain = view.grab_image()
    view.arrange_ahead(xyz)
    ahead = view._ahead
    view.show_cloud(xyz, rgba)
    settle(view)
    assert view._scene.cloud._order is ahead.order
    assert view.grab_image() == plain
    view.arrange_ahead(xyz)
    other = xyz[::2].copy()
    view.show_cloud(other, rgba[::2].copy())
    assert len(view._scene.cloud) == len(other), "what was arranged ahead were other points"
    assert view._scene.cloud._order is not ahead.order
