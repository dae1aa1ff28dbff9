"""Runs are found and followed: running, ended, dead; stopped, cancelled and resumed by their buttons."""

from collections.abc import Callable

import pyqtgraph as pg
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from runs import make_run, model, say, steps

from gapro_annotator.errors import InputError
from gapro_annotator.project import Project
from gapro_annotator.training.run_folder import RunFolder
from gapro_annotator.ui.main_window import MainWindow
from gapro_annotator.ui.theme import LIGHT
from gapro_annotator.ui.training import header
from gapro_annotator.ui.training.curves import EMPTY

Show = Callable[[Project], MainWindow]


def click(window: MainWindow, action: str) -> None:
    """Click the button of an action in the panel."""
    panel = window.training
    buttons = [
        b for b in panel.findChildren(type(panel.header.fold)) if b.defaultAction() is window.actions_by_id[action]
    ]
    shown = [button for button in buttons if button.isVisible()]
    assert shown, f"no button for {action} is in sight"
    QTest.mouseClick(shown[0], Qt.MouseButton.LeftButton)


def test_without_a_run_the_line_says_what_to_do_and_the_pages_are_folded(project: Project, show: Show) -> None:
    window = show(project)
    assert window.training.header.text.full == header.NO_RUN
    assert not window.training.pages.isVisible()
    assert window.training.height() < 60
    assert window.actions_by_id["retrain"].isEnabled()
    for name in ("stop_run", "cancel_run", "resume_run", "use_features", "show_prediction", "export_model"):
        assert not window.actions_by_id[name].isEnabled(), name


def test_the_arrow_unfolds_the_pages_and_the_window_remembers_it(project: Project, show: Show, qtbot: QtBot) -> None:
    window = show(project)
    QTest.mouseClick(window.training.header.fold, Qt.MouseButton.LeftButton)
    assert window.training.pages.isVisible()
    qtbot.waitUntil(lambda: window.training.height() > 200)
    assert window.training.run_page.curves.hint.text() == EMPTY
    assert window.training.run_page.curves.hint.isVisible()
    again = show(project)
    assert again.training.pages.isVisible()


def test_a_running_run_is_found_when_the_project_opens_and_its_curves_go_on(
    project: Project, show: Show, qtbot: QtBot
) -> None:
    run = make_run(project, validation=("study",))
    steps(run, 1, 40, evaluated=(40,))
    say(run, "training", step=40, total=200, seconds_left=224.0)
    window = show(project)
    window.training.set_folded(False)
    page = window.training.run_page
    assert window.training.header.text.full.startswith("box-vote · training · epoch 3 · AP50 11 % · 4 min left")
    assert page.facts["Step"] == "40 of 200"
    assert page.facts["Speed"] == "0.71 steps/s"
    assert page.facts["Memory"] == "812 MB"
    assert page.facts["Waits for data"] == "3 %"
    assert page.facts["Time left"] == "4 min"
    assert page.curves.texts == ["AP50", "AP", "AP25"]
    assert window.training.header.progress.isVisible()
    steps(run, 41, 60)
    say(run, "training", step=60, total=200, seconds_left=100.0)
    qtbot.waitUntil(lambda: page.facts["Step"] == "60 of 200", timeout=5_000)
    view = window.train.desk.run
    assert view is not None
    assert view.curve.step.tolist() == list(range(1, 61))
    window.actions_by_id["light"].trigger()
    plots = page.curves.findChildren(pg.PlotWidget)
    shown = [plot for plot in plots if plot.isVisible()]
    assert [plot.backgroundBrush().color().name() for plot in shown] == [LIGHT.base] * 2
    assert {item.opts["pen"].color().name() for item in shown[1].listDataItems()} == set(LIGHT.curves[:3])
    assert page.curves.texts == ["AP50", "AP", "AP25"]
    window.actions_by_id["light"].trigger()


def test_the_scores_are_those_of_the_newest_evaluation(project: Project, show: Show) -> None:
    run = make_run(project, validation=("study",))
    steps(run, 1, 20, evaluated=(10, 20))
    say(run, "done", step=20, total=20)
    window = show(project)
    table = window.training.scores.table
    rows = [[table.topLevelItem(row).text(column) for column in range(4)] for row in range(table.topLevelItemCount())]
    assert rows == [
        ["all classes", "4 %", "6 %", "8 %"],
        ["whatever the class", "50 %", "70 %", "90 %"],
        ["chair", "40 %", "60 %", "80 %"],
        ["table", "42 %", "63 %", "–"],
    ]
    assert window.training.scores.caption.text() == "Step 20, study scored against labels."
    assert not window.actions_by_id["stop_run"].isEnabled()
    assert not window.actions_by_id["resume_run"].isEnabled()


