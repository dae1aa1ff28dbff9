"""VoteNet's `_bbox.npy`: ScanNet's rows of 7 (full sizes, NYU40 ids), SUN RGB-D's of 8 (half sizes, heading)."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from gapro_annotator.arrays import Float64
from gapro_annotator.errors import InputError
from gapro_annotator.readers.box_files.solids import Solid, straight, turn_of_angles
from gapro_annotator.readers.objects import NYU40_NAMES
from gapro_annotator.readers.safe_numpy import load_npy

_SUN_RGBD = "bed table sofa chair toilet desk dresser night_stand bookshelf bathtub".split()


def read_votenet(path: Path) -> tuple[list[Solid], tuple[str, ...]]:
    """Read an array of boxes.

    Raises
    ------
    InputError
        It has neither 6, 7 nor 8 columns of finite numbers, or names an unknown class.
    """
    table = load_npy(path)
    if table.ndim != 2 or table.shape[1] not in (6, 7, 8) or table.dtype.kind not in "iuf":
        shape = " × ".join(map(str, table.shape))
        raise InputError(f"{path}: is {table.dtype} of shape {shape}; boxes are rows of 6, 7 or 8 numbers")
    rows = table.astype(np.float64)
    if not np.isfinite(rows).all():
        raise InputError(f"{path}: holds NaN or infinity; make it again")
    if rows.shape[1] == 6:
        solids = [_between(row[:3], row[3:]) for row in rows]
        return solids, ("its rows of 6 were taken for least and largest corners, of no class",)
    if rows.shape[1] == 7:
        solids = [Solid(_name(path, row[6], NYU40_NAMES), row[:3], row[3:6], straight()) for row in rows]
        return solids, ("its rows of 7 were taken for centre, full size and NYU40 class (VoteNet, ScanNet)",)
    solids = [
        # The heading turns clockwise, as VoteNet draws it.
        Solid(_name(path, row[7], _SUN_RGBD), row[:3], 2 * row[3:6], turn_of_angles(0, 0, -float(row[6])))
        for row in rows
    ]
    return solids, ("its rows of 8 were taken for centre, half size, heading and class (VoteNet, SUN RGB-D)",)


def _between(lower: Float64, upper: Float64) -> Solid:
    return Solid("unknown", (lower + upper) / 2, upper - lower, straight())


def _name(path: Path, value: float, names: Sequence[str]) -> str:
    number = int(value) if value == int(value) else -1
    if not 0 <= number < len(names):
        raise InputError(f"{path}: names the class {value:g}, which is none of {len(names)}; make it again")
    return names[number] or "unknown"
