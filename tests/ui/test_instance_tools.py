"""Instances are made, deleted, merged, split, hidden and locked with keys and clicks; labels and boxes follow."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QStyle, QStyleOptionViewItem
from pytestqt.qtbot import QtBot
from windows import (
    OpenWindow,
    click_point,
    place_of,
    press,
    saved_instances,
    visible_instance,
    visible_row,
    wait_for_labels,
)

from gapro_annotator.arrays import equal_fields
from gapro_annotator.document_checks import check_document
from gapro_annotator.project import Project
from gapro_annotator.session import Session
from gapro_annotator.ui.main_window import MainWindow
from gapro_annotator.ui.panels.instance_model import LOCK, SEE
from gapro_annotator.validation import validate

CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def window(open_window: OpenWindow, project: Project) -> MainWindow:
    return open_window(project.folder)


def session_of(window: MainWindow) -> Session:
    assert window.bench.session is not None
    return window.bench.session


def choose(window: MainWindow, instance: int) -> None:
    click_point(window, visible_row(window, instance), SHIFT)
    assert window.instances.chosen == instance


def click_mark(window: MainWindow, instance: int, column: int) -> None:
    model, table = window.instances.model, window.instances.table
    index = window.instances.filtered.mapFromSource(model.index(model.row_of(instance), column))
    table.scrollTo(index)
    mark = QStyleOptionViewItem()
    mark.initFrom(table)
    mark.rect, mark.features = table.visualRect(index), QStyleOptionViewItem.ViewItemFeature.HasCheckIndicator
    box = table.style().subElementRect(QStyle.SubElement.SE_ItemViewItemCheckIndicator, mark, table)
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=box.center())


def errors(session: Session) -> list[str]:
    return [f.text for f in check_document(session.document(), "room") if f.severity == "error"]


def test_deleting_lets_the_labeler_decide_and_undo_brings_labels_and_box_back(window: MainWindow, qtbot: QtBot) -> None:
    session, instance = session_of(window), visible_instance(window)
    before, boxes = session.instance.copy(), session.boxes
    choose(window, instance)
    press(window, Qt.Key.Key_Delete)
    assert instance not in session.boxes.id
    assert not (session.instance == instance).any(), "at once, not when the labeler has answered"
    assert errors(session) == []
    assert window.instances.model.row_of(instance) < 0
    wait_for_labels(window, qtbot)
    assert session.is_learnt
    assert session.pseudo is not None
    assert session.pseudo.provenance["method"] == "gp"
    assert errors(session) == []
    press(window, Qt.Key.Key_Z, CONTROL)
    assert equal_fields(session.boxes, boxes)
    np.testing.assert_array_equal(session.instance, before)
    wait_for_labels(window, qtbot)
    np.testing.assert_array_equal(session.instance, before)
    press(window, Qt.Key.Key_Z, CONTROL | SHIFT)
    assert instance not in session.boxes.id


def test_a_new_instance_is_made_of_the_selected_superpoint(window: MainWindow, qtbot: QtBot) -> None:
    session, instance = session_of(window), visible_instance(window)
    number = session.next_box_id
    click_point(window, visible_row(window, instance))
    region = window.bench.review.region
    assert region is not None
    press(window, Qt.Key.Key_I)
    assert session.boxes.id[-1] == number
    assert (session.instance[region.points] == number).all()
    xyz = session.scan.xyz[region.points]
    assert (xyz >= session.boxes.lower[-1] - 1e-6).all()
    assert (xyz <= session.boxes.upper[-1] + 1e-6).all()
    assert window.instances.chosen == number
    wait_for_labels(window, qtbot)
    assert session.is_learnt
    assert (session.instance[region.points] == number).all()
    assert errors(session) == []


def test_merging_gives_the_selected_instance_to_the_chosen_one(window: MainWindow, qtbot: QtBot) -> None:
    session = session_of(window)
    target = visible_instance(window)
    source = visible_instance(window, besides=target)
    mine = session.instance == source
    choose(window, target)
    click_point(window, visible_row(window, source))
    press(window, Qt.Key.Key_M)
    assert source not in session.boxes.id
    assert (session.instance[mine] == target).all()
    assert errors(session) == []
    wait_for_labels(window, qtbot)
    assert errors(session) == []
    press(window, Qt.Key.Key_Z, CONTROL)
    assert (session.instance[mine] == source).all()


def test_what_was_merged_falls_apart_again_by_splitting(window: MainWindow, qtbot: QtBot) -> None:
    window.actions_by_id["learn"].setChecked(False)
    session = session_of(window)
    centre = (session.boxes.lower + session.boxes.upper)[:, :2] / 2
    far = np.linalg.norm(centre[:, None] - centre[None], axis=2)
    source, target = (int(session.boxes.id[row]) for row in np.unravel_index(far.argmax(), far.shape))
    mine = session.instance == source
    window.instances.choose(target)
    point = int(np.flatnonzero(mine)[0])
    window.bench.review.select_point(point)
    press(window, Qt.Key.Key_M)
    count = len(session.boxes)
    press(window, Qt.Key.Key_M, SHIFT)
    assert len(session.boxes) > count
    assert not np.isin(session.instance[mine], [source]).any(), "ids never come back"
    assert (session.instance[mine] != target).any() or (session.instance[~mine] != target).any()
    assert errors(session) == []
    wait_for_labels(window, qtbot)


def test_hidden_points_are_neither_seen_nor_picked(window: MainWindow) -> None:
    session, instance = session_of(window), visible_instance(window)
    row = visible_row(window, instance)
    choose(window, instance)
    place = place_of(window, row)
    press(window, Qt.Key.Key_H)
    hit = window.view.pick(place.x(), place.y())
    assert hit < 0 or session.instance[hit] != instance
    assert not window.instances.model._rows[window.instances.model.row_of(instance)].seen
    click_mark(window, instance, SEE)
    assert session.instance[window.view.pick(place.x(), place.y())] == instance
    press(window, Qt.Key.Key_H, SHIFT)
    shown = [row.instance for row in window.instances.model._rows if row.seen]
    assert shown == [instance]
    press(window, Qt.Key.Key_H, SHIFT)
    assert all(row.seen for row in window.instances.model._rows)


def test_what_is_locked_keeps_its_points_and_its_box(window: MainWindow) -> None:
    session, instance = session_of(window), visible_instance(window)
    choose(window, instance)
    press(window, Qt.Key.Key_L)
    assert session.locked == {instance}
    press(window, Qt.Key.Key_Delete)
    assert instance in session.boxes.id
    assert "locked" in window.status.hint.text()
    click_mark(window, instance, LOCK)
    assert session.locked == frozenset()


def test_the_class_is_changed_from_the_context_menu(window: MainWindow, qtbot: QtBot) -> None:
    session, instance = session_of(window), visible_instance(window)
    choose(window, instance)
    menu = window.instances.menu()
    assert menu is not None
    classes = menu.actions()[0].menu()
    other = next(action for action in classes.actions() if not action.isChecked())
    other.trigger()
    row = session.boxes.row_of(np.array([instance], np.int32))[0]
    assert session.classes.name_of(int(session.boxes.class_id[row])) == other.text()
    wait_for_labels(window, qtbot)
    press(window, Qt.Key.Key_Z, CONTROL)
    assert session.classes.name_of(int(session.boxes.class_id[row])) != other.text()


def test_boxes_outlive_a_crash_and_a_save(window: MainWindow, project: Project, qtbot: QtBot) -> None:
    session, instance = session_of(window), visible_instance(window)
    choose(window, instance)
    press(window, Qt.Key.Key_D, CONTROL)
    press(window, Qt.Key.Key_Delete)
    choose(window, instance)
    press(window, Qt.Key.Key_Delete)
    crashed, recovered = project.open_session("room", "test")
    assert recovered.edits == 3
    assert equal_fields(crashed.boxes, session.boxes)
    wait_for_labels(window, qtbot)
    press(window, Qt.Key.Key_S, CONTROL)
    assert instance not in saved_instances(project.scan_path("room"))
    assert [f.text for f in validate(project.folder) if f.severity == "error"] == []


def test_a_double_click_in_the_table_flies_there(window: MainWindow) -> None:
    pose = window.view.pose
    table = window.instances.table
    index = table.model().index(2, 1)
    place: QPoint = table.visualRect(index).center()
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    QTest.mouseDClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert window.view.pose is not pose
