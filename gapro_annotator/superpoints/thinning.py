"""Fewer points for region merging, in an order of their own: coincident points become one, very large clouds voxels."""

from dataclasses import dataclass

import numpy as np
from scipy.spatial import KDTree

from gapro_annotator.arrays import Bool, Float32, Float64, Int64, UInt8
from gapro_annotator.superpoints.curve import STEPS, z_order

LARGE = 1_000_000
"""Points; larger clouds are segmented over voxels, which is faster but blurs the borders between objects."""
VOXELS = 1_000_000
"""About how many voxels stand for a large cloud."""


@dataclass(frozen=True, eq=False, slots=True)
class ThinnedCloud:
    """Cells that stand for the points of a cloud, V of them, no two in one place, neighbours in nearby rows.

    The order of the cells depends on where they are and not on the order of the points.

    Parameters
    ----------
    xyz : (V, 3) float64
        Mean of each cell's points.
    rgb : (V, 3) float64 or None
        Mean colour, 0..255.
    cell : (N,) int64
        The cell of each point.
    """

    xyz: Float64
    rgb: Float64 | None
    cell: Int64


def thin(xyz: Float32, rgb: UInt8 | None, voxel: float | None = None) -> ThinnedCloud:
    """Choose the cells: voxels of a large cloud, single points of any other, coincident ones together.

    `voxel` asks for voxels of this size whatever the cloud's.
    """
    position = xyz.astype(np.float64) - xyz.min(axis=0)
    if voxel is None and len(xyz) > LARGE:
        voxel = _voxel_size(position)
    place = position if voxel is None else np.floor(position / voxel)
    cell = _number_places(place, whole=voxel is not None)
    count = np.bincount(cell)
    return ThinnedCloud(_mean(xyz, cell, count), None if rgb is None else _mean(rgb, cell, count), cell)


def _voxel_size(position: Float64) -> float:
    """Spacing that the cloud would have with as many points as there are to be voxels, tried on evenly picked rows."""
    sample = position[np.linspace(0, len(position) - 1, VOXELS).astype(np.int64)]
    distance, _ = KDTree(sample).query(sample[:: 1 + len(sample) // 20_000], k=5)
    spacing = float(np.median(distance[:, 4]))
    return spacing if spacing > 0 else max(float(np.ptp(position, axis=0).max()), 1.0) * 1e-3


def _number_places(place: Float64, *, whole: bool) -> Int64:
    """Number the different rows of an (N, 3) array without negative values along a Z-order curve; (N,).

    `whole` says that they hold whole numbers. The k-NN search and the merging take half the time where neighbours lie
    side by side in memory.
    """
    farthest = max(float(place.max()), 1e-300)
    exact = whole and farthest <= STEPS  # a code is a place then
    code = z_order(place, 1.0 if exact else STEPS / farthest)
    order = np.argsort(code, kind="stable")
    ordered = code[order]
    starts = np.concatenate([[False], ordered[1:] != ordered[:-1]])
    if not exact:
        _tell_apart(place, order, starts)
    number = np.empty(len(place), np.int64)
    number[order] = np.cumsum(starts)
    return number


def _tell_apart(place: Float64, order: Int64, starts: Bool) -> None:
    """Sort the rows of one code, too near each other for the curve, and mark those in a place of their own."""
    tied = ~starts
    tied[0] = False
    member = np.flatnonzero(tied | np.append(tied[1:], False))
    run = np.cumsum(starts)[member]
    rows = order[member]
    order[member] = rows[np.lexsort((*place[rows].T, run))]
    later = np.flatnonzero(tied)
    starts[later] = (place[order[later]] != place[order[later - 1]]).any(axis=1)


def _mean(value: Float32 | UInt8, cell: Int64, count: Int64) -> Float64:
    return np.stack([np.bincount(cell, value[:, k], len(count)) / count for k in range(3)], axis=1)
