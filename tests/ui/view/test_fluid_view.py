"""Large clouds: detail that follows the machine, edits that cost what they change, memory that stays in bounds."""

import tracemalloc
from collections.abc import Iterator

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from gapro_annotator.arrays import Float32, UInt8
from gapro_annotator.ui.view import picking
from gapro_annotator.ui.view.detail import TARGET, LevelOfDetail
from gapro_annotator.ui.view.point_cloud import PointCloud, part_ends
from gapro_annotator.ui.view.scene_view import SceneView

GREY = (120, 120, 120, 255)
RED = (250, 10, 10, 255)


def wall(count: int) -> Float32:
    """Points of a wall that faces the camera."""
    xyz = np.random.default_rng(0).random((count, 3), dtype=np.float32) * np.float32(4)
    xyz[:, 1] = 0
    return xyz


def colors(count: int, color: tuple[int, int, int, int]) -> UInt8:
    return np.full((count, 4), color, np.uint8)


@pytest.fixture
def view(qtbot: QtBot) -> Iterator[SceneView]:
    view = SceneView()
    view.resize(640, 480)
    view.set_animated(False)
    with qtbot.waitExposed(view):
        view.show()
    yield view
    view.close()


def settle(view: SceneView, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not view._scene.is_coarse, timeout=10_000)
    view._indexing.join()
    qtbot.wait(1)
    qtbot.waitUntil(lambda: not view._scene.is_coarse and view._canvas._is_current, timeout=10_000)


def machine(view: SceneView, rate: float) -> None:
    """Have a machine draw so many points a second, whatever this one does."""
    view._scene.detail.rate = rate
    view._scene.detail.note = lambda _points, _seconds: None  # pyright: ignore[reportAttributeAccessIssue]


def share_of_red(view: SceneView) -> float:
    image = view._canvas.grabFramebuffer()
    buffer = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.width(), 4)
    return float(((buffer[..., 2] > 100) & (buffer[..., 1] < 40)).mean())


@pytest.mark.parametrize(("overhead", "rate"), [(0.0, 200_000.0), (0.05, 1_500_000.0), (0.001, 40_000_000.0)])
def test_the_detail_finds_what_a_machine_draws_in_time(overhead: float, rate: float) -> None:
    """A clock of our own: frames take what this machine would take."""
    detail, ends = LevelOfDetail(), part_ends(10_000_000)
    level = detail.level(ends, -1)
    for _ in range(40):
        detail.note(ends[level], overhead + ends[level] / rate)
        level = detail.level(ends, level)
    seconds = overhead + ends[level] / rate
    assert seconds <= 1.3 * TARGET or level == 0
    assert seconds >= 0.6 * TARGET or level == len(ends) - 1


def test_the_detail_does_not_flicker_between_two_levels() -> None:
    detail, ends = LevelOfDetail(), part_ends(1_000_000)
    level = detail.level(ends, -1)
    chosen = []
    for frame in range(60):
        detail.note(ends[level], ends[level] / 1_000_000 * (1.1 if frame % 2 else 0.9))
        level = detail.level(ends, level)
        chosen.append(level)
    assert len(set(chosen[20:])) == 1


def test_parts_are_all_points_once() -> None:
    for count in (0, 5, 60_000, 60_001, 300_000):
        cloud = PointCloud(wall(count), colors(count, GREY))
        assert cloud.ends[-1] == count
        assert cloud.ends == sorted(set(cloud.ends))
        rows = np.concatenate(cloud._rows_of_parts())
        np.testing.assert_array_equal(np.sort(rows), np.arange(count))


def test_an_edit_writes_only_its_rows() -> None:
    cloud = PointCloud(wall(200_000), colors(200_000, GREY))
    rows = np.array([3, 70_000, 199_999])
    assert not cloud.recolor(rows, colors(3, RED))
    assert cloud.rows_written == 3
    drawn = np.concatenate([part.rgba for part in cloud._parts])
    order = np.concatenate(cloud._rows_of_parts())
    np.testing.assert_array_equal(np.sort(order[drawn[:, 0] == RED[0]]), rows)
    assert cloud.recolor(rows[:1], colors(1, (0, 0, 0, 0)))  # hidden: it has to leave the picture


