"""The one public function: choose the algorithm, check the input, number the result."""

from collections.abc import Callable
from math import ceil, sqrt
from typing import TypeAlias

import numpy as np

from gapro_annotator.arrays import Float32, Int32, Int64, UInt8, check_array, check_finite
from gapro_annotator.errors import CancelledError, InvalidValueError

Progress: TypeAlias = Callable[[int, int, str], bool]

_ENOUGH = 1_000
"""Superpoints that a room needs however sparsely it was scanned."""
_FEWEST_POINTS = 25
"""Of a superpoint on average: with fewer its direction is noise, and no more are made to reach `_ENOUGH`."""


def default_count(points: int) -> int:
    """How many superpoints a cloud of this many points is cut into: √(10 N), but 1,000 where it has 25 points for each.

    That is 71 for 500 points, 400 for 10k, 1,000 for 25k to 100k and 1,225 for 150k; never more than the points. More
    superpoints raise what an oracle could reach, not the labels; the square root keeps the labeler's work linear in
    the points where it is quadratic in the superpoints.
    """
    return min(points, max(ceil(sqrt(10 * points)), min(_ENOUGH, points // _FEWEST_POINTS)))


def compute_superpoints(
    xyz: Float32,
    *,
    rgb: UInt8 | None = None,
    faces: Int32 | None = None,
    count: int | None = None,
    progress: Progress | None = None,
) -> Int32:
    """Group the points of a scan so that no object border cuts a group.

    A mesh is segmented as ScanNet's segmentator does it, from its geometry alone. A cloud is segmented by region
    merging over normals, colours and flatness, in units of its own point spacing. The same input always gives the same
    answer.

    Parameters
    ----------
    xyz : (N, 3) float32
        Any unit; finite.
    rgb : (N, 3) uint8 or None
        Only for clouds; without it, colour plays no part.
    faces : (F, 3) int32 or None
        Triangles as rows of `xyz`. None or no triangle at all: a cloud.
    count
        Superpoints wanted of a cloud (default: `default_count`); a cloud in more separate pieces than that gets one for
        each. A mesh finds its own number.
    progress
        Called as ``progress(done, total, what)``; answers whether to go on.

    Returns
    -------
    (N,) int32
        Superpoint of each point, 0..S-1, every number in use, in order of first appearance.

    Raises
    ------
    InvalidValueError
        An argument breaks its contract.
    CancelledError
        `progress` answered False.
    """
    _check(xyz, rgb, faces, count)
    report = _reporter(progress)
    report(0, 1, "Superpoints")
    if len(xyz) == 0:
        return np.zeros(0, np.int32)
    if faces is not None and len(faces):
        superpoint = _segment_mesh(xyz, rgb, faces, report)
    else:
        superpoint = _segment_cloud(xyz, rgb, default_count(len(xyz)) if count is None else count, report)
    report(1, 1, "Superpoints")
    return _number_by_appearance(superpoint)


def _segment_mesh(xyz: Float32, rgb: UInt8 | None, faces: Int32, report: Callable[[int, int, str], None]) -> Int64:
    """Segment the mesh; vertices in no face stay alone unless they are so many that they are a cloud of their own."""
    from gapro_annotator.superpoints.mesh import segment_mesh  # numba takes half a second to import

    superpoint = segment_mesh(xyz, faces)
    loose = np.flatnonzero(np.bincount(faces.ravel(), minlength=len(xyz)) == 0)
    if len(loose) > default_count(len(xyz)):
        loose_rgb = None if rgb is None else rgb[loose]
        superpoint[loose] = len(xyz) + _segment_cloud(xyz[loose], loose_rgb, default_count(len(loose)), report)
    return superpoint


def _segment_cloud(xyz: Float32, rgb: UInt8 | None, count: int, report: Callable[[int, int, str], None]) -> Int64:
    from gapro_annotator.superpoints.cloud import segment_cloud  # numba takes half a second to import

    return segment_cloud(xyz, rgb, count, report)


def _number_by_appearance(group: Int64) -> Int32:
    """Rename the groups 0..S-1 by their first point, so that the numbers say nothing of how they were found."""
    first = np.full(int(group.max()) + 1, len(group))
    first[group[::-1]] = np.arange(len(group))[::-1]  # the last to be written, the first point, stays
    used = np.flatnonzero(first < len(group))
    number = np.empty(len(first), np.int32)
    number[used[np.argsort(first[used])]] = np.arange(len(used), dtype=np.int32)
    return number[group]


def _reporter(progress: Progress | None) -> Callable[[int, int, str], None]:
    """Turn the caller's answer into CancelledError, so that the algorithms need not look at it."""

    def report(done: int, total: int, what: str) -> None:
        if progress is not None and not progress(done, total, what):
            raise CancelledError("computing the superpoints was cancelled")

    return report


def _check(xyz: Float32, rgb: UInt8 | None, faces: Int32 | None, count: int | None) -> None:
    check_array("xyz", xyz, np.float32, (None, 3))
    check_finite("xyz", xyz)
    if rgb is not None:
        check_array("rgb", rgb, np.uint8, (len(xyz), 3))
    if faces is not None:
        check_array("faces", faces, np.int32, (None, 3))
        if faces.size and (faces.min() < 0 or faces.max() >= len(xyz)):
            raise InvalidValueError(f"faces name rows outside 0..{len(xyz) - 1}; drop those triangles first")
    if count is not None and count < 1:
        raise InvalidValueError(f"a cloud cannot be cut into {count} superpoints; ask for one or more")
