"""Scans as Mask3D prepares them: npy with x y z, r g b, normal, segment[, nyu40 class, instance]."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from gapro_annotator.errors import InputError
from gapro_annotator.readers.columns import table_source
from gapro_annotator.readers.imported import Source
from gapro_annotator.readers.objects import NYU40_NAMES, S3DIS_A, PointLabels, whole_numbers, with_objects
from gapro_annotator.readers.safe_numpy import load_npy, npy_shape

_COLUMNS: tuple[str, ...] = ("x", "y", "z", "r", "g", "b", "nx", "ny", "nz", "superpoint", "semantic", "instance")


def is_mask3d(path: Path) -> bool:
    """Whether this is an npy file of 10 or 12 columns of float32, by its header."""
    if path.suffix.casefold() != ".npy" or not path.is_file():
        return False
    found = npy_shape(path)
    return found is not None and len(found[0]) == 2 and found[0][1] in (10, 12) and found[1] == np.float32


def read_mask3d(path: Path) -> Source:
    """Read a scan; its segments are superpoints, its instances boxes and ground truth.

    Raises
    ------
    InputError
        It has another layout.
    """
    table = load_npy(path)
    if table.ndim != 2 or table.shape[1] not in (10, 12) or table.dtype.kind not in "iuf":
        raise InputError(f"{path}: is {table.dtype} of shape {table.shape}; scans of Mask3D have 10 or 12 columns")
    rows = len(table)
    columns = dict(zip(_COLUMNS[:10], table[:, :10].T, strict=True))
    del columns["superpoint"]
    source = replace(table_source(path, columns), columns=_COLUMNS[: table.shape[1]])
    segment = whole_numbers(path, "the segments", table[:, 9], rows)
    if len(np.unique(segment)) > 1:  # meshless scans have a dummy of ones
        source = replace(source, segment=segment)
    if table.shape[1] == 10:
        return replace(source, notes=(*source.notes, "it has no labels (test split)"))
    semantic = whole_numbers(path, "the classes", table[:, 10], rows)
    instance = whole_numbers(path, "the instances", table[:, 11], rows)
    is_s3dis = "area_" in str(path).casefold() or "s3dis" in str(path).casefold()
    names, note = (S3DIS_A, "S3DIS") if is_s3dis else (NYU40_NAMES, "NYU40")
    # 255 is what Mask3D ignores.
    semantic = np.where(semantic == 255, -1, semantic)
    source = replace(source, notes=(*source.notes, f"class numbers are those of {note}"))
    return with_objects(source, PointLabels(path, instance, semantic, names))
