"""Opening, closing, choosing, and what the window says about them."""

import argparse
import shlex
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QMessageBox, QToolButton, QWidget
from pytestqt.qtbot import QtBot
from windows import (
    OpenWindow,
    click_point,
    drop,
    press,
    saved_instances,
    visible_instance,
    visible_row,
    wait_for_labels,
)

from gapro_annotator.boxes import Boxes
from gapro_annotator.commands.import_scans import add_arguments
from gapro_annotator.document import ScanDocument
from gapro_annotator.labeling.request import LabelerConfig
from gapro_annotator.project import Project
from gapro_annotator.store.scan_file import write_scan
from gapro_annotator.ui.colors import BELOW_THRESHOLD_COLOR, ColorMode
from gapro_annotator.ui.main_window import MainWindow
from gapro_annotator.ui.menus import RecentMenu
from gapro_annotator.ui.naming import instance_name
from gapro_annotator.ui.settings import Settings

Answer = Callable[[QMessageBox.StandardButton], list[str]]
CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


def make_one_edit(window: MainWindow) -> np.ndarray:
    press(window, Qt.Key.Key_N)
    region = window.bench.review.region
    assert region is not None
    press(window, Qt.Key.Key_X)
    return region.points


def test_the_start_page_names_recent_projects_and_marks_missing_ones(
    open_window: OpenWindow, project: Project, settings: Settings, tmp_path: Path
) -> None:
    settings.add_recent(tmp_path / "gone")
    settings.add_recent(project.folder)
    window = open_window()
    rows = window.start_page.recent_rows()
    assert [(row.path.name, row.missing) for row in rows] == [("flat", False), ("gone", True)]
    assert not window.docks[0].isVisible(), "docks would be empty"
    QTest.mouseClick(rows[1], Qt.MouseButton.LeftButton)
    assert settings.recent == [project.folder], "a click forgets what is gone"
    QTest.mouseClick(window.start_page.recent_rows()[0], Qt.MouseButton.LeftButton)
    assert window.bench.session is not None
    closed = {"Keys"}  # open only when they are asked for
    assert {dock.windowTitle() for dock in window.docks if not dock.isVisible()} == closed


def test_table_and_view_select_both_ways(open_window: OpenWindow, project: Project) -> None:
    window = open_window(project.folder)
    instance = visible_instance(window)
    other = visible_instance(window, besides=instance)
    click_point(window, visible_row(window, instance), SHIFT)
    assert window.instances.chosen == instance
    press(window, Qt.Key.Key_N)
    row = window.instances.filtered.mapFromSource(window.instances.model.index(window.instances.model.row_of(other), 1))
    window.instances.table.scrollTo(row)
    QTest.mouseClick(
        window.instances.table.viewport(),
        Qt.MouseButton.LeftButton,
        pos=window.instances.table.visualRect(row).center(),
    )
    assert window.bench.review.chosen == other
    assert window.review.card.choices["chosen"].name.text().endswith(str(other))
    region = window.bench.review.region
    assert window.focusWidget() is window.instances.table
    press(window, Qt.Key.Key_Space)
    assert (window.bench.session.correction[region.points] == region.instance).all(), "keys work from the table, too"


def test_a_filter_that_hides_the_picked_instance_gives_way(open_window: OpenWindow, project: Project) -> None:
    window = open_window(project.folder)
    session = window.bench.session
    assert session is not None
    window.instances.filter.setText("no such class")
    assert window.instances.filtered.rowCount() == 0
    window.instances.choose(int(session.boxes.id[0]))
    assert window.instances.chosen == session.boxes.id[0]
    assert window.instances.filtered.rowCount() == len(session.boxes)


def test_the_table_follows_a_correction(open_window: OpenWindow, project: Project) -> None:
    window = open_window(project.folder)
    session = window.bench.session
    assert session is not None
    window.actions_by_id["learn"].setChecked(False)
    points = make_one_edit(window)
    instance = int(session.pseudo.instance[points[0]])
    model = window.instances.model
    shown = model.index(model.row_of(instance), 2).data() if instance >= 0 else None
    assert shown in (None, f"{(session.instance == instance).sum():,}")
    wrong = window.bench.review.expected_wrong
    press(window, Qt.Key.Key_Z, CONTROL)
    assert window.bench.review.expected_wrong > wrong


