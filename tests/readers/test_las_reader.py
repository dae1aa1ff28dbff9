"""LAS and LAZ: scaled coordinates, 8 and 16 bit colours, extra bytes, headers that lie."""

from pathlib import Path
from typing import Any

import laspy
import numpy as np
import pytest
from damage import read_or_refuse

from gapro_annotator.errors import InputError
from gapro_annotator.readers import read_source

WORLD = np.array(
    [[455_123.001, 5_412_345.002, 251.003], [455_124.001, 5_412_346.009, 253.0], [455_125, 5_412_347, 252]]
)


def write_las(path: Path, colors: Any = None, *, kind: int = 7, xyz: np.ndarray = WORLD, **extra: Any) -> Path:
    header = laspy.LasHeader(point_format=kind, version="1.4" if kind > 5 else "1.2")
    header.offsets, header.scales = np.floor(xyz.min(axis=0)), np.full(3, 0.001)
    las = laspy.LasData(header)
    for name, values in extra.items():
        las.add_extra_dim(laspy.ExtraBytesParams(name, values.dtype))
        las[name] = values
    las.x, las.y, las.z = xyz.T
    if colors is not None:
        las.red, las.green, las.blue = np.array(colors, np.uint16).T
    las.write(path)
    return path


@pytest.mark.parametrize("ending", ["las", "laz"])
@pytest.mark.parametrize("kind", [2, 7])
def test_geo_coordinates_keep_their_millimetres(tmp_path: Path, ending: str, kind: int) -> None:
    scan = read_source(write_las(tmp_path / f"a.{ending}", kind=kind))
    assert np.abs(scan.xyz + scan.origin - WORLD).max() < 1e-4
    assert scan.origin.tolist() == np.floor(scan.origin).tolist()
    assert scan.rgb is None
    assert any("black" in note for note in scan.notes)


@pytest.mark.parametrize(
    ("colors", "expected"),
    [
        ([[65535, 0, 257], [256, 512, 65280], [0, 0, 0]], [[255, 0, 1], [1, 2, 255], [0, 0, 0]]),
        ([[255, 0, 1], [1, 2, 3], [0, 0, 0]], [[255, 0, 1], [1, 2, 3], [0, 0, 0]]),
    ],
)
def test_colours_of_16_and_of_8_bits(tmp_path: Path, colors: list[list[int]], expected: list[list[int]]) -> None:
    assert read_source(write_las(tmp_path / "a.laz", colors)).rgb.tolist() == expected


def test_instances_in_extra_bytes_are_ground_truth_where_they_are_the_ids_of_the_boxes(tmp_path: Path) -> None:
    (tmp_path / "a.boxes.json").write_text(
        '{"format": "boxes", "units": "m", "boxes": [{"id": 4, "class": "cup", "min": [455123, 5412345, 250], '
        '"max": [455125, 5412347, 254]}]}'
    )
    scan = read_source(write_las(tmp_path / "a.las", instance=np.array([4, 4, -1], np.int32)))
    assert scan.ground_truth.instance.tolist() == [4, 4, -1]
    assert len(scan.boxes.members(scan.xyz)[0]) == 3


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (247, b"\xff" * 7 + b"\x00"),
        (247, b"\x00\x00\x00\x40"),
        (100, b"\xff\xff\xff\xff"),
        (96, b"\xff\xff\xff\x7f"),
        (0, b"X"),
    ],
)
@pytest.mark.parametrize("ending", ["las", "laz"])
def test_headers_that_lie_end_in_one_sentence(tmp_path: Path, place: int, value: bytes, ending: str) -> None:
    path = write_las(tmp_path / f"a.{ending}")
    content = bytearray(path.read_bytes())
    content[place : place + len(value)] = value
    path.write_bytes(content)
    with pytest.raises(InputError, match=rf"a\.{ending}"):
        read_source(path)


@pytest.mark.parametrize("ending", ["las", "laz"])
def test_damaged_files_are_read_or_refused(tmp_path: Path, ending: str) -> None:
    content = write_las(tmp_path / f"a.{ending}", [[65535, 0, 257], [256, 512, 65280], [0, 0, 0]]).read_bytes()
    assert read_or_refuse(tmp_path / f"a.{ending}", content, cases=300) > 50
