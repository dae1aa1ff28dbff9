"""Exports are read with the plain library of their format and agree with the document row by row."""

import json
from dataclasses import replace
from pathlib import Path

import h5py
import numpy as np
import pytest
from documents import make_document
from plyfile import PlyData

from gapro_annotator.arrays import equal_fields
from gapro_annotator.classes import Classes
from gapro_annotator.errors import InputError, StoreError
from gapro_annotator.exporters import FORMATS, export_scan
from gapro_annotator.readers import read_source
from gapro_annotator.store.scan_file import read_scan


def test_ply_rows_lie_where_they_lay_in_the_source(tmp_path: Path) -> None:
    document = make_document()  # rows 0, 2, 4 … of the source; the odd ones were dropped
    vertex = PlyData.read(export_scan(document, "ply", tmp_path))["vertex"].data
    assert len(vertex) == 11
    world = document.scan.xyz.astype(np.float64) + document.scan.origin
    assert np.array_equal(vertex["x"][::2], world[:, 0])
    assert vertex["instance"][::2].tolist() == [4, 4, 4, 7, 4, -1]
    assert vertex["semantic"][::2].tolist() == [0, 0, 0, 1, 0, -1]
    assert vertex["probability"][::2].tolist() == [0.75] * 4 + [1, 1]
    assert vertex["variance"][::2].tolist() == [0.25] * 4 + [0, 0]
    assert vertex["uncertainty"][::2].tolist() == [0.25] * 4 + [0, 0]
    assert vertex["red"][::2].tolist() == document.scan.rgb[:, 0].tolist()
    dropped = vertex[1::2]
    assert np.isnan(dropped["y"]).all()
    assert set(dropped["instance"].tolist()) == set(dropped["semantic"].tolist()) == {-1}
    assert set(dropped["uncertainty"].tolist()) == {1}


def test_ply_keeps_the_mesh_on_the_rows_of_the_source_and_names_the_classes(tmp_path: Path) -> None:
    ply = PlyData.read(export_scan(make_document(), "ply", tmp_path))
    assert [face.tolist() for face in ply["face"]["vertex_indices"]] == [[0, 2, 4], [2, 4, 6]]
    assert "class 0 chair" in ply.comments
    assert r"class 1 Tisch, gr\xf6\xdfer" in ply.comments


def test_ply_has_all_rows_where_none_was_dropped(tmp_path: Path) -> None:
    document = make_document()
    document = replace(document, scan=replace(document.scan, source_row=None, faces=None, rgb=None, normal=None))
    ply = PlyData.read(export_scan(document, "ply", tmp_path))
    assert len(ply["vertex"].data) == 6
    assert "face" not in ply


def test_an_exported_ply_is_imported_again_without_taking_its_labels_for_truth(tmp_path: Path) -> None:
    scan = read_source(export_scan(make_document(), "ply", tmp_path))
    assert np.allclose(scan.xyz + scan.origin, make_document().scan.xyz + make_document().scan.origin, atol=1e-4)
    assert scan.source_row.tolist() == [0, 2, 4, 6, 8, 10]
    assert scan.ground_truth is None


def test_h5_is_read_with_three_lines_and_is_a_whole_scan_file(tmp_path: Path) -> None:
    path = export_scan(make_document(), "h5", tmp_path)
    with h5py.File(path) as file:
        assert file["labels/instance"][:].tolist() == [4, 4, 4, 7, 4, -1]
    assert equal_fields(read_scan(path), make_document())
    export_scan(make_document(), "h5", tmp_path)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["export-report.json", "export-report.txt", "room.h5"]


@pytest.mark.parametrize("name", FORMATS)
def test_exports_that_cannot_be_made_end_in_one_sentence(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match="no labels yet"):
        export_scan(replace(make_document(), annotation=None), name, tmp_path)
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="cannot be written"):
        export_scan(make_document(), name, tmp_path / "file" / "out")
    with pytest.raises(InputError, match="choose one of h5, ply, las, scannet"):
        export_scan(make_document(), "cake", tmp_path)


def test_a_ply_in_the_source_frame_has_the_coordinates_of_the_source(tmp_path: Path) -> None:
    document = make_document()
    matrix = np.array([[0, -1, 0, 5], [1, 0, 0, -3], [0, 0, 1, 2], [0, 0, 0, 1.0]])
    document = replace(document, scan=replace(document.scan, axis_alignment=matrix))
    vertex = PlyData.read(export_scan(document, "ply", tmp_path, frame="source"))["vertex"].data[::2]
    source = np.stack([vertex[axis] for axis in "xyz"], axis=1)
    world = document.scan.xyz.astype(np.float64) + document.scan.origin
    assert np.allclose(source @ matrix[:3, :3].T + matrix[:3, 3], world)


