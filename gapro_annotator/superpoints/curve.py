"""Places along a Z-order curve, compiled: neighbours in space are mostly neighbours on it."""

import numpy as np
from numba import njit

from gapro_annotator.arrays import Float64, Int64
from gapro_annotator.superpoints.threads import share_out

STEPS = 2**21 - 1
"""Along each axis: three times 21 bits fill a code."""


def z_order(place: Float64, scale: float) -> Int64:
    """Code of each row of an (N, 3) array that times `scale` lies within 0..`STEPS`, the same within one step; (N,)."""
    code = np.empty(len(place), np.int64)
    share_out(lambda start, stop: _encode(place, scale, code, start, stop), len(place))
    return code


@njit(cache=True, nogil=True)
def _encode(place: Float64, scale: float, code: Int64, start: int, stop: int) -> None:
    for k in range(start, stop):
        code[k] = (
            spread_bits(int(place[k, 0] * scale))
            | spread_bits(int(place[k, 1] * scale)) << 1
            | spread_bits(int(place[k, 2] * scale)) << 2
        )


@njit(cache=True, nogil=True)
def spread_bits(step: int) -> int:
    """Leave two empty bits between each two of the lowest 21."""
    step &= 0x1FFFFF
    step = (step | step << 32) & 0x1F00000000FFFF
    step = (step | step << 16) & 0x1F0000FF0000FF
    step = (step | step << 8) & 0x100F00F00F00F00F
    step = (step | step << 4) & 0x10C30C30C30C30C3
    return (step | step << 2) & 0x1249249249249249
