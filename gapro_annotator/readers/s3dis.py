"""Rooms of S3DIS (Stanford3dDataset_v1.2): the room file gives the points and their order, Annotations the objects."""

import io
import re
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from gapro_annotator.arrays import Float64, Int64
from gapro_annotator.errors import InputError, reason_of
from gapro_annotator.readers.colors import to_bytes
from gapro_annotator.readers.imported import Source
from gapro_annotator.readers.objects import S3DIS_A, PointLabels, with_objects

_SAME_CLASS = {"stairs": "clutter"}
_FAR = 0.005
"""Metres. Rows of the room file that are further from every annotated point belong to no object."""


def is_s3dis(path: Path) -> bool:
    """Whether this is the folder of a room."""
    return (path / "Annotations").is_dir() and any((path / "Annotations").glob("*_*.txt"))


def read_s3dis(path: Path) -> Source:
    """Read a room; instances are numbered in the order of their file names.

    Raises
    ------
    InputError
        A file is damaged beyond repair, or the folder is no room.
    """
    if not is_s3dis(path):
        raise InputError(f"{path}: is no room of S3DIS (it has no Annotations/<class>_<n>.txt); give the room's folder")
    files = sorted(p for p in (path / "Annotations").glob("*.txt") if "_" in p.name and not p.name.startswith("."))
    notes: list[str] = []
    parts = [_read_rows(file, notes) for file in files]
    place = {name: number for number, name in enumerate(S3DIS_A)}
    kinds = [_SAME_CLASS.get(name, name) for name in (file.stem.rsplit("_", 1)[0] for file in files)]
    kind_of = np.array([place.get(kind, place["clutter"]) for kind in kinds], np.int64)
    objects = np.concatenate(parts)
    instance: Int64 = np.repeat(np.arange(len(files)), [len(part) for part in parts])
    rooms = sorted(p for p in path.glob("*.txt") if not p.name.startswith(".") and "alignmentAngle" not in p.name)
    rows = objects
    if len(rooms) == 1:
        rows = _read_rows(rooms[0], notes)
        instance = _nearest(rooms[0], rows, objects, instance, notes)
    else:
        notes.append("it has no single room file: points are those of Annotations, in the order of the file names")
    rgb, said = to_bytes(rows[:, 3:6])
    area = path.resolve().parent.name
    semantic = np.where(instance >= 0, kind_of[np.maximum(instance, 0)], -1)
    source = Source(
        where=path,
        name=f"{area}_{path.resolve().name}" if area.startswith("Area_") else path.resolve().name,
        xyz=rows[:, :3],
        rgb=rgb,
        columns=("x", "y", "z", "r", "g", "b"),
        color_range=(float(rows[:, 3:6].min(initial=0)), float(rows[:, 3:6].max(initial=0))),
        notes=(*notes, *said),
    )
    return with_objects(source, PointLabels(path / "Annotations", instance, semantic, S3DIS_A))


def _nearest(file: Path, rows: Float64, objects: Float64, instance: Int64, notes: list[str]) -> Int64:
    """Instance of each row of the room: rows of the two files are the same points in another order."""
    from scipy.spatial import KDTree

    if not len(objects) or not len(rows) or not (np.isfinite(rows).all() and np.isfinite(objects).all()):
        raise InputError(f"{file}: it or its Annotations hold no points, or NaN; download the room again")
    distance, nearest = KDTree(objects[:, :3]).query(rows[:, :3])
    found = np.where(np.asarray(distance) <= _FAR, instance[nearest], -1)
    lost = int((found < 0).sum())
    if lost:
        notes.append(f"{lost:,} points of the room are in no file of Annotations and count as background")
    return found


def _read_rows(file: Path, notes: list[str]) -> Float64:
    """Rows of x y z r g b; the known bad bytes of the release are mended and reported."""
    try:
        text = file.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise InputError(f"{file}: cannot be read ({reason_of(error)}); check its rights") from error
    if not text.strip():
        return np.zeros((0, 6))
    try:
        return _checked(file, np.loadtxt(io.StringIO(text), np.float64, comments=None, ndmin=2))
    except ValueError:
        lines, mended = _mended(file, text.splitlines())
    notes.extend(f"{file.name}: line {number} had damaged bytes and was mended" for number in mended[:5])
    return _checked(file, np.array(lines, np.float64).reshape(len(lines), -1))


def _mended(file: Path, lines: list[str]) -> tuple[list[list[float]], list[int]]:
    rows: list[list[float]] = []
    mended: list[int] = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        plain = re.sub(r"[^0-9eE+\-. \t]", "", line)
        if plain != line:
            mended.append(number)
        try:
            rows.append([float(cell) for cell in plain.split()])
        except ValueError as error:
            raise InputError(f"{file}: line {number} is damaged ({line[:60]!r}); mend it by hand") from error
        if len(rows[-1]) != 6:
            raise InputError(f"{file}: line {number} has {len(rows[-1])} numbers instead of 6; mend it by hand")
    return rows, mended


def _checked(file: Path, rows: npt.NDArray[Any]) -> Float64:
    if rows.ndim != 2 or rows.shape[1] != 6:
        raise InputError(f"{file}: has {rows.shape[-1]} numbers a row; rows of S3DIS are x y z r g b")
    return rows
