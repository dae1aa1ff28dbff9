"""Scans as Mask3D prepares them: npy with x y z, r g b, normal, segment[, nyu40 class, instance]."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np

from gapro_annotator.errors import InputError, reason_of
from gapro_annotator.readers.columns import table_source
from gapro_annotator.readers.imported import Source
from gapro_annotator.readers.objects import NYU40_NAMES, S3DIS_A, PointLabels, whole_numbers, with_objects
from gapro_annotator.readers.safe_numpy import load_npy, npy_shape

_COLUMNS: tuple[str, ...] = ("x", "y", "z", "r", "g", "b", "nx", "ny", "nz", "superpoint", "semantic", "instance")


_DATABASE = "label_database.yaml"
_UP = 2
"""Folders above the scan in which the names of the classes are looked for."""
_MOST_DATABASE = 1 << 20
_ENTRY = re.compile(r"^(\d{1,4})\s*:")
_NAME = re.compile(r"""\bname["']?\s*:\s*(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|([^,}#\n]+))""")


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
    database = next(
        (folder / _DATABASE for folder in path.resolve().parents[:_UP] if (folder / _DATABASE).is_file()), None
    )
    if database is not None:
        names, note = names_in(database) or names, f"its {_DATABASE}"
    # 255 is what Mask3D ignores.
    semantic = np.where(semantic == 255, -1, semantic)
    source = replace(source, notes=(*source.notes, f"class numbers are those of {note}"))
    return with_objects(source, PointLabels(path, instance, semantic, names))


def names_in(database: Path) -> tuple[str, ...]:
    """Names by class number out of Mask3D's ``label_database.yaml``, in block or flow style; none where it has none."""
    try:
        text = database.read_text(encoding="utf-8") if database.stat().st_size <= _MOST_DATABASE else ""
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{database}: cannot be read ({reason_of(error)}); check the file") from error
    found: dict[int, str] = {}
    number = -1
    for line in text.splitlines():
        entry = _ENTRY.match(line)
        number = int(entry[1]) if entry else number
        name = _NAME.search(line)
        if name is not None and number >= 0:
            found.setdefault(number, (name[1] or name[2] or name[3] or "").strip())
    names = [f"class {each}" for each in range(max(found, default=-1) + 1)]
    for each, name in found.items():
        names[each] = "" if name == "empty" else name
    return tuple(names)
