"""Train, label anew with what the network learnt, take it over: corrections stay."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gapro_annotator.cli import main
from gapro_annotator.commands.self_train import _accept
from gapro_annotator.demo.room import CLASS_NAMES, generate_room
from gapro_annotator.errors import InputError
from gapro_annotator.labels import BACKGROUND, UNCORRECTED, Origin
from gapro_annotator.project import Project
from gapro_annotator.self_training.accept import accept_proposal, install_proposal
from gapro_annotator.store.lock import LockedError, ScanLock
from gapro_annotator.training.proposals import proposed_scans, read_diff, read_proposal
from gapro_annotator.training.run_folder import RunFolder, runs_of

ROOMS = {"one": 1, "two": 2, "three": 3}
SMALL = ["--epochs", "2", "--device", "cpu", "--hold-out", "three"]
SMALL += ["--set", "data.voxel=0.15", "--set", "options.width=8", "--set", "options.levels=3"]


@pytest.fixture(scope="module")
def proposed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project of three compact rooms, one corrected, for which two rounds of self-training proposed labels."""
    from gapro_annotator.classes import Classes

    folder = tmp_path_factory.mktemp("self") / "project"
    project = Project.create(folder, Classes.of(CLASS_NAMES))
    for name, seed in ROOMS.items():
        project.save(generate_room(seed, name, 6_000))
    assert main(["label", str(folder)]) == 0
    session, _ = project.open_session("one", "tester")
    assert session.pseudo is not None
    boxed = np.flatnonzero(session.instance != BACKGROUND)
    first = boxed[session.scan.superpoint[boxed] == session.scan.superpoint[boxed[0]]]
    session.assign(first, BACKGROUND, "a wrong correction, to see that it stays")
    project.save_session(session)
    assert main(["self-train", str(folder), "--rounds", "2", "--propose-only", *SMALL]) == 0
    return folder


def run_of(folder: Path) -> RunFolder:
    return runs_of(folder)[0]


def test_every_scan_has_a_proposal_that_says_what_would_change(proposed: Path):
    run = run_of(proposed)
    assert proposed_scans(run.path) == sorted(ROOMS)
    project = Project.open(proposed)
    for name in ROOMS:
        document = project.load(name)
        proposal = read_proposal(run.path, name)
        assert document.pseudo is not None
        assert document.annotation is not None
        assert proposal.round == 2
        assert proposal.diff == read_diff(run.path, name)
        assert proposal.pseudo.provenance["features_of"] == run.id
        assert "deep" in proposal.pseudo.provenance["features"]
        free = document.annotation.origin != Origin.PERSON
        changed = (proposal.pseudo.instance != document.annotation.instance) & free
        assert proposal.diff.points_changed == changed.sum()
        assert 0 <= proposal.diff.expected_error_after <= 1
        assert all(0 <= share <= 1 for share in proposal.diff.agreement.values())


def test_proposals_alone_change_no_label(proposed: Path):
    document = Project.open(proposed).load("two")
    assert document.pseudo is not None
    assert "deep" not in document.pseudo.provenance["features"]


def test_accepting_is_one_step_that_can_be_undone_and_corrections_win(proposed: Path):
    project, run = Project.open(proposed), run_of(proposed)
    session, _ = project.open_session("one", "tester")
    before, corrected = session.instance.copy(), session.correction.copy()
    install_proposal(session, run)
    np.testing.assert_array_equal(session.correction, corrected)
    person = corrected != UNCORRECTED
    assert person.any()
    np.testing.assert_array_equal(session.instance[person], corrected[person])
    proposal = read_proposal(run.path, "one").pseudo
    np.testing.assert_array_equal(session.instance[~person], proposal.instance[~person])
    assert session.undo_text == f"Labels of {run.id}, round 2"
    session.undo()
    np.testing.assert_array_equal(session.instance, before)


def test_a_proposal_for_other_points_is_refused(proposed: Path):
    project, run = Project.open(proposed), run_of(proposed)
    other = generate_room(9, "two", 6_000)
    from gapro_annotator.session import Session

    with pytest.raises(InputError, match="other points or boxes"):
        install_proposal(Session(other), run)
    with pytest.raises(InputError, match="cannot be read"):
        accept_proposal(project, RunFolder(run.path.parent), "two", "tester")


def test_a_proposal_for_other_boxes_is_refused(proposed: Path):
    """All ids are still there, but they name other boxes."""
    from gapro_annotator.session import Session

    document = Project.open(proposed).load("two")
    boxes = document.boxes
    moved = replace(boxes, lower=np.roll(boxes.lower, 1, axis=0), upper=np.roll(boxes.upper, 1, axis=0))
    with pytest.raises(InputError, match="other points or boxes"):
        install_proposal(Session(replace(document, boxes=moved)), run_of(proposed))


def test_a_scan_with_unsaved_edits_is_left_alone(proposed: Path, tmp_path: Path):
    folder = tmp_path / "copy"
    shutil.copytree(proposed, folder)
    project = Project.open(folder)
    session, _ = project.open_session("three", "another window")
    session.assign(np.arange(50), BACKGROUND, "not saved")
    with pytest.raises(InputError, match="three: has edits that are not saved"):
        accept_proposal(project, runs_of(folder)[0], "three", "tester")
    assert project.journal_path("three").exists()


def test_a_scan_that_another_window_holds_is_left_alone_and_the_command_goes_on(proposed: Path, tmp_path: Path):
    folder = tmp_path / "copy"
    shutil.copytree(proposed, folder)
    project, run = Project.open(folder), runs_of(folder)[0]
    before = project.scan_path("two").read_bytes()
    with ScanLock.take(project.scan_path("two"), "Bob"):
        with pytest.raises(LockedError, match="Bob"):
            accept_proposal(project, run, "two", "tester")
        refused = _accept(project, run, ["two", "three"])
    assert list(refused) == ["two"]
    assert "Bob" in refused["two"]
    assert project.scan_path("two").read_bytes() == before
    three = project.load("three").annotation
    assert three is not None
    np.testing.assert_array_equal(three.instance, read_proposal(run.path, "three").pseudo.instance)


def test_the_network_found_something_and_its_features_label_other_scans(
    proposed: Path, capsys: pytest.CaptureFixture[str]
):
    run = run_of(proposed)
    capsys.readouterr()
    assert main(["evaluate", str(proposed), "--what", run.id, "--json"]) == 0
    scores = json.loads(capsys.readouterr().out)
    assert scores["scans"]["one"]["learnt_from"] is True
    assert scores["scans"]["three"]["learnt_from"] is False
    assert set(scores["all"]) >= {"ap", "ap50", "ap25", "box_ap50", "box_ap25", "class_agnostic"}


def test_accepting_on_the_command_line_saves_the_labels(proposed: Path, tmp_path: Path):
    """Last, because it changes the project."""
    folder = tmp_path / "copy"
    shutil.copytree(proposed, folder)
    run = runs_of(folder)[0]
    proposal = read_proposal(run.path, "two").pseudo
    accept_proposal(Project.open(folder), run, "two", "tester")
    saved = Project.open(folder).load("two")
    assert saved.annotation is not None
    np.testing.assert_array_equal(saved.annotation.instance, proposal.instance)


def test_rounds_are_asked_for(proposed: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["self-train", str(proposed)]) == 1
    assert "--rounds N" in capsys.readouterr().err
