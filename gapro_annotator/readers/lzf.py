"""LZF, the packing of compressed PCD files: every read and write is checked."""

import numpy as np
from numba import njit

from gapro_annotator.arrays import UInt8

_MOST_RATIO = 264 // 3 + 1
"""A reference of three bytes stands for at most 264."""


def unpack_lzf(packed: UInt8, size: int) -> UInt8:
    """Unpack exactly `size` bytes.

    Raises
    ------
    ValueError
        The bytes are damaged, or so many cannot be in them.
    """
    if size > len(packed) * _MOST_RATIO:
        raise ValueError(f"{size:,} bytes cannot be packed into {len(packed):,}")
    out = np.zeros(size, np.uint8)
    if _unpack(np.ascontiguousarray(packed), out) != size:
        raise ValueError("its packed points are damaged")
    return out


@njit(cache=True)
def _unpack(packed: UInt8, out: UInt8) -> int:  # pragma: no cover - compiled
    """Fill `out`; return how many bytes were written, -1 where the data are damaged."""
    place, end = 0, 0
    while place < len(packed):
        control = np.int64(packed[place])
        place += 1
        if control < 32:
            length = control + 1
            if place + length > len(packed) or end + length > len(out):
                return -1
            for i in range(length):
                out[end + i] = packed[place + i]
            place += length
            end += length
            continue
        length = control >> 5
        if length == 7:
            if place >= len(packed):
                return -1
            length += np.int64(packed[place])
            place += 1
        if place >= len(packed):
            return -1
        start = end - ((control & 31) << 8) - np.int64(packed[place]) - 1
        place += 1
        length += 2
        if start < 0 or end + length > len(out):
            return -1
        for i in range(length):
            out[end + i] = out[start + i]
        end += length
    return int(end)
