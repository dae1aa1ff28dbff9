"""Flat float32 files: KITTI-like .bin, and the points of mmdetection3d with the masks beside them."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from gapro_annotator.arrays import Int64
from gapro_annotator.errors import InputError, reason_of
from gapro_annotator.readers.columns import SKIPPED, names_for, table_source
from gapro_annotator.readers.imported import Source
from gapro_annotator.readers.objects import (
    NYU40_NAMES,
    S3DIS_A,
    PointLabels,
    generic_names,
    whole_numbers,
    with_objects,
)

_WIDTHS = (6, 4, 5, 3)
_MOST = 1e7
"""Coordinates beyond this are no metres: the width was guessed wrongly."""


def is_mmdet3d(path: Path) -> bool:
    """Whether these are points with an instance mask in the folder beside."""
    return path.suffix.casefold() == ".bin" and path.is_file() and _mask(path, "instance_mask") is not None


def is_bin(path: Path) -> bool:
    """Whether this is a flat file of floats, by its ending and length."""
    return path.suffix.casefold() == ".bin" and path.is_file() and path.stat().st_size % 4 == 0


def read_mmdet3d(path: Path, columns: Sequence[str] | None = None) -> Source:
    """Read points/<scan>.bin with instance_mask, semantic_mask and super_points beside.

    Raises
    ------
    InputError
        A file is missing or they do not fit each other.
    """
    names = columns or ("x", "y", "z", "r", "g", "b")
    source = _table(path, _floats(path), len(names), names)
    rows = len(source.xyz)
    superpoint = _mask(path, "super_points")
    if superpoint is not None:
        source = replace(source, segment=_whole(superpoint, "super_points", rows))
    masked = _mask(path, "instance_mask")
    if masked is None:
        return source
    # 0 is what nobody annotated.
    instance = np.where((found := _whole(masked, "instance_mask", rows)) > 0, found, -1)
    kinds = _mask(path, "semantic_mask")
    if kinds is None:
        return with_objects(source, PointLabels(masked, instance))
    semantic = _whole(kinds, "semantic_mask", rows)
    if "area_" in str(path).casefold() or "s3dis" in str(path).casefold():
        class_names, note = S3DIS_A, "class numbers are those of S3DIS"
    elif not semantic.size or semantic.max() < len(NYU40_NAMES):
        class_names, note = NYU40_NAMES, "class numbers are those of NYU40"
    else:
        class_names, note = generic_names(semantic), "its classes have numbers only"
    source = replace(source, notes=(*source.notes, note))
    return with_objects(source, PointLabels(masked, instance, semantic, class_names))


def read_bin(path: Path, columns: Sequence[str] | None = None) -> Source:
    """Read a flat file of float32 rows; without `columns` their number is guessed, and a note says so.

    Raises
    ------
    InputError
        Its length fits no number of columns, or nothing looks like coordinates.
    """
    values = _floats(path)
    if columns is not None:
        return _table(path, values, len(columns), columns)
    for width in _WIDTHS:
        if len(values) % width == 0 and _fits(values.reshape(-1, width)):
            names = ("x", "y", "z", "intensity", "ring") if width == 5 else names_for(path, width, None)
            source = _table(path, values, width, names)
            note = f"rows were taken for {' '.join(names)}; if that is wrong, say --columns"
            return replace(source, notes=(*source.notes, note))
    raise InputError(
        f"{path}: {len(values):,} numbers are no rows of 3 to 6 floats that look like points; say what its columns are "
        "with --columns x,y,z,-"
    )


def _fits(table: npt.NDArray[np.float32]) -> bool:
    """Whether rows of this width look like points: coordinates of a size, and columns beyond them in a range."""
    width = table.shape[1]
    look = table[:: max(len(table) // 10_000, 1)].astype(np.float64)
    finite = look[np.isfinite(look).all(axis=1)]
    if not len(finite) or len(finite) < 0.5 * len(look) or np.abs(finite[:, :3]).max() > _MOST:
        return False
    rest = finite[:, 3:]
    if width == 6:  # colours: whole bytes, or fractions that are not all alike
        whole = bool((rest == np.rint(rest)).all()) and rest.min() >= 0 and rest.max() <= 255
        return whole or (rest.min() >= 0 and rest.max() <= 1)
    if width == 5:  # intensity and the number of the laser
        return bool((rest[:, 1] == np.rint(rest[:, 1])).all()) and rest.min() >= 0 and rest[:, 1].max() < 256
    return width == 3 or bool(rest.min() >= 0 and rest.max() <= 65_535)


def _table(path: Path, values: npt.NDArray[np.float32], width: int, names: Sequence[str]) -> Source:
    if width < 3 or len(values) % width:
        raise InputError(f"{path}: {len(values):,} numbers are no rows of {width}; name its columns with --columns")
    table = values.reshape(-1, width)
    columns = {name: table[:, place] for place, name in enumerate(names) if name.strip() not in SKIPPED}
    return table_source(path, columns)


def _floats(path: Path) -> npt.NDArray[np.float32]:
    content = _content(path)
    if len(content) % 4:
        raise InputError(f"{path}: its {len(content):,} bytes are no whole float32 numbers; copy it again")
    return np.frombuffer(content, "<f4")


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({reason_of(error)}); check the path and its rights") from error


def _mask(path: Path, folder: str) -> Path | None:
    beside = path.resolve().parent.parent / folder / path.name
    return beside if beside.is_file() and beside != path.resolve() else None


def _whole(path: Path, what: str, rows: int) -> Int64:
    content: Any = _content(path)
    if len(content) != 8 * rows:
        raise InputError(
            f"{path}: has {len(content):,} bytes but {rows:,} points need {8 * rows:,}; take the files of one scan"
        )
    return whole_numbers(path, what, np.frombuffer(content, "<i8"), rows)
