"""The labeler sees the features of the run that the project names, in the window and on the command line."""

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot
from runs import features, make_run, say
from windows import press, wait_for_labels

from gapro_annotator.cli import main
from gapro_annotator.labeling.labeler import Labeler
from gapro_annotator.labeling.request import LabelRequest, LabelResponse, Progress
from gapro_annotator.project import Project
from gapro_annotator.ui.main_window import MainWindow

CTRL = Qt.KeyboardModifier.ControlModifier
Show = Callable[[Project], MainWindow]


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> list[LabelRequest]:
    """Collect what the labeler is asked."""
    requests: list[LabelRequest] = []
    label = Labeler.label

    def asked(labeler: Labeler, request: LabelRequest, progress: Progress | None = None) -> LabelResponse:
        requests.append(request)
        return label(labeler, request, progress)

    monkeypatch.setattr(Labeler, "label", asked)
    return requests


def test_the_choice_of_a_run_is_kept_in_the_project(flat: Project) -> None:
    assert flat.features == ""
    flat.set_features("first")
    assert Project.open(flat.folder).features == "first"
    assert 'features = "first"' in (flat.folder / "project.toml").read_text()
    flat.add_classes(["lamp"])
    flat.set_labeler(flat.labeler)
    assert Project.open(flat.folder).features == "first"
    flat.set_features("")
    assert "\nfeatures" not in (flat.folder / "project.toml").read_text()


def test_the_button_lets_the_labeler_see_them_and_takes_them_away_again(
    flat: Project, show: Show, qtbot: QtBot, seen: list[LabelRequest]
) -> None:
    run = make_run(flat)
    features(run, flat, "hall")
    say(run, "done")
    window = show(flat)
    window.training.set_folded(False)
    window.actions_by_id["use_features"].trigger()
    assert Project.open(flat.folder).features == run.id
    assert window.actions_by_id["use_features"].isChecked()
    press(window, Qt.Key.Key_L, CTRL)
    wait_for_labels(window, qtbot)
    assert seen[-1].deep is not None
    assert seen[-1].deep.shape[1] == 4
    session = window.bench.session
    assert session is not None
    assert session.pseudo is not None
    press(window, Qt.Key.Key_N)
    press(window, Qt.Key.Key_X)
    wait_for_labels(window, qtbot)
    assert seen[-1].deep is seen[0].deep, "read once"
    window.actions_by_id["use_features"].trigger()
    assert Project.open(flat.folder).features == ""
    press(window, Qt.Key.Key_L, CTRL)
    wait_for_labels(window, qtbot)
    assert seen[-1].deep is None


def test_features_that_are_missing_are_said_once_and_labelled_without(
    flat: Project, show: Show, qtbot: QtBot, seen: list[LabelRequest]
) -> None:
    run = make_run(flat)
    features(run, flat, "room")
    say(run, "done")
    flat.set_features(run.id)
    window = show(flat)
    said: list[str] = []
    window.bench.said.connect(said.append)
    for _ in range(2):
        press(window, Qt.Key.Key_L, CTRL)
        wait_for_labels(window, qtbot)
    assert seen[-1].deep is None
    window.opening.open_scan("study")
    wait_for_labels(window, qtbot)
    window.opening.open_scan("room")
    wait_for_labels(window, qtbot)
    press(window, Qt.Key.Key_L, CTRL)
    wait_for_labels(window, qtbot)
    assert seen[-1].deep is not None
    missing = [text for text in said if "has no features of" in text]
    assert missing == [f"Run {run.id} has no features of study: labelled without them."]


def test_label_uses_them_unless_told_otherwise(
    flat: Project, seen: list[LabelRequest], capsys: pytest.CaptureFixture[str]
) -> None:
    run = make_run(flat)
    features(run, flat, "room")
    flat.set_features(run.id)
    assert main(["label", str(flat.folder), "--scan", "room", "--scan", "hall"]) == 0
    by_scan = {request.scan.name: request.deep for request in seen}
    assert by_scan["room"] is not None
    assert by_scan["hall"] is None
    assert f"run {run.id} has no features of hall; labelled without them" in capsys.readouterr().err
    assert main(["label", str(flat.folder), "--scan", "room", "--features", "input"]) == 0
    assert seen[-1].deep is None
    assert main(["label", str(flat.folder), "--scan", "room", "--features", run.id]) == 0
    assert seen[-1].deep is not None
    flat.set_features("gone")
    assert main(["label", str(flat.folder), "--scan", "room"]) == 0
    assert seen[-1].deep is None
    assert "run gone has no features any more" in capsys.readouterr().err


def test_damaged_features_are_named(flat: Project, show: Show, qtbot: QtBot) -> None:
    run = make_run(flat)
    features(run, flat, "hall")
    (run.features / "hall.safetensors").write_bytes(np.zeros(9, np.uint8).tobytes())
    flat.set_features(run.id)
    window = show(flat)
    said: list[str] = []
    window.bench.said.connect(said.append)
    window.bench.runner._problem = ""
    press(window, Qt.Key.Key_L, CTRL)
    wait_for_labels(window, qtbot)
    assert any("Labelled without deep features" in text for text in said)