def close_with_one_edit(window: MainWindow, qtbot: QtBot, said: list[str]) -> tuple[bool, np.ndarray]:
    points = make_one_edit(window)
    wait_for_labels(window, qtbot)
    closed = window.close()
    assert len(said) == 1
    assert "journal" in said[0]
    return closed, points


def test_closing_can_save(open_window: OpenWindow, project: Project, answer: Answer, qtbot: QtBot) -> None:
    said = answer(QMessageBox.StandardButton.Save)
    closed, points = close_with_one_edit(open_window(project.folder), qtbot, said)
    assert closed
    assert (saved_instances(project.scan_path("room"))[points] == -1).all()
    assert not project.journal_path("room").exists()


def test_closing_without_saving_keeps_the_edits_in_the_journal(
    open_window: OpenWindow, project: Project, answer: Answer, qtbot: QtBot
) -> None:
    before = saved_instances(project.scan_path("room"))
    said = answer(QMessageBox.StandardButton.Discard)
    closed, points = close_with_one_edit(open_window(project.folder), qtbot, said)
    assert closed
    np.testing.assert_array_equal(saved_instances(project.scan_path("room")), before)
    session, recovered = project.open_session("room", "test")
    assert recovered.edits == 1
    assert (session.correction[points] == -1).all()


def test_closing_can_be_called_off(open_window: OpenWindow, project: Project, answer: Answer, qtbot: QtBot) -> None:
    window = open_window(project.folder)
    closed, _ = close_with_one_edit(window, qtbot, answer(QMessageBox.StandardButton.Cancel))
    assert not closed
    assert window.isVisible()
    assert window.bench.session is not None


def test_closing_says_that_another_scan_lies_in_its_place(
    open_window: OpenWindow, project: Project, bare_room: ScanDocument, answer: Answer, qtbot: QtBot
) -> None:
    window = open_window(project.folder)
    make_one_edit(window)
    wait_for_labels(window, qtbot)
    let_go(window)  # a program that knows no locks comes between
    project.replace(bare_room)
    said = answer(QMessageBox.StandardButton.Discard)
    assert window.close()
    assert "Another scan was put in its place" in said[0]
    assert str(project.scan_path("room").parent / ".backups") in said[0]
    assert "safe" not in said[0]


def test_closing_says_that_the_journal_is_gone(
    open_window: OpenWindow, project: Project, answer: Answer, qtbot: QtBot
) -> None:
    window = open_window(project.folder)
    points = make_one_edit(window)
    wait_for_labels(window, qtbot)
    project.journal_path("room").unlink()
    said = answer(QMessageBox.StandardButton.Save)
    assert window.close()
    assert "loses what they lack" in said[0]
    assert (saved_instances(project.scan_path("room"))[points] == -1).all()


def test_closing_with_new_labels_alone_says_that_no_correction_is_lost(
    open_window: OpenWindow, project: Project, answer: Answer, qtbot: QtBot
) -> None:
    window = open_window(project.folder)
    make_one_edit(window)
    press(window, Qt.Key.Key_S, CONTROL)
    press(window, Qt.Key.Key_L, CONTROL)
    wait_for_labels(window, qtbot)
    said = answer(QMessageBox.StandardButton.Discard)
    assert window.close()
    assert "No correction is lost" in said[0]


def test_closing_a_saved_scan_asks_nothing(open_window: OpenWindow, project: Project, answer: Answer) -> None:
    window = open_window(project.folder)
    said = answer(QMessageBox.StandardButton.Cancel)
    assert window.close()
    assert said == []


def let_go(window: MainWindow) -> None:
    """Release the lock of a window that stays, as the operating system does for a process that was killed."""
    window.bench.workspace.close()


