"""PCD files written by hand: ascii, binary, compressed; packed colours; NaN rows; hostile headers."""

import contextlib
import struct
from pathlib import Path

import numpy as np
import pytest
from damage import read_or_refuse
from hypothesis import given, settings
from hypothesis import strategies as st

from gapro_annotator.errors import InputError
from gapro_annotator.readers import read_source
from gapro_annotator.readers.lzf import unpack_lzf

XYZ = np.array([[0, 0, 0], [1, 2, 3], [np.nan, 1, 1], [4, 5, 6.5]], np.float32)
RGB = np.array([[255, 0, 1], [2, 3, 4], [9, 9, 9], [10, 20, 30]], np.uint32)
PACKED = RGB[:, 0] << 16 | RGB[:, 1] << 8 | RGB[:, 2]
INSTANCE = np.array([3, 3, 0, 7], np.int16)


def head(data: str, kind: str = "F", points: int = 4) -> str:
    return (
        "# .PCD v0.7 - Point Cloud Data file format\nVERSION 0.7\nFIELDS x y z _ rgb instance\nSIZE 4 4 4 1 4 2\n"
        f"TYPE F F F U {kind} I\nCOUNT 1 1 1 3 1 1\nWIDTH {points}\nHEIGHT 1\nVIEWPOINT 0 0 0 1 0 0 0\n"
        f"POINTS {points}\nDATA {data}\n"
    )


def fields() -> list[bytes]:
    padding = np.zeros((4, 3), np.uint8)
    return [*(XYZ[:, i].tobytes() for i in range(3)), padding.tobytes(), PACKED.tobytes(), INSTANCE.tobytes()]


def binary() -> bytes:
    rows = zip(XYZ.tolist(), PACKED.tolist(), INSTANCE.tolist(), strict=True)
    return b"".join(struct.pack("<fff3xIh", *xyz, color, number) for xyz, color, number in rows)


def literal_lzf(data: bytes) -> bytes:
    return b"".join(bytes([len(data[i : i + 32]) - 1]) + data[i : i + 32] for i in range(0, len(data), 32))


def write(path: Path, data: str, kind: str = "F") -> Path:
    content = head(data, kind).encode()
    if data == "ascii":
        colors = PACKED.view(np.float32) if kind == "F" else PACKED
        rows = zip(XYZ, colors, INSTANCE, strict=True)
        content += "".join(f"{x!s} {y!s} {z!s} 0 0 0 {c!s} {n}\n" for (x, y, z), c, n in rows).encode()
    elif data == "binary":
        content += binary()
    else:
        columns = b"".join(fields())
        packed = literal_lzf(columns)
        content += struct.pack("<II", len(packed), len(columns)) + packed
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("data", ["ascii", "binary", "binary_compressed"])
@pytest.mark.parametrize("kind", ["F", "U"])
def test_all_three_kinds_give_the_same_scan_and_keep_the_row_numbers(tmp_path: Path, data: str, kind: str) -> None:
    (tmp_path / "a.boxes.json").write_text(
        '{"format": "boxes", "units": "m", "boxes": [{"id": 3, "class": "cup", "min": [0, 0, 0], "max": [2, 2, 3]}, '
        '{"id": 7, "class": "cup", "min": [4, 5, 6], "max": [4, 5, 7]}]}'
    )
    scan = read_source(write(tmp_path / "a.pcd", data, kind))
    assert np.array_equal(scan.xyz, XYZ[[0, 1, 3]])
    assert scan.source_row.tolist() == [0, 1, 3]
    assert scan.rgb.tolist() == RGB[[0, 1, 3]].tolist()
    assert scan.ground_truth.instance.tolist() == [3, 3, 7]


def test_a_packed_colour_written_as_a_whole_number_in_a_float_field(tmp_path: Path) -> None:
    text = "FIELDS x y z rgb\nSIZE 4 4 4 4\nTYPE F F F F\nWIDTH 2\nHEIGHT 1\nPOINTS 2\nDATA ascii\n"
    (tmp_path / "a.pcd").write_text(f"{text}0 0 0 16711681\n1 1 1 65793\n")
    assert read_source(tmp_path / "a.pcd").rgb.tolist() == [[255, 0, 1], [1, 1, 1]]


def test_lzf_follows_references_back() -> None:
    # Three literals, then "6 bytes from 3 back": a reference may overlap what it writes.
    packed = np.frombuffer(bytes([2]) + b"abc" + bytes([(6 - 2) << 5, 2]), np.uint8)
    assert unpack_lzf(packed, 9).tobytes() == b"abcabcabc"
    # Longer than eight: one more byte of length.
    packed = np.frombuffer(bytes([0]) + b"z" + bytes([7 << 5, 20 - 9, 0]), np.uint8)
    assert unpack_lzf(packed, 21).tobytes() == b"z" * 21
    with pytest.raises(ValueError, match="cannot be packed"):
        unpack_lzf(packed, 1 << 30)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=80), st.integers(0, 300))
def test_lzf_of_any_bytes_is_unpacked_to_its_size_or_refused(data: bytes, size: int) -> None:
    with contextlib.suppress(ValueError):
        assert len(unpack_lzf(np.frombuffer(data, np.uint8), size)) == size


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("POINTS 4", "POINTS 99999999999999"),
        ("POINTS 4", "POINTS -4"),
        ("POINTS 4", "POINTS x"),
        ("COUNT 1 1 1 3 1 1", "COUNT 1 1 1 999999999 1 1"),
        ("SIZE 4 4 4 1 4 2", "SIZE 4 4 4 1 4 3"),
        ("TYPE F F F U F I", "TYPE F F F U Q I"),
        ("FIELDS x y z", "FIELDS x y q"),
        ("DATA binary", "DATA magic"),
        ("FIELDS", "FEILDS"),
    ],
)
@pytest.mark.parametrize("data", ["binary", "binary_compressed"])
def test_hostile_headers_end_in_one_sentence(tmp_path: Path, old: str, new: str, data: str) -> None:
    content = write(tmp_path / "a.pcd", data).read_bytes()
    (tmp_path / "a.pcd").write_bytes(content.replace(old.encode(), new.encode()))
    with pytest.raises(InputError, match=r"a\.pcd"):
        read_source(tmp_path / "a.pcd")


@pytest.mark.parametrize("data", ["ascii", "binary", "binary_compressed"])
def test_damaged_files_are_read_or_refused(tmp_path: Path, data: str) -> None:
    content = write(tmp_path / "a.pcd", data).read_bytes()
    read_source(tmp_path / "a.pcd")
    assert read_or_refuse(tmp_path / "a.pcd", content, cases=300) > 50
