"""Floor, ceiling and walls: planes voted for by flat superpoints, and which superpoints belong to them."""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from gapro_annotator.arrays import Bool, Float64, Int64
from gapro_annotator.boxes import Boxes
from gapro_annotator.labeling.superpoint_statistics import SuperpointStatistics

_TOLERANCE = 0.04
"""How far, root mean square, the points of a superpoint may lie from a plane that they belong to; metres in a room."""
_FLATTEST = 0.4
"""Least share of it: flat planes with little noise keep what stands low on them apart, as the feet of a chair."""
_LEVEL = 0.95
"""A superpoint is horizontal from this |z| of its normal on, upright below `_UPRIGHT`."""
_UPRIGHT = 0.2
_FLOOR_SHARE = 0.02
"""Floor and ceiling hold at least this share of the scan's points."""
_WALL_SHARE = 0.012
_WALL_HEIGHT = 0.5
"""A wall spans at least this share of the scan's height."""
_BEHIND_SHARE = 0.12
"""At most this many points lie behind a wall, against those on it and before it."""
_THIN = 0.26
"""A box thinner than this that touches a wall owns the pieces of the wall in it: picture, window, door."""
_MAT = 0.08
"""The same for a box that lies on the floor."""


@dataclass(frozen=True, eq=False, slots=True)
class Plane:
    """Points p with ``normal @ p == offset``; the normal points into the room.

    `tolerance`: how far, root mean square, the points of a superpoint on it may lie from it, metres.
    `lower`, `upper`: (3,) corners of the part that carries points.
    """

    kind: Literal["floor", "ceiling", "wall"]
    normal: Float64
    offset: float
    tolerance: float
    lower: Float64
    upper: Float64


def find_planes(statistics: SuperpointStatistics, outside: Float64, size: float) -> list[Plane]:
    """Find the planes that bound the room.

    Parameters
    ----------
    statistics
        Moments of the superpoints.
    outside : (S,) float64
        Share of each superpoint that lies in no box: what stands in a box does not vote.
    size
        The scan's size against a room (`scale.size_of`).

    Returns
    -------
    list of Plane
        Empty where the scan shows none.
    """
    tolerance = _TOLERANCE * size
    weight = statistics.size * outside * statistics.flat
    planes = _level_planes(statistics, weight, tolerance)
    return planes + _walls(statistics, weight, tolerance)


def on_plane(statistics: SuperpointStatistics, plane: Plane, reach: float) -> Bool:
    """(S,) bool, which superpoints lie in the plane and within `reach` metres of the part that carries points."""
    gap = statistics.center @ plane.normal - plane.offset
    spread = np.einsum("i,sij,j->s", plane.normal, statistics.scatter, plane.normal)
    near = np.sqrt(np.maximum(gap**2 + spread, 0.0)) <= plane.tolerance
    turned = statistics.flat & (np.abs(statistics.normal @ plane.normal) < 0.8)
    along = np.abs(plane.normal) < 0.5  # the axes in which the plane extends
    within = (statistics.center >= plane.lower - reach) & (statistics.center <= plane.upper + reach)
    return near & ~turned & within[:, along].all(axis=1)


def structure_of(
    statistics: SuperpointStatistics, planes: list[Plane], boxes: Boxes, size: float
) -> tuple[Bool, list[Bool]]:
    """Say which superpoints are structure, and which boxes own the pieces of it that lie in them.

    Returns
    -------
    (S,) bool
        Superpoints on a plane.
    list of (B,) bool
        For each plane, the thin boxes that lie on it.
    """
    structure = np.zeros(len(statistics), bool)
    owners: list[Bool] = []
    for plane in planes:
        structure |= on_plane(statistics, plane, reach=0.5 * size)
        owners.append(_thin_boxes(boxes, plane, size))
    return structure, owners


