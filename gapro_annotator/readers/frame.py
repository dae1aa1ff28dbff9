"""Units and the up axis of a scan: what they probably are, and how to bring them to metres and Z up."""

import math
from dataclasses import replace

import numpy as np

from gapro_annotator.arrays import Float64
from gapro_annotator.errors import InputError
from gapro_annotator.readers.imported import Source, SourceBox

METRES = {"m": 1.0, "cm": 0.01, "mm": 0.001, "ft": 0.3048, "in": 0.0254}
"""Metres in one unit."""
UP = {
    "x": np.array([[0, 0, -1], [0, 1, 0], [1, 0, 0]], np.float64),
    "y": np.array([[1, 0, 0], [0, 0, -1], [0, 1, 0]], np.float64),
    "z": np.eye(3),
}
"""Turns that bring an up axis to z."""
_USUAL = (1.5, 40.0)
"""Metres: the longest side of what is scanned indoors."""
_ROOM = 6.0
"""Metres: the longest side of a room."""
_SURE = 1.25
"""How much more points the flattest layer of the up axis must have than that of another."""
_LOOK = 200_000


def in_our_frame(source: Source, up: str | None, unit: str | None) -> Source:
    """Turn a source to Z up and metres; its own boxes go with it.

    Raises
    ------
    InputError
        There is no such axis or unit.
    """
    if unit is not None and unit not in METRES:
        raise InputError(f"{source.where}: there is no unit {unit!r}; choose one of {', '.join(METRES)}")
    if up is not None and up not in UP:
        raise InputError(f"{source.where}: there is no up axis {up!r}; choose one of {', '.join(UP)}")
    turn, scale = UP[up or "z"], METRES[unit or "m"]
    if up in (None, "z") and scale == 1.0:
        return source
    matrix = np.eye(4)
    matrix[:3, :3] = turn * scale
    boxes = source.boxes
    return replace(
        source,
        xyz=(source.xyz @ turn.T) * scale,
        normal=None if source.normal is None else (source.normal @ turn.T).astype(np.float32),
        boxes=None if boxes is None else tuple(_moved(box, turn, scale, matrix) for box in boxes),
        axis_alignment=matrix if source.axis_alignment is None else matrix @ source.axis_alignment,
    )


def _moved(box: SourceBox, turn: Float64, scale: float, matrix: Float64) -> SourceBox:
    # Quarter turns only: two opposite corners stay opposite corners.
    corners = np.array([box.lower, box.upper]) @ turn.T * scale
    (x0, y0, z0), (x1, y1, z1) = corners.min(axis=0).tolist(), corners.max(axis=0).tolist()
    turned = box.turned.moved(matrix) if box.turned is not None else None
    return SourceBox(box.id, box.class_name, (x0, y0, z0), (x1, y1, z1), turned)


def some_points(xyz: Float64, most: int = _LOOK) -> Float64:
    """Points with finite coordinates, evenly thinned to at most so many."""
    finite = xyz[(np.abs(xyz) < 1e12).all(axis=1)]
    return finite[:: max(-(-len(finite) // most), 1)]


def guess_unit(xyz: Float64) -> str:
    """Unit of the coordinates, from the size of the scan; metres where nothing speaks against them."""
    points = some_points(xyz)
    # Stray points far away say nothing of the room.
    longest = float(np.ptp(np.quantile(points, [0.01, 0.99], axis=0), axis=0).max()) if len(points) else 0.0
    if longest <= 200:
        return "m"
    for units in (("cm", "mm"), ("ft", "in")):
        fitting = [unit for unit in units if _USUAL[0] <= longest * METRES[unit] <= _USUAL[1]]
        if fitting:
            return min(fitting, key=lambda unit: abs(math.log(longest * METRES[unit] / _ROOM)))
    return "m"


def guess_up(xyz: Float64) -> tuple[str, float]:
    """Up axis, the one along which most points lie in one thin layer (a floor), and how sure: 1 is not at all."""
    points = some_points(xyz)
    if len(points) < 100:
        return "z", 1.0
    extent = np.ptp(points, axis=0)
    thickness = max(float(extent.max()) / 100, 1e-9)
    densest: list[float] = []
    for axis in range(3):
        layer = np.floor((points[:, axis] - points[:, axis].min()) / thickness).astype(np.int64)
        densest.append(float(np.bincount(layer).max()) / len(points))
    order = np.argsort(densest)[::-1]
    sure = densest[order[0]] / max(densest[order[1]], 1e-9)
    if sure < _SURE:
        return "z", 1.0
    return "xyz"[int(order[0])], float(sure)
