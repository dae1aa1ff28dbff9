"""Colours of any usual range → bytes."""

from typing import Any

import numpy as np
import numpy.typing as npt

from gapro_annotator.arrays import Float64, UInt8

_MOST_FRACTION = 2.0
"""Float colours up to this are over-exposed fractions rather than almost black in 0..255."""


def to_bytes(color: npt.NDArray[Any]) -> tuple[UInt8, tuple[str, ...]]:
    """Bring colours to 0..255, whether they are bytes, 16 bits, fractions, or fractions of 255.

    The kind is told by type and by the bulk of the values: floats are fractions where none is above 2, or where at most
    one in a thousand is above 1; integers above 255 have 16 bits. What is beyond the range is clipped, and a note says
    so.
    """
    if color.dtype == np.uint8:
        return color, ()
    values = np.nan_to_num(color.astype(np.float64), posinf=0, neginf=0)
    if color.dtype.kind == "f" and _are_fractions(values):
        values = values * 255
    elif color.dtype.kind != "f" and values.max(initial=0) > 255:
        values = values / 257
    clipped = int(((values < -0.5) | (values > 255.5)).any(axis=-1).sum())
    rgb = np.clip(np.rint(values), 0, 255).astype(np.uint8)
    return rgb, (f"{clipped:,} of {len(rgb):,} colours were beyond their range and were clipped",) if clipped else ()


def range_of(color: npt.NDArray[Any]) -> tuple[float, float] | None:
    """Least and largest finite value; None where there is none."""
    finite = color[np.isfinite(color)]
    return (float(finite.min()), float(finite.max())) if finite.size else None


def _are_fractions(values: Float64) -> bool:
    """Whether these floats count to 1, a few over-exposed ones apart, and not to 255."""
    bulk, largest = np.quantile(values, [0.999, 1.0]) if values.size else (0.0, 0.0)
    return bool(largest <= _MOST_FRACTION or bulk <= 1.0)
