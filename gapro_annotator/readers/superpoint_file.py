"""Superpoints that another program made: npy, npz, pth or ScanNet's segs.json, one number a point."""

import json
from pathlib import Path
from typing import Any

import numpy as np

from gapro_annotator.arrays import Int64
from gapro_annotator.errors import InputError, reason_of
from gapro_annotator.readers.objects import whole_numbers
from gapro_annotator.readers.safe_numpy import load_npy, load_npz

_NAMES = ("superpoint", "superpoints", "segments", "segment", "spp", "segIndices", "arr_0")


def read_superpoints(path: Path | str, rows: int) -> Int64:
    """Read superpoints of a source of this many rows; numbers may have gaps.

    Raises
    ------
    InputError
        It cannot be read without running code, or has another number of points.
    """
    path = Path(path)
    array = _array(path)
    if array.size != rows:
        raise InputError(
            f"{path}: has {array.size:,} superpoint numbers but the scan has {rows:,} points; superpoints fit only the "
            "points and the order they were made for"
        )
    return whole_numbers(path, "superpoints", array.reshape(-1), rows)


def _array(path: Path) -> Any:
    kind = path.suffix.casefold()
    if kind == ".npy":
        return load_npy(path)
    if kind == ".json":
        return _segments(path)
    if kind == ".npz":
        content: Any = load_npz(path)
    elif kind in (".pth", ".pt"):
        from gapro_annotator.readers.torch_file import load_torch

        content = load_torch(path)
    else:
        raise InputError(f"{path}: superpoints are read from .npy, .npz, .pth and .segs.json; convert it")
    if isinstance(content, dict):
        content = next((content[name] for name in _NAMES if name in content), None)
    if not isinstance(content, np.ndarray):
        raise InputError(f"{path}: holds no array of superpoints; save one whole number a point")
    return content


def _segments(path: Path) -> Any:
    try:
        content: Any = json.loads(path.read_text(encoding="utf-8"))
        return np.array(content["segIndices"])
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({reason_of(error)}); check the path and its rights") from error
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise InputError(f"{path}: is no segs.json with 'segIndices' ({reason_of(error)}); copy it again") from error
