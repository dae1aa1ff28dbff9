"""PLY: ascii and both binaries, points or meshes, colours and normals by any usual name."""

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from plyfile import PlyData, PlyElement, PlyListProperty, PlyParseError

from gapro_annotator.arrays import Int32, Int64
from gapro_annotator.errors import InputError, reason_of
from gapro_annotator.readers.colors import range_of, to_bytes
from gapro_annotator.readers.imported import Source

EXPORT_COMMENT = "made by gapro-annotator"
"""Stands in the header of our own exports: their labels are no ground truth."""
_COLORS = (
    ("red", "green", "blue"),
    ("r", "g", "b"),
    ("diffuse_red", "diffuse_green", "diffuse_blue"),
    ("color_red", "color_green", "color_blue"),
    ("scalar_red", "scalar_green", "scalar_blue"),
)
_NORMALS = (("nx", "ny", "nz"), ("normal_x", "normal_y", "normal_z"), ("normalx", "normaly", "normalz"))
_INSTANCES = ("instance", "instance_id", "instance_label", "instanceid", "object_id", "objectid")
_FACES = ("vertex_indices", "vertex_index")


def read_ply(path: Path) -> Source:
    """Read a PLY file.

    Raises
    ------
    InputError
        It is missing, cut off, no PLY, or has no points.
    """
    ply = _parse(path)
    if "vertex" not in ply:
        raise InputError(f"{path}: has no element 'vertex'; export it as a point cloud or a mesh")
    vertex = ply["vertex"]
    kinds = vertex.data.dtype
    columns = {str(name).casefold(): str(name) for name in kinds.names or () if kinds[name].kind in "iuf"}
    if not {"x", "y", "z"} <= set(columns):
        raise InputError(f"{path}: its points lack x, y or z; export it with coordinates")
    xyz = _stacked(vertex, columns, ("x", "y", "z")).astype(np.float64)
    normal = _first(vertex, columns, _NORMALS)
    color = _first(vertex, columns, _COLORS)
    rgb, color_notes = (None, ()) if color is None else to_bytes(color)
    instance, notes = _instance_column(ply, vertex, columns)
    faces, face_notes = _faces(path, ply, len(xyz))
    return Source(
        where=path,
        name=path.stem,
        xyz=xyz,
        rgb=rgb,
        normal=None if normal is None else np.nan_to_num(normal.astype(np.float32), posinf=0, neginf=0),
        faces=faces,
        instance_property=instance,
        color_range=None if color is None else range_of(color),
        notes=notes + face_notes + color_notes,
    )


def _parse(path: Path) -> PlyData:
    try:
        with warnings.catch_warnings():
            # numpy warns of an ascii list that is cut off before plyfile refuses it.
            warnings.simplefilter("ignore", UserWarning)
            return _read(path)
    except OSError as error:
        raise InputError(
            f"{path}: cannot be read ({error.strerror or error}); check the path and its rights"
        ) from error
    except (PlyParseError, ValueError, OverflowError, MemoryError, IndexError, KeyError, TypeError) as error:
        raise InputError(f"{path}: is no whole PLY file ({reason_of(error)}); copy or export it again") from error


def _read(path: Path) -> PlyData:
    try:
        # Triangles of known length are read as one block, a hundred times faster than lists of any length.
        return PlyData.read(path, known_list_len={"face": dict.fromkeys(_FACES, 3)})
    except PlyParseError:
        return PlyData.read(path)


def _first(vertex: PlyElement, columns: dict[str, str], choices: tuple[tuple[str, ...], ...]) -> Any:
    for names in choices:
        if set(names) <= set(columns):
            return _stacked(vertex, columns, names)
    return None


def _stacked(vertex: PlyElement, columns: dict[str, str], names: tuple[str, ...]) -> npt.NDArray[Any]:
    stacked = np.stack([np.asarray(vertex[columns[name]]) for name in names], axis=1)
    return stacked.astype(stacked.dtype.newbyteorder("="))


def _instance_column(ply: PlyData, vertex: PlyElement, columns: dict[str, str]) -> tuple[Int64 | None, tuple[str, ...]]:
    found = next((columns[name] for name in _INSTANCES if name in columns), None)
    if found is None or vertex[found].dtype.kind not in "iu":
        return None, ()
    if any(EXPORT_COMMENT in comment for comment in ply.comments):
        return None, ("its instance column was written by gapro-annotator and is no ground truth; it was left out",)
    return vertex[found].astype(np.int64), ()


def _faces(path: Path, ply: PlyData, rows: int) -> tuple[Int32 | None, tuple[str, ...]]:
    """Triangles, polygons cut into fans; None where there are none."""
    if "face" not in ply or not len(ply["face"].data):
        return None, ()
    face = ply["face"]
    name = next(
        (n for n in _FACES if any(p.name == n and isinstance(p, PlyListProperty) for p in face.properties)), None
    )
    if name is None:
        return None, ("its faces have no vertex_indices and were left out",)
    triangles = _fans(face[name])
    if triangles.size and (triangles.min() < 0 or triangles.max() >= rows):
        raise InputError(f"{path}: a face names point {triangles.max()} but there are {rows:,} points; export it again")
    return (triangles.astype(np.int32), ()) if len(triangles) else (None, ())


def _fans(polygons: npt.NDArray[Any]) -> Int64:
    if polygons.ndim == 2:
        return polygons.astype(np.int64)
    lengths = np.array([len(polygon) for polygon in polygons])
    parts = [np.zeros((0, 3), np.int64)]
    for length in np.unique(lengths[lengths >= 3]).tolist():
        corners = np.stack(list(polygons[lengths == length])).astype(np.int64)
        parts.extend(corners[:, [0, second, second + 1]] for second in range(1, length - 1))
    return np.concatenate(parts)
