"""Status, notes, comments, history and verdicts with real keys and clicks; all of it is journalled and undone."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from test_instance_tools import CONTROL, SHIFT, choose, errors, session_of
from windows import OpenWindow, place_of, press, visible_instance, visible_row, wait_for_labels

from gapro_annotator.labels import UNCORRECTED
from gapro_annotator.project import Project
from gapro_annotator.remarks import Status
from gapro_annotator.ui import workspace
from gapro_annotator.ui.main_window import MainWindow
from gapro_annotator.ui.panels.instance_model import STATE
from gapro_annotator.ui.remarks import desk
from gapro_annotator.ui.remarks.history_panel import short_time
from gapro_annotator.ui.remarks.part import RemarksPart

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def window(open_window: OpenWindow, project: Project) -> MainWindow:
    return open_window(project.folder)


def part_of(window: MainWindow) -> RemarksPart:
    return next(part for part in window.parts if isinstance(part, RemarksPart))


def rest(window: MainWindow, qtbot: QtBot) -> None:
    wait_for_labels(window, qtbot)
    qtbot.waitUntil(lambda: not part_of(window)._soon.isActive())


def dock_of(window: MainWindow, title: str) -> None:
    dock = next(dock for dock in window.docks if dock.windowTitle() == title)
    dock.show()
    dock.raise_()


def state_of(window: MainWindow, instance: int) -> str:
    model = window.instances.model
    return model.index(model.row_of(instance), STATE).data()


def test_an_instance_is_marked_and_noted_and_that_survives_a_crash(
    window: MainWindow, open_window: OpenWindow, project: Project, qtbot: QtBot
) -> None:
    session, instance = session_of(window), visible_instance(window)
    choose(window, instance)
    assert state_of(window, instance) == ""
    press(window, Qt.Key.Key_Space, SHIFT)
    assert state_of(window, instance) == "✓"
    press(window, Qt.Key.Key_Space, SHIFT)
    assert session.remarks.status_of(instance) is Status.NEEDS_A_LOOK
    assert state_of(window, instance) == "!"
    press(window, Qt.Key.Key_Z, CONTROL)
    assert state_of(window, instance) == "✓"
    note = window.instances.note
    QTest.mouseClick(note, LEFT)
    QTest.keyClicks(note, "leg is missing")
    QTest.keyClick(note, Qt.Key.Key_Return)
    assert session.remarks.note_of(instance) == "leg is missing"
    rest(window, qtbot)
    journalled, _ = project.open_session("room", "Ann")
    assert journalled.remarks.note_of(instance) == "leg is missing", "on disk before anything is saved"
    window.view.setFocus()
    press(window, Qt.Key.Key_S, CONTROL)
    assert window.close()
    again = open_window(project.folder)
    assert state_of(again, instance) == "✓"
    again.instances.choose(instance)
    assert again.instances.note.text() == "leg is missing"
    assert errors(session_of(again)) == []


def test_a_corrected_instance_shows_that_somebody_was_there(window: MainWindow) -> None:
    window.actions_by_id["learn"].setChecked(False)
    press(window, Qt.Key.Key_N)
    while window.bench.review.region.instance < 0:
        press(window, Qt.Key.Key_N)
    instance = window.bench.review.region.instance
    press(window, Qt.Key.Key_Space)
    assert state_of(window, instance) == "✎"


def point_at_an_instance(window: MainWindow, qtbot: QtBot) -> QPoint:
    """Move the mouse onto an instance and wait until the view says what is there; returns where."""
    places: list[QPoint] = []

    def is_there() -> bool:
        # Anew each time: just after opening, the camera may still step back to see all of the scan.
        place = place_of(window, visible_row(window, visible_instance(window)))
        places.append(place)
        QTest.mouseMove(window.view, place + QPoint(40, 40))
        QTest.mouseMove(window.view, place)
        qtbot.wait(60)
        row = window.bench.presenter.row_under_cursor
        return row >= 0 and (place_of(window, row) - place).manhattanLength() < 14

    qtbot.waitUntil(is_there)
    return places[-1]


def test_a_comment_is_pinned_to_the_point_under_the_cursor(window: MainWindow, qtbot: QtBot) -> None:
    session, part = session_of(window), part_of(window)
    place = point_at_an_instance(window, qtbot)
    under = window.bench.presenter.row_under_cursor
    press(window, Qt.Key.Key_C, SHIFT)
    assert part.line.isVisible()
    QTest.keyClicks(part.line, "Is this the lamp?")
    QTest.keyClick(part.line, Qt.Key.Key_Return)
    (comment,) = session.remarks.comments()
    assert comment.text == "Is this the lamp?"
    np.testing.assert_allclose(comment.place, session.scan.xyz[under], atol=1e-6)
    rest(window, qtbot)
    ((pinned, x, y),) = part.pins.places()
    assert pinned.number == 1
    assert (round(x), round(y)) == (pytest.approx(place.x(), abs=6), pytest.approx(place.y(), abs=6))
    dock_of(window, "Comments")
    item = part.comments.list.item(0)
    item.setCheckState(Qt.CheckState.Checked)
    assert session.remarks.comments()[0].resolved
    rest(window, qtbot)
    part.comments.list.setCurrentRow(0)
    QTest.mouseClick(part.comments.delete, LEFT)
    assert session.remarks.comments() == []
    window.view.setFocus()
    for _ in range(2):
        press(window, Qt.Key.Key_Z, CONTROL)
    assert [each.resolved for each in session.remarks.comments()] == [False]


def test_escape_drops_a_comment(window: MainWindow, qtbot: QtBot) -> None:
    part = part_of(window)
    point_at_an_instance(window, qtbot)
    press(window, Qt.Key.Key_C, SHIFT)
    QTest.keyClicks(part.line, "no")
    QTest.keyClick(part.line, Qt.Key.Key_Escape)
    assert not part.line.isVisible()
    assert session_of(window).remarks.comments() == []


def test_a_click_in_the_undo_list_goes_there_and_back(window: MainWindow, qtbot: QtBot) -> None:
    session, part = session_of(window), part_of(window)
    window.actions_by_id["learn"].setChecked(False)
    for key in (Qt.Key.Key_N, Qt.Key.Key_X, Qt.Key.Key_X, Qt.Key.Key_X):
        press(window, key)
    third = session.correction.copy()
    assert len(session.history[0]) == 3
    rest(window, qtbot)
    dock_of(window, "History")
    steps = part.history.steps
    assert steps.currentRow() == 3
    QTest.mouseClick(steps.viewport(), LEFT, pos=steps.visualItemRect(steps.item(1)).center())
    assert [len(each) for each in session.history] == [1, 2]
    rest(window, qtbot)
    assert steps.currentRow() == 1
    QTest.mouseClick(steps.viewport(), LEFT, pos=steps.visualItemRect(steps.item(0)).center())
    assert (session.correction == UNCORRECTED).all()
    rest(window, qtbot)
    QTest.mouseClick(steps.viewport(), LEFT, pos=steps.visualItemRect(steps.item(3)).center())
    np.testing.assert_array_equal(session.correction, third)


def test_a_second_person_accepts_one_edit_and_rejects_another(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, part = session_of(window), part_of(window)
    window.actions_by_id["learn"].setChecked(False)
    for key in (Qt.Key.Key_N, Qt.Key.Key_X, Qt.Key.Key_X):
        press(window, key)
    mine = session.edits[0].annotator
    first, second = (record.edit for record in session.edits)
    for module in (workspace, desk):
        monkeypatch.setattr(module, "annotator", lambda: "Bob")
    rest(window, qtbot)
    dock_of(window, "History")
    part.history.setCurrentIndex(1)
    assert part.history.log.topLevelItem(0).text(2) == mine
    window.view.setFocus()
    press(window, Qt.Key.Key_J, CONTROL)
    assert part.desk.looked_at == 0
    np.testing.assert_array_equal(window.bench.review.region.points, np.sort(first.points))
    QTest.mouseClick(part.history.buttons["accept"], LEFT)
    QTest.mouseClick(part.history.buttons["next"], LEFT)
    assert part.desk.looked_at == 1
    # Somebody relabels a point of it meanwhile: that stays.
    session.assign(second.points[:1], int(session.boxes.id[0]), "later")
    QTest.mouseClick(part.history.buttons["reject"], LEFT)
    verdicts = session.remarks.verdicts()
    assert {number: (v.accepted, v.author) for number, v in verdicts.items()} == {0: (True, "Bob"), 1: (False, "Bob")}
    assert session.correction[second.points[0]] == int(session.boxes.id[0])
    assert (session.correction[second.points[1:]] == UNCORRECTED).all()
    assert (session.correction[first.points] == -1).all()
    assert "1 points stay" in window.status.hint.text()
    rest(window, qtbot)
    items = [part.history.log.topLevelItem(row) for row in range(part.history.log.topLevelItemCount())]
    marks = {item.data(0, Qt.ItemDataRole.UserRole): item.text(0) for item in items}
    assert (marks[0], marks[1]) == ("✓", "✗")
    window.view.setFocus()
    press(window, Qt.Key.Key_Z, CONTROL)
    assert (session.correction[second.points[1:]] == -1).all(), "rejecting is one step"
    assert 1 not in session.remarks.verdicts()
    press(window, Qt.Key.Key_J, CONTROL)
    press(window, Qt.Key.Key_J, CONTROL)


def test_the_view_shows_the_labels_as_they_were(window: MainWindow) -> None:
    session = session_of(window)
    window.actions_by_id["learn"].setChecked(False)
    for key in (Qt.Key.Key_C, Qt.Key.Key_I):
        press(window, key)
    before = window.view._scene.cloud.rgba.copy()
    press(window, Qt.Key.Key_N)
    points = window.bench.review.region.points
    press(window, Qt.Key.Key_X if window.bench.review.region.instance >= 0 else Qt.Key.Key_R)
    after = window.view._scene.cloud.rgba.copy()
    assert not np.array_equal(before[points], after[points])
    press(window, Qt.Key.Key_U)
    np.testing.assert_array_equal(window.view._scene.cloud.rgba, before)
    press(window, Qt.Key.Key_U)
    np.testing.assert_array_equal(window.view._scene.cloud.rgba, after)
    assert session.dirty


def test_the_log_says_the_time_of_today_and_the_day_of_earlier_edits() -> None:
    now = datetime(2026, 11, 27, 17, 30, tzinfo=UTC).astimezone()
    today, before = now.replace(hour=9, minute=5), now - timedelta(days=3)
    assert short_time(today.isoformat(), now) == "09:05"
    assert short_time(before.isoformat(), now) == before.strftime("%d %b")
    assert short_time("lately", now) == "lately"