def test_a_second_window_is_read_only_says_who_has_the_scan_and_can_edit_once_it_is_free(
    open_window: OpenWindow, project: Project
) -> None:
    first = open_window(project.folder)
    points = make_one_edit(first)
    second = open_window(project.folder)
    assert second.banner.isVisible()
    assert "has it open for editing since" in second.banner.text.text()
    assert "(read-only)" in second.windowTitle()
    assert second.bench.session is not None
    assert (second.bench.session.correction[points] == -1).all(), "what the first has not saved is shown"
    for name in ("save", "undo", "redo", "label", "accept", "background"):
        assert not second.actions_by_id[name].isEnabled(), name
    let_go(first)
    press(second, Qt.Key.Key_F5)
    assert "(read-only)" not in second.windowTitle()
    assert second.actions_by_id["undo"].isEnabled(), "undo reaches back over a restart"
    press(second, Qt.Key.Key_Z, CONTROL)
    assert (second.bench.session.correction[points] == -2).all()


def test_a_backup_is_restored_from_the_list_beside_the_window(
    open_window: OpenWindow, project: Project, qtbot: QtBot
) -> None:
    window = open_window(project.folder)
    points = make_one_edit(window)
    wait_for_labels(window, qtbot)
    press(window, Qt.Key.Key_S, CONTROL)
    window.actions_by_id["restore"].trigger()
    backups = window.opening.backups
    assert not backups.isModal()
    qtbot.waitUntil(lambda: backups.table.rowCount() == 1)
    assert "1 edit fewer" in backups.table.item(0, 2).text()
    assert not backups.back.isEnabled()
    backups.table.selectRow(0)
    backups.back.click()
    assert window.bench.session is not None
    assert (window.bench.session.correction[points] == -2).all()
    qtbot.waitUntil(lambda: backups.table.rowCount() >= 2)
    assert "1 edit more" in backups.table.item(0, 2).text(), "the version before the restore is kept"


def test_edits_come_back_after_a_crash(open_window: OpenWindow, project: Project) -> None:
    first = open_window(project.folder)
    points = make_one_edit(first)
    # The first window is simply left behind, as a process that was killed leaves its files.
    let_go(first)
    window = open_window(project.folder)
    session = window.bench.session
    assert session is not None
    assert (session.correction[points] == -1).all()
    assert window.banner.isVisible()
    assert "1 edit was brought back" in window.banner.text.text()
    assert "●" in window.windowTitle()
    press(window, Qt.Key.Key_S, CONTROL)
    assert not window.banner.isVisible(), "what was brought back is saved by now"


def test_the_banner_of_one_scan_does_not_stay_over_another(
    open_window: OpenWindow, project: Project, labelled_room: ScanDocument, tmp_path: Path, answer: Answer
) -> None:
    first = open_window(project.folder)
    make_one_edit(first)
    let_go(first)
    write_scan(tmp_path / "alone.h5", labelled_room)
    window = open_window(project.folder)
    assert window.banner.isVisible()
    answer(QMessageBox.StandardButton.Discard)
    window.open(tmp_path / "alone.h5")
    assert window.bench.session.scan.name == "alone"
    assert not window.banner.isVisible()


def test_the_status_bar_counts_what_is_corrected_now_not_what_was_done_on_the_way(
    open_window: OpenWindow, project: Project
) -> None:
    window = open_window(project.folder)
    window.actions_by_id["learn"].setChecked(False)
    assert "none corrected" in window.status.figures.text()
    points = make_one_edit(window)
    for modifiers in (CONTROL, CONTROL | SHIFT):
        press(window, Qt.Key.Key_Z, modifiers)
    share = 100 * len(points) / len(window.bench.session.scan)
    assert f"{len(points):,} corrected ({share:.1f} %)" in window.status.figures.text()
    press(window, Qt.Key.Key_Z, CONTROL)
    assert "none corrected" in window.status.figures.text()


