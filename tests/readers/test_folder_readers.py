"""Rooms of S3DIS and scan folders of Pointcept, made by hand."""

from pathlib import Path

import numpy as np
import pytest
from damage import read_or_refuse

from gapro_annotator.errors import InputError
from gapro_annotator.readers import find_sources, read_source

CHAIR = ["0.5 0.5 0.1 10 20 30", "0.6 0.5 0.4 11 21 31"]
TABLE = ["1.5 0.5 0.7 40 50 60", "2.5 1.5 0.8 41 51 61"]
FLOOR = ["0 0 0 1 2 3", "3 3 0 1 2 3"]


def write_room(root: Path, *, room_file: bool = True) -> Path:
    room = root / "Area_1" / "office_1"
    (room / "Annotations").mkdir(parents=True)
    for name, rows in (("chair_1", CHAIR), ("table_1", TABLE), ("floor_1", FLOOR)):
        (room / "Annotations" / f"{name}.txt").write_text("\n".join(rows) + "\n")
    (room / "Annotations" / ".DS_Store").write_bytes(b"\0\1")
    (room.parent / "Area_1_alignmentAngle.txt").write_text("## Global alignment angle per disjoint space\n")
    if room_file:
        rows = [FLOOR[1], TABLE[0], CHAIR[1], CHAIR[0], FLOOR[0], TABLE[1], "9 9 9 1 1 1"]
        (room / "office_1.txt").write_text("\n".join(rows) + "\n")
    return room


def test_the_room_file_gives_the_order_and_annotations_the_objects(tmp_path: Path) -> None:
    scan = read_source(write_room(tmp_path))
    assert scan.name == "Area_1_office_1"
    assert len(scan.xyz) == 7
    assert [scan.class_names[number] for number in scan.boxes.class_id] == ["chair", "table"]
    chair, table = scan.boxes.id.tolist()
    assert scan.ground_truth.instance.tolist() == [-1, table, chair, chair, -1, table, -1]
    assert np.allclose(scan.boxes.upper[1], [2.5, 1.5, 0.8])
    assert scan.rgb[1].tolist() == [40, 50, 60]
    assert any("1 points of the room" in note for note in scan.notes)


def test_without_a_room_file_the_objects_are_the_room(tmp_path: Path) -> None:
    scan = read_source(write_room(tmp_path, room_file=False))
    assert len(scan.xyz) == 6
    assert any("no single room file" in note for note in scan.notes)


def test_an_area_is_its_rooms(tmp_path: Path) -> None:
    room = write_room(tmp_path)
    assert find_sources(room.parent) == [room]


def test_the_damaged_bytes_of_the_release_are_mended_and_reported(tmp_path: Path) -> None:
    room = write_room(tmp_path)
    (room / "Annotations" / "chair_1.txt").write_bytes(b"0.5 0.5 0.1 10\x10 20 30\n0.6 0.5 0.4 11 21 31\n")
    scan = read_source(room)
    assert any("chair_1.txt: line 1 had damaged bytes" in note for note in scan.notes)
    (room / "Annotations" / "chair_1.txt").write_text("0.5 0.5\n")
    with pytest.raises(InputError, match=r"chair_1\.txt"):
        read_source(room)


def write_pointcept(folder: Path) -> Path:
    folder.mkdir(parents=True)
    np.save(folder / "coord.npy", np.array([[0, 0, 0], [1, 1, 1], [3, 3, 0], [4, 4, 2]], np.float32))
    np.save(folder / "color.npy", np.arange(12, dtype=np.uint8).reshape(4, 3))
    np.save(folder / "normal.npy", np.ones((4, 3), np.float32))
    np.save(folder / "segment20.npy", np.array([4, 4, 0, -1], np.int16))
    np.save(folder / "instance.npy", np.array([7, 7, 8, -1], np.int16))
    return folder


def test_a_scan_folder_of_pointcept(tmp_path: Path) -> None:
    folder = write_pointcept(tmp_path / "train" / "scene0011_00")
    scan = read_source(folder)
    assert scan.name == "scene0011_00"
    assert scan.boxes.id.tolist() == [7]
    assert scan.class_names == ("chair",)
    assert scan.ground_truth.instance.tolist() == [7, 7, -1, -1]  # the wall is background
    assert scan.rgb[3].tolist() == [9, 10, 11]
    assert find_sources(tmp_path / "train") == [folder]
    (folder / "segment20.npy").rename(folder / "segment.npy")
    assert read_source(folder).class_names == ("class 4", "class 0")
    np.save(folder / "instance.npy", np.zeros(3, np.int16))
    with pytest.raises(InputError, match=r"instance\.npy"):
        read_source(folder)


def test_damaged_files_are_read_or_refused(tmp_path: Path) -> None:
    room = write_room(tmp_path)
    for file in (room / "office_1.txt", room / "Annotations" / "chair_1.txt"):
        content = file.read_bytes()
        read_or_refuse(file, content, lambda _: read_source(room), cases=120)
        file.write_bytes(content)
    folder = write_pointcept(tmp_path / "scan")
    for name in ("coord", "color", "instance"):
        content = (folder / f"{name}.npy").read_bytes()
        read_or_refuse(folder / f"{name}.npy", content, lambda _: read_source(folder), cases=100)
        (folder / f"{name}.npy").write_bytes(content)
