"""Ctrl+R and Enter start a run on the labels as they are shown; the form keeps its keys to itself."""

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from runs import make_run, model, say
from windows import OpenWindow, press

from gapro_annotator.document import ScanDocument
from gapro_annotator.project import Project
from gapro_annotator.training.config import read_config
from gapro_annotator.training.data.snapshot import read_labels
from gapro_annotator.training.run_folder import RunFolder, runs_of
from gapro_annotator.ui.main_window import MainWindow
from gapro_annotator.ui.training.start_form import NO_PROJECT, NO_SCANS, NOTHING_HELD_OUT

CTRL = Qt.KeyboardModifier.ControlModifier
Show = Callable[[Project], MainWindow]


def tick(window: MainWindow, scan: int, column: int) -> None:
    """Click a box in the list of scans."""
    scans = window.training.form.scans
    scans.scrollToItem(scans.topLevelItem(scan))
    row = scans.visualItemRect(scans.topLevelItem(scan))
    left = scans.columnViewportPosition(column)
    QTest.mouseClick(scans.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(left + 10, row.center().y()))


def test_ctrl_r_and_enter_start_a_run_on_what_is_shown(
    flat: Project, show: Show, launched: list[RunFolder], qtbot: QtBot
) -> None:
    window = show(flat)
    press(window, Qt.Key.Key_N)
    press(window, Qt.Key.Key_X)  # not saved
    session = window.bench.session
    assert session is not None
    shown = session.instance.copy()
    press(window, Qt.Key.Key_R, CTRL)
    form = window.training.form
    assert form.isVisible()
    assert form.hint.text() == NOTHING_HELD_OUT
    assert form.start.hasFocus()
    press(window, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(launched), timeout=20_000)
    config = read_config(launched[0].config)
    assert config.network == "box-vote"
    assert config.scans == ("hall", "room", "study")
    assert config.classes == tuple(flat.classes.name)
    assert config.class_ids == tuple(flat.classes.id.tolist())
    assert config.minutes == 10.0
    name = session.scan.name
    np.testing.assert_array_equal(read_labels(launched[0].labels, name).annotation.instance, shown)
    qtbot.waitUntil(lambda: window.train.desk.run is not None and window.train.desk.run.id == launched[0].id)
    assert window.training.run_page.isVisible()


def test_the_fields_make_the_configuration(flat: Project, show: Show) -> None:
    old = make_run(flat)
    model(old)
    say(old, "done")
    window = show(flat)
    press(window, Qt.Key.Key_R, CTRL)
    form = window.training.form
    tick(window, 1, 2)  # hold out 'room'
    assert form.hint.text() == ""
    tick(window, 0, 1)  # leave 'hall' out
    form.unit.setCurrentIndex(1)
    form.length.setValue(12)
    form.device.setCurrentIndex(1)
    form.rounds.setValue(2)
    form.warm_start.setCurrentIndex(1)
    config = form.config()
    assert (config.scans, config.validation) == (("study",), ("room",))
    assert (config.epochs, config.minutes, config.device, config.rounds) == (12, 0.0, "cpu", 2)
    assert config.warm_start == str(old.path)


def test_a_scan_is_learnt_from_or_held_out_and_never_both(flat: Project, show: Show) -> None:
    window = show(flat)
    press(window, Qt.Key.Key_R, CTRL)
    for scan in range(3):
        tick(window, scan, 2)
    form = window.training.form
    assert form.config().scans == ()
    assert not form.start.isEnabled()
    assert form.hint.text() == NO_SCANS
    tick(window, 0, 1)
    assert form.start.isEnabled()
    assert form.config().validation == ("room", "study")


def test_space_ticks_a_scan_and_decides_no_region(flat: Project, show: Show) -> None:
    window = show(flat)
    press(window, Qt.Key.Key_N)
    press(window, Qt.Key.Key_R, CTRL)
    form = window.training.form
    form.scans.setFocus()
    form.scans.setCurrentItem(form.scans.topLevelItem(0), 1)
    press(window, Qt.Key.Key_Space)
    assert form.config().scans == ("room", "study")
    press(window, Qt.Key.Key_X)
    assert window.bench.session is not None
    assert not window.bench.session.edits, "the keys stayed in the form"
    press(window, Qt.Key.Key_Escape)
    assert window.view.hasFocus()
    press(window, Qt.Key.Key_X)
    assert len(window.bench.session.edits) == 1


def test_a_scan_without_labels_is_named_and_leaves_no_run(
    flat: Project, bare_room: ScanDocument, show: Show, qtbot: QtBot, answer: Callable[..., list[str]]
) -> None:
    flat.save(bare_room)
    flat.scan_path("room").rename(flat.scan_path("bare"))
    window = show(flat)
    said = answer()
    press(window, Qt.Key.Key_R, CTRL)
    press(window, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(said), timeout=20_000)
    assert "bare" in said[0]
    assert "not labelled" in said[0]
    assert not runs_of(flat.folder)


def test_starting_can_be_stopped_while_labels_are_copied(
    flat: Project, show: Show, launched: list[RunFolder], qtbot: QtBot
) -> None:
    window = show(flat)
    window.train.desk.start(window.training.form.config())
    assert window.training.header.text.full.startswith("Copying the labels")
    window.train.desk.cancel()
    qtbot.waitUntil(lambda: not window.train.desk.doing, timeout=20_000)
    assert not launched
    assert not runs_of(flat.folder)
    assert "nothing was trained" in window.status.hint.text()


def test_without_a_project_the_form_says_so(open_window: OpenWindow) -> None:
    window = open_window()
    assert not window.actions_by_id["retrain"].isEnabled()
    assert window.training.form.hint.text() == NO_PROJECT
    assert not window.training.form.start.isEnabled()
