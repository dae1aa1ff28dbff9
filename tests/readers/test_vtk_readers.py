"""VTK's own writers are the reference: whatever they write is read back alike, whole or damaged."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import pyvista as pv
from damage import read_or_refuse
from vtkmodules.vtkIOLegacy import vtkPolyDataWriter, vtkUnstructuredGridWriter
from vtkmodules.vtkIOXML import vtkXMLPolyDataWriter, vtkXMLUnstructuredGridWriter

from gapro_annotator.errors import InputError
from gapro_annotator.readers import read_source

XYZ = np.random.default_rng(3).random((60, 3))
RGB = np.random.default_rng(4).integers(0, 256, (60, 3), dtype=np.uint8)
INSTANCE = np.arange(60, dtype=np.int32) % 4


def mesh() -> pv.PolyData:
    """A cloud with a triangle and a square."""
    made = pv.PolyData(XYZ, faces=[3, 0, 1, 2, 4, 3, 4, 5, 6])
    made.point_data["RGB"] = RGB
    made.point_data["Normals"] = XYZ.astype(np.float32)
    made.point_data["superpoint"] = INSTANCE
    made.point_data["a name"] = XYZ[:, 0]
    made.cell_data["of cells"] = np.arange(2.0)
    return made


def written(path: Path, data: Any, writer: Any, **settings: Any) -> Path:
    writer.SetInputData(data)
    writer.SetFileName(str(path))
    for name, value in settings.items():
        getattr(writer, f"Set{name}")(*(() if value is None else (value,)))
    assert writer.Write() == 1
    return path


def check(path: Path, tolerance: float = 1e-12) -> None:
    scan = read_source(path)
    np.testing.assert_allclose(scan.xyz + scan.origin, XYZ.astype(np.float32), atol=max(tolerance, 1e-6))
    np.testing.assert_array_equal(scan.rgb, RGB)
    np.testing.assert_allclose(scan.normal, XYZ.astype(np.float32), atol=1e-5)
    assert scan.superpoint is not None
    np.testing.assert_array_equal(scan.superpoint, INSTANCE)
    assert scan.faces is not None
    assert sorted(map(tuple, scan.faces.tolist())) == [(0, 1, 2), (3, 4, 5), (3, 5, 6)]


@pytest.mark.parametrize("version", [42, 51])
@pytest.mark.parametrize("kind", ["ASCII", "Binary"])
def test_legacy_files_of_both_versions(tmp_path: Path, version: int, kind: str) -> None:
    writer = vtkPolyDataWriter()
    getattr(writer, f"SetFileTypeTo{kind}")()
    check(written(tmp_path / "a.vtk", mesh(), writer, FileVersion=version), 1e-5)


@pytest.mark.parametrize("version", [42, 51])
@pytest.mark.parametrize("kind", ["ASCII", "Binary"])
def test_legacy_grids(tmp_path: Path, version: int, kind: str) -> None:
    writer = vtkUnstructuredGridWriter()
    getattr(writer, f"SetFileTypeTo{kind}")()
    check(written(tmp_path / "a.vtk", mesh().cast_to_unstructured_grid(), writer, FileVersion=version), 1e-5)


@pytest.mark.parametrize("packer", ["None", "ZLib", "LZMA"])
@pytest.mark.parametrize("mode", ["Ascii", "Binary", "Appended", "AppendedBase64"])
@pytest.mark.parametrize("ending", ["vtp", "vtu"])
def test_xml_files_however_they_are_packed(tmp_path: Path, packer: str, mode: str, ending: str) -> None:
    writer = vtkXMLPolyDataWriter() if ending == "vtp" else vtkXMLUnstructuredGridWriter()
    getattr(writer, f"SetDataModeTo{mode.removesuffix('Base64')}")()
    writer.SetEncodeAppendedData(mode.endswith("Base64"))
    getattr(writer, f"SetCompressorTypeTo{packer}")()
    writer.SetBlockSize(1024)  # several blocks an array
    writer.SetHeaderTypeToUInt64()
    data = mesh() if ending == "vtp" else mesh().cast_to_unstructured_grid()
    check(written(tmp_path / f"a.{ending}", data, writer))


def test_pieces_become_one_cloud(tmp_path: Path) -> None:
    path = written(tmp_path / "a.vtp", mesh(), vtkXMLPolyDataWriter(), DataModeToAscii=None)
    text = path.read_text()
    first, last = text.index("<Piece"), text.index("</Piece>") + len("</Piece>")
    path.write_text(text[:last] + text[first:last] + text[last:])
    scan = read_source(path)
    assert len(scan.xyz) == 120
    assert scan.faces is not None
    assert int(scan.faces.max()) == 66


def test_a_packing_that_is_not_read_is_named(tmp_path: Path) -> None:
    writer = vtkXMLPolyDataWriter()
    writer.SetCompressorTypeToLZ4()
    with pytest.raises(InputError, match="vtkLZ4DataCompressor; save it with zlib"):
        read_source(written(tmp_path / "a.vtp", mesh(), writer))


def test_images_and_entities_are_refused(tmp_path: Path) -> None:
    pv.ImageData(dimensions=(2, 2, 2)).save(tmp_path / "a.vtk")
    with pytest.raises(InputError, match="structured_points"):
        read_source(tmp_path / "a.vtk")
    bomb = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bb">]><VTKFile type="PolyData">&b;</VTKFile>'
    (tmp_path / "b.vtp").write_text(bomb)
    with pytest.raises(InputError, match="entities"):
        read_source(tmp_path / "b.vtp")


@pytest.mark.timeout(20)
def test_a_legacy_file_that_ends_anywhere_is_refused_or_read_and_never_hangs(tmp_path: Path) -> None:
    writer = vtkPolyDataWriter()
    writer.SetFileTypeToASCII()
    content = written(tmp_path / "a.vtk", mesh(), writer).read_bytes()
    cut = tmp_path / "cut.vtk"
    refused = 0
    for end in range(0, len(content), 7):
        cut.write_bytes(content[:end])
        try:
            read_source(cut)
        except InputError:
            refused += 1
    assert refused > 100
    start = b"# vtk DataFile Version 3.0\nt\nASCII\nDATASET POLYDATA\nPOINTS 1 float\n0 0 0\n"
    for rest in (b"POINT_DATA 1\nFIELD f 2\n", b"POINT_DATA 1\nFIELD f 2\nMETADATA\n"):
        cut.write_bytes(start + rest)
        with pytest.raises(InputError, match="2 arrays announced"):
            read_source(cut)


def test_a_bomb_is_not_unpacked(tmp_path: Path) -> None:
    array = '<DataArray type="Float64" NumberOfComponents="3" format="binary">AAAA</DataArray>'
    piece = f'<Piece NumberOfPoints="4000000000"><Points>{array}</Points></Piece>'
    (tmp_path / "a.vtp").write_text(f'<VTKFile type="PolyData"><PolyData>{piece}</PolyData></VTKFile>')
    with pytest.raises(InputError, match="4,000,000,000 rows"):
        read_source(tmp_path / "a.vtp")


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("a.vtk", {"FileTypeToASCII": None, "FileVersion": 51}),
        ("b.vtk", {"FileTypeToBinary": None, "FileVersion": 42}),
        ("c.vtp", {"DataModeToAppended": None, "EncodeAppendedData": False}),
        ("d.vtp", {"DataModeToBinary": None}),
    ],
)
def test_damaged_files_are_read_or_refused(tmp_path: Path, name: str, settings: dict[str, Any]) -> None:
    writer = vtkPolyDataWriter() if name.endswith("vtk") else vtkXMLPolyDataWriter()
    path = written(tmp_path / name, mesh(), writer, **settings)
    assert read_or_refuse(path, path.read_bytes()) > 20
