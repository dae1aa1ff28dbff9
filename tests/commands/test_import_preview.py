"""`import --preview` and the options that correct a wrong guess."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from documents import make_document

from gapro_annotator import cli
from gapro_annotator.project import Project
from gapro_annotator.store.scan_file import write_scan

XYZ = np.random.default_rng(0).random((500, 3)) * [4, 3, 2]


def run(*arguments: object) -> int:
    return cli.main([str(argument) for argument in arguments])


def write_text(path: Path) -> Path:
    color = np.arange(1500).reshape(500, 3) % 200
    np.savetxt(path, np.concatenate([XYZ * 1000, color], axis=1), fmt="%.3f", header="x y z r g b")
    return path


def test_the_preview_says_what_a_source_is_taken_for_and_writes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_text(tmp_path / "a.xyz")
    assert run("import", path, "--preview") == 0
    said = capsys.readouterr().out
    assert "a.xyz: text, nothing is written" in said
    assert "rows: 500 rows" in said
    assert "columns: x, y, z, r, g, b" in said
    assert "unit: mm; --unit mm makes it metres" in said
    assert "colours: 0 to 199" in said
    assert list(tmp_path.iterdir()) == [path]
    assert run("import", path, "--preview", "--json", "--unit", "mm") == 0
    (facts,) = json.loads(capsys.readouterr().out)["sources"]
    assert facts["rows"] == 500
    assert facts["unit_guess"] == "m"
    assert max(facts["extent"]) < 4.1


def test_unit_and_columns_are_kept_on_import(tmp_path: Path) -> None:
    path = write_text(tmp_path / "a.xyz")
    assert run("import", path, "--unit", "mm", "--columns", "y,x,z,-", "--project", tmp_path / "p") == 0
    scan = Project.open(tmp_path / "p").load("a").scan
    assert np.abs(scan.xyz[:, [1, 0, 2]] - XYZ).max() < 1e-5
    assert scan.rgb is None


@pytest.mark.parametrize("ending", ["npy", "npz", "pth", "json"])
def test_superpoints_of_others_are_kept_where_they_fit(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], ending: str
) -> None:
    path = write_text(tmp_path / "a.xyz")
    for rows in (500, 499):
        numbers = np.arange(rows) // 100 * 7
        file = tmp_path / f"s.{ending}"
        if ending == "npy":
            np.save(file, numbers)
        elif ending == "npz":
            np.savez(file, superpoint=numbers)
        elif ending == "pth":
            torch.save(torch.from_numpy(numbers) if rows == 500 else numbers, file)
        else:
            file.write_text(json.dumps({"segIndices": numbers.tolist()}))
        code = run("import", path, "--unit", "mm", "--superpoints", file, "--project", tmp_path / f"p{rows}")
        assert code == (0 if rows == 500 else 1)
    assert Project.open(tmp_path / "p500").load("a").scan.superpoint.tolist() == (np.arange(500) // 100).tolist()
    assert "499 superpoint numbers but the scan has 500 points" in capsys.readouterr().err


def test_boxes_of_another_program_with_another_unit_are_cured(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    np.save(tmp_path / "a.npy", XYZ)
    rows = ["class,cx,cy,cz,dx,dy,dz", "chair,1000,1000,500,1000,900,1000", "table,3000,2000,500,1000,900,1000"]
    (tmp_path / "b.csv").write_text("\n".join(rows))
    arguments = ("import", tmp_path / "a.npy", "--boxes", tmp_path / "b.csv", "--project", tmp_path / "p")
    assert run(*arguments) == 0
    assert "0% of the boxes hold points; 100% would if they are in mm" in capsys.readouterr().out
    assert run(*arguments, "--cure", "--replace") == 0
    assert "2 boxes of 2 classes" in capsys.readouterr().out
    assert np.allclose(Project.open(tmp_path / "p").load("a").boxes.upper[0], [1.5, 1.45, 1.0])


def test_import_without_a_project_is_wrong_usage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("import", write_text(tmp_path / "a.xyz")) == 2
    assert "--project" in capsys.readouterr().err


def test_a_scan_of_another_project_is_copied_with_its_labels(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = make_document("room")
    write_scan(tmp_path / "room.h5", document)
    rows = ["class,cx,cy,cz,dx,dy,dz", "Tisch, 1, 1, 1, 1, 1, 1", "chair,1,1,1,1,1,1"]
    (tmp_path / "b.csv").write_text("\n".join(rows))
    np.save(tmp_path / "a.npy", XYZ)
    assert run("import", tmp_path / "a.npy", "--boxes", tmp_path / "b.csv", "--project", tmp_path / "p") == 0
    assert run("import", tmp_path / "room.h5", "--project", tmp_path / "p") == 0
    copied = Project.open(tmp_path / "p").load("room")
    assert copied.classes.name == ("Tisch", "chair", "Tisch, größer")
    assert copied.boxes.class_id.tolist() == [1, 2]
    assert document.annotation is not None
    assert copied.annotation is not None
    assert copied.annotation.instance.tolist() == document.annotation.instance.tolist()
    assert copied.annotation.semantic.tolist() == [
        {0: 1, 1: 2, -1: -1}[k] for k in document.annotation.semantic.tolist()
    ]
    assert len(copied.edits) == 1
    assert run("import", tmp_path / "room.h5", "--project", tmp_path / "p") == 1
    assert run("import", tmp_path / "room.h5", "--up", "y", "--name", "b", "--project", tmp_path / "p") == 1
    assert "leave out --up" in capsys.readouterr().err
    assert run("validate", tmp_path / "p") == 0


def test_a_whole_project_is_copied_and_its_preview_writes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = Project.create(tmp_path / "other", make_document("room").classes)
    assert run("import", tmp_path / "other", "--project", tmp_path / "p") == 1
    assert "is a project without scans" in capsys.readouterr().err
    for name in ("attic", "room"):
        other.save(make_document(name))
    assert run("import", tmp_path / "other", "--preview") == 0
    assert "attic.h5: one of our scans" in capsys.readouterr().out
    assert not (tmp_path / "p").exists()
    assert run("import", tmp_path / "other", "--project", tmp_path / "p") == 0
    assert Project.open(tmp_path / "p").scan_names() == ["attic", "room"]
    assert len(Project.open(tmp_path / "p").load("attic").edits) == 1


def test_labels_beside_the_scans_of_a_folder_are_no_scans(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    np.savez(tmp_path / "a.npz", xyz=XYZ)
    np.savez(tmp_path / "a.gt.npz", instance=np.zeros(len(XYZ), np.int32), semantic=np.zeros(len(XYZ), np.int32))
    assert run("import", tmp_path, "--preview", "--json") == 0
    assert [Path(each["path"]).name for each in json.loads(capsys.readouterr().out)["sources"]] == ["a.npz"]
