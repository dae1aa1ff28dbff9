"""The table of formats: which reader reads what. A new format is one file and one row here."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from gapro_annotator.errors import InputError
from gapro_annotator.readers.arrays_file import read_npy, read_npz
from gapro_annotator.readers.e57 import read_e57
from gapro_annotator.readers.float_bin import is_bin, is_mmdet3d, read_bin, read_mmdet3d
from gapro_annotator.readers.gltf import read_gltf
from gapro_annotator.readers.imported import Source
from gapro_annotator.readers.las import read_las
from gapro_annotator.readers.mask3d import is_mask3d, read_mask3d
from gapro_annotator.readers.nostuff import is_torch, read_nostuff
from gapro_annotator.readers.obj import read_obj
from gapro_annotator.readers.pcd import read_pcd
from gapro_annotator.readers.ply import read_ply
from gapro_annotator.readers.pointcept import is_pointcept, read_pointcept
from gapro_annotator.readers.s3dis import is_s3dis, read_s3dis
from gapro_annotator.readers.scannet import is_scannet, read_scannet
from gapro_annotator.readers.semantickitti import is_semantickitti, read_semantickitti
from gapro_annotator.readers.stl import read_stl
from gapro_annotator.readers.text import is_table, read_table
from gapro_annotator.readers.vtk_legacy import read_vtk
from gapro_annotator.readers.vtp import read_vtp

Columns = Sequence[str] | None


@dataclass(frozen=True, slots=True)
class SourceFormat:
    """One readable format.

    `fits` looks at the path, and at the first bytes where it must, never at the whole file.
    `read` takes the names of the columns, too, where the format has columns that could be called otherwise.
    """

    name: str
    text: str
    fits: Callable[[Path], bool]
    read: Callable[[Path, Columns], Source]


def _fixed(read: Callable[[Path], Source]) -> Callable[[Path, Columns], Source]:
    """Make a reader of a format that says itself what its columns are refuse other names for them."""

    def checked(path: Path, columns: Columns) -> Source:
        if columns is not None:
            raise InputError(f"{path}: --columns is for text, npy, npz and bin; this format names its columns itself")
        return read(path)

    return checked


def _file(suffixes: Sequence[str], *starts: bytes) -> Callable[[Path], bool]:
    """Fit files by their ending, or by their first bytes."""

    def fits(path: Path) -> bool:
        return path.is_file() and (path.suffix.casefold() in suffixes or (bool(starts) and _starts_with(path, starts)))

    return fits


def _starts_with(path: Path, starts: tuple[bytes, ...]) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(8).startswith(starts)
    except OSError:
        return False  # reading it gives the reason


FORMATS: dict[str, SourceFormat] = {
    one.name: one
    for one in (
        # The more special first: the mesh of a ScanNet scan is a PLY too, but has labels beside it.
        SourceFormat("scannet", "raw ScanNet v2 scan folder", is_scannet, _fixed(read_scannet)),
        SourceFormat("s3dis", "S3DIS room folder", is_s3dis, _fixed(read_s3dis)),
        SourceFormat("pointcept", "Pointcept scan folder", is_pointcept, _fixed(read_pointcept)),
        SourceFormat("ply", "PLY (.ply)", _file([".ply"], b"ply\n", b"ply\r"), _fixed(read_ply)),
        SourceFormat("pcd", "PCD (.pcd)", _file([".pcd"], b"# .PCD"), _fixed(read_pcd)),
        SourceFormat("las", "LAS, LAZ (.las .laz)", _file([".las", ".laz"], b"LASF"), _fixed(read_las)),
        SourceFormat("e57", "E57 (.e57)", _file([".e57"], b"ASTM-E57"), _fixed(read_e57)),
        SourceFormat("torch", "_inst_nostuff.pth, minsu3d (.pth)", is_torch, _fixed(read_nostuff)),
        SourceFormat("mask3d", "Mask3D scan (.npy of 12 columns)", is_mask3d, _fixed(read_mask3d)),
        SourceFormat("npy", "NPY (.npy)", _file([".npy"], b"\x93NUMPY"), read_npy),
        SourceFormat("npz", "NPZ (.npz)", _file([".npz"]), read_npz),
        SourceFormat("mmdet3d", "mmdetection3d points/<scan>.bin with its masks", is_mmdet3d, read_mmdet3d),
        SourceFormat(
            "semantickitti", "SemanticKITTI scan with its labels", is_semantickitti, _fixed(read_semantickitti)
        ),
        SourceFormat("bin", "float32 rows as KITTI's (.bin)", is_bin, read_bin),
        SourceFormat("gltf", "glTF (.glb .gltf)", _file([".glb", ".gltf"], b"glTF"), _fixed(read_gltf)),
        SourceFormat("obj", "OBJ (.obj)", _file([".obj"]), _fixed(read_obj)),
        SourceFormat("stl", "STL (.stl)", _file([".stl"]), _fixed(read_stl)),
        SourceFormat("vtk", "legacy VTK (.vtk)", _file([".vtk"], b"# vtk Da"), _fixed(read_vtk)),
        SourceFormat("vtp", "VTK XML (.vtp .vtu)", _file([".vtp", ".vtu"]), _fixed(read_vtp)),
        SourceFormat("text", "points as text (.xyz .txt .csv .pts .asc)", is_table, read_table),
    )
}
