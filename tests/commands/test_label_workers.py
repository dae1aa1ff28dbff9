"""`label --workers`: one process or several give the same labels, whatever was measured before workers are there."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gapro_annotator.boxes import Boxes
from gapro_annotator.cli import main
from gapro_annotator.commands.label_scan import LabelWork
from gapro_annotator.demo import generate_room
from gapro_annotator.labeling.request import LabelerConfig
from gapro_annotator.project import Project
from gapro_annotator.store.experience_file import KeptExperience

COLUMNS = ("instance", "rival", "probability", "mean", "variance", "decision")


@pytest.fixture
def project(tmp_path: Path) -> Project:
    first = generate_room(7, name="first", points=6_000)
    made = Project.create(tmp_path / "flat", first.classes)
    made.save(first)
    made.save(generate_room(8, name="second", points=6_000))
    bare = generate_room(9, name="third", points=3_000)
    made.save(replace(bare, boxes=Boxes.empty(), ground_truth=None))
    return made


def columns(project: Project, name: str) -> dict[str, np.ndarray]:
    pseudo = project.load(name).pseudo
    assert pseudo is not None
    return {column: getattr(pseudo, column) for column in COLUMNS}


def assert_same(one: dict[str, np.ndarray], other: dict[str, np.ndarray]) -> None:
    for column in COLUMNS:
        np.testing.assert_array_equal(one[column], other[column], err_msg=column)


def test_two_workers_label_as_one_does(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["label", str(project.folder)]) == 0
    alone = {name: columns(project, name) for name in project.scan_names()}
    capsys.readouterr()
    assert main(["label", str(project.folder), "--workers", "2"]) == 0
    said = capsys.readouterr().out
    for name, labels in alone.items():
        assert_same(columns(project, name), labels)
        assert f"{name}: " in said


def test_a_scan_without_boxes_is_said_to_be_background(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["label", str(project.folder), "--scan", "third"]) == 0
    assert capsys.readouterr().out == "third: no boxes: all background\n"
    assert (columns(project, "third")["instance"] == -1).all()
    assert main(["label", str(project.folder), "--scan", "third", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["scans"]["third"]["boxes"] == 0


def test_what_was_measured_before_gives_the_same_labels_and_is_dropped_where_the_scan_is_another(
    project: Project,
) -> None:
    work = LabelWork(project.folder, LabelerConfig(), KeptExperience({}))
    work.label("first")
    plain = columns(project, "first")
    measured, other = work.measure("first"), work.measure("second")
    assert measured.of_scan.fits(project.load("first").scan)
    assert not other.of_scan.fits(project.load("first").scan)
    for before in (measured, other):
        row, _ = work.label("first", measured=before)
        assert_same(columns(project, "first"), plain)
        assert row["seconds"] > 0