def _thin_boxes(boxes: Boxes, plane: Plane, size: float) -> Bool:
    """(B,) bool, boxes that touch the plane and are thin across it."""
    middle = (boxes.lower.astype(np.float64) + boxes.upper) / 2 @ plane.normal - plane.offset
    half = (boxes.upper.astype(np.float64) - boxes.lower) / 2 @ np.abs(plane.normal)
    thin = (_MAT if plane.kind == "floor" else _THIN) * size
    return (2 * half < thin) & (middle - half <= 2 * _TOLERANCE * size) & (middle + half >= -2 * _TOLERANCE * size)


def _level_planes(statistics: SuperpointStatistics, weight: Float64, tolerance: float) -> list[Plane]:
    """Return floor and ceiling: the lowest and the highest well-filled level."""
    level = weight * (np.abs(statistics.normal[:, 2]) > _LEVEL)
    height = statistics.center[:, 2]
    peaks = _peaks(
        height, level, tolerance, max(_FLOOR_SHARE * statistics.size.sum(), 0.2 * _fullest(height, level, tolerance))
    )
    if not len(peaks):
        return []
    low, high = float((statistics.lower[:, 2]).min()), float(statistics.upper[:, 2].max())
    planes: list[Plane] = []
    up = np.array([0.0, 0.0, 1.0])
    if peaks[0] < low + 0.4 * (high - low):
        planes.append(_fitted("floor", up, peaks[0], statistics=statistics, weight=level, tolerance=tolerance))
    if len(peaks) > 1 and peaks[-1] > high - 0.15 * (high - low):
        planes.append(_fitted("ceiling", -up, -peaks[-1], statistics=statistics, weight=level, tolerance=tolerance))
    return planes


def _walls(statistics: SuperpointStatistics, weight: Float64, tolerance: float) -> list[Plane]:
    """Return upright planes that are large, span the height of the scan and have nothing behind them."""
    upright = weight * (np.abs(statistics.normal[:, 2]) < _UPRIGHT)
    least = _WALL_SHARE * statistics.size.sum()
    if upright.sum() < least:
        return []
    planes: list[Plane] = []
    for azimuth in _directions(statistics.normal, upright):
        direction = np.array([np.cos(azimuth), np.sin(azimuth), 0.0])
        facing = upright * (np.abs(statistics.normal @ direction) > 0.97)
        for offset in _peaks(statistics.center @ direction, facing, tolerance, least):
            plane = _fitted("wall", direction, offset, statistics=statistics, weight=facing, tolerance=tolerance)
            turned = _bounding(plane, statistics, tolerance)
            if turned is not None:
                planes.append(turned)
    return planes


def _directions(normal: Float64, weight: Float64) -> list[float]:
    """Return the azimuths (radians, 0..π) in which many upright superpoints look, strongest first, at most four."""
    azimuth = np.mod(np.arctan2(normal[:, 1], normal[:, 0]), np.pi)
    bins = 90
    place = azimuth / np.pi * bins
    votes = np.bincount(place.astype(int) % bins, weight, bins)
    smooth = votes + np.roll(votes, 1) + np.roll(votes, -1)
    found: list[float] = []
    for _ in range(4):
        best = int(smooth.argmax())
        if smooth[best] < 0.08 * weight.sum():
            break
        away = np.abs((azimuth - (best + 0.5) * np.pi / bins + np.pi / 2) % np.pi - np.pi / 2)
        near = weight * (away < 1.5 * np.pi / bins)
        turn = 2 * azimuth  # axial mean: a direction and its opposite are one
        found.append(float(np.arctan2(near @ np.sin(turn), near @ np.cos(turn)) / 2))
        smooth[(best + np.arange(-4, 5)) % bins] = 0
    return found


def _fullest(position: Float64, weight: Float64, width: float) -> float:
    """Return the greatest weight within one bin of `width`."""
    if not weight.any():
        return 0.0
    place = np.floor((position - position.min()) / width).astype(int)
    return float(np.bincount(place, weight).max())


