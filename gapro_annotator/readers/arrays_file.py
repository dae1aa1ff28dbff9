"""NPY and NPZ: a table of points, named columns, or arrays by the usual names. Never unpickled."""

import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy.typing as npt

from gapro_annotator.errors import InputError
from gapro_annotator.readers.columns import SKIPPED, names_for, table_source
from gapro_annotator.readers.imported import Source
from gapro_annotator.readers.objects import PointLabels, generic_names, whole_numbers, with_objects
from gapro_annotator.readers.safe_numpy import load_npy, load_npz

_XYZ = ("xyz", "coord", "coords", "points", "point", "positions", "pos", "pc", "vertices", "xyzs", "data", "arr_0")
_RGB = ("rgb", "color", "colors", "rgbs")
_NORMAL = ("normal", "normals")
_SEMANTIC = ("semantic", "sem", "segment", "sem_labels", "semantic_label", "labels", "label")
_INSTANCE = ("instance", "inst", "instance_ids", "instance_label", "ins_label", "instances")
_SUPERPOINT = ("superpoint", "superpoints", "spp")


def read_npy(path: Path, columns: Sequence[str] | None = None) -> Source:
    """Read an array of points (N, 3 and more), or one with named columns.

    Raises
    ------
    InputError
        It is no whole array of points, or nothing says what its columns are.
    """
    return _of_array(path, load_npy(path), columns)


def read_npz(path: Path, columns: Sequence[str] | None = None) -> Source:
    """Read an archive of arrays; labels in it become boxes and ground truth.

    Raises
    ------
    InputError
        It is no readable archive, has no points, or its arrays do not fit each other.
    """
    return arrays_source(path, load_npz(path), columns)


def holds_points(path: Path) -> bool:
    """Whether an archive has an array of points, by its names alone; labels beside a scan have none."""
    try:
        with zipfile.ZipFile(path) as archive:
            return any(name.removesuffix(".npy").casefold() in (*_XYZ, "x") for name in archive.namelist())
    except (OSError, zipfile.BadZipFile, ValueError, NotImplementedError):
        return True  # reading it says what is wrong


def arrays_source(path: Path, arrays: Mapping[str, npt.NDArray[Any]], columns: Sequence[str] | None = None) -> Source:
    """Make a source of arrays by the usual names (coord, color, segment, instance and their like)."""
    by_name = {name.casefold(): array for name, array in arrays.items()}
    xyz = _first(by_name, _XYZ)
    if xyz is None:
        raise InputError(
            f"{path}: has no points (no array xyz, coord or points but {_listed(arrays)}); save them as xyz"
        )
    source = replace(_of_array(path, xyz, columns), columns=tuple(arrays))
    rows = len(source.xyz)
    parts: dict[str, npt.NDArray[Any]] = {}
    for letters, names in (("rgb", _RGB), (("nx", "ny", "nz"), _NORMAL)):
        array = _first(by_name, names)
        if array is None:
            continue
        if array.shape != (rows, 3) or array.dtype.kind not in "iuf":
            raise InputError(f"{path}: {names[0]} has the shape {array.shape} but there are {rows:,} points; mend it")
        parts |= dict(zip(letters, array.T, strict=True))
    if parts:
        given = table_source(path, dict(zip("xyz", source.xyz.T, strict=True)) | parts)
        source = replace(
            source,
            rgb=source.rgb if given.rgb is None else given.rgb,
            normal=source.normal if given.normal is None else given.normal,
            color_range=given.color_range or source.color_range,
            notes=(*source.notes, *given.notes),
        )
    superpoint = _first(by_name, _SUPERPOINT)
    if superpoint is not None:
        source = replace(source, segment=whole_numbers(path, "superpoint", superpoint, rows))
    instance = _first(by_name, _INSTANCE)
    if instance is None:
        return source
    semantic = _first(by_name, _SEMANTIC)
    classes = None if semantic is None else whole_numbers(path, "the classes", semantic, rows)
    names = by_name.get("class_names")
    asked = None if names is None else [str(name) for name in names.ravel()]
    numbers = whole_numbers(path, "the instances", instance, rows)
    return with_objects(source, PointLabels(path, numbers, classes, generic_names(classes, asked)))


def _of_array(path: Path, array: npt.NDArray[Any], columns: Sequence[str] | None) -> Source:
    if array.dtype.names is not None:
        return table_source(path, {name: array[name] for name in array.dtype.names})
    if array.ndim != 2 or array.shape[1] < 3 or array.dtype.kind not in "iuf":
        raise InputError(
            f"{path}: holds {array.dtype} of the shape {' × '.join(map(str, array.shape)) or '()'}; points are rows of "
            "at least three numbers"
        )
    if array.shape[1] > 1000:
        raise InputError(f"{path}: has {array.shape[1]:,} columns; points are rows, turn it")
    names = names_for(path, array.shape[1], columns)
    found = {name: array[:, place] for place, name in enumerate(names) if name.strip() not in SKIPPED}
    return table_source(path, found)


def _first(arrays: Mapping[str, npt.NDArray[Any]], names: Sequence[str]) -> npt.NDArray[Any] | None:
    return next((arrays[name] for name in names if name in arrays), None)


def _listed(arrays: Mapping[str, npt.NDArray[Any]]) -> str:
    return ", ".join(list(arrays)[:8]) or "nothing"
