"""Section, clipping box and hidden structure: what is cut away is neither seen, picked nor labelled by any tool."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from test_instance_tools import CONTROL, SHIFT, choose, session_of
from windows import OpenWindow, press, visible_instance

from gapro_annotator.boxes import Boxes
from gapro_annotator.classes import Classes
from gapro_annotator.project import Project
from gapro_annotator.ui.cutaway.bar import CutawayBar
from gapro_annotator.ui.cutaway.cutaway import Cutaway, structure_of
from gapro_annotator.ui.main_window import MainWindow

LEFT = Qt.MouseButton.LeftButton
HIDDEN = 0


@pytest.fixture
def window(open_window: OpenWindow, project: Project) -> MainWindow:
    return open_window(project.folder)


def bar_of(window: MainWindow) -> CutawayBar:
    bar = window.findChild(CutawayBar)
    assert isinstance(bar, CutawayBar)
    return bar


def alpha(window: MainWindow, qtbot: QtBot) -> np.ndarray:
    """(N,) uint8, 0 where a point is hidden, once the view has been recoloured."""
    qtbot.waitUntil(lambda: not window.bench.presenter._recolor_soon.isActive())
    cloud = window.view._scene.cloud
    assert cloud is not None
    return cloud.rgba[:, 3]


def lasso_everything(window: MainWindow) -> np.ndarray:
    """Select all that a lasso round the whole view takes."""
    press(window, Qt.Key.Key_E)
    right, bottom = window.view.width() - 3, window.view.height() - 3
    QTest.mousePress(window.view, LEFT, pos=QPoint(2, 2))
    for place in (QPoint(right, 2), QPoint(right, bottom), QPoint(2, bottom), QPoint(2, 3)):
        QTest.mouseMove(window.view, place)
    QTest.mouseRelease(window.view, LEFT, pos=QPoint(2, 3))
    region = window.bench.review.region
    assert region is not None
    return region.points


def test_a_section_hides_what_is_above_and_no_tool_takes_it(window: MainWindow, qtbot: QtBot) -> None:
    session, z = session_of(window), session_of(window).scan.xyz[:, 2]
    press(window, Qt.Key.Key_V)
    bar = bar_of(window)
    assert bar.isVisible()
    bar.high.setFocus()
    bar.high.selectAll()
    qtbot.keyClicks(bar.high, "0.5")
    qtbot.keyClick(bar.high, Qt.Key.Key_Return)
    window.view.setFocus()
    top = float(np.quantile(z, 0.005)) + 0.5
    assert ((alpha(window, qtbot) == HIDDEN) == (z > top)).mean() > 0.999
    press(window, Qt.Key.Key_D)  # through: also what is behind, but not what is cut away
    taken = lasso_everything(window)
    assert z[taken].max() <= top + 1e-3
    assert len(taken) > 0.9 * (z <= top).sum()
    window.instances.choose(int(session.boxes.id[0]))
    press(window, Qt.Key.Key_G)
    given = session.edits[-1].edit.points
    assert z[given].max() <= top + 1e-3
    press(window, Qt.Key.Key_V)
    assert (alpha(window, qtbot) > HIDDEN).all()
    assert not bar.isVisible()
    press(window, Qt.Key.Key_V)
    assert bar.high.value() == pytest.approx(0.5), "V goes back to where it was cut last"
    press(window, Qt.Key.Key_Down, CONTROL)
    assert bar.high.value() == pytest.approx(0.4)


def test_a_click_goes_through_what_is_cut_away(window: MainWindow, qtbot: QtBot) -> None:
    session = session_of(window)
    press(window, Qt.Key.Key_1, CONTROL)
    press(window, Qt.Key.Key_V)
    bar_of(window).high.setValue(0.3)
    alpha(window, qtbot)
    z, floor = session.scan.xyz[:, 2], float(np.quantile(session.scan.xyz[:, 2], 0.005))
    hits = [window.view.pick(x, y) for x in range(20, window.view.width(), 60) for y in range(90, 500, 60)]
    hit = np.array([row for row in hits if row >= 0])
    assert len(hit) > 5
    assert z[hit].max() <= floor + 0.3 + 1e-3


def test_clipping_shows_what_is_around_the_chosen_instance(window: MainWindow, qtbot: QtBot) -> None:
    session, instance = session_of(window), visible_instance(window)
    choose(window, instance)
    window.bench.review.clear_region()
    press(window, Qt.Key.Key_V, SHIFT)
    mine = session.scan.xyz[session.instance == instance]
    inside = ((session.scan.xyz >= mine.min(axis=0) - 0.3) & (session.scan.xyz <= mine.max(axis=0) + 0.3)).all(axis=1)
    assert ((alpha(window, qtbot) > HIDDEN) == inside).mean() > 0.999
    bar_of(window).margin.setValue(0.0)
    assert 0 < (alpha(window, qtbot) > HIDDEN).sum() < inside.sum()
    assert set(lasso_everything(window)) <= set(np.flatnonzero(alpha(window, qtbot) > HIDDEN))
    press(window, Qt.Key.Key_Escape)
    press(window, Qt.Key.Key_V, SHIFT)
    assert (alpha(window, qtbot) > HIDDEN).all()


def test_structure_is_what_no_box_holds_and_comes_with_a_new_box(window: MainWindow, qtbot: QtBot) -> None:
    session = session_of(window)
    press(window, Qt.Key.Key_H, CONTROL)
    held = session.boxes.count_per_point(session.scan.xyz) > 0
    np.testing.assert_array_equal(alpha(window, qtbot) > HIDDEN, held)
    press(window, Qt.Key.Key_Delete)  # nothing is chosen: nothing happens
    instance = visible_instance(window)
    choose(window, instance)
    press(window, Qt.Key.Key_Delete)
    held = session.boxes.count_per_point(session.scan.xyz) > 0
    np.testing.assert_array_equal(alpha(window, qtbot) > HIDDEN, held)


def test_hidden_instances_are_not_taken_by_a_lasso_through_everything(window: MainWindow) -> None:
    session, instance = session_of(window), visible_instance(window)
    choose(window, instance)
    press(window, Qt.Key.Key_H)
    press(window, Qt.Key.Key_D)
    taken = lasso_everything(window)
    assert not (session.instance[taken] == instance).any()
    press(window, Qt.Key.Key_Escape)
    press(window, Qt.Key.Key_H)
    assert (session.instance[lasso_everything(window)] == instance).any()


def test_a_stroke_through_everything_leaves_what_is_cut_away(window: MainWindow, qtbot: QtBot) -> None:
    session = session_of(window)
    taker = visible_instance(window)
    press(window, Qt.Key.Key_1, CONTROL)
    press(window, Qt.Key.Key_V)
    bar_of(window).high.setValue(0.3)
    alpha(window, qtbot)
    window.instances.choose(taker)
    window.view.setFocus()
    press(window, Qt.Key.Key_D)
    press(window, Qt.Key.Key_W)
    for _ in range(12):
        press(window, Qt.Key.Key_BracketRight)
    middle = window.view.rect().center()
    QTest.mousePress(window.view, LEFT, pos=middle)
    QTest.mouseMove(window.view, middle + QPoint(40, 0))
    QTest.mouseRelease(window.view, LEFT, pos=middle + QPoint(40, 0))
    painted = session.edits[-1].edit.points
    assert (alpha(window, qtbot)[painted] > HIDDEN).all()


def test_the_next_scan_is_cut_at_the_same_height_above_its_floor(window: MainWindow, qtbot: QtBot) -> None:
    press(window, Qt.Key.Key_V)
    bar_of(window).high.setValue(0.6)
    press(window, Qt.Key.Key_F5)
    assert bar_of(window).high.value() == pytest.approx(0.6)
    assert (alpha(window, qtbot) == HIDDEN).any()
    QTest.mouseClick(bar_of(window).close_button, LEFT)
    assert (alpha(window, qtbot) > HIDDEN).all()


def test_boxes_of_walls_hold_no_object() -> None:
    xyz = np.array([[0.5, 0.5, 0.5], [2.5, 0.5, 0.5], [9, 9, 9]], np.float32)
    boxes = Boxes(
        np.array([1, 2], np.int32), np.array([0, 1], np.int32),
        np.array([[0, 0, 0], [-1, -1, -1]], np.float32), np.array([[1, 1, 1], [5, 5, 5]], np.float32),
    )  # fmt: skip
    assert structure_of(xyz, boxes, Classes.of(["chair", "Wall"])).tolist() == [False, True, True]
    assert structure_of(xyz, boxes, Classes.of(["chair", "table"])).tolist() == [False, False, True]
    cut = Cutaway(section=(0.0, 1.0))
    assert cut.hides(xyz, None).tolist() == [False, False, True]
    assert Cutaway().hides(xyz, None) is None
