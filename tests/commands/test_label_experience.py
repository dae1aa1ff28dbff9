"""Corrections teach the other scans of a project, in any order, until they are forgotten."""

import json
from pathlib import Path

import numpy as np
import pytest

from gapro_annotator.cli import main
from gapro_annotator.demo import generate_room
from gapro_annotator.labels import PseudoLabels
from gapro_annotator.project import Project
from gapro_annotator.store.experience_file import FILE, read_experience


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Two rooms, one of them corrected in several places."""
    first = generate_room(7, name="first", points=6_000)
    made = Project.create(tmp_path / "flat", first.classes)
    made.save(first)
    made.save(generate_room(8, name="second", points=6_000))
    assert main(["label", str(made.folder)]) == 0
    return made


def correct(project: Project, name: str, regions: int = 6) -> None:
    """Call what is sure to be an object background: it must be noticed elsewhere."""
    session, _ = project.open_session(name, "test")
    superpoints, sizes = np.unique(session.scan.superpoint[session.instance >= 0], return_counts=True)
    for superpoint in superpoints[np.argsort(-sizes)][:regions].tolist():
        session.assign(np.flatnonzero(session.scan.superpoint == superpoint), -1, "it is clutter")
    project.save_session(session)


def labels(project: Project, name: str) -> PseudoLabels:
    pseudo = project.load(name).pseudo
    assert pseudo is not None
    return pseudo


def test_corrections_teach_the_other_scan_but_not_their_own(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    correct(project, "first")
    assert main(["label", str(project.folder), "--scan", "first"]) == 0
    own = labels(project, "first")
    assert list(read_experience(project.folder).parts) == ["first"]
    before = labels(project, "second")
    capsys.readouterr()
    assert main(["label", str(project.folder), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["experience"] == {"scans": 1, "corrections": 6}
    np.testing.assert_array_equal(labels(project, "first").probability, own.probability)
    assert (labels(project, "second").probability != before.probability).any()
    assert labels(project, "second").provenance["experience"] == {"scans": 1, "corrections": 6}


def test_forgetting_gives_the_labels_of_a_fresh_project(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    fresh = labels(project, "second")
    correct(project, "first")
    assert main(["label", str(project.folder)]) == 0
    assert main(["label", str(project.folder)]) == 0
    assert (labels(project, "second").probability != fresh.probability).any()
    capsys.readouterr()
    assert main(["label", str(project.folder), "--scan", "second", "--forget"]) == 0
    assert "forgot 6 answers from 1 scan, for all scans of the project" in capsys.readouterr().out
    for column in ("instance", "rival", "probability", "mean", "variance", "decision"):
        np.testing.assert_array_equal(getattr(labels(project, "second"), column), getattr(fresh, column))
    assert not (project.folder / FILE).exists()


def test_info_says_what_corrections_taught(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    correct(project, "first", 2)
    assert main(["label", str(project.folder)]) == 0
    capsys.readouterr()
    assert main(["info", str(project.folder)]) == 0
    assert "what corrections taught: 2 answers from 1 scan" in capsys.readouterr().out
    assert main(["info", str(project.folder), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["experience"] == {"scans": 1, "corrections": 2}


def test_a_damaged_experience_blocks_nothing(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    (project.folder / FILE).write_bytes(b"no HDF5")
    assert main(["label", str(project.folder), "--scan", "second"]) == 0
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 1
    assert said[0].startswith("warning: ")
    assert FILE in said[0]