def test_a_scan_without_boxes_says_at_once_what_to_do(
    open_window: OpenWindow, project: Project, bare_room: ScanDocument
) -> None:
    none = Boxes(np.zeros(0, np.int32), np.zeros(0, np.int32), *np.zeros((2, 0, 3), np.float32))
    write_scan(project.scan_path("empty room"), replace(bare_room, boxes=none, ground_truth=None))
    window = open_window(project.scan_path("empty room"))
    said = window.review.hint.text()
    assert "has no boxes" in said
    command = shlex.split(said.splitlines()[-1])
    parser = argparse.ArgumentParser(exit_on_error=False)
    add_arguments(parser)
    args = parser.parse_args(command[2:])
    assert command[:2] == ["gapro-annotator", "import"]
    assert (args.project, args.name, args.replace) == (project.folder, "empty room", True)
    label = window.actions_by_id["label"]
    assert not label.isEnabled()
    assert "boxes" in label.toolTip()
    window.open(project.scan_path("room"))
    assert label.isEnabled()
    assert "Ctrl+L" in label.toolTip()


def test_a_missing_project_is_said_in_a_notice(open_window: OpenWindow, tmp_path: Path) -> None:
    window = open_window()
    window.open(tmp_path / "nowhere")
    assert window.notice.isVisible()
    assert "nowhere" in window.notice.what.text()
    assert window.bench.session is None


def test_a_damaged_file_leaves_what_is_open(open_window: OpenWindow, project: Project, tmp_path: Path) -> None:
    window = open_window(project.folder)
    (tmp_path / "broken.h5").write_bytes(b"not HDF5")
    window.open(tmp_path / "broken.h5")
    assert "broken.h5" in window.notice.what.text()
    assert window.bench.session.scan.name == "room"
    press(window, Qt.Key.Key_N)
    assert window.bench.review.region is not None, "the notice does not stop the work"


def test_a_dropped_scan_file_opens(
    open_window: OpenWindow, labelled_room: ScanDocument, tmp_path: Path, qtbot: QtBot
) -> None:
    write_scan(tmp_path / "alone.h5", labelled_room)
    window = open_window()
    drop(window, tmp_path / "alone.h5")
    qtbot.waitUntil(lambda: window.bench.session is not None)
    assert window.windowTitle().startswith("alone")
    points = make_one_edit(window)
    press(window, Qt.Key.Key_S, CONTROL)
    assert (saved_instances(tmp_path / "alone.h5")[points] == -1).all()


def test_color_keys_change_the_mode_and_tab_goes_back(open_window: OpenWindow, project: Project) -> None:
    window = open_window(project.folder)
    presenter = window.bench.presenter
    assert presenter.mode is ColorMode.DOUBT
    for key, mode in (
        (Qt.Key.Key_R, ColorMode.RGB),
        (Qt.Key.Key_I, ColorMode.INSTANCE),
        (Qt.Key.Key_K, ColorMode.CLASS),
        (Qt.Key.Key_D, ColorMode.DOUBT),
        (Qt.Key.Key_H, ColorMode.CHANGES),
    ):
        press(window, Qt.Key.Key_C)
        press(window, key)
        assert presenter.mode is mode
        assert window.actions_by_id[f"color_{mode.value}"].isChecked()
    press(window, Qt.Key.Key_Tab)
    assert presenter.mode is ColorMode.DOUBT
    assert not window.bench.session.edits, "C R is a colour, not a decision"