@pytest.mark.parametrize(("action", "request_file"), [("stop_run", "stop"), ("cancel_run", "cancel")])
def test_a_running_run_is_asked_to_end(project: Project, show: Show, action: str, request_file: str) -> None:
    run = make_run(project)
    say(run, "training", step=3)
    window = show(project)
    click(window, action)
    assert (run.control / request_file).exists()
    assert window.status.hint.text().startswith(run.id)


def test_a_run_whose_process_is_gone_is_shown_as_such_and_resumed(
    project: Project, show: Show, launched: list[RunFolder], qtbot: QtBot
) -> None:
    run = make_run(project)
    steps(run, 1, 5)
    say(run, "training", alive=False, step=5)  # our own number, another start: a number that was used again
    window = show(project)
    assert "ended unexpectedly" in window.training.header.text.full
    assert "Resume" in window.training.header.text.full
    assert not window.actions_by_id["stop_run"].isEnabled()
    click(window, "resume_run")
    qtbot.waitUntil(lambda: bool(launched))
    assert launched == [run]
    qtbot.waitUntil(lambda: not window.train.desk.doing)


def test_a_failure_is_told_with_its_sentence_and_its_log(project: Project, show: Show) -> None:
    run = make_run(project)
    say(run, "failed", message="out of memory; halve data.most_voxels")
    run.log.write_text("Traceback\nMemoryError\n")
    window = show(project)
    assert "out of memory; halve data.most_voxels" in window.training.header.text.full
    assert "MemoryError" in window.training.log.toPlainText()


def test_a_second_run_is_not_started_beside_the_first(project: Project, show: Show, launched: list[RunFolder]) -> None:
    say(make_run(project), "training")
    window = show(project)
    window.train.desk.start(window.training.form.config())
    assert not launched
    assert "stop it first" in window.status.hint.text()


def test_a_restarted_metrics_file_is_read_anew(project: Project, show: Show, qtbot: QtBot) -> None:
    run = make_run(project)
    steps(run, 1, 30)
    say(run, "training", step=30)
    window = show(project)
    run.metrics.write_bytes(b"".join(run.metrics.read_bytes().splitlines(keepends=True)[:10]))
    steps(run, 11, 12)
    qtbot.waitUntil(lambda: len(window.train.desk.watch.views[0].curve) == 12, timeout=5_000)


def test_runs_are_compared_by_ticking_them(project: Project, show: Show) -> None:
    for seed in (1, 2):
        run = make_run(project, seed=seed)
        steps(run, 1, 20, evaluated=(20,))
        say(run, "done", step=20)
    window = show(project)
    window.training.show_page(window.training.compare)
    compare = window.training.compare
    for row in range(2):
        box = compare.runs.visualItemRect(compare.runs.topLevelItem(row)).topLeft()
        QTest.mouseClick(compare.runs.viewport(), Qt.MouseButton.LeftButton, pos=box + QPoint(12, 10))
    assert len(compare.ticked) == 2
    rows = [compare.settings.topLevelItem(row) for row in range(compare.settings.topLevelItemCount())]
    assert [[row.text(column) for column in range(3)] for row in rows] == [["seed", "2", "1"]]


def test_the_model_is_copied_with_its_settings(
    project: Project, show: Show, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = make_run(project)
    model(run)
    say(run, "done")
    window = show(project)
    target = project.folder / "chosen.safetensors"
    monkeypatch.setattr("gapro_annotator.ui.training.part.QFileDialog.getSaveFileName", lambda *_: (str(target), ""))
    window.training.set_folded(False)
    click(window, "export_model")
    qtbot.waitUntil(lambda: target.with_suffix(".toml").exists() and not window.train.desk.doing)
    assert target.read_bytes() == run.best.read_bytes()
    assert target.with_suffix(".toml").read_bytes() == run.config.read_bytes()


def test_a_reading_that_fails_is_told_once_and_tried_again(
    project: Project, show: Show, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = make_run(project)
    window = show(project)
    watch, tries = window.train.desk.watch, list[int]()

    def fail(_self: object, _wanted: object) -> None:
        tries.append(1)
        raise InputError("the disk is gone")

    with monkeypatch.context() as broken:
        broken.setattr("gapro_annotator.ui.training.run_reader.RunReader.read", fail)
        watch.look()
        qtbot.waitUntil(lambda: len(tries) > 1, timeout=10_000)
    assert window.notice.what.text() == "the disk is gone."
    say(run, "training", step=3)
    with qtbot.waitSignal(watch.changed, timeout=20_000):
        pass
    assert watch.views[0].running
