"""Each thing that can be wrong in a project, a scan file or an export is found, and a good one is not blamed."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from documents import make_document
from plyfile import PlyData

from gapro_annotator.boxes import Boxes
from gapro_annotator.classes import Classes
from gapro_annotator.document import ScanDocument
from gapro_annotator.document_checks import check_document, overlapping_pairs
from gapro_annotator.errors import InputError
from gapro_annotator.exporters import export_scan
from gapro_annotator.labels import EditRecord
from gapro_annotator.project import Project
from gapro_annotator.store.scan_file import write_scan
from gapro_annotator.validation import validate


def texts(document: ScanDocument, severity: str = "error") -> list[str]:
    return [finding.text for finding in check_document(document, "room") if finding.severity == severity]


def changed(part: str, **fields: Any) -> ScanDocument:
    document = make_document()
    return replace(document, **{part: replace(getattr(document, part), **fields)})


def with_edit(**fields: Any) -> ScanDocument:
    document = make_document()
    (record,) = document.edits
    return replace(document, edits=(EditRecord(record.time, "Ann", replace(record.edit, **fields)),))


def int32(*values: int) -> np.ndarray:
    return np.array(values, np.int32)


def test_a_good_document_has_no_errors() -> None:
    assert texts(make_document()) == []


@pytest.mark.parametrize(
    ("document", "says"),
    [
        (changed("boxes", class_id=int32(0, 5)), "classes that the class table lacks: 5"),
        (changed("pseudo", instance=int32(4, 4, 4, 7, 7, 8)), "pseudo labels name boxes that are not there: 8"),
        (changed("pseudo", rival=int32(-2, -2, 3, -1, -1, -1)), "rivals name boxes"),
        (changed("pseudo", rival=int32(-2, 4, 7, -1, -1, -1)), "1 points have their own instance as rival"),
        (changed("pseudo", decision=np.full(6, 9, np.uint8)), "decision codes"),
        (changed("annotation", instance=int32(4, 4, 4, 7, 3, -1)), "labels name boxes"),
        (changed("annotation", semantic=int32(1, 0, 0, 1, 0, -1)), "class of 1 labels"),
        (changed("annotation", origin=np.array([0, 0, 0, 0, 1, 2], np.uint8)), "origin codes"),
        (changed("annotation", instance=int32(7, 4, 4, 7, 4, -1)), "1 labels differ from the pseudo label"),
        (changed("annotation", origin=np.array([1, 0, 0, 0, 1, 1], np.uint8)), "1 points are corrected otherwise"),
        (changed("ground_truth", semantic=int32(0, 0, 0, 6, 1, 1)), "ground truth has classes"),
        (with_edit(points=np.array([4, 9])), "names points that the scan lacks"),
        (with_edit(points=np.array([4, 4])), "names a point twice"),
        (with_edit(before=int32(7, -2)), "does not follow"),
        (with_edit(after=int32(7, -1)), "corrected otherwise"),
        (replace(make_document(), annotation=None), "edits but no labels"),
    ],
)
def test_parts_that_disagree_are_errors(document: ScanDocument, says: str) -> None:
    assert any(says in text for text in texts(document)), texts(document)


def test_suspicious_boxes_and_meshes_are_warnings() -> None:
    document = make_document()
    assert any("nearly the same" in text for text in texts(document, "warning"))
    far = replace(document.boxes, lower=np.full((2, 3), 5, np.float32), upper=np.full((2, 3), 6, np.float32))
    assert any("without a point: 4, 7" in text for text in texts(replace(document, boxes=far), "warning"))
    flat = replace(document, scan=replace(document.scan, faces=np.array([[0, 0, 1]], np.int32)))
    assert any("1 triangles" in text for text in texts(flat, "warning"))


def test_iou_of_boxes_worked_by_hand() -> None:
    lower = np.zeros((3, 3), np.float32)
    upper = np.array([[1, 1, 1], [1, 1, 2], [1, 1, 4]], np.float32)
    boxes = Boxes(int32(3, 5, 8), int32(0, 0, 0), lower, upper)
    assert list(overlapping_pairs(boxes, 0.3)) == [(3, 5, 0.5), (5, 8, 0.5)]


def test_a_project_is_checked_with_all_that_lies_in_it(tmp_path: Path) -> None:
    project = Project.create(tmp_path / "p", Classes.of(["chair", "Tisch, größer"]))
    project.save(make_document())
    assert [finding.severity for finding in validate(tmp_path / "p")] == ["warning"]  # its two boxes are the same
    write_scan(project.scan_path("other"), replace(make_document(), classes=Classes.of(["x", "y", "z"])))
    project.scan_path("cut").write_bytes(project.scan_path("room").read_bytes()[:500])
    session, _ = project.open_session("room", "Ann")
    session.assign(np.array([0]), -1, "x")
    session.assign(np.array([1]), -1, "y")
    journal = project.journal_path("room")
    journal.write_bytes(journal.read_bytes()[:-3])
    before = sorted((p.name, p.stat().st_size) for p in (tmp_path / "p" / "scans").iterdir())
    found = " | ".join(f"{finding.severity} {finding.text}" for finding in validate(tmp_path / "p"))
    assert "error its class 0 is 'x' but 'chair'" in found
    assert "error its class 2 (z) is not in project.toml" in found
    assert "warning holds a scan named 'room'" in found
    assert "error not a whole HDF5 file" in found
    assert "error 1 damaged lines" in found
    assert "warning 1 edits are not saved yet" in found
    assert sorted((p.name, p.stat().st_size) for p in (tmp_path / "p" / "scans").iterdir()) == before


def test_a_project_with_wrong_settings_is_one_finding(tmp_path: Path) -> None:
    Project.create(tmp_path / "p")
    (tmp_path / "p" / "project.toml").write_text("format = 3")
    (finding,) = validate(tmp_path / "p")
    assert finding.severity == "error"


@pytest.mark.parametrize(
    ("column", "value", "says"),
    [
        ("probability", 1.5, "leaves 0..1"),
        ("uncertainty", 0.9, "1 - probability"),
        ("variance", -1, "variance"),
        ("semantic", -1, "disagree"),
        ("semantic", 40, "not named"),
    ],
)
def test_a_wrong_ply_export_is_found(tmp_path: Path, column: str, value: float, says: str) -> None:
    path = export_scan(make_document(), "ply", tmp_path)
    assert validate(path) == []
    assert validate(tmp_path) == []
    ply = PlyData.read(path, mmap=False)
    ply["vertex"].data[column][0] = value
    ply.write(path)
    assert any(says in finding.text for finding in validate(path))


def test_what_cannot_be_checked_ends_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no project"):
        validate(tmp_path / "missing")
    (tmp_path / "cut.ply").write_text("ply\n")
    assert "no whole PLY" in validate(tmp_path / "cut.ply")[0].text
