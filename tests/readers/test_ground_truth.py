"""Ground truth from an npz: matched to the boxes and to class names, never unpickled."""

from pathlib import Path

import numpy as np
import pytest
from test_ply_reader import write_ply

from gapro_annotator.errors import InputError
from gapro_annotator.readers import ImportedScan, read_source

BOXES = """{"format": "boxes", "units": "m", "boxes": [
  {"id": 3, "class": "chair", "min": [0, 0, 0], "max": [1, 1, 1]},
  {"id": 9, "class": "Table", "min": [0, 0, 0], "max": [2, 2, 2]}]}"""


def imported(folder: Path, **arrays: np.ndarray) -> ImportedScan:
    (folder / "a.boxes.json").write_text(BOXES)
    np.savez(folder / "truth.npz", **arrays)
    return read_source(write_ply(folder / "a.ply"), ground_truth=folder / "truth.npz")


def test_classes_come_from_the_boxes_where_the_file_names_none(tmp_path: Path) -> None:
    scan = imported(tmp_path, instance=np.array([3, 9, -1, 3, -5]))
    assert scan.class_names == ("chair", "Table")
    assert scan.ground_truth.instance.tolist() == [3, 9, -1, 3, -1]
    assert scan.ground_truth.semantic.tolist() == [0, 1, -1, 0, -1]


def test_classes_are_matched_by_name_not_by_number(tmp_path: Path) -> None:
    scan = imported(
        tmp_path,
        instance=np.array([3, 9, -1, 3, 9]),
        semantic=np.array([1, 0, -1, 1, 0]),
        class_names=np.array(["table", "chair"]),
    )
    assert scan.ground_truth.semantic.tolist() == [0, 1, -1, 0, 1]
    assert scan.notes[-1].startswith("boxes from")


def test_unknown_class_names_give_way_to_the_class_of_the_box(tmp_path: Path) -> None:
    names = np.array(["desk", "chair"])
    scan = imported(
        tmp_path, instance=np.array([3, 9, -1, 3, 9]), semantic=np.array([1, 0, -1, 1, 0]), class_names=names
    )
    assert scan.ground_truth.semantic.tolist() == [0, 1, -1, 0, 1]
    assert "desk" in scan.notes[-1]


def test_instances_without_a_box_count_as_background(tmp_path: Path) -> None:
    scan = imported(tmp_path, instance=np.array([3, 9, 4, 5, 5]))
    assert scan.ground_truth.instance.tolist() == [3, 9, -1, -1, -1]
    assert scan.notes[-1].startswith("2 instances")


def test_ground_truth_beside_a_scan_is_never_taken_by_itself(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.gt.npz", instance=np.zeros(5, np.int32))
    assert read_source(write_ply(tmp_path / "a.ply")).ground_truth is None


def test_rows_dropped_from_the_scan_are_dropped_from_its_ground_truth(tmp_path: Path) -> None:
    xyz = np.arange(15, dtype=np.float32).reshape(5, 3)
    xyz[1] = np.inf
    np.savez(tmp_path / "truth.npz", instance=np.arange(5))
    scan = read_source(write_ply(tmp_path / "a.ply", xyz), ground_truth=tmp_path / "truth.npz")
    assert scan.ground_truth.instance.tolist() == [0, 2, 3, 4]


@pytest.mark.parametrize(
    ("arrays", "says"),
    [
        ({"instance": np.zeros(4, np.int32)}, "4 rows"),
        ({"labels": np.zeros(5, np.int32)}, "no array 'instance'"),
        ({"instance": np.zeros(5)}, "whole number"),
        ({"instance": np.zeros((5, 1), np.int32)}, "whole number"),
        ({"instance": np.full(5, 2**40)}, "32 bits"),
        ({"instance": np.zeros(5, np.int32), "semantic": np.zeros(5, np.int32)}, "class_names"),
        ({"instance": np.zeros(5, np.int32), "semantic": np.zeros(4, np.int32)}, "semantic 4"),
        ({"instance": np.zeros(5, int), "semantic": np.ones(5, int), "class_names": np.array(["a"])}, "class 1"),
        ({"instance": np.array([None] * 5, object)}, "pickled"),
    ],
)
def test_wrong_arrays_end_in_one_sentence(tmp_path: Path, arrays: dict[str, np.ndarray], says: str) -> None:
    with pytest.raises(InputError, match=says) as caught:
        imported(tmp_path, **arrays)
    assert "truth.npz" in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x03\x04 cut off"])
def test_files_that_are_no_archive_end_in_one_sentence(tmp_path: Path, content: bytes) -> None:
    path = write_ply(tmp_path / "a.ply")
    (tmp_path / "truth.npz").write_bytes(content)
    with pytest.raises(InputError, match=r"truth\.npz"):
        read_source(path, ground_truth=tmp_path / "truth.npz")
    with pytest.raises(InputError, match="cannot be read"):
        read_source(path, ground_truth=tmp_path / "missing.npz")


def test_a_box_of_a_class_that_the_table_lacks_ends_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "a.boxes.json").write_text(BOXES)
    path = write_ply(tmp_path / "a.ply")
    with pytest.raises(InputError, match="box 9 has the class 'Table'"):
        read_source(path, classes=["chair"])
    scan = read_source(path, classes=["lamp", "table", "chair"])
    assert scan.class_names == ("lamp", "table", "chair")
    assert scan.boxes.class_id.tolist() == [2, 1]
