"""NPY, NPZ, Mask3D, flat floats and mmdetection3d: layouts by hand, and headers that lie."""

import io
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from damage import read_or_refuse

from gapro_annotator.errors import InputError
from gapro_annotator.readers import read_source
from gapro_annotator.readers.safe_numpy import load_npy, load_npz

XYZ = np.array([[0, 0, 0], [1, 1, 1], [0.5, 0, 1], [3, 3, 0], [4, 4, 2], [9, 9, 9]], np.float32)
RGB = np.array([[0, 10, 20], [30, 40, 50], [60, 70, 80], [90, 100, 110], [255, 0, 1], [9, 8, 7]], np.uint8)
INSTANCE = np.array([5, 5, 5, 8, 8, -1])
SEMANTIC = np.array([1, 1, 0, 0, 0, -1])


@pytest.mark.parametrize("dtype", ["<f4", ">f8", "<f2", "<i4"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_an_array_of_points_of_any_type_and_order(tmp_path: Path, dtype: str, order: str) -> None:
    table = np.concatenate([XYZ, RGB], axis=1).astype(dtype, order=order)
    np.save(tmp_path / "a.npy", table)
    scan = read_source(tmp_path / "a.npy")
    assert np.array_equal(scan.xyz, table[:, :3].astype(np.float32))
    assert scan.rgb.tolist() == RGB.tolist()


def test_named_columns(tmp_path: Path) -> None:
    table = np.zeros(6, [("red", "u1"), ("green", "u1"), ("blue", "u1"), ("X", "f8"), ("Y", "f8"), ("Z", "f8")])
    for name, values in zip("XYZ", XYZ.T, strict=True):
        table[name] = values
    np.save(tmp_path / "a.npy", table)
    assert np.array_equal(read_source(tmp_path / "a.npy").xyz, XYZ)


@pytest.mark.parametrize(
    "names",
    [
        ("coord", "color", "segment", "instance"),
        ("xyz", "rgb", "sem", "inst"),
        ("points", "colors", "label", "instances"),
    ],
)
def test_an_archive_with_labels_brings_boxes_and_ground_truth(tmp_path: Path, names: tuple[str, ...]) -> None:
    arrays = dict(zip(names, (XYZ, RGB, SEMANTIC, INSTANCE), strict=True))
    np.savez(tmp_path / "a.npz", **arrays, class_names=np.array(["lamp", "chair"]))
    scan = read_source(tmp_path / "a.npz")
    assert scan.boxes.id.tolist() == [5, 8]
    assert [scan.class_names[number] for number in scan.boxes.class_id] == ["chair", "lamp"]
    assert scan.boxes.upper.tolist() == [[1, 1, 1], [4, 4, 2]]
    assert scan.ground_truth.instance.tolist() == INSTANCE.tolist()
    assert scan.rgb.tolist() == RGB.tolist()


def test_headers_that_promise_more_than_there_is_cost_no_memory(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    np.lib.format.write_array_header_1_0(buffer, {"descr": "<f8", "fortran_order": False, "shape": (10**12, 3)})
    (tmp_path / "a.npy").write_bytes(buffer.getvalue() + bytes(48))
    with pytest.raises(InputError, match="promises"):
        read_source(tmp_path / "a.npy")
    with zipfile.ZipFile(tmp_path / "a.npz", "w") as archive:
        archive.writestr("xyz.npy", buffer.getvalue())
    with pytest.raises(InputError, match="promises"):
        read_source(tmp_path / "a.npz")


def test_pickles_bombs_and_crowds_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    np.save(tmp_path / "a.npy", np.array([{}, {}], object), allow_pickle=True)
    with pytest.raises(InputError, match="pickle"):
        load_npy(tmp_path / "a.npy")
    np.savez_compressed(tmp_path / "b.npz", xyz=np.zeros((200_000, 3)))
    assert len(load_npz(tmp_path / "b.npz")["xyz"]) == 200_000
    monkeypatch.setattr("gapro_annotator.readers.safe_numpy._MOST_UNPACKED", 1 << 20)
    with pytest.raises(InputError, match="would unpack"):
        load_npz(tmp_path / "b.npz")
    with zipfile.ZipFile(tmp_path / "c.npz", "w") as archive:
        for number in range(10_001):
            archive.writestr(f"{number}.npy", b"")
    with pytest.raises(InputError, match="10,001"):
        load_npz(tmp_path / "c.npz")


@pytest.mark.parametrize(
    "arrays",
    [
        {"color": RGB},
        {"xyz": XYZ, "rgb": RGB[:3]},
        {"xyz": XYZ, "instance": INSTANCE[:3]},
        {"xyz": XYZ, "instance": INSTANCE + 0.5},
        {"xyz": XYZ, "instance": np.full(6, 2**40)},
        {"xyz": XYZ, "instance": INSTANCE, "semantic": SEMANTIC + 5, "class_names": np.array(["a"])},
        {"xyz": XYZ.ravel()},
        {"xyz": XYZ[:, :2]},
        {"xyz": XYZ.astype(str)},
        {"xyz": XYZ.reshape(6, 3, 1)},
    ],
)
def test_arrays_that_do_not_fit_end_in_one_sentence(tmp_path: Path, arrays: dict[str, np.ndarray]) -> None:
    np.savez(tmp_path / "a.npz", **arrays)
    with pytest.raises(InputError, match=r"a\.npz"):
        read_source(tmp_path / "a.npz")


def mask3d_table() -> np.ndarray:
    columns = [XYZ, RGB, np.ones((6, 3)), [[4], [4], [7], [7], [9], [9]], [[5], [5], [5], [7], [7], [1]]]
    return np.concatenate([*columns, np.array([2, 2, 2, 3, 3, 6])[:, None]], axis=1).astype(np.float32)


def test_a_scan_of_mask3d(tmp_path: Path) -> None:
    np.save(tmp_path / "0011_00.npy", mask3d_table())
    scan = read_source(tmp_path / "0011_00.npy")
    assert scan.superpoint.tolist() == [0, 0, 1, 1, 2, 2]
    assert [scan.class_names[number] for number in scan.boxes.class_id] == ["chair", "table"]
    assert scan.ground_truth.instance.tolist() == [2, 2, 2, 3, 3, -1]  # the wall is background
    np.save(tmp_path / "0012_00.npy", mask3d_table()[:, :10])
    assert read_source(tmp_path / "0012_00.npy").boxes is None


def test_points_of_mmdetection3d_with_their_masks(tmp_path: Path) -> None:
    contents: dict[str, Any] = {
        "points": np.concatenate([XYZ, RGB], axis=1).astype("<f4"),
        "instance_mask": np.array([1, 1, 1, 2, 2, 0]),
        "semantic_mask": np.array([5, 5, 5, 7, 7, 0]),
        "super_points": np.array([0, 0, 0, 1, 1, 2]),
    }
    for folder, array in contents.items():
        (tmp_path / folder).mkdir()
        array.tofile(tmp_path / folder / "scene0011_00.bin")
    scan = read_source(tmp_path / "points" / "scene0011_00.bin")
    assert scan.boxes.id.tolist() == [1, 2]
    assert scan.class_names == ("chair", "table")
    assert scan.superpoint.tolist() == [0, 0, 0, 1, 1, 2]
    assert scan.rgb.tolist() == RGB.tolist()
    (tmp_path / "semantic_mask" / "scene0011_00.bin").write_bytes(bytes(40))
    with pytest.raises(InputError, match="need 48"):
        read_source(tmp_path / "points" / "scene0011_00.bin")


def test_flat_floats_as_kittis(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    cloud = np.concatenate([rng.normal(0, 20, (300, 3)), rng.random((300, 1))], axis=1).astype("<f4")
    cloud.tofile(tmp_path / "a.bin")
    scan = read_source(tmp_path / "a.bin")
    assert np.array_equal(scan.xyz, cloud[:, :3])
    assert any("intensity" in note for note in scan.notes)
    named = read_source(tmp_path / "a.bin", columns=["y", "x", "z", "-"])
    assert np.array_equal(named.xyz, cloud[:, [1, 0, 2]])
    with pytest.raises(InputError, match="no rows of 7"):
        read_source(tmp_path / "a.bin", columns=list("xyz----"))
    (tmp_path / "b.bin").write_bytes(b"\xff" * 48)
    with pytest.raises(InputError, match="--columns"):
        read_source(tmp_path / "b.bin")


def test_damaged_files_are_read_or_refused(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.concatenate([XYZ, RGB], axis=1))
    assert read_or_refuse(tmp_path / "a.npy", (tmp_path / "a.npy").read_bytes()) > 50
    np.save(tmp_path / "m.npy", mask3d_table())
    assert read_or_refuse(tmp_path / "m.npy", (tmp_path / "m.npy").read_bytes()) > 50
    np.savez_compressed(tmp_path / "a.npz", xyz=XYZ, rgb=RGB, instance=INSTANCE)
    assert read_or_refuse(tmp_path / "a.npz", (tmp_path / "a.npz").read_bytes(), cases=300) > 100
    np.concatenate([XYZ, RGB[:, :1]], axis=1).astype("<f4").tofile(tmp_path / "a.bin")
    assert read_or_refuse(tmp_path / "a.bin", (tmp_path / "a.bin").read_bytes()) > 20