def test_the_report_says_what_the_numbers_mean_and_what_was_changed(tmp_path: Path) -> None:
    document = make_document()
    export_scan(replace(document, scan=replace(document.scan, rgb=None)), "pointgroup", tmp_path)
    report = json.loads((tmp_path / "export-report.json").read_text(encoding="utf-8"))["exports"]["pointgroup"]
    assert (report["frame"], report["options"]["others"]) == ("source", "number")
    assert [(row["project_class"], row["train_index"], row["nyu40"]) for row in report["classes"]] == [
        ("chair", 4, 5),
        ("Tisch, größer", 20, 41),
    ]
    scan = report["scans"]["room"]
    assert (scan["rows"], scan["points"], scan["dropped"], scan["rows_known"]) == (11, 6, 5, False)
    assert scan["instances"] == [
        {"instance": 0, "box": 4, "class": "chair", "points": 4},
        {"instance": 1, "box": 7, "class": "Tisch, größer", "points": 1},
    ]
    assert report["settings"]["semantic_classes"] == 21
    assert report["settings"]["class_numpoint_mean"][4] == 4
    text = (tmp_path / "export-report.txt").read_text(encoding="utf-8")
    for part in ("no colours", "the last kept one may be missing", "Tisch, größer", "semantic -100", "box 7"):
        assert part in text


def test_exports_into_one_folder_add_up_and_must_be_made_alike(tmp_path: Path) -> None:
    export_scan(make_document("room"), "pointgroup", tmp_path)
    export_scan(make_document("hall"), "pointgroup", tmp_path)
    export_scan(make_document("hall"), "ply", tmp_path)
    exports = json.loads((tmp_path / "export-report.json").read_text(encoding="utf-8"))["exports"]
    assert {name: list(one["scans"]) for name, one in exports.items()} == {
        "pointgroup": ["hall", "room"],
        "ply": ["hall"],
    }
    with pytest.raises(InputError, match="choose the same or another folder"):
        export_scan(make_document("attic"), "pointgroup", tmp_path, frame="aligned")
    other = replace(make_document("attic"), classes=Classes.of(["lamp", "table"]))
    with pytest.raises(InputError, match="other classes"):
        export_scan(other, "pointgroup", tmp_path)
    (tmp_path / "export-report.json").write_text("{}")
    with pytest.raises(InputError, match="no whole report"):
        export_scan(make_document("attic"), "pointgroup", tmp_path)


def test_options_and_frames_that_a_format_lacks_are_refused(tmp_path: Path) -> None:
    for name, options, told in (
        ("las", ["val=room"], "las has no such option; it has rows=source"),
        ("las", ["rows=some"], "choose one of source, kept"),
        ("las", ["rows"], "no such option"),
        ("h5", ["rows=kept"], "it has none"),
        ("s3dis", ["area=x"], "is no number"),
    ):
        with pytest.raises(InputError, match=told):
            export_scan(make_document(), name, tmp_path / name, options=options)
    with pytest.raises(InputError, match="h5 is always aligned"):
        export_scan(make_document(), "h5", tmp_path, frame="source")


def test_a_report_names_no_file_outside_its_folder_to_be_removed(tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("x")
    export_scan(make_document(), "pointgroup", tmp_path / "out")
    path = tmp_path / "out" / "export-report.json"
    report = json.loads(path.read_text(encoding="utf-8"))
    report["exports"]["pointgroup"]["scans"]["room"]["files"].append("../precious")
    path.write_text(json.dumps(report), encoding="utf-8")
    export_scan(make_document(), "pointgroup", tmp_path / "out")
    assert (tmp_path / "precious").exists()


def test_scans_that_a_format_would_call_alike_are_refused(tmp_path: Path) -> None:
    export_scan(make_document("a-1"), "s3dis", tmp_path)
    with pytest.raises(InputError, match="is that of a-1"):
        export_scan(make_document("a_1"), "s3dis", tmp_path)


def test_two_points_of_one_source_row_are_refused(tmp_path: Path) -> None:
    document = make_document()
    document = replace(document, scan=replace(document.scan, source_row=np.zeros(6, np.int64)))
    with pytest.raises(InputError, match="same row in the source"):
        export_scan(document, "segments", tmp_path)
