"""`export`, `info` and `validate` from the command line."""

import json
from dataclasses import replace
from pathlib import Path

import h5py
import numpy as np
import pytest
from documents import make_document
from plyfile import PlyData

from gapro_annotator import cli
from gapro_annotator.project import Project


def run(*arguments: object) -> int:
    return cli.main([str(argument) for argument in arguments])


@pytest.fixture
def project(tmp_path: Path) -> Project:
    project = Project.create(tmp_path / "p")
    project.save(make_document("room"))
    project.save(make_document("hall"))
    return project


def test_export_writes_one_file_a_scan_and_prints_its_path(
    project: Project, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("export", project.folder, "--format", "h5", "--output", tmp_path / "out") == 0
    assert capsys.readouterr().out.split() == [str(tmp_path / "out" / f"{name}.h5") for name in ("hall", "room")]
    assert run("export", project.folder, "--format", "ply", "--scan", "room", "--output", tmp_path / "out") == 0
    names = sorted(p.name for p in (tmp_path / "out").iterdir())
    assert names == ["export-report.json", "export-report.txt", "hall.h5", "room.h5", "room.ply"]
    assert run("validate", tmp_path / "out") == 0


def test_export_of_one_scan_file_has_the_edits_of_its_journal(project: Project, tmp_path: Path) -> None:
    project.open_session("room", "Ann")[0].assign(np.array([0]), 7, "To table")
    assert run("export", project.scan_path("room"), "--format", "ply", "--output", tmp_path / "out") == 0
    assert PlyData.read(tmp_path / "out" / "room.ply")["vertex"]["instance"][0] == 7


def test_exports_that_cannot_be_made_end_in_one_sentence(
    project: Project, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = project.scan_path("room").read_bytes()
    for arguments in (
        (project.folder, "--output", project.scan_path("room").parent),
        (project.scan_path("room"), "--output", project.scan_path("room").parent),
        (project.folder, "--output", tmp_path / "out", "--scan", "attic"),
        (tmp_path / "missing", "--output", tmp_path / "out"),
        (tmp_path, "--output", tmp_path / "out"),
    ):
        assert run("export", *arguments, "--format", "h5") == 1
        assert capsys.readouterr().err.count("\n") == 1
    assert project.scan_path("room").read_bytes() == before


def test_info_says_what_a_project_and_a_scan_hold(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("info", project.folder) == 0
    said = capsys.readouterr().out
    assert "project of 2 scans" in said
    assert "labelled by gp: 2 instances, 33.3% of the points corrected in 1 edit" in said
    assert run("info", project.folder, "--json") == 0
    assert sorted(json.loads(capsys.readouterr().out)["scans"]) == ["hall", "room"]
    assert run("info", project.scan_path("room"), "--json") == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["kind"] == "scan"
    assert facts["points"] == 6
    assert facts["method"] == "gp"
    assert facts["corrected_share"] == pytest.approx(1 / 3, abs=1e-6)
    assert facts["undetermined_share"] == 1


def test_info_counts_no_edit_that_was_taken_back(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    def edits() -> int:
        assert run("info", project.scan_path("room"), "--json") == 0
        return json.loads(capsys.readouterr().out)["edits"]

    before = edits()
    session, _ = project.open_session("room", "test")
    session.assign(np.array([0, 1]), -1, "background")
    session.assign(np.array([2]), -1, "background")
    session.undo()
    project.save_session(session)
    assert edits() == before + 1
    session.redo()
    project.save_session(session)
    assert edits() == before + 2


def test_info_names_classes_that_no_box_is_of(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert run("info", project.folder) == 0
    assert "no box is of" not in capsys.readouterr().out
    project.add_classes(["harp"])
    assert run("info", project.folder) == 0
    assert "classes that no box is of (they keep their numbers): harp" in capsys.readouterr().out
    assert run("info", project.folder, "--json") == 0
    assert json.loads(capsys.readouterr().out)["unused_classes"] == ["harp"]


def test_info_looks_at_a_foreign_scan_without_importing_it(
    project: Project, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run("export", project.folder, "--format", "ply", "--scan", "room", "--output", tmp_path)
    capsys.readouterr()
    assert run("info", tmp_path / "room.ply", "--json") == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["kind"] == "source"
    assert facts["points"] == 6
    assert facts["superpoints"] is None
    assert run("info", tmp_path / "room.ply") == 0
    assert "no boxes" in capsys.readouterr().out
    assert run("info", tmp_path / "missing") == 1


def test_validate_lists_what_is_wrong_and_fails(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("validate", project.folder) == 0
    assert "0 errors, 2 warnings" in capsys.readouterr().out
    with h5py.File(project.scan_path("room"), "r+") as file:
        file["labels/instance"][0] = 99
    assert run("validate", project.folder) == 1
    assert "error: " in capsys.readouterr().out


def test_validate_praises_what_is_well(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document = make_document()
    project = Project.create(tmp_path / "p")
    upper = np.array([[1, 1, 1], [1, 1, 0.5]], np.float32)
    project.save(replace(document, boxes=replace(document.boxes, upper=upper)))
    assert run("validate", tmp_path / "p") == 0
    assert "all is well" in capsys.readouterr().out


def test_export_splits_scans_and_refuses_a_slip_of_the_pen(
    project: Project, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    export = ("export", project.folder, "--format", "pointgroup", "--output", out, "--option")
    assert run(*export, "val=roam") == 1
    assert "val=roam: is not exported here; there are hall, room" in capsys.readouterr().err
    assert run(*export, "val=room") == 0
    said = capsys.readouterr()
    suffix = "_inst_nostuff.pth"
    assert said.out.split() == [str(out / "train" / f"hall{suffix}"), str(out / "val" / f"room{suffix}")]
    assert said.err.startswith(f"report: {out / 'export-report.txt'}")
    assert run("validate", out) == 0
    assert "all is well" in capsys.readouterr().out


def test_what_was_exported_before_a_scan_failed_is_whole_and_in_the_report(project: Project, tmp_path: Path) -> None:
    project.save(replace(make_document("house"), annotation=None, pseudo=None, edits=()))
    assert run("export", project.folder, "--format", "pointcept", "--output", tmp_path / "out") == 1
    report = json.loads((tmp_path / "out" / "export-report.json").read_text(encoding="utf-8"))
    assert list(report["exports"]["pointcept"]["scans"]) == ["hall"]
    assert run("validate", tmp_path / "out") == 0


def test_export_help_lists_formats_with_their_options(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        run("export", "--help")
    shown = capsys.readouterr().out
    assert "Mask3D" in shown
    assert "others=number|ignore|otherfurniture" in shown