def test_the_threshold_greys_what_is_less_doubtful_and_is_remembered(
    open_window: OpenWindow, project: Project, qtbot: QtBot
) -> None:
    window = open_window(project.folder)
    session, view = window.bench.session, window.view
    slider, text = view.overlays.threshold.slider, view.overlays.threshold.text
    assert slider.isVisible()
    assert text.text() == "grey: nothing"
    below = session.pseudo.probability > 0.901  # a colour is looked up in steps
    above = session.pseudo.probability < 0.899
    assert below.any()
    assert above.any()
    colored = view._scene.cloud.rgba.copy()
    QTest.mouseClick(slider, Qt.MouseButton.LeftButton, pos=slider.rect().center())
    assert slider.value() > 0
    while slider.value() != 10:
        press(window, Qt.Key.Key_Comma if slider.value() > 10 else Qt.Key.Key_Period)
    assert text.text() == "grey below 10 %"

    def greyed() -> np.ndarray:
        return (view._scene.cloud.rgba[:, :3] == BELOW_THRESHOLD_COLOR).all(axis=1)

    qtbot.waitUntil(lambda: bool(greyed()[below].all()))
    np.testing.assert_array_equal(view._scene.cloud.rgba[above], colored[above])
    press(window, Qt.Key.Key_Period)
    assert text.text() == "grey below 11 %"
    press(window, Qt.Key.Key_Comma)
    press(window, Qt.Key.Key_Tab)
    assert not slider.isVisible(), "it belongs to the colours of doubt"
    assert window.bench.review.chosen is None, "hiding it must not hand a focus that chooses something"
    window.close()
    again = open_window(project.folder)
    assert again.view.overlays.threshold.text.text() == "grey below 10 %"
    legend = again.view.overlays.legend.geometry()
    assert legend.contains(again.view.overlays.threshold.geometry())


def test_moving_the_threshold_of_a_large_scan_is_quick(
    open_window: OpenWindow, project: Project, labelled_room: ScanDocument
) -> None:
    rows = np.resize(np.arange(len(labelled_room.scan)), 150_000)
    scan = replace(
        labelled_room.scan,
        name="large",
        xyz=labelled_room.scan.xyz[rows],
        rgb=None,
        normal=None,
        superpoint=labelled_room.scan.superpoint[rows],
        faces=None,
        source_row=None,
    )
    columns = ("instance", "rival", "probability", "mean", "variance", "decision")
    pseudo = replace(labelled_room.pseudo, **{name: getattr(labelled_room.pseudo, name)[rows] for name in columns})
    write_scan(
        project.scan_path("large"),
        replace(labelled_room, scan=scan, pseudo=pseudo, annotation=None, ground_truth=None),
    )
    window = open_window(project.scan_path("large"))
    taken: list[float] = []
    for percent in (5, 10, 15, 20):
        start = time.perf_counter()
        window.view.overlays.threshold.slider.setValue(percent)
        window.bench.presenter._recolor()
        taken.append(time.perf_counter() - start)
    assert min(taken) < 0.1


def test_hovering_says_what_is_under_the_cursor_and_a_picks_it(
    open_window: OpenWindow, project: Project, qtbot: QtBot
) -> None:
    window = open_window(project.folder)
    instance = visible_instance(window)
    session = window.bench.session
    place = window.view.project(session.scan.xyz[[visible_row(window, instance)]])[0, :2]
    QTest.mouseMove(window.view, QPoint(3, 3))
    QTest.mouseMove(window.view, QPoint(*place.round().astype(int).tolist()))
    qtbot.waitUntil(lambda: window.bench.presenter.row_under_cursor >= 0)
    assert f" {instance} " in window.pointer.text()
    press(window, Qt.Key.Key_A)
    assert window.instances.chosen == instance


def test_hovering_names_both_candidates_of_a_doubtful_region_with_their_chances(
    open_window: OpenWindow, project: Project, qtbot: QtBot
) -> None:
    window = open_window(project.folder)
    press(window, Qt.Key.Key_N)
    region = window.bench.review.region
    assert region is not None
    window.bench.review.clear_region()
    places = window.view.project(window.bench.session.scan.xyz[region.points])[:, :2]

    def is_under_the_cursor() -> bool:
        for x, y in places.tolist():
            if window.view.pick(x, y) in region.points:
                QTest.mouseMove(window.view, QPoint(round(x), round(y)))
                qtbot.wait(60)
                row = window.bench.presenter.row_under_cursor
                if row in region.points:
                    return True
        return False

    qtbot.waitUntil(is_under_the_cursor)
    said = window.pointer.text()
    both = [instance_name(window.bench.session, number) for number in (region.instance, region.rival)]
    assert all(name in said for name in both)
    assert said.count("%") == 2


