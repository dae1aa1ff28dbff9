"""Ground truth as npz: `instance` (N,) box ids, -1 background; optionally `semantic` and `class_names`."""

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from gapro_annotator.arrays import Int64
from gapro_annotator.errors import InputError
from gapro_annotator.readers.imported import SourceTruth
from gapro_annotator.readers.safe_numpy import load_npz


def read_ground_truth(path: Path | str) -> SourceTruth:
    """Read a ground truth file; nothing in it is ever unpickled.

    Raises
    ------
    InputError
        It is missing, no npz, pickled, or its arrays do not fit each other.
    """
    path = Path(path)
    arrays = load_npz(path, ("instance", "semantic", "class_names"))
    if "instance" not in arrays:
        raise InputError(f"{path}: has no array 'instance'; save it with numpy.savez_compressed(path, instance=…)")
    instance = _integers(path, "instance", arrays["instance"])
    if "semantic" not in arrays:
        return SourceTruth(path, instance)
    semantic = _integers(path, "semantic", arrays["semantic"])
    if len(semantic) != len(instance):
        raise InputError(f"{path}: instance has {len(instance):,} rows but semantic {len(semantic):,}; make them fit")
    if "class_names" not in arrays:
        raise InputError(f"{path}: has 'semantic' but no 'class_names'; save the names of its classes too")
    names = tuple(str(name) for name in arrays["class_names"].ravel())
    if semantic.size and semantic.max() >= len(names):
        raise InputError(f"{path}: semantic names class {semantic.max()} but class_names has {len(names)}; mend it")
    return SourceTruth(path, instance, semantic, names)


def _integers(path: Path, name: str, array: npt.NDArray[Any]) -> Int64:
    if array.ndim != 1 or array.dtype.kind not in "iu":
        raise InputError(
            f"{path}: {name} must be one whole number a point, not {array.dtype} of shape {array.shape}; convert it"
        )
    if array.size and (array.max() >= 2**31 or array.min() < -(2**31)):
        raise InputError(f"{path}: {name} holds numbers beyond 32 bits; renumber it")
    return array.astype(np.int64)
