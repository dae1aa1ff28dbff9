"""The whole path on the command line, from a PLY with a boxes file to scores and exports."""

import json
import os
import subprocess
import sys
from pathlib import Path

import h5py
import numpy as np
import pytest
from plyfile import PlyData, PlyElement

from gapro_annotator.cli import main
from gapro_annotator.labeling.request import METHODS


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A floor with two touching blocks, their boxes (which overlap), and the truth."""
    folder = tmp_path_factory.mktemp("source")
    rng = np.random.default_rng(5)
    floor = np.column_stack([rng.uniform(-1.5, 2.5, (3000, 2)), rng.normal(0, 0.003, 3000)])
    red = _surface(rng, (0.0, 0.0, 0.0), (0.8, 0.8, 0.7), 2500)
    blue = _surface(rng, (0.8, 0.2, 0.0), (1.5, 0.9, 0.4), 1500)
    xyz = np.concatenate([floor, red, blue]).astype(np.float32)
    instance = np.repeat([-1, 1, 2], [3000, 2500, 1500]).astype(np.int32)
    colors = np.array([[150, 140, 130], [200, 40, 40], [40, 40, 200]], np.uint8)[
        np.repeat([0, 1, 2], [3000, 2500, 1500])
    ]
    vertex = np.zeros(len(xyz), [(c, "f4") for c in "xyz"] + [(c, "u1") for c in ("red", "green", "blue")])
    for column, axis in enumerate("xyz"):
        vertex[axis] = xyz[:, column]
    for column, name in enumerate(("red", "green", "blue")):
        vertex[name] = colors[:, column]
    PlyData([PlyElement.describe(vertex, "vertex")]).write(str(folder / "blocks.ply"))
    boxes = [
        {"id": 1, "class": "cabinet", "min": [-0.02, -0.02, -0.01], "max": [0.86, 0.82, 0.72]},
        {"id": 2, "class": "box", "min": [0.74, 0.18, -0.01], "max": [1.52, 0.92, 0.42]},
    ]
    document = {"format": "boxes", "units": "m", "boxes": boxes}
    (folder / "blocks.boxes.json").write_text(json.dumps(document), encoding="utf-8")
    semantic = np.array([0, 1, -1], np.int32)[np.where(instance < 0, 2, instance - 1)]
    np.savez(folder / "truth.npz", instance=instance, semantic=semantic, class_names=np.array(["cabinet", "box"]))
    return folder


def _surface(rng: np.random.Generator, lower: tuple[float, ...], upper: tuple[float, ...], rows: int) -> np.ndarray:
    points = rng.uniform(lower, upper, (rows, 3))
    axis, side = rng.integers(0, 3, rows), rng.integers(0, 2, rows)
    side[axis == 2] = 1  # no bottom: it stands on the floor
    points[np.arange(rows), axis] = np.where(side == 0, np.asarray(lower)[axis], np.asarray(upper)[axis])
    return points


@pytest.fixture(scope="module")
def project(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made") / "project"
    arguments = ["import", str(source / "blocks.ply"), "--project", str(folder)]
    assert (
        main([*arguments, "--boxes", str(source / "blocks.boxes.json"), "--ground-truth", str(source / "truth.npz")])
        == 0
    )
    assert main(["label", str(folder)]) == 0
    return folder


def test_importing_reports_what_was_read_in_words(
    source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["import", str(source / "blocks.ply"), "--project", str(tmp_path / "p")]) == 0
    printed = capsys.readouterr()
    assert "7,000" in printed.out
    assert "2 boxes" in printed.out
    assert printed.err == ""


def test_labels_of_two_touching_blocks_are_good_and_their_file_is_read_with_plain_h5py(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert main(["evaluate", str(project), "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert set(document) >= {"scans", "all"}
    assert set(document["scans"]) == {"blocks"}
    assert set(document["all"]) >= {"ap", "ap50", "ap25", "ap90", "class_agnostic", "mean_iou"}
    assert set(document["all"]["class_agnostic"]) >= {"ap", "ap50", "ap25", "ap90"}
    assert document["all"]["ap50"] == 1.0
    assert document["all"]["mean_iou"] > 0.85
    with h5py.File(project / "scans" / "blocks.h5") as file:
        instance = file["labels/instance"][:]
        assert file["labels"].attrs["signal"] == "instance"
        assert file["pseudo/probability"][:].max() < 1 or (file["boxes/id"].shape[0] == 2)
    assert set(np.unique(instance)) == {-1, 1, 2}


def test_labelling_prints_its_figures_as_one_json_document(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert main(["label", str(project), "--json", "--scan", "blocks", "--seed", "3"]) == 0
    row = json.loads(capsys.readouterr().out)["scans"]["blocks"]
    assert row["pairs"] == 1
    assert row["undetermined"] > 0
    assert row["seconds"] > 0


def test_two_workers_label_as_one_does(source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "project"
    for name in ("a", "b"):
        arguments = ["import", str(source / "blocks.ply"), "--project", str(folder), "--name", name]
        assert main([*arguments, "--boxes", str(source / "blocks.boxes.json")]) == 0
    labels = []
    for workers in ("1", "2"):
        assert main(["label", str(folder), "--workers", workers]) == 0
        with h5py.File(folder / "scans" / "b.h5") as file:
            labels.append((file["pseudo/instance"][:], file["pseudo/probability"][:]))
    assert np.array_equal(labels[0][0], labels[1][0])
    assert np.allclose(labels[0][1], labels[1][1], atol=1e-4)
    capsys.readouterr()


@pytest.mark.parametrize("method", [method for method in METHODS if method != "gp"])
def test_every_method_of_the_paper_runs(project: Path, method: str, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert main(["label", str(project), "--method", method]) == 0
    assert main(["evaluate", str(project), "--json"]) == 0
    printed = capsys.readouterr().out
    assert json.loads(printed[printed.index("\n{") :])["all"]["ap25"] is not None
    assert main(["label", str(project), "--method", "gp"]) == 0


@pytest.mark.parametrize("form", ["h5", "ply"])
def test_exports_are_written_and_valid(
    project: Path, form: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["export", str(project), "--format", form, "--output", str(tmp_path / form)]) == 0
    assert len(list((tmp_path / form).glob(f"blocks*.{form}"))) == 1
    assert main(["validate", str(project)]) == 0
    assert main(["validate", str(tmp_path / form)]) == 0
    capsys.readouterr()


def test_info_says_what_is_there(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert main(["info", str(project)]) == 0
    assert "blocks" in capsys.readouterr().out
    assert main(["info", str(project / "scans" / "blocks.h5"), "--json"]) == 0
    assert "blocks" in json.dumps(json.loads(capsys.readouterr().out))


@pytest.mark.parametrize(
    "arguments",
    [
        ["label", "PROJECT", "--scan", "nowhere"],
        ["label", "PROJECT", "--features", "run-1"],
        ["label", "NOTHING"],
        ["evaluate", "NOTHING"],
        ["import", "NOTHING", "--project", "PROJECT"],
        ["export", "NOTHING", "--format", "ply", "--output", "PROJECT/out"],
        ["info", "NOTHING"],
        ["validate", "NOTHING"],
        ["open", "NOTHING"],
        ["NOTHING"],
    ],
)
def test_what_cannot_be_done_ends_in_one_sentence_and_exit_code_one(
    project: Path, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    filled = [a.replace("PROJECT", str(project)).replace("NOTHING", str(project.parent / "missing")) for a in arguments]
    assert main(filled) == 1
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("error: ")
    assert "Traceback" not in lines[0]


@pytest.mark.parametrize(
    "arguments",
    [["label"], ["label", "x", "--method", "magic"], ["label", "x", "--workers", "0"], ["export", "x"], ["--nonsense"]],
)
def test_wrong_usage_has_exit_code_two(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    assert stop.value.code == 2
    assert "usage" in capsys.readouterr().err


def test_debug_shows_where_it_failed(project: Path) -> None:
    with pytest.raises(Exception, match="missing"):
        main(["info", str(project.parent / "missing"), "--debug"])


def test_without_a_display_the_window_says_so_instead_of_aborting() -> None:
    environment = {key: value for key, value in os.environ.items() if key not in ("DISPLAY", "QT_QPA_PLATFORM")}
    ended = subprocess.run(
        [sys.executable, "-m", "gapro_annotator"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ended.returncode == 1
    assert ended.stderr.startswith("error: there is no X display")
    assert len(ended.stderr.splitlines()) == 1