def test_another_scan_of_the_project_opens_and_the_first_is_saved(
    open_window: OpenWindow, project: Project, labelled_room: ScanDocument, qtbot: QtBot
) -> None:
    write_scan(project.scan_path("second"), labelled_room)
    window = open_window(project.folder)
    points = make_one_edit(window)
    wait_for_labels(window, qtbot)
    item = window.scans.list.item(1)
    QTest.mouseClick(
        window.scans.list.viewport(),
        Qt.MouseButton.LeftButton,
        pos=window.scans.list.visualItemRect(item).center(),
    )
    assert window.bench.session.scan.name == "second"
    assert (saved_instances(project.scan_path("room"))[points] == -1).all()


def test_the_layout_of_the_docks_is_remembered(open_window: OpenWindow, project: Project) -> None:
    window = open_window(project.folder)
    window.docks[1].close()
    left = [dock.isVisible() for dock in window.docks]
    assert left.count(False) >= 1
    assert left.count(True) >= 3
    window.close()
    again = open_window(project.folder)
    assert [dock.isVisible() for dock in again.docks] == left


def test_labelling_an_unlabelled_scan_fills_the_queue_and_shows_doubt(
    open_window: OpenWindow, bare_room: ScanDocument, tmp_path: Path, qtbot: QtBot
) -> None:
    write_scan(tmp_path / "bare.h5", bare_room)
    window = open_window(tmp_path / "bare.h5")
    assert not window.bench.review.left
    press(window, Qt.Key.Key_L, CONTROL)
    wait_for_labels(window, qtbot)
    assert window.bench.session.pseudo is not None
    assert window.bench.review.left > 0
    assert window.bench.review.settled == pytest.approx(0)
    assert window.bench.presenter.mode is ColorMode.DOUBT
    assert not window.status.progress.isVisible()
    press(window, Qt.Key.Key_Z, CONTROL)
    assert window.bench.session.pseudo is None, "a labelling run is one undo"


def test_a_click_in_between_does_not_move_the_queue(open_window: OpenWindow, project: Project) -> None:
    window = open_window(project.folder)
    review = window.bench.review
    press(window, Qt.Key.Key_N)
    first = review.region
    click_point(window, visible_row(window, visible_instance(window)))
    assert review.region is not first
    press(window, Qt.Key.Key_N)
    assert review.region is review.queue.regions[1], "a click in between does not move the queue"


def test_typing_a_filter_decides_nothing(open_window: OpenWindow, project: Project) -> None:
    window = open_window(project.folder)
    press(window, Qt.Key.Key_N)
    QTest.mouseClick(window.instances.filter, Qt.MouseButton.LeftButton)
    QTest.keyClicks(window.focusWidget(), "rx g")
    assert window.instances.filter.text() == "rx g"
    assert not window.bench.session.edits


def test_recent_projects_are_in_the_file_menu(
    open_window: OpenWindow, project: Project, settings: Settings, tmp_path: Path
) -> None:
    settings.add_recent(tmp_path / "gone")
    window = open_window(project.folder)
    menu = window.findChild(RecentMenu)
    menu.aboutToShow.emit()
    assert [action.isEnabled() for action in menu.actions()] == [True, False]


def test_nothing_is_cut_off_at_1280_by_800(open_window: OpenWindow, project: Project, qtbot: QtBot) -> None:
    window = open_window(project.folder)
    window.resize(1280, 800)
    press(window, Qt.Key.Key_N)
    qtbot.wait(50)
    assert window.size().toTuple() == (1280, 800)
    for panel in (window.instances, window.review, window.scans, window.status, window.toolbar):
        for part in panel.findChildren(QWidget):
            if part.isVisible() and isinstance(part, QLabel | QToolButton) and part.text():
                assert part.width() >= part.minimumSizeHint().width(), part.text()
                assert part.visibleRegion().boundingRect().width() >= part.minimumSizeHint().width(), part.text()
    assert window.view.width() > 600


