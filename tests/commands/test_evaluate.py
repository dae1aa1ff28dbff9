"""`gapro-annotator evaluate`: what it says of the probabilities, and the figures that it writes."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from documents import make_document

from gapro_annotator.cli import main
from gapro_annotator.labels import Decision
from gapro_annotator.project import Project

MEASURES = {"ap", "ap50", "ap25", "ap90", "box_ap50", "box_ap25", "mcov", "mwcov", "mprec", "mrec"}
DOCUMENTED = MEASURES | {"class_agnostic", "mean_iou", "wrong_in_boxes", "per_class"}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Two labelled scans; a person labelled the last point of one before it was labelled."""
    project = Project.create(tmp_path / "project")
    for name, rows in (("a", 6), ("b", 10)):
        document = make_document(name, rows)
        assert document.pseudo is not None
        decision = np.full(rows, Decision.ONE_BOX, np.uint8)
        decision[-1] = Decision.PERSON if name == "b" else Decision.NESTED
        wrong = document.pseudo.instance.copy()
        wrong[0] = 7
        project.save(replace(document, pseudo=replace(document.pseudo, instance=wrong, decision=decision)))
    return project.folder


def answer(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    capsys.readouterr()
    assert main(["evaluate", *arguments]) == 0
    return capsys.readouterr().out


def test_json_says_how_honest_the_probabilities_are_beside_the_documented_keys(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = json.loads(answer(capsys, str(project), "--json"))
    assert set(document) == {"scans", "all"}
    for scores in (*document["scans"].values(), document["all"]):
        assert set(scores) == DOCUMENTED | {"calibration"}
    assert document["scans"]["a"]["calibration"]["true_wrong"] == pytest.approx(1 / 6)
    assert document["scans"]["b"]["calibration"]["points"] == 9
    pooled = document["all"]["calibration"]
    assert pooled["points"] == 15
    assert pooled["expected_wrong"] == pytest.approx(0.25)
    assert pooled["auroc"] == 0.5


def test_annotations_say_no_probability(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document = json.loads(answer(capsys, str(project), "--json", "--what", "annotation"))
    assert set(document["all"]) == DOCUMENTED
    assert "AUROC" not in answer(capsys, str(project), "--what", "annotation")
    assert main(["evaluate", str(project), "--what", "annotation", "--plots", str(project / "plots")]) == 1
    assert "only pseudo labels say how sure they are" in capsys.readouterr().err
    assert not (project / "plots").exists()


def test_the_table_has_a_row_for_each_scan_and_decision_and_says_what_is_left_out(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = [line.split() for line in answer(capsys, str(project)).splitlines()]
    assert ["nested", "1", "75.0", "100.0"] in lines
    assert ["one", "box", "only", "14", "75.0", "85.7"] in lines
    assert ["a", "0.500", "0.083", "0.146", "25.0", "16.7", "6"] in lines
    assert "Of all points inside boxes; 1 that a person labelled are left out.".split() in lines


def test_plots_are_written_and_their_paths_printed(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "plots"
    shown = answer(capsys, str(project), "--plots", str(folder))
    told = {line.removeprefix("wrote ") for line in shown.splitlines() if line.startswith("wrote ")}
    assert told == {str(path) for path in folder.rglob("*") if path.is_file()}
    assert len(told) == 13
    document = json.loads(answer(capsys, str(project), "--plots", str(folder), "--scan", "a", "--json"))
    assert len(document["plots"]) == 9


def test_plots_that_cannot_be_made_end_in_one_sentence(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    assert main(["evaluate", str(project), "--plots", str(tmp_path / "file")]) == 1
    assert len(capsys.readouterr().err.splitlines()) == 1
    owner = Project.open(project)
    owner.save(replace(make_document("c"), ground_truth=None))
    assert main(["evaluate", str(project), "--scan", "c", "--plots", str(tmp_path / "plots")]) == 1
    assert "no ground truth; import with --ground-truth" in capsys.readouterr().err
    assert not (tmp_path / "plots").exists()
