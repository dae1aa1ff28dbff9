"""Surface directions of points from their nearest neighbours, compiled."""

import numpy as np
from numba import njit

from gapro_annotator.arrays import Float64, Int64
from gapro_annotator.superpoints.threads import share_out

_SWEEPS = 12
"""Jacobi's method is exact to the last digits after four or five."""


def directions(position: Float64, neighbor: Int64) -> Float64:
    """Describe the normals so that n and -n are the same and |e - e'|² = 1 - (n·n')²; (N, 6).

    `neighbor` (N, k) are the rows that each normal is fitted to.
    """
    direction = np.empty((len(position), 6))
    share_out(lambda start, stop: _describe(position, neighbor, direction, start, stop), len(position))
    return direction


@njit(cache=True, nogil=True)
def _describe(position: Float64, neighbor: Int64, direction: Float64, start: int, stop: int) -> None:
    matrix, vectors, normal = np.empty((3, 3)), np.empty((3, 3)), np.empty(3)
    root2 = np.sqrt(2.0)
    for point in range(start, stop):
        scatter(position, neighbor[point], matrix)
        least_axis(matrix, vectors, normal)  # the least spread is across the surface
        x, y, z = normal[0], normal[1], normal[2]
        direction[point, 0], direction[point, 1], direction[point, 2] = x * x / root2, y * y / root2, z * z / root2
        direction[point, 3], direction[point, 4], direction[point, 5] = x * y, x * z, y * z


@njit(cache=True, nogil=True)
def scatter(position: Float64, rows: Int64, matrix: Float64) -> None:
    """Scatter matrix of some points around their mean, into `matrix` (3, 3)."""
    center = np.zeros(3)
    for row in rows:
        for i in range(3):
            center[i] += position[row, i]
    for i in range(3):
        center[i] /= len(rows)
    matrix[:] = 0.0
    for row in rows:
        for i in range(3):
            for j in range(i, 3):
                matrix[i, j] += (position[row, i] - center[i]) * (position[row, j] - center[j])
    for i in range(3):
        for j in range(i):
            matrix[i, j] = matrix[j, i]


@njit(cache=True, nogil=True)
def least_axis(matrix: Float64, vectors: Float64, axis: Float64) -> None:
    """Unit eigenvector of the smallest eigenvalue of a symmetric (3, 3) matrix, into `axis`; Jacobi's method.

    `matrix` and `vectors` (3, 3) are overwritten.
    """
    for i in range(3):
        for j in range(3):
            vectors[i, j] = 1.0 if i == j else 0.0
    for _ in range(_SWEEPS):
        aside = abs(matrix[0, 1]) + abs(matrix[0, 2]) + abs(matrix[1, 2])
        if aside <= 1e-15 * (abs(matrix[0, 0]) + abs(matrix[1, 1]) + abs(matrix[2, 2])):
            break
        for p, q in ((0, 1), (0, 2), (1, 2)):
            rotate(matrix, vectors, p, q)
    least = 0
    for i in range(1, 3):
        if matrix[i, i] < matrix[least, least]:
            least = i
    for i in range(3):
        axis[i] = vectors[i, least]


@njit(cache=True, nogil=True)
def rotate(matrix: Float64, vectors: Float64, p: int, q: int) -> None:
    """Turn the axes p and q so that the matrix has nothing between them."""
    if matrix[p, q] == 0.0:
        return
    slope = (matrix[q, q] - matrix[p, p]) / (2.0 * matrix[p, q])
    t = (1.0 if slope >= 0 else -1.0) / (abs(slope) + np.sqrt(slope * slope + 1.0))
    c = 1.0 / np.sqrt(t * t + 1.0)
    s = t * c
    r = 3 - p - q
    moved = t * matrix[p, q]
    matrix[p, p] -= moved
    matrix[q, q] += moved
    matrix[p, q] = matrix[q, p] = 0.0
    rp, rq = matrix[r, p], matrix[r, q]
    matrix[r, p] = matrix[p, r] = c * rp - s * rq
    matrix[r, q] = matrix[q, r] = s * rp + c * rq
    for i in range(3):
        ip, iq = vectors[i, p], vectors[i, q]
        vectors[i, p], vectors[i, q] = c * ip - s * iq, s * ip + c * iq
