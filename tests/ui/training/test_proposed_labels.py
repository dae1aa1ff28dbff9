"""Proposals are listed, accepted as one undoable step, never over a correction, and can be left."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from runs import corrected, features, make_run, propose, proposed, say
from windows import press, saved_instances, wait_for_labels

from gapro_annotator.labels import UNCORRECTED
from gapro_annotator.project import Project
from gapro_annotator.session import Session
from gapro_annotator.training.proposals import Proposal, read_diff, write_proposal
from gapro_annotator.training.run_folder import RunFolder
from gapro_annotator.ui.main_window import MainWindow
from gapro_annotator.ui.training.proposals import EMPTY

SCANS = ("hall", "room", "study")
CTRL = Qt.KeyboardModifier.ControlModifier
Show = Callable[[Project], MainWindow]


def proposing_run(flat: Project, *scans: str) -> RunFolder:
    run = make_run(flat, rounds=1)
    for scan in scans:
        propose(run, flat, scan)
        features(run, flat, scan)
    say(run, "done", round=1)
    return run


def open_session(window: MainWindow) -> Session:
    assert window.bench.session is not None
    return window.bench.session


def click(button: object) -> None:
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def settle(window: MainWindow, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not window.train.desk.accepting.busy, timeout=20_000)
    wait_for_labels(window, qtbot)


def texts(window: MainWindow) -> list[list[str]]:
    table = window.training.proposals.table
    return [
        [table.topLevelItem(row).text(column) for column in range(table.columnCount())]
        for row in range(table.topLevelItemCount())
    ]


def test_a_run_that_proposes_nothing_says_what_proposals_are(flat: Project, show: Show) -> None:
    say(make_run(flat), "done")
    window = show(flat)
    window.training.show_page(window.training.proposals)
    assert window.training.proposals.hint.isVisible()
    assert window.training.proposals.hint.text() == EMPTY
    assert not window.actions_by_id["review_proposals"].isEnabled()


def test_every_scan_has_a_row_with_its_classes_below(flat: Project, show: Show) -> None:
    proposing_run(flat, *SCANS)
    window = show(flat)
    window.actions_by_id["review_proposals"].trigger()
    view = window.training.proposals
    assert view.table.isVisible()
    rows = texts(window)
    assert [row[0] for row in rows] == ["hall  (open)", "room", "study"]
    assert int(rows[0][1].replace(",", "")) > 0
    assert float(rows[0][4].split()[0]) > float(rows[0][5].split()[0]), "the expected error falls"
    children = [view.table.topLevelItem(0).child(row).text(0) for row in range(view.table.topLevelItem(0).childCount())]
    assert set(children) <= set(flat.classes.name)
    assert view.selected == "hall", "the open scan comes first"


def test_accepting_the_open_scan_is_one_undo_and_lets_the_labeler_see_the_features(
    flat: Project, show: Show, qtbot: QtBot
) -> None:
    run = proposing_run(flat, *SCANS)
    after = proposed(flat, "hall")
    window = show(flat)
    window.actions_by_id["review_proposals"].trigger()
    session = open_session(window)
    before = session.instance.copy()
    click(window.training.proposals.accept)
    settle(window, qtbot)
    np.testing.assert_array_equal(session.instance, after.instance)
    assert flat.open(flat.folder).features == run.id
    assert texts(window)[0][6] == "accepted"
    assert texts(window)[1][6] == ""
    press(window, Qt.Key.Key_Z, CTRL)
    np.testing.assert_array_equal(session.instance, before)
    assert session.undo_text is None
    np.testing.assert_array_equal(saved_instances(flat.scan_path("hall")), before)


def test_a_double_click_opens_the_scan(flat: Project, show: Show) -> None:
    proposing_run(flat, *SCANS)
    window = show(flat)
    window.actions_by_id["review_proposals"].trigger()
    table = window.training.proposals.table
    row = table.visualItemRect(table.topLevelItem(2)).center()
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=row)
    QTest.mouseDClick(table.viewport(), Qt.MouseButton.LeftButton, pos=row)
    assert open_session(window).scan.name == "study"


def test_a_correction_wins_over_what_is_proposed(flat: Project, show: Show, qtbot: QtBot) -> None:
    window = show(flat)
    session = open_session(window)
    press(window, Qt.Key.Key_N)
    press(window, Qt.Key.Key_X)
    wait_for_labels(window, qtbot)
    labelled, given = corrected(session), session.correction.copy()
    assert labelled.any()
    proposing_run(flat, "hall")  # made from the file, which does not have the correction
    window.train.desk.watch.look()
    qtbot.waitUntil(lambda: bool(window.train.desk.accepting.rows), timeout=20_000)
    window.train.desk.accepting.accept("hall")
    settle(window, qtbot)
    np.testing.assert_array_equal(session.correction, given)
    np.testing.assert_array_equal(session.instance[labelled], given[labelled])


def test_accept_all_saves_the_other_scans_and_leaves_those_with_unsaved_edits(
    flat: Project, show: Show, qtbot: QtBot
) -> None:
    proposing_run(flat, *SCANS)
    other, _ = flat.open_session("study", "somebody else")
    other.assign(np.arange(5), -1, "elsewhere")
    before = saved_instances(flat.scan_path("study"))
    expected = {scan: proposed(flat, scan).instance for scan in ("hall", "room")}
    window = show(flat)
    window.actions_by_id["review_proposals"].trigger()
    click(window.training.proposals.accept_every)
    settle(window, qtbot)
    np.testing.assert_array_equal(open_session(window).instance, expected["hall"])
    np.testing.assert_array_equal(saved_instances(flat.scan_path("room")), expected["room"])
    np.testing.assert_array_equal(saved_instances(flat.scan_path("study")), before)
    assert flat.journal_path("study").exists(), "the edits of the other window are still its own"
    assert "study: has edits that are not saved" in window.status.hint.text()
    assert [row[6] for row in texts(window)] == ["accepted", "accepted", ""]


def test_corrections_of_a_scan_that_is_not_open_win_as_well(flat: Project, show: Show, qtbot: QtBot) -> None:
    proposing_run(flat, *SCANS)
    session, _ = flat.open_session("room", "annotator")
    instance = int(session.boxes.id[0])
    session.assign(np.arange(40), instance, "by hand")
    flat.save_session(session)
    window = show(flat)
    window.train.desk.accepting.accept("room")
    settle(window, qtbot)
    document = flat.load("room")
    assert document.annotation is not None
    assert (document.annotation.instance[:40] == instance).all()
    assert (document.annotation.correction[:40] != UNCORRECTED).all()
    assert (document.annotation.correction[40:] == UNCORRECTED).all()


def test_rejecting_leaves_the_labels_and_is_remembered(flat: Project, show: Show, qtbot: QtBot) -> None:
    run = proposing_run(flat, *SCANS)
    window = show(flat)
    before = open_session(window).instance.copy()
    window.actions_by_id["review_proposals"].trigger()
    click(window.training.proposals.reject)
    settle(window, qtbot)
    np.testing.assert_array_equal(open_session(window).instance, before)
    assert [row[6] for row in texts(window)] == ["rejected", "", ""]
    assert not window.training.proposals.reject.isEnabled()
    assert flat.open(flat.folder).features == ""
    propose(run, flat, "hall")  # a new round: open again
    window.close()
    again = show(flat)
    assert [row[6] for row in texts(again)] == ["", "", ""]


def test_labels_for_boxes_that_are_gone_are_refused(flat: Project, show: Show, qtbot: QtBot) -> None:
    run = proposing_run(flat, "room")
    gone = replace(proposed(flat, "hall"), instance=np.full(len(proposed(flat, "hall")), 999, np.int32))
    write_proposal(run.path, "hall", Proposal(gone, read_diff(run.path, "room"), 1, "other boxes"))
    window = show(flat)
    before = open_session(window).instance.copy()
    failures: list[Exception] = []
    window.train.desk.failed.disconnect()
    window.train.desk.failed.connect(failures.append)
    window.train.desk.accepting.accept("hall")
    qtbot.waitUntil(lambda: bool(failures), timeout=20_000)
    assert "other points or boxes" in str(failures[0])
    np.testing.assert_array_equal(open_session(window).instance, before)
