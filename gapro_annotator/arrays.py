"""Checks that the frozen values run once, when they are made."""

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from gapro_annotator.errors import InvalidValueError

Float32: TypeAlias = npt.NDArray[np.float32]
Float64: TypeAlias = npt.NDArray[np.float64]
Int32: TypeAlias = npt.NDArray[np.int32]
Int64: TypeAlias = npt.NDArray[np.int64]
UInt8: TypeAlias = npt.NDArray[np.uint8]
Bool: TypeAlias = npt.NDArray[np.bool_]


def check_array(name: str, array: Any, dtype: npt.DTypeLike, shape: tuple[int | None, ...]) -> None:
    """Raise InvalidValueError unless `array` has exactly this dtype and shape (None: any length)."""
    if not isinstance(array, np.ndarray) or array.dtype != np.dtype(dtype):
        found = array.dtype if isinstance(array, np.ndarray) else type(array).__name__
        raise InvalidValueError(f"{name} must be an array of {np.dtype(dtype)}, not {found}")
    fits = len(array.shape) == len(shape) and all(
        want is None or have == want for have, want in zip(array.shape, shape, strict=True)
    )
    if not fits:
        wanted = " × ".join("any" if want is None else str(want) for want in shape)
        raise InvalidValueError(f"{name} must have the shape {wanted}, not {' × '.join(map(str, array.shape))}")


def check_finite(name: str, array: npt.NDArray[Any]) -> None:
    """Raise InvalidValueError where `array` holds NaN or infinity."""
    if not np.isfinite(array).all():
        bad = int((~np.isfinite(array)).sum())
        raise InvalidValueError(f"{name} holds {bad} values that are NaN or infinite; drop those rows first")


def freeze(*arrays: npt.NDArray[Any] | None) -> None:
    """Make the arrays read-only, so that a value that was checked stays valid."""
    for array in arrays:
        if array is not None:
            array.setflags(write=False)


def read_only(array: Int32) -> Int32:
    """Return a view of the array that cannot be written to."""
    view = array.view()
    view.setflags(write=False)
    return view


def nbytes_of(value: Any) -> int:
    """Bytes of all arrays in a value, in its fields and in theirs; texts and numbers do not count."""
    if isinstance(value, np.ndarray):
        return int(value.nbytes)
    return sum(nbytes_of(getattr(value, name)) for name in getattr(value, "__dataclass_fields__", ()))


def equal_fields(a: Any, b: Any) -> bool:
    """Say whether two dataclass values of one type are equal in every field, arrays element by element and by dtype."""
    if type(a) is not type(b):
        return False
    return all(equal(getattr(a, name), getattr(b, name)) for name in a.__dataclass_fields__)


def equal(a: Any, b: Any) -> bool:
    """Say whether two values are equal: arrays as in `equal_fields`, tuples by element, dataclasses by field."""
    if isinstance(a, np.ndarray) or isinstance(b, np.ndarray):
        same_type = isinstance(a, np.ndarray) and isinstance(b, np.ndarray) and a.dtype == b.dtype
        if not same_type or a.shape != b.shape:
            return False
        # Looking past NaN copies both arrays: only where there may be one.
        return bool(np.array_equal(a, b)) or (a.dtype.kind == "f" and bool(np.array_equal(a, b, equal_nan=True)))
    if hasattr(a, "__dataclass_fields__"):
        return equal_fields(a, b)
    if isinstance(a, tuple) and isinstance(b, tuple):
        return len(a) == len(b) and all(equal(x, y) for x, y in zip(a, b, strict=True))
    return bool(a == b)
