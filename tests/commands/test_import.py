"""`import` from the command line: what it keeps, what it says, what it refuses."""

from pathlib import Path

import numpy as np
import pytest
from plyfile import PlyData, PlyElement

from gapro_annotator import cli
from gapro_annotator.project import Project

BOXES = """{"format": "boxes", "units": "cm", "boxes": [
  {"id": 3, "class": "chair", "min": [0, 0, 0], "max": [50, 100, 100]},
  {"id": 8, "class": "table", "min": [25, 0, 0], "max": [75, 100, 100]},
  {"id": 9, "class": "lamp", "min": [900, 900, 900], "max": [901, 901, 901]}]}"""


def write_cloud(path: Path, *, scale: float = 1, boxes: str | None = BOXES) -> Path:
    """A cubic grid of 10 × 10 × 10 points in the unit cube."""
    grid = np.stack(np.meshgrid(*[np.linspace(0, 1, 10)] * 3, indexing="ij"), axis=-1).reshape(-1, 3) * scale
    vertex = np.array([tuple(row) for row in grid], [("x", "f4"), ("y", "f4"), ("z", "f4")])
    PlyData([PlyElement.describe(vertex, "vertex")]).write(path)
    if boxes is not None:
        path.with_name(f"{path.stem}.boxes.json").write_text(boxes)
    return path


def run(*arguments: object) -> int:
    return cli.main([str(argument) for argument in arguments])


def test_import_keeps_a_scan_and_reports_in_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cloud = write_cloud(tmp_path / "cloud.ply")
    np.savez(tmp_path / "truth.npz", instance=np.repeat([3, -1], 500))
    assert run("import", cloud, "--project", tmp_path / "p", "--ground-truth", tmp_path / "truth.npz") == 0
    said = capsys.readouterr()
    assert "1,000 points, 1.00 × 1.00 × 1.00 m" in said.out
    assert "3 boxes of 3 classes: chair, table, lamp" in said.out
    assert "1 box without a point: 9" in said.out
    # x = 0, 1/9 … 1: five layers in the chair's box, four in the table's, two in both.
    assert "50.0% of the points in one box, 20.0% in several, 30.0% in none" in said.out
    assert "ground truth of 1 instance" in said.out
    assert said.err == ""
    document = Project.open(tmp_path / "p").load("cloud")
    assert document.boxes.id.tolist() == [3, 8, 9]
    assert document.boxes.upper[0].tolist() == [0.5, 1, 1]
    assert document.scan.superpoint_count > 1
    assert document.annotation is None


def test_the_class_file_gives_the_order_of_the_class_table(tmp_path: Path) -> None:
    (tmp_path / "classes.txt").write_text("lamp\n\ntable\nchair\nsofa\n")
    (tmp_path / "short.json").write_text('["lamp", "table"]')
    cloud = write_cloud(tmp_path / "cloud.ply")
    assert run("import", cloud, "--project", tmp_path / "p", "--classes", tmp_path / "classes.txt") == 0
    project = Project.open(tmp_path / "p")
    assert project.classes.name == ("lamp", "table", "chair", "sofa")
    assert project.load("cloud").boxes.class_id.tolist() == [2, 1, 0]
    assert run("import", cloud, "--project", tmp_path / "q", "--classes", tmp_path / "short.json") == 1
    assert not (tmp_path / "q").exists()


def test_a_scan_is_replaced_only_when_asked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cloud = write_cloud(tmp_path / "cloud.ply")
    project = tmp_path / "p"
    assert run("import", cloud, "--project", project) == 0
    assert run("import", cloud, "--project", project) == 1
    assert capsys.readouterr().err.startswith("error: ")
    assert run("import", cloud, "--project", project, "--name", "again") == 0
    assert run("import", cloud, "--project", project, "--replace") == 0
    assert Project.open(project).scan_names() == ["again", "cloud"]


def test_one_bad_scan_of_a_folder_leaves_no_trace_and_does_not_stop_the_others(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    scans = tmp_path / "scans"
    scans.mkdir()
    write_cloud(scans / "a.ply")
    write_cloud(scans / "b.ply", boxes='{"format": "boxes", "units": "inch", "boxes": []}')
    (scans / "c.ply").write_text("no scan")
    write_cloud(scans / "d.ply", boxes=None)
    assert run("import", scans, "--project", tmp_path / "p") == 1
    said = capsys.readouterr()
    assert "2 of 4 scans imported" in said.out
    assert said.err.count("error: ") == 2
    assert Project.open(tmp_path / "p").scan_names() == ["a", "d"]
    assert run("validate", tmp_path / "p") == 0


def test_suspicious_units_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("import", write_cloud(tmp_path / "mm.ply", scale=1000), "--project", tmp_path / "p") == 0
    assert "check: it is 1,000 m long" in capsys.readouterr().out
    assert run("import", write_cloud(tmp_path / "km.ply", scale=0.001), "--project", tmp_path / "p") == 0
    assert "check: it is only 1.0 mm long" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["missing.ply"], "there is no such file"),
        (["empty"], "holds no scan"),
        (["a.ply", "b.ply", "--name", "x"], "--name"),
        (["a.ply", "b.ply", "--boxes", "a.boxes.json"], "--boxes"),
        (["a.ply", "--name", "x/y"], "plain name"),
        (["a.ply", "--boxes", "missing.json"], "missing.json"),
        (["a.ply", "--ground-truth", "short.npz"], "3 rows"),
        (["a.ply", "--ground-truth", "pickled.npz"], "pickled"),
        (["a.ply", "--classes", "missing.txt"], "missing.txt"),
        (["a.ply", "--classes", "twice.txt"], "twice"),
    ],
)
def test_wrong_arguments_end_in_one_sentence_and_leave_no_project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: list[str], says: str
) -> None:
    monkeypatch.chdir(tmp_path)
    write_cloud(tmp_path / "a.ply")
    write_cloud(tmp_path / "b.ply")
    (tmp_path / "empty").mkdir()
    (tmp_path / "twice.txt").write_text("chair\nChair\n")
    np.savez(tmp_path / "short.npz", instance=np.zeros(3, np.int32))
    np.savez(tmp_path / "pickled.npz", instance=np.array([{}] * 1000, object))
    assert run("import", *arguments, "--project", "p") == 1
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert said.startswith("error: ")
    assert says in said
    assert not (tmp_path / "p").exists()


def test_a_project_path_that_is_a_file_ends_in_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cloud = write_cloud(tmp_path / "a.ply")
    assert run("import", cloud, "--project", cloud) == 1
    assert "is a file" in capsys.readouterr().err
