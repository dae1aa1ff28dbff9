"""Labels of a source → boxes and ground truth: the box of an object is the extent of its points."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from gapro_annotator.arrays import Int64
from gapro_annotator.errors import InputError
from gapro_annotator.labels import BACKGROUND
from gapro_annotator.readers.imported import Source, SourceBox, SourceTruth

STRUCTURE = frozenset(("wall", "floor", "ceiling"))
"""Classes that are background, not instances."""
UNKNOWN = "unknown"
"""Class of an object whose points have none."""
_MOST_OBJECTS = 100_000

SCANNET20 = (
    *("wall", "floor", "cabinet", "bed", "chair", "sofa", "table", "door", "window", "bookshelf", "picture"),
    *("counter", "desk", "curtain", "refrigerator", "shower curtain", "toilet", "sink", "bathtub", "otherfurniture"),
)
"""Train order of the ScanNet benchmark."""
NYU40_NAMES = (
    *("", "wall", "floor", "cabinet", "bed", "chair", "sofa", "table", "door", "window", "bookshelf", "picture"),
    *("counter", "blinds", "desk", "shelves", "curtain", "dresser", "pillow", "mirror", "floor mat", "clothes"),
    *("ceiling", "books", "refrigerator", "television", "paper", "towel", "shower curtain", "box", "whiteboard"),
    *("person", "night stand", "toilet", "sink", "lamp", "bathtub", "bag", "otherstructure", "otherfurniture"),
    "otherprop",
)
"""Name of each NYU40 id; id 0 has none."""
S3DIS_A = (
    *("ceiling", "floor", "wall", "beam", "column", "window", "door"),
    *("table", "chair", "sofa", "bookcase", "board", "clutter"),
)
"""Order of PointNet, mmdetection3d, Pointcept and the prepare scripts of GaPro and ISBNet."""
S3DIS_B = (*S3DIS_A[:7], "chair", "table", "bookcase", "sofa", *S3DIS_A[11:])
"""Order of SoftGroup's prepare script."""


@dataclass(frozen=True, eq=False, slots=True)
class PointLabels:
    """Labels of a source, a row a point.

    `instance` is negative where there is no object; `semantic` indexes `class_names` and is negative, or names a class
    that is '', where the class is unknown.
    """

    where: Path
    instance: Int64
    semantic: Int64 | None = None
    class_names: tuple[str, ...] = ()


def whole_numbers(where: Path, what: str, values: npt.NDArray[Any], rows: int) -> Int64:
    """Check that these are `rows` whole numbers of 32 bits, as integers or written as floats."""
    if values.shape not in ((rows,), (rows, 1)):
        raise InputError(
            f"{where}: {what} has the shape {' × '.join(map(str, values.shape))} but there are {rows:,} points; "
            "take the files of one scan"
        )
    values = values.reshape(rows)
    if values.dtype.kind not in "iufb" or not np.isfinite(values).all():
        raise InputError(f"{where}: {what} are no whole numbers but {values.dtype}; convert them")
    if values.dtype.kind == "f" and not (values == np.rint(values)).all():
        raise InputError(f"{where}: {what} are no whole numbers; convert them")
    if rows and (values.max() >= 2**31 or values.min() < -(2**31)):
        raise InputError(f"{where}: {what} holds numbers beyond 32 bits; renumber it")
    return values.astype(np.int64)


def with_objects(source: Source, labels: PointLabels, *, structure: frozenset[str] = STRUCTURE) -> Source:
    """Add boxes and ground truth from labels.

    Instances of `structure` are background. An instance has the class that most of its points have.

    Raises
    ------
    InputError
        A class number has no name, or there are absurdly many instances.
    """
    names = labels.class_names
    if labels.semantic is not None and labels.semantic.size and labels.semantic.max() >= len(names):
        raise InputError(
            f"{labels.where}: holds class {labels.semantic.max()} but only {len(names)} classes are known; "
            "give their names with --classes, or another --format"
        )
    ids, inverse = np.unique(labels.instance, return_inverse=True)
    if len(ids) > _MOST_OBJECTS:
        raise InputError(f"{labels.where}: has {len(ids):,} instances; these are not instance labels")
    order = np.argsort(inverse, kind="stable")
    start = np.searchsorted(inverse[order], np.arange(len(ids) + 1))
    boxes: list[SourceBox] = []
    background: list[int] = []
    unknown = 0
    for row, number in enumerate(ids.tolist()):
        rows = order[start[row] : start[row + 1]]
        name = _class_of(labels, rows)
        if number < 0 or name.casefold() in structure:
            background.append(row)
            continue
        unknown += name == UNKNOWN
        finite = source.xyz[rows][np.isfinite(source.xyz[rows]).all(axis=1)]
        if len(finite):
            boxes.append(_box(number, name, finite))
    is_background = np.isin(inverse, background)
    truth = SourceTruth(labels.where, np.where(is_background, BACKGROUND, labels.instance).astype(np.int64))
    notes = [f"its {len(boxes)} boxes are the extents of its labelled objects"]
    if unknown and labels.semantic is not None:
        notes.append(f"{unknown} objects have no class and are called {UNKNOWN!r}")
    return replace(source, boxes=tuple(boxes), truth=truth, notes=(*source.notes, *notes))


def _box(number: int, name: str, xyz: npt.NDArray[np.float64]) -> SourceBox:
    (x0, y0, z0), (x1, y1, z1) = xyz.min(axis=0).tolist(), xyz.max(axis=0).tolist()
    return SourceBox(number, name, (x0, y0, z0), (x1, y1, z1))


def _class_of(labels: PointLabels, rows: npt.NDArray[Any]) -> str:
    if labels.semantic is None:
        return UNKNOWN
    known = labels.semantic[rows]
    known = known[known >= 0]
    if not known.size:
        return UNKNOWN
    return labels.class_names[int(np.bincount(known).argmax())] or UNKNOWN


def generic_names(semantic: Int64 | None, asked: Sequence[str] | None = None) -> tuple[str, ...]:
    """Names for classes that are known by number only."""
    if asked is not None:
        return tuple(asked)
    most = -1 if semantic is None or not semantic.size else int(semantic.max())
    return tuple(f"class {number}" for number in range(most + 1))
