"""Fewer points for region merging: coincident points become one, and very large clouds become voxels."""

from dataclasses import dataclass

import numpy as np
from scipy.spatial import KDTree

from gapro_annotator.arrays import Float32, Float64, Int64, UInt8

LARGE = 400_000
"""Points; larger clouds are segmented over voxels."""
VOXELS = 250_000
"""About how many voxels stand for a large cloud."""


@dataclass(frozen=True, eq=False, slots=True)
class ThinnedCloud:
    """Cells that stand for the points of a cloud, V of them, no two in one place.

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


def thin(xyz: Float32, rgb: UInt8 | None) -> ThinnedCloud:
    """Choose the cells: voxels of a large cloud, single points of any other, coincident ones together."""
    if len(xyz) > LARGE:
        position = xyz.astype(np.float64) - xyz.min(axis=0)
        cell = _group_rows(np.floor(position / _voxel_size(position)))
    else:
        cell = _group_rows(xyz.astype(np.float64))
    count = np.bincount(cell)
    if len(count) == len(xyz):
        every = np.arange(len(xyz))
        return ThinnedCloud(xyz.astype(np.float64), None if rgb is None else rgb.astype(np.float64), every)
    return ThinnedCloud(_mean(xyz, cell, count), None if rgb is None else _mean(rgb, cell, count), cell)


def _voxel_size(position: Float64) -> float:
    """Spacing that the cloud would have with as many points as there are to be voxels, tried on evenly picked rows."""
    sample = position[np.linspace(0, len(position) - 1, VOXELS).astype(np.int64)]
    distance, _ = KDTree(sample).query(sample[:: VOXELS // 20_000], k=5)
    spacing = float(np.median(distance[:, 4]))
    return spacing if spacing > 0 else max(float(np.ptp(position, axis=0).max()), 1.0) * 1e-3


def _group_rows(row: Float64) -> Int64:
    """Number the different rows of an (N, 3) array; the number of each row's value, (N,)."""
    order = np.lexsort(row.T)
    ordered = row[order]
    starts = np.concatenate([[False], (ordered[1:] != ordered[:-1]).any(axis=1)])
    number = np.empty(len(row), np.int64)
    number[order] = np.cumsum(starts)
    return number


def _mean(value: Float32 | UInt8, cell: Int64, count: Int64) -> Float64:
    return np.stack([np.bincount(cell, value[:, k], len(count)) / count for k in range(3)], axis=1)
