"""A few of many elements, evenly over the place that they fill, whatever the order they come in."""

import numpy as np

from gapro_annotator.arrays import Float64, Int64

_BITS = 10


def evenly(rows: Int64, place: Float64, most: int) -> Int64:
    """Return up to `most` of the rows, each so many steps apart along a curve that fills space (Morton's).

    Parameters
    ----------
    rows : (M,) int64
        What to choose from.
    place : (E, 3) float64
        Where every element lies.
    most
        How many at most.

    Returns
    -------
    (n,) int64
        In the curve's order: the same elements in any numbering come out the same.
    """
    if not len(rows):
        return rows
    xyz = place[rows]
    lower = xyz.min(axis=0)
    cell = (xyz - lower) / max(float((xyz - lower).max()), 1e-9) * (2**_BITS - 1)
    code = np.zeros(len(rows), np.int64)
    for bit in range(_BITS):
        for axis in range(3):
            code |= (cell[:, axis].astype(np.int64) >> bit & 1) << (3 * bit + axis)
    along = rows[np.lexsort((xyz[:, 2], xyz[:, 1], xyz[:, 0], code))]
    if len(along) <= most:
        return along
    return along[np.linspace(0, len(along) - 1, most).round().astype(np.int64)]
