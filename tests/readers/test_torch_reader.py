"""`_inst_nostuff.pth` in all its payloads, and files that try to run code."""

import os
import pickle
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from damage import read_or_refuse

from gapro_annotator.errors import InputError
from gapro_annotator.readers import read_source

XYZ = np.array([[0, 0, 0], [1, 1, 1], [0.5, 0, 1], [3, 3, 0], [4, 4, 2], [-9, -9, -9]], np.float32)
RGB = np.array([[-1, 0, 1], [-1, -1, -1], [1, 1, 1], [0, 0, 0], [0.5, 0.5, 0.5], [-0.5, 0, 0]], np.float32)
BYTES = [[0, 128, 255], [0, 0, 0], [255, 255, 255], [128, 128, 128], [191, 191, 191], [64, 128, 128]]
SEMANTIC = np.array([4, 4, 4, 6, 6, 0], np.float64)
INSTANCE = np.array([0, 0, 0, 1, 1, -100], np.float64)
SUPERPOINT = np.array([9, 9, 9, 4, 4, 2], np.int64)


def save(path: Path, content: Any, **options: Any) -> Path:
    torch.save(content, path, **options)
    return path


@pytest.mark.parametrize("zipped", ["zip", "legacy"])
def test_the_layout_of_pointgroup(tmp_path: Path, zipped: str) -> None:
    path = tmp_path / "scene0011_00_inst_nostuff.pth"
    save(path, (XYZ, RGB, SEMANTIC, INSTANCE), _use_new_zipfile_serialization=zipped == "zip")
    scan = read_source(path)
    assert scan.name == "scene0011_00"
    assert np.array_equal(scan.xyz, XYZ)
    assert scan.rgb.tolist() == BYTES
    assert [scan.class_names[number] for number in scan.boxes.class_id] == ["chair", "table"]
    assert scan.boxes.upper.tolist() == [[1, 1, 1], [4, 4, 2]]
    assert scan.ground_truth.instance.tolist() == [0, 0, 0, 1, 1, -1]
    assert scan.superpoint is None
    scan.document(np.zeros(6, np.int32))


def test_the_test_splits_have_no_labels(tmp_path: Path) -> None:
    scan = read_source(save(tmp_path / "a_inst_nostuff.pth", (XYZ, RGB)))
    assert scan.boxes is None
    scan = read_source(save(tmp_path / "b_inst_nostuff.pth", (XYZ, RGB, SUPERPOINT)))
    assert scan.boxes is None
    assert scan.superpoint.tolist() == [2, 2, 2, 1, 1, 0]


def test_the_layout_of_spformer_has_superpoints_in_its_third_place(tmp_path: Path) -> None:
    content = (XYZ, RGB, SUPERPOINT, SEMANTIC, INSTANCE)
    scan = read_source(save(tmp_path / "a_inst_nostuff.pth", tuple(torch.from_numpy(part) for part in content)))
    assert scan.superpoint.tolist() == [2, 2, 2, 1, 1, 0]
    assert scan.class_names == ("chair", "table")


def test_rooms_of_s3dis_have_two_orders_of_classes(tmp_path: Path) -> None:
    semantic, instance = np.array([7, 7, 7, 8, 8, 2], np.int32), np.array([0, 0, 0, 1, 1, 2], np.int32)
    softgroup = (XYZ, RGB, semantic, instance, 3, "Area_1_office_1")
    gapro = (XYZ, ((RGB + 1) * 127.5).astype(np.float32), semantic, instance)
    scan = read_source(save(tmp_path / "Area_1_office_1_inst_nostuff.pth", softgroup))
    assert [scan.class_names[number] for number in scan.boxes.class_id] == ["chair", "table"]
    scan = read_source(save(tmp_path / "Area_1_office_2_inst_nostuff", gapro))
    assert scan.name == "Area_1_office_2"
    assert [scan.class_names[number] for number in scan.boxes.class_id] == ["table", "chair"]
    assert scan.rgb.tolist() == BYTES


def test_the_dict_of_minsu3d(tmp_path: Path) -> None:
    content = {
        "xyz": XYZ,
        "rgb": np.array(BYTES, np.uint8),
        "normal": np.ones((6, 3), np.float32),
        "sem_labels": np.array([4, 4, 4, 6, 6, -1], np.int16),
        "instance_ids": np.array([0, 0, 0, 1, 1, -1], np.int16),
    }
    scan = read_source(save(tmp_path / "scene0011_00.pth", content))
    assert scan.class_names == ("chair", "table")
    assert scan.rgb.tolist() == BYTES
    assert scan.normal.shape == (6, 3)


class Bomb:
    def __reduce__(self) -> Any:
        return os.mkdir, ("bombed",)


@pytest.mark.parametrize(
    "content",
    [
        Bomb(),
        (XYZ, RGB, Bomb()),
        np.array([Bomb()], object),
        {"xyz": XYZ, "f": os.system},
        (XYZ, RGB, SEMANTIC[:3], INSTANCE),
        (XYZ, RGB, SEMANTIC + 50, INSTANCE),
        (XYZ, RGB, SEMANTIC + 0.5, INSTANCE),
        (XYZ, RGB, SEMANTIC, INSTANCE * 1e12),
        (XYZ,),
        (),
        7,
        XYZ,
        (SEMANTIC, INSTANCE, SEMANTIC, SEMANTIC, SEMANTIC),
        {"rgb": RGB},
        (torch.zeros(1).expand(10**9, 3), RGB),
    ],
)
@pytest.mark.parametrize("zipped", ["zip", "legacy"])
def test_what_is_no_scan_runs_nothing_and_ends_in_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: Any, zipped: str
) -> None:
    monkeypatch.chdir(tmp_path)
    save(tmp_path / "a.pth", content, _use_new_zipfile_serialization=zipped == "zip")
    if not isinstance(content, tuple) or len(content) != 4 or content[2].max() < 50:
        with pytest.raises(InputError, match=r"a\.pth"):
            read_source(tmp_path / "a.pth")
    else:  # numbers beyond ScanNet's classes have no names, but are kept
        assert read_source(tmp_path / "a.pth").class_names == ("class 54", "class 56")
    assert not (tmp_path / "bombed").exists()


class Huge:
    def __reduce__(self) -> Any:
        return np._core.multiarray._reconstruct, (np.ndarray, (10**11,), b"b")


def test_absurd_shapes_and_packed_archives_cost_no_memory(tmp_path: Path) -> None:
    (tmp_path / "a.pth").write_bytes(pickle.dumps((XYZ, Huge())))
    with pytest.raises(InputError, match=r"a\.pth"):
        read_source(tmp_path / "a.pth")
    save(tmp_path / "b.pth", Huge())
    with pytest.raises(InputError, match="nothing in it was run"):
        read_source(tmp_path / "b.pth")
    with zipfile.ZipFile(tmp_path / "c.pth", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("archive/data.pkl", bytes(10_000_000))
    with pytest.raises(InputError, match="unpack to"):
        read_source(tmp_path / "c.pth")


def test_damaged_files_are_read_or_refused(tmp_path: Path) -> None:
    path = save(tmp_path / "a_inst_nostuff.pth", (XYZ, RGB, SEMANTIC, INSTANCE))
    assert read_or_refuse(path, path.read_bytes(), cases=300) > 50
    save(path, (XYZ, RGB, SEMANTIC, INSTANCE), _use_new_zipfile_serialization=False)
    assert read_or_refuse(path, path.read_bytes(), cases=300) > 50
