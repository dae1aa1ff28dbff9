"""The queue is filtered, put aside, accepted at once and seen as a histogram; all with real clicks and keys."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox
from pytestqt.qtbot import QtBot
from test_instance_tools import CONTROL, SHIFT, errors, session_of
from windows import OpenWindow, press, wait_for_labels

from gapro_annotator.labels import UNCORRECTED
from gapro_annotator.project import Project
from gapro_annotator.ui.colors import BELOW_THRESHOLD_COLOR
from gapro_annotator.ui.main_window import MainWindow
from gapro_annotator.ui.queue.part import QueuePart
from gapro_annotator.ui.queue.tools import QueueTools
from gapro_annotator.ui.queue.wanted import key_of
from gapro_annotator.ui.review_queue import decided

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def window(open_window: OpenWindow, project: Project) -> MainWindow:
    window = open_window(project.folder)
    QTest.mouseClick(tools_of(window).fold, LEFT)
    assert tools_of(window).body.isVisible()
    window.view.setFocus()
    return window


def tools_of(window: MainWindow) -> QueueTools:
    found = window.findChild(QueueTools)
    assert isinstance(found, QueueTools)
    return found


def part_of(window: MainWindow) -> QueuePart:
    return next(part for part in window.parts if isinstance(part, QueuePart))


def rest(window: MainWindow, qtbot: QtBot) -> None:
    wait_for_labels(window, qtbot)
    qtbot.waitUntil(lambda: not part_of(window)._soon.isActive())


def pick(combo: QComboBox, text: str) -> None:
    """Choose with the arrow keys."""
    combo.setFocus()
    for _ in range(combo.count()):
        if combo.currentText() != text:
            QTest.keyClick(combo, Qt.Key.Key_Down)
    assert combo.currentText() == text


def test_next_stops_only_at_what_the_filters_let_through(window: MainWindow, qtbot: QtBot) -> None:
    session, review, tools = session_of(window), window.bench.review, tools_of(window)
    reasons = [region.reason for region in review.queue]
    rare = min(set(reasons), key=reasons.count)
    pick(tools.reasons, tools.reasons.itemText(tools.reasons.findData(rare)))
    window.view.setFocus()
    rest(window, qtbot)
    assert tools.shown.text() == f"{reasons.count(rare)} of {len(reasons)}"
    assert window.review.model.rowCount() == reasons.count(rare)
    press(window, Qt.Key.Key_N)
    assert review.region is not None
    assert review.region.reason == rare
    QTest.mouseClick(tools.clear, LEFT)
    rest(window, qtbot)
    assert window.review.model.rowCount() == len(review.queue)
    first = review.queue.regions[0]
    owner = max(first.instance, first.rival)
    number = int(session.boxes.class_of(np.array([owner], np.int32))[0])
    pick(tools.classes, session.classes.name_of(number))
    window.view.setFocus()
    for _ in range(3):
        press(window, Qt.Key.Key_N)
        classes = session.boxes.class_of(np.array([review.region.instance, review.region.rival], np.int32))
        assert number in classes


def test_only_the_chosen_instance_follows_the_choice(window: MainWindow, qtbot: QtBot) -> None:
    review, tools = window.bench.review, tools_of(window)
    ids = [max(region.instance, region.rival) for region in review.queue]
    for instance in list(dict.fromkeys(ids))[:2]:
        window.instances.choose(instance)
        rest(window, qtbot)
        if not tools.only_chosen.isChecked():
            QTest.mouseClick(tools.only_chosen, LEFT, pos=QPoint(8, tools.only_chosen.height() // 2))
            rest(window, qtbot)
        assert all(instance in (region.instance, region.rival) for region in review.queue if review.admits(region))
        assert any(map(review.admits, review.queue))


def test_what_is_put_aside_is_passed_until_it_is_taken_back(window: MainWindow, qtbot: QtBot) -> None:
    review, tools = window.bench.review, tools_of(window)
    press(window, Qt.Key.Key_N)
    first = review.region
    assert first is not None
    press(window, Qt.Key.Key_J)
    assert review.region is not first
    rest(window, qtbot)
    assert tools.aside.text() == "1 aside"
    press(window, Qt.Key.Key_X)  # a decision ranks the queue anew
    rest(window, qtbot)
    press(window, Qt.Key.Key_Home)
    review.queue.place = -1
    press(window, Qt.Key.Key_N)
    assert key_of(review.region) != key_of(first)
    press(window, Qt.Key.Key_J, SHIFT)
    assert key_of(review.region) == key_of(first)
    rest(window, qtbot)
    assert not tools.aside.isVisible()


def test_all_that_is_sure_enough_is_accepted_as_one_step(window: MainWindow, qtbot: QtBot) -> None:
    session, review, tools = session_of(window), window.bench.review, tools_of(window)
    before, left = session.instance.copy(), review.left
    locked = next(r.instance for r in review.queue if r.instance >= 0 and r.probability >= 0.9)
    session.set_locked([locked])
    tools.sure.setFocus()
    tools.sure.selectAll()
    QTest.keyClicks(tools.sure, "90")
    rest(window, qtbot)
    sure = [region for region in review.queue if region.probability >= 0.9]
    rows = np.concatenate([region.points for region in sure])
    assert f"{len(sure):,} regions, {len(rows):,} points" in tools.found.text()
    QTest.mouseClick(tools.accept, LEFT)
    np.testing.assert_array_equal(session.correction[rows], before[rows])
    assert (session.correction != UNCORRECTED).sum() == len(rows)
    assert len(session.edits) == 1
    rest(window, qtbot)
    assert review.left < left
    assert not any(decided(r, session.correction) is False and r.probability >= 0.9 for r in sure)
    assert errors(session) == []
    press(window, Qt.Key.Key_Z, CONTROL)
    assert (session.correction == UNCORRECTED).all()
    np.testing.assert_array_equal(session.instance, before)


def test_dragging_over_the_histogram_greys_what_lies_outside(window: MainWindow, qtbot: QtBot) -> None:
    session, bars = session_of(window), tools_of(window).histogram
    assert session.pseudo is not None
    contested = (session.pseudo.rival != -2).sum()
    assert bars.counts.sum() <= contested
    assert bars.counts.sum() > 0
    width, middle = bars.width(), bars.height() // 2
    QTest.mousePress(bars, LEFT, pos=QPoint(width // 5, middle))
    QTest.mouseMove(bars, QPoint(width // 2, middle))
    QTest.mouseRelease(bars, LEFT, pos=QPoint(3 * width // 5, middle))
    assert (bars.low, bars.high) == (pytest.approx(0.1, abs=0.02), pytest.approx(0.3, abs=0.02))
    qtbot.waitUntil(lambda: not window.bench.presenter._recolor_soon.isActive())
    rgba = window.view._scene.cloud.rgba
    grey = (rgba[:, :3] == BELOW_THRESHOLD_COLOR).all(axis=1)
    doubt = 1 - session.pseudo.probability
    clear = np.abs(doubt - bars.low) > 0.01
    np.testing.assert_array_equal(grey[clear], ((doubt < bars.low) | (doubt > bars.high))[clear])
    assert grey.any()
    assert not grey.all()
    bars.setFocus()
    press(window, Qt.Key.Key_Right)
    assert bars.low == pytest.approx(0.11, abs=0.021)
    QTest.mouseDClick(bars, LEFT, pos=QPoint(width // 2, middle))
    qtbot.waitUntil(lambda: not window.bench.presenter._recolor_soon.isActive())
    assert not (window.view._scene.cloud.rgba[:, :3] == BELOW_THRESHOLD_COLOR).all(axis=1).any()


def test_the_line_of_good_enough_is_kept_in_the_project(window: MainWindow, project: Project, qtbot: QtBot) -> None:
    tools = tools_of(window)
    tools.good_enough.setFocus()
    tools.good_enough.selectAll()
    QTest.keyClicks(tools.good_enough, "40")
    QTest.keyClick(tools.good_enough, Qt.Key.Key_Return)
    assert Project.open(project.folder).review.good_enough == pytest.approx(0.4)
    qtbot.waitUntil(lambda: "Good enough by now" in window.review.ahead.text(), timeout=20_000)


def test_rows_have_pictures_and_effort_is_counted(window: MainWindow, qtbot: QtBot) -> None:
    model = window.review.model
    index = model.index(0, 0)
    qtbot.waitUntil(lambda: index.data(Qt.ItemDataRole.DecorationRole) is not None)
    image = index.data(Qt.ItemDataRole.DecorationRole).toImage()
    colors = {image.pixelColor(x, y).rgb() for x in range(0, 56, 2) for y in range(0, 40, 2)}
    assert len(colors) > 5, "something is drawn"
    press(window, Qt.Key.Key_N)
    press(window, Qt.Key.Key_Space)
    rest(window, qtbot)
    assert window.review.effort.text() == "1 answer"
    window.actions_by_id["thumbnails"].trigger()
    assert model.index(0, 0).data(Qt.ItemDataRole.DecorationRole) is None