def test_an_edit_is_drawn_over_the_picture_that_is_there(view: SceneView, qtbot: QtBot) -> None:
    xyz = wall(150_000)
    machine(view, 1e7)
    view.show_cloud(xyz, colors(len(xyz), GREY))
    view.view_from("front")
    settle(view, qtbot)
    qtbot.waitUntil(lambda: view._canvas._kept.is_usable)
    drawn: list[int] = []
    view._canvas.cloud_asked = lambda: drawn.append(1)
    left = np.flatnonzero(xyz[:, 0] < 1)
    assert share_of_red(view) == 0
    view.recolor(left, colors(len(left), RED))
    view.highlight(left[:50])
    qtbot.waitUntil(lambda: view._canvas._is_current)
    assert share_of_red(view) > 0.05
    assert not drawn  # neither the edit nor the outline has drawn the other points again
    view.recolor(left, colors(len(left), (0, 0, 0, 0)))
    qtbot.waitUntil(lambda: view._canvas._is_current)
    assert drawn  # what is hidden can only be left out
    assert share_of_red(view) == 0


def test_an_outline_that_is_taken_away_leaves_nothing_behind(view: SceneView, qtbot: QtBot) -> None:
    xyz = wall(5_000)
    view.show_cloud(xyz, colors(len(xyz), GREY))
    settle(view, qtbot)
    qtbot.waitUntil(lambda: view._canvas._kept.is_usable)
    view.set_look((0, 0, 0), (255, 0, 0))
    view.highlight(np.arange(500))
    qtbot.waitUntil(lambda: view._canvas._is_current)
    assert share_of_red(view) > 0
    view.highlight(None)
    qtbot.waitUntil(lambda: view._canvas._is_current)
    assert share_of_red(view) == 0


def test_a_slow_machine_shows_part_and_then_all(view: SceneView, qtbot: QtBot) -> None:
    xyz = wall(150_000)
    machine(view, 250_000)
    view.show_cloud(xyz, colors(len(xyz), GREY))
    assert view._scene.is_coarse
    assert view._scene.cloud is not None
    assert view._scene.cloud.ends[view._scene._parts - 1] <= 30_000
    settle(view, qtbot)
    assert view._scene.cloud.drawn == len(view._scene.cloud.ends)  # an edit is drawn as large as the points round it
    assert view.pick(320, 240) >= 0
    view.set_colors(colors(len(xyz), RED))  # at once in part, in the new colour
    assert view._scene.is_coarse
    qtbot.waitUntil(lambda: view._canvas._is_current)
    assert share_of_red(view) > 0.1
    settle(view, qtbot)
    assert share_of_red(view) > 0.1


def test_a_lasso_takes_points_that_are_not_drawn(view: SceneView, qtbot: QtBot) -> None:
    xyz = wall(150_000)
    machine(view, 250_000)
    view.show_cloud(xyz, colors(len(xyz), GREY))
    view.view_from("front")
    view._refining.start = view._refining.stop  # it stays coarse, however long this machine takes
    view._refining.stop()
    qtbot.waitUntil(lambda: view._canvas._is_current)
    assert view._scene.is_coarse
    picture = view.pictures.now()
    assert picture is not None
    everything = np.full(picture.front.shape, 255, np.uint8)
    assert len(picture.rows_in(everything, through=True)) == len(xyz)


def test_memory_for_a_point_stays_in_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picking, "point_normals", lambda *_: None)
    count = 300_000
    xyz, rgba = wall(count), colors(count, GREY)
    tracemalloc.start()
    try:
        cloud = PointCloud(xyz, rgba)
        cloud.set_normals(np.zeros((count, 3), np.float32))
        held, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert held / count < 80  # coordinates and normals twice, colours twice, the order
    assert most / count < 110
