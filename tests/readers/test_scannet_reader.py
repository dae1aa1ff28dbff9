"""A raw ScanNet folder worked by hand: two objects, a wall and a floor on twelve vertices."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from test_ply_reader import write_ply

from gapro_annotator.errors import InputError
from gapro_annotator.readers import read_source

SEGMENT = [70, 70, 70, 4, 4, 4, 31, 31, 31, 90, 90, 12]
GROUPS: list[dict[str, Any]] = [
    {"id": 0, "objectId": 0, "segments": [90], "label": "wall"},
    {"id": 1, "objectId": 1, "segments": [70, 4], "label": "office chair"},
    {"id": 2, "objectId": 5, "segments": [31], "label": "couch"},
]
ROWS = ["raw_category nyu40id nyu40class", "wall 1 wall", "office+chair 5 chair", "couch 6 sofa", "ghost 0 "]
TABLE = "".join(f"{row}\n" for row in ROWS).replace(" ", "\t").replace("+", " ")
# A quarter turn about z, then one metre along x.
ALIGNMENT = "axisAlignment = 0 -1 0 1 1 0 0 0 0 0 1 0 0 0 0 1"
RAW = np.arange(36, dtype=np.float32).reshape(12, 3) / 10


def write_scan_folder(
    root: Path, segment: list[int] = SEGMENT, groups: list[dict[str, Any]] = GROUPS, table: str | None = TABLE
) -> Path:
    folder = root / "scene0001_00"
    folder.mkdir()
    stem = "scene0001_00_vh_clean_2"
    write_ply(folder / f"{stem}.ply", RAW, faces=[[0, 1, 2]])
    (folder / f"{stem}.0.010000.segs.json").write_text(json.dumps({"segIndices": segment}))
    (folder / "scene0001_00.aggregation.json").write_text(json.dumps({"segGroups": groups}))
    (folder / "scene0001_00.txt").write_text(f"numColorFrames = 7\n{ALIGNMENT}\nsceneType = Office\n")
    if table is not None:
        (root / "scannetv2-labels.combined.tsv").write_text(table)
    return folder


def test_points_and_boxes_are_aligned_and_ids_are_object_ids(tmp_path: Path) -> None:
    scan = read_source(write_scan_folder(tmp_path))
    aligned = np.stack([1 - RAW[:, 1], RAW[:, 0], RAW[:, 2]], axis=1)
    assert scan.name == "scene0001_00"
    assert np.allclose(scan.xyz, aligned)
    assert scan.axis_alignment[0].tolist() == [0, -1, 0, 1]
    assert scan.boxes.id.tolist() == [1, 5]
    assert [scan.class_names[c] for c in scan.boxes.class_id] == ["chair", "sofa"]
    assert np.allclose(scan.boxes.lower[0], aligned[:6].min(axis=0))
    assert np.allclose(scan.boxes.upper[1], aligned[6:9].max(axis=0))
    assert scan.ground_truth.instance.tolist() == [1] * 6 + [5] * 3 + [-1] * 3
    assert scan.ground_truth.semantic.tolist() == [0] * 6 + [1] * 3 + [-1] * 3
    assert scan.superpoint.tolist() == [3, 3, 3, 0, 0, 0, 2, 2, 2, 4, 4, 1]
    assert scan.notes == ()
    scan.document(scan.superpoint)


def test_the_mesh_of_a_scan_stands_for_its_folder(tmp_path: Path) -> None:
    folder = write_scan_folder(tmp_path)
    assert len(read_source(folder / "scene0001_00_vh_clean_2.ply").boxes) == 2
    assert read_source(folder / "scene0001_00_vh_clean_2.ply", format="ply").boxes is None


def test_without_the_table_the_raw_labels_are_the_classes(tmp_path: Path) -> None:
    scan = read_source(write_scan_folder(tmp_path, table=None))
    assert scan.class_names == ("office chair", "couch")
    assert "raw labels" in scan.notes[0]


def test_labels_that_the_table_maps_to_nothing_are_background(tmp_path: Path) -> None:
    groups = [*GROUPS, {"objectId": 8, "segments": [12], "label": "ghost"}]
    scan = read_source(write_scan_folder(tmp_path, groups=groups))
    assert scan.boxes.id.tolist() == [1, 5]
    assert scan.ground_truth.instance[-1] == -1
    assert "ghost" in scan.notes[0]


def test_a_group_list_written_twice_is_taken_once(tmp_path: Path) -> None:
    scan = read_source(write_scan_folder(tmp_path, groups=GROUPS + GROUPS))
    assert scan.boxes.id.tolist() == [1, 5]
    assert scan.notes == ("3 groups are written twice and were taken once",)


def test_a_scan_of_the_test_split_has_neither_boxes_nor_alignment(tmp_path: Path) -> None:
    folder = write_scan_folder(tmp_path)
    (folder / "scene0001_00.txt").unlink()
    (folder / "scene0001_00.aggregation.json").unlink()
    scan = read_source(folder)
    assert np.array_equal(scan.axis_alignment, np.eye(4))
    assert scan.boxes is None
    assert scan.ground_truth is None
    assert "no boxes" in scan.notes[0]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"segment": SEGMENT[:-1]}, "11 entries but the mesh has 12"),
        ({"segment": [*SEGMENT[:-1], "x"]}, "whole numbers"),
        ({"groups": [*GROUPS, {"objectId": 9, "segments": [91], "label": "couch"}]}, "object 9 names a segment"),
        ({"groups": [*GROUPS, {"objectId": 5, "segments": [12], "label": "couch"}]}, "two objects"),
        ({"groups": [{"objectId": 5}]}, "lacks"),
        ({"table": "a\tb\n1\t2\n"}, "columns"),
    ],
)
def test_files_that_do_not_fit_end_in_one_sentence(tmp_path: Path, change: dict[str, Any], says: str) -> None:
    folder = write_scan_folder(tmp_path, **change)
    with pytest.raises(InputError, match=says):
        read_source(folder)


@pytest.mark.parametrize("line", ["axisAlignment = 1 2 3", "axisAlignment = a b c", "axisAlignment = " + "nan " * 16])
def test_a_wrong_alignment_ends_in_one_sentence(tmp_path: Path, line: str) -> None:
    folder = write_scan_folder(tmp_path)
    (folder / "scene0001_00.txt").write_text(line)
    with pytest.raises(InputError, match="axisAlignment"):
        read_source(folder)
