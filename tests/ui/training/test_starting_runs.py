"""Ctrl+R and Enter start a run on the labels as they are shown; the form keeps its keys to itself."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
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
from gapro_annotator.ui.training.start_form import (
    NO_PROJECT,
    NO_SCANS,
    NONE_LABELLED,
    NOT_LABELLED,
    NOTHING_HELD_OUT,
)

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


def test_a_scan_without_labels_cannot_be_ticked_and_enter_starts_without_it(
    flat: Project, bare_room: ScanDocument, show: Show, launched: list[RunFolder], qtbot: QtBot
) -> None:
    flat.save(replace(bare_room, scan=replace(bare_room.scan, name="bare")))
    window = show(flat)
    window.bench.open_scan("room")
    press(window, Qt.Key.Key_R, CTRL)
    form = window.training.form
    item = form.scans.topLevelItem(0)
    assert (item.text(0), item.text(1)) == ("bare", NOT_LABELLED)
    assert item.isDisabled()
    tick(window, 0, 1)
    tick(window, 0, 2)
    assert form.config().scans == ("hall", "room", "study")
    form.start.setFocus()
    press(window, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(launched), timeout=20_000)
    assert read_config(launched[0].config).scans == ("hall", "room", "study")
    qtbot.waitUntil(lambda: not window.train.desk.doing, timeout=20_000)
    flat.replace(replace(flat.load("room"), scan=replace(bare_room.scan, name="bare")))  # labelled meanwhile
    window.training.ask()
    assert form.config().scans == ("bare", "hall", "room", "study")


def test_a_project_without_labels_says_so(
    flat: Project, bare_room: ScanDocument, show: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("hall", "room", "study"):
        flat.save(replace(bare_room, scan=replace(bare_room.scan, name=name)))
    window = show(flat)
    press(window, Qt.Key.Key_R, CTRL)
    form = window.training.form
    session = window.bench.session
    assert session is not None
    assert (session.document().annotation is not None) == form.start.isEnabled()
    monkeypatch.setattr(type(session), "document", lambda _: bare_room)
    window.training.ask()
    assert form.hint.text() == NONE_LABELLED
    assert not form.start.isEnabled()


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