def test_a_scan_alone_is_not_labelled_with_the_settings_of_the_project_before(
    open_window: OpenWindow, project: Project, labelled_room: ScanDocument, tmp_path: Path
) -> None:
    project.set_labeler(LabelerConfig(method="smaller-box"))
    write_scan(tmp_path / "alone.h5", labelled_room)
    window = open_window(project.folder)
    assert window.bench.runner.config.method == "smaller-box"
    window.open(tmp_path / "alone.h5")
    assert window.bench.runner.config == LabelerConfig()


def test_a_correction_that_was_saved_before_it_was_learnt_is_learnt_when_the_scan_opens(
    open_window: OpenWindow, project: Project, qtbot: QtBot
) -> None:
    window = open_window(project.folder)
    window.actions_by_id["learn"].setChecked(False)
    make_one_edit(window)
    press(window, Qt.Key.Key_S, CONTROL)
    window.actions_by_id["learn"].setChecked(True)
    window.close()
    again = open_window(project.folder)
    assert again.bench.session is not None
    wait_for_labels(again, qtbot)
    assert again.bench.session.is_learnt


def test_closing_without_saving_for_the_demo_saves_nothing(
    open_window: OpenWindow, project: Project, answer: Answer, tmp_path: Path, qtbot: QtBot
) -> None:
    other = Project.create(tmp_path / "other", project.classes)
    other.save(project.load("room"))
    window = open_window(project.folder)
    make_one_edit(window)
    wait_for_labels(window, qtbot)
    before = project.scan_path("room").read_bytes()
    said = answer(QMessageBox.StandardButton.Cancel)
    window.bench.sources.ready.emit(other.folder)
    assert len(said) == 1
    assert window.bench.workspace.project.folder == project.folder, "the user would rather stay"
    answer(QMessageBox.StandardButton.Discard)
    window.bench.sources.ready.emit(other.folder)
    assert window.bench.workspace.project.folder == other.folder
    assert project.scan_path("room").read_bytes() == before


def test_a_scan_that_was_replaced_under_the_window_can_be_left_and_opened_again(
    open_window: OpenWindow, project: Project, labelled_room: ScanDocument, answer: Answer, qtbot: QtBot
) -> None:
    project.save(replace(labelled_room, scan=replace(labelled_room.scan, name="second")))
    window = open_window(project.folder)
    make_one_edit(window)
    wait_for_labels(window, qtbot)
    let_go(window)  # a program that knows no locks comes between
    Project.open(project.folder).replace(labelled_room)
    said = answer(QMessageBox.StandardButton.Cancel)
    QTest.mouseClick(window.scans.list.viewport(), Qt.MouseButton.LeftButton, pos=place_in_list(window, "second"))
    assert "cannot be saved" in said[0]
    assert window.bench.session.scan.name == "room"
    assert window.scans.list.currentItem().data(Qt.ItemDataRole.UserRole) == "room", "the list shows what is open"
    answer(QMessageBox.StandardButton.Discard)
    press(window, Qt.Key.Key_F5)
    assert not window.bench.session.dirty
    make_one_edit(window)
    wait_for_labels(window, qtbot)
    QTest.mouseClick(window.scans.list.viewport(), Qt.MouseButton.LeftButton, pos=place_in_list(window, "second"))
    assert window.bench.session.scan.name == "second"
    assert len(project.load("room").edits) == 1, "what can be saved is saved without a question"


def place_in_list(window: MainWindow, name: str) -> QPoint:
    scans = window.scans.list
    return next(
        scans.visualItemRect(scans.item(row)).center()
        for row in range(scans.count())
        if scans.item(row).data(Qt.ItemDataRole.UserRole) == name
    )


def test_opening_again_takes_over_what_another_window_did(
    open_window: OpenWindow, project: Project, qtbot: QtBot
) -> None:
    window = open_window(project.folder)
    other, _ = project.open_session("room", "somebody else")
    other.assign(np.array([0]), -1, "Edit in the other window")
    project.save_session(other)
    press(window, Qt.Key.Key_F5)
    assert window.bench.session.correction[0] == -1
    wait_for_labels(window, qtbot)
