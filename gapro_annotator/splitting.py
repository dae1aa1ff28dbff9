"""The parts of an instance: those that do not hang together, and those on either side of a cut."""

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import KDTree

from gapro_annotator.arrays import Float32, Float64, Int64

_GAPS = 3.0
"""Points that are this many times the usual spacing apart do not touch."""
_LEAST_GAP = 0.03
"""Metres: no scanner leaves holes much smaller than this."""
_LEAST_POINTS = 10
_LEAST_SHARE = 0.02
"""A part with fewer points is a splinter: it stays with the nearest part."""
_SAMPLE = 2_000


def connected_parts(xyz: Float32, points: Int64) -> list[Int64]:
    """Split points where there is a gap between them.

    Parameters
    ----------
    xyz : (N, 3) float32
        The scan, metres.
    points : (M,) int64
        Rows of one instance.

    Returns
    -------
    list of (M_p,) int64
        Rows of each part, sorted, the part with the most points first.
    """
    if len(points) < 2 * _LEAST_POINTS:
        return [points]
    mine = xyz[points].astype(np.float64)
    gap = gap_of(mine)
    # Cells of half a gap stand for their points: what touches lies in cells at most one gap apart.
    cell, of_point = np.unique(np.floor(mine / (gap / 2)).astype(np.int64), axis=0, return_inverse=True)
    pairs = KDTree(cell).query_pairs(2.0 + 1e-6, output_type="ndarray")
    links = coo_matrix((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), (len(cell), len(cell)))
    part = connected_components(links, directed=False)[1][of_point.ravel()]
    return _without_splinters(mine, points, part)


def cut_by_plane(xyz: Float32, points: Int64, place: Float64, normal: Float64) -> list[Int64]:
    """Split points by the side of a plane that they lie on.

    Parameters
    ----------
    xyz : (N, 3) float32
        The scan, metres.
    points : (M,) int64
        Rows of one instance.
    place, normal : (3,) float64
        A place on the plane, metres, and its direction.

    Returns
    -------
    list of (M_p,) int64
        The larger part first; one alone where all lie on one side.
    """
    beyond = (xyz[points].astype(np.float64) - place) @ normal > 0
    parts = [np.sort(points[side]) for side in (~beyond, beyond) if side.any()]
    return sorted(parts, key=lambda part: -len(part))


def gap_of(xyz: Float32 | np.ndarray) -> float:  # pyright: ignore[reportMissingTypeArgument]
    """Metres from which on neighbours among these points (M, 3) do not touch."""
    some = xyz[:: max(len(xyz) // _SAMPLE, 1)]
    spacing = float(np.median(KDTree(xyz).query(some, k=2)[0][:, 1]))
    return max(_GAPS * spacing, _LEAST_GAP)


def _without_splinters(xyz: np.ndarray, points: Int64, part: np.ndarray) -> list[Int64]:  # pyright: ignore[reportMissingTypeArgument]
    size = np.bincount(part)
    large = size >= max(_LEAST_POINTS, _LEAST_SHARE * len(points))
    if large.sum() < 2:
        return [points]
    whole = large[part]
    near = KDTree(xyz[whole]).query(xyz[~whole])[1] if not whole.all() else np.zeros(0, np.int64)
    part = part.copy()
    part[~whole] = part[whole][near]
    numbers = np.flatnonzero(large)
    found = [np.sort(points[part == number]) for number in numbers.tolist()]
    return sorted(found, key=lambda rows: (-len(rows), int(rows[0])))
