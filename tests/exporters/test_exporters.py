"""Exports are read with the plain library of their format and agree with the document row by row."""

from dataclasses import replace
from pathlib import Path

import h5py
import numpy as np
import pytest
from documents import make_document
from plyfile import PlyData

from gapro_annotator.arrays import equal_fields
from gapro_annotator.errors import InputError, StoreError
from gapro_annotator.exporters import export_scan
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
    assert [p.name for p in tmp_path.iterdir()] == ["room.h5"]


@pytest.mark.parametrize("name", ["h5", "ply"])
def test_exports_that_cannot_be_made_end_in_one_sentence(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match="no labels yet"):
        export_scan(replace(make_document(), annotation=None), name, tmp_path)
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="cannot be written"):
        export_scan(make_document(), name, tmp_path / "file" / "out")
    with pytest.raises(InputError, match="choose one of h5, ply"):
        export_scan(make_document(), "cake", tmp_path)
