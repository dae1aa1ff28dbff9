"""The keys of the view: sides, lens, the selection and everything, boxes, the size of points."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot
from test_instance_tools import CONTROL, choose, session_of
from windows import OpenWindow, press, visible_instance

from gapro_annotator.project import Project
from gapro_annotator.ui.main_window import MainWindow


@pytest.fixture
def window(open_window: OpenWindow, project: Project) -> MainWindow:
    return open_window(project.folder)


def in_picture(window: MainWindow, points: np.ndarray) -> float:
    """Which share of these rows lies within the picture."""
    x, y, depth = window.view.project(session_of(window).scan.xyz[points]).T
    inside = (depth > 0) & (x >= 0) & (y >= 0) & (x < window.view.width()) & (y < window.view.height())
    return float(inside.mean())


@pytest.mark.parametrize(
    ("key", "angles"), [(Qt.Key.Key_1, (-90, 89)), (Qt.Key.Key_2, (-90, 0)), (Qt.Key.Key_3, (0, 0))]
)
def test_the_sides_show_all_of_the_scan(window: MainWindow, key: Qt.Key, angles: tuple[int, int]) -> None:
    press(window, key, CONTROL)
    assert np.degrees(window.view.pose.angles) == pytest.approx(angles, abs=1e-6)
    assert in_picture(window, np.arange(len(session_of(window).scan))) == 1


def test_o_takes_the_perspective_away_and_brings_it_back(window: MainWindow) -> None:
    press(window, Qt.Key.Key_1, CONTROL)
    session = session_of(window)
    low, high = session.scan.xyz.min(axis=0), session.scan.xyz.max(axis=0)
    ends = np.array([[low[0], low[1], height] for height in (low[2], high[2])], np.float32)

    def parallax() -> float:
        places = window.view.project(ends)[:, :2]
        return float(np.hypot(*(places[1] - places[0])))

    with_perspective = parallax()
    press(window, Qt.Key.Key_O)
    assert window.view.is_parallel
    assert parallax() < 0.1 * with_perspective, "what stands upright is a point from above"
    press(window, Qt.Key.Key_O)
    assert parallax() == pytest.approx(with_perspective, rel=1e-3)


def test_f_looks_at_the_chosen_instance_or_the_region_and_home_at_everything(window: MainWindow) -> None:
    session, instance = session_of(window), visible_instance(window)
    every = np.arange(len(session.scan))
    choose(window, instance)
    press(window, Qt.Key.Key_F)
    points = np.flatnonzero(session.instance == instance)
    assert in_picture(window, points) > 0.9
    assert in_picture(window, every) < 0.9
    press(window, Qt.Key.Key_N)
    press(window, Qt.Key.Key_1, CONTROL)
    press(window, Qt.Key.Key_F)
    assert in_picture(window, window.bench.review.region.points) > 0.9
    press(window, Qt.Key.Key_Home)
    assert in_picture(window, every) == 1


def test_b_hides_the_boxes_and_plus_and_minus_size_the_points(window: MainWindow, qtbot: QtBot) -> None:
    thin = window.view._scene.boxes.actors[0]
    assert thin.GetVisibility()
    press(window, Qt.Key.Key_B)
    assert not thin.GetVisibility()
    press(window, Qt.Key.Key_B)
    assert thin.GetVisibility()
    before = window.view.point_size
    press(window, Qt.Key.Key_Plus)
    assert window.view.point_size > before
    press(window, Qt.Key.Key_Minus)
    press(window, Qt.Key.Key_Minus)
    assert window.view.point_size < before
    qtbot.waitUntil(lambda: not window.view._scene.is_coarse)


def test_the_usual_layout_brings_closed_panels_back(window: MainWindow, qtbot: QtBot) -> None:
    for dock in window.docks[:3]:
        dock.close()
    assert not window.docks[0].isVisible()
    window.actions_by_id["usual_layout"].trigger()
    qtbot.waitUntil(lambda: all(dock.isVisible() for dock in window.docks[:3]))
