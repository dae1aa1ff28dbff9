"""What a VTK file holds, legacy or XML, as one source: points, triangles and the arrays of its points."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from gapro_annotator.arrays import Float64, Int64
from gapro_annotator.errors import InputError
from gapro_annotator.readers.colors import range_of, to_bytes
from gapro_annotator.readers.columns import role_of
from gapro_annotator.readers.imported import Source

_COLORS = ("rgb", "rgba", "color", "colors", "colour", "colours", "red_green_blue", "vertexcolors")
_NORMALS = ("normals", "normal", "point normals")
TYPES: dict[str, str] = {
    "bit": "u1", "char": "i1", "signed_char": "i1", "unsigned_char": "u1", "short": "i2", "unsigned_short": "u2",
    "int": "i4", "unsigned_int": "u4", "long": "i8", "unsigned_long": "u8", "vtkidtype": "i4", "vtktypeint64": "i8",
    "float": "f4", "double": "f8", "int8": "i1", "uint8": "u1", "int16": "i2", "uint16": "u2", "int32": "i4",
    "uint32": "u4", "int64": "i8", "uint64": "u8", "float32": "f4", "float64": "f8",
}  # fmt: skip
"""What the two kinds of file call their numbers → numpy's name without the byte order."""


@dataclass(slots=True)
class VtkData:
    """What was read.

    `points` (N, 3); `arrays` name → (N, components); `polygons` the corners of each face one after the other,
    with their `sizes`.
    """

    points: Float64
    arrays: dict[str, npt.NDArray[Any]] = field(default_factory=dict)
    polygons: Int64 = field(default_factory=lambda: np.zeros(0, np.int64))
    sizes: Int64 = field(default_factory=lambda: np.zeros(0, np.int64))


def vtk_source(where: Path, data: VtkData) -> Source:
    """Make a source of it.

    Raises
    ------
    InputError
        It has no points, or a face names a point that is not there.
    """
    if not len(data.points):
        raise InputError(f"{where}: has no points; export the points themselves")
    rgb, notes = None, ()
    color = _named(data.arrays, _COLORS, (3, 4))
    if color is not None:
        rgb, notes = to_bytes(color[:, :3])
    normal = _named(data.arrays, _NORMALS, (3,))
    faces = fans(where, data.polygons, data.sizes, len(data.points))
    return Source(
        where=where,
        name=where.stem,
        xyz=data.points.astype(np.float64),
        rgb=rgb,
        normal=None if normal is None else np.nan_to_num(normal.astype(np.float32), posinf=0, neginf=0),
        faces=faces.astype(np.int32) if len(faces) else None,
        instance_property=_whole(data.arrays, "instance"),
        segment=_whole(data.arrays, "superpoint"),
        columns=("x", "y", "z", *data.arrays),
        color_range=None if color is None else range_of(color[:, :3]),
        notes=notes,
    )


def fans(where: Path, polygons: Int64, sizes: Int64, points: int) -> Int64:
    """Cut polygons into fans of triangles: (F, 3)."""
    if polygons.size and (int(polygons.min()) < 0 or int(polygons.max()) >= points):
        raise InputError(f"{where}: a face names point {int(polygons.max())} but there are {points:,}; export it again")
    starts = np.cumsum(sizes) - sizes
    parts = [np.zeros((0, 3), np.int64)]
    for size in np.unique(sizes[sizes >= 3]).tolist():
        first = starts[sizes == size]
        parts.extend(polygons[np.stack([first, first + k, first + k + 1], axis=1)] for k in range(1, size - 1))
    return np.concatenate(parts)


def _named(arrays: Mapping[str, npt.NDArray[Any]], names: Sequence[str], widths: Sequence[int]) -> Any:
    return next((a for n, a in arrays.items() if n.strip().casefold() in names and a.shape[1] in widths), None)


def _whole(arrays: Mapping[str, npt.NDArray[Any]], role: str) -> Int64 | None:
    found = next((a[:, 0] for n, a in arrays.items() if role_of(n) == role and a.shape[1] == 1), None)
    return found.astype(np.int64) if found is not None and found.dtype.kind in "iu" else None
