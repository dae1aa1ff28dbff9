"""E57: stations in one frame, invalid points, damaged pages."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from damage import read_or_refuse

from gapro_annotator.errors import InputError
from gapro_annotator.readers import read_source

pye57 = pytest.importorskip("pye57")
XYZ = np.random.default_rng(0).random((6, 3)) * 4


def write_e57(path: Path, *stations: dict[str, Any]) -> Path:
    file = pye57.E57(str(path), mode="w")
    for place, more in enumerate(stations):
        data = dict(zip(("cartesianX", "cartesianY", "cartesianZ"), np.ascontiguousarray(XYZ.T), strict=True)) | more
        half = np.sqrt(0.5)
        turn = np.array([1.0, 0, 0, 0] if place == 0 else [half, 0, 0, half])  # the second is turned about z
        file.write_scan_raw(data, rotation=turn, translation=np.array([10.0 * place, 0, 0]))
    file.close()
    return path


def colors(first: int) -> dict[str, Any]:
    return {
        name: np.arange(6, dtype=np.uint8) + first + k for k, name in enumerate(("colorRed", "colorGreen", "colorBlue"))
    }


def test_stations_come_into_one_frame_in_the_order_of_the_file(tmp_path: Path) -> None:
    scan = read_source(write_e57(tmp_path / "a.e57", colors(0), colors(100)))
    second = np.stack([10 - XYZ[:, 1], XYZ[:, 0], XYZ[:, 2]], axis=1)
    assert np.allclose(scan.xyz, np.concatenate([XYZ, second]), atol=1e-5)
    assert scan.rgb[:, 0].tolist() == [*range(6), *range(100, 106)]
    assert any("2 stations" in note for note in scan.notes)


def test_invalid_points_are_dropped_and_the_rows_of_the_others_kept(tmp_path: Path) -> None:
    state = np.array([0, 1, 0, 0, 2, 0], np.int8)
    scan = read_source(write_e57(tmp_path / "a.e57", {"cartesianInvalidState": state}))
    assert scan.source_row.tolist() == [0, 2, 3, 5]
    assert np.allclose(scan.xyz, XYZ[state == 0], atol=1e-5)


def test_damaged_files_are_refused(tmp_path: Path) -> None:
    path = write_e57(tmp_path / "a.e57", colors(0), colors(9))
    assert read_or_refuse(path, path.read_bytes(), cases=200) == 200
    path.write_bytes(b"ASTM-E57")
    with pytest.raises(InputError, match=r"a\.e57"):
        read_source(path)
