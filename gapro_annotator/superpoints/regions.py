"""The regions of a cloud between two rounds of merging, compiled."""

from typing import NamedTuple

import numpy as np
from numba import njit

from gapro_annotator.arrays import Float64, Int64
from gapro_annotator.superpoints.threads import share_out


class Merges(NamedTuple):
    """M merges in the order they are made.

    Parameters
    ----------
    left, right : (M,) int64
        The two nodes of each merge.
    height : (M,) float64
        Cost of the merge, never below that of its parts.
    """

    left: Int64
    right: Int64
    height: Float64


class Regions(NamedTuple):
    """R regions; numba takes named tuples, so a kernel's argument is the whole table.

    Parameters
    ----------
    size : (R,) int64
        Points.
    feature, center : (R, C) and (R, 3) float64
        Means over the points; centres in point spacings.
    spread : (R, 6) float64
        Scatter matrix around the centre: xx, yy, zz, xy, xz, yz.
    rough : (R,) float64
        Smallest eigenvalue of the scatter matrix, 0 up to three points: the squared distances from the best plane.
    node : (R,) int64
        Number of the region in the merge tree.
    height : (R,) float64
        Cost that the region was made at, never below that of its parts.
    """

    size: Int64
    feature: Float64
    center: Float64
    spread: Float64
    rough: Float64
    node: Int64
    height: Float64


class Pairing(NamedTuple):
    """What the R' regions of the next round are made of.

    Parameters
    ----------
    first, second : (R',) int64
        Rows of this round; `second` is -1 where a region stays as it is.
    cost : (R',) float64
        Of the merge, 0 where there is none.
    """

    first: Int64
    second: Int64
    cost: Float64


def single_points(position: Float64, feature: Float64) -> Regions:
    """Regions of one point each."""
    points = len(position)
    return Regions(
        size=np.ones(points, np.int64),
        feature=feature,
        center=position,
        spread=np.zeros((points, 6)),
        rough=np.zeros(points),
        node=np.arange(points),
        height=np.zeros(points),
    )


@njit(cache=True, nogil=True)
def smallest_eigenvalue(matrix: tuple[float, float, float, float, float, float]) -> float:
    """Smallest eigenvalue of a symmetric 3 × 3 matrix (xx, yy, zz, xy, xz, yz) that has no negative one."""
    xx, yy, zz, xy, xz, yz = matrix
    mean = (xx + yy + zz) / 3.0
    a, b, c = xx - mean, yy - mean, zz - mean
    spread = np.sqrt((a * a + b * b + c * c + 2.0 * (xy * xy + xz * xz + yz * yz)) / 6.0)
    if not spread > 1e-100:  # its cube would be zero
        return max(mean, 0.0)
    determinant = a * (b * c - yz * yz) - xy * (xy * c - yz * xz) + xz * (xy * yz - b * xz)
    cosine = min(1.0, max(-1.0, determinant / (2.0 * spread * spread * spread)))
    angle = (np.arccos(cosine) + 2.0 * np.pi) / 3.0  # the third of the three roots is the smallest
    return max(mean + 2.0 * spread * np.cos(angle), 0.0)


@njit(cache=True, nogil=True)
def union_spread(regions: Regions, a: int, b: int) -> tuple[float, float, float, float, float, float]:
    """Scatter matrix of the union of two regions."""
    size, center, spread = regions.size, regions.center, regions.spread
    pull = size[a] * size[b] / (size[a] + size[b])
    dx, dy, dz = center[b, 0] - center[a, 0], center[b, 1] - center[a, 1], center[b, 2] - center[a, 2]
    return (
        spread[a, 0] + spread[b, 0] + pull * dx * dx,
        spread[a, 1] + spread[b, 1] + pull * dy * dy,
        spread[a, 2] + spread[b, 2] + pull * dz * dz,
        spread[a, 3] + spread[b, 3] + pull * dx * dy,
        spread[a, 4] + spread[b, 4] + pull * dx * dz,
        spread[a, 5] + spread[b, 5] + pull * dy * dz,
    )


def unite(regions: Regions, pairing: Pairing, next_node: int) -> tuple[Regions, Merges]:
    """Regions of the next round, and the merges that make the nodes from `next_node` on."""
    rows = len(pairing.first)
    new = Regions(
        np.empty(rows, np.int64),
        np.empty((rows, regions.feature.shape[1])),
        np.empty((rows, 3)),
        np.empty((rows, 6)),
        np.empty(rows),
        np.empty(rows, np.int64),
        np.empty(rows),
    )
    share_out(lambda start, stop: unite_some(regions, pairing, new, start, stop), rows)
    merged = np.flatnonzero(pairing.second >= 0)
    new.node[merged] = next_node + np.arange(len(merged))
    left, right = regions.node[pairing.first[merged]], regions.node[pairing.second[merged]]
    return new, Merges(left, right, new.height[merged])


@njit(cache=True, nogil=True)
def unite_some(regions: Regions, pairing: Pairing, new: Regions, start: int, stop: int) -> None:
    """Fill the rows of the next round from `start` to before `stop`; those of unions get no node yet."""
    for row in range(start, stop):
        if pairing.second[row] < 0:
            copy_region(regions, pairing.first[row], new, row)
        else:
            unite_two(regions, pairing.first[row], pairing.second[row], new, row)
            new.height[row] = max(new.height[row], pairing.cost[row])


@njit(cache=True, nogil=True)
def copy_region(regions: Regions, region: int, new: Regions, row: int) -> None:
    """Copy one row of the table to another table."""
    new.size[row], new.rough[row] = regions.size[region], regions.rough[region]
    new.node[row], new.height[row] = regions.node[region], regions.height[region]
    for k in range(regions.feature.shape[1]):
        new.feature[row, k] = regions.feature[region, k]
    for k in range(3):
        new.center[row, k] = regions.center[region, k]
    for k in range(6):
        new.spread[row, k] = regions.spread[region, k]


@njit(cache=True, nogil=True)
def unite_two(regions: Regions, a: int, b: int, new: Regions, row: int) -> None:
    """Write the union of regions a and b; its height is still that of its parts."""
    matrix = union_spread(regions, a, b)
    total = regions.size[a] + regions.size[b]
    share = regions.size[b] / total
    for k in range(regions.feature.shape[1]):
        new.feature[row, k] = regions.feature[a, k] + share * (regions.feature[b, k] - regions.feature[a, k])
    for k in range(3):
        new.center[row, k] = regions.center[a, k] + share * (regions.center[b, k] - regions.center[a, k])
    for k in range(6):
        new.spread[row, k] = matrix[k]
    new.rough[row] = smallest_eigenvalue(matrix) if total > 3 else 0.0
    new.size[row] = total
    new.height[row] = max(regions.height[a], regions.height[b])