def _peaks(position: Float64, weight: Float64, width: float, least: float) -> Float64:
    """Return the sorted positions, `3 width` apart, around which `width` holds at least `least` weight."""
    if not (weight > 0).any():
        return np.zeros(0)
    low = position[weight > 0].min()
    place = np.clip(np.floor((position - low) / width * 2).astype(int), 0, 20_000)
    votes = np.bincount(place, weight)
    smooth = np.convolve(votes, np.ones(3), "same")
    found: list[float] = []
    while smooth.max() >= max(least, 1e-9):
        best = int(smooth.argmax())
        near = weight * (np.abs(place - best) <= 1)
        found.append(float(near @ position / near.sum()))
        smooth[max(0, best - 6) : best + 7] = 0
    return np.sort(np.array(found))


def _fitted(
    kind: Literal["floor", "ceiling", "wall"],
    normal: Float64,
    offset: float,
    *,
    statistics: SuperpointStatistics,
    weight: Float64,
    tolerance: float,
) -> Plane:
    """Fit the plane to the superpoints near it: total least squares on their summed moments, twice."""
    near, thickness = np.zeros(len(weight), bool), tolerance
    for _ in range(2):
        near = (np.abs(statistics.center @ normal - offset) < tolerance) & (weight > 0)
        share = weight * near / (weight * near).sum()
        middle = share @ statistics.center
        around = statistics.center - middle
        moment = np.einsum("s,si,sj->ij", share, around, around) + np.einsum("s,sij->ij", share, statistics.scatter)
        variance, axes = np.linalg.eigh(moment)
        axis = axes[:, 0]
        axis = axis if axis @ normal > 0 else -axis
        if axis @ normal < 0.98:  # too little support to turn the plane
            break
        normal, offset = axis, float(axis @ middle)
        thickness = float(np.clip(3 * np.sqrt(max(variance[0], 0.0)), _FLATTEST * tolerance, tolerance))
    return Plane(
        kind, normal, offset, thickness, statistics.lower[near].min(axis=0), statistics.upper[near].max(axis=0)
    )


def _bounding(plane: Plane, statistics: SuperpointStatistics, tolerance: float) -> Plane | None:
    """Turn a wall to look into the room; None where it has points on both sides or is too low."""
    height = statistics.upper[:, 2].max() - statistics.lower[:, 2].min()
    if plane.upper[2] - plane.lower[2] < _WALL_HEIGHT * height:
        return None
    along = np.abs(plane.normal) < 0.5
    abreast = ((statistics.center >= plane.lower) & (statistics.center <= plane.upper))[:, along].all(axis=1)
    gap = statistics.center @ plane.normal - plane.offset
    before = float(statistics.size[abreast & (gap > 2 * tolerance)].sum())
    behind = float(statistics.size[abreast & (gap < -2 * tolerance)].sum())
    if min(before, behind) > _BEHIND_SHARE * statistics.size[abreast].sum():
        return None
    if behind > before:
        return replace(plane, normal=-plane.normal, offset=-plane.offset)
    return plane


def plane_rows(planes: list[Plane]) -> list[dict[str, object]]:
    """Return the planes as JSON-able values for the provenance."""
    return [{"kind": p.kind, "normal": p.normal.tolist(), "offset": p.offset, "tolerance": p.tolerance} for p in planes]


def owned_pieces(
    statistics: SuperpointStatistics,
    planes: list[Plane],
    owners: list[Bool],
    size: float,
    *,
    superpoint: Int64,
    box: Int64,
) -> Bool:
    """(M,) bool, for pairs of superpoint and box: whether a thin box owns this piece of a plane."""
    owned = np.zeros(len(superpoint), bool)
    for plane, owner in zip(planes, owners, strict=True):
        piece = on_plane(statistics, plane, reach=0.5 * size)
        owned |= piece[superpoint] & owner[box]
    return owned
