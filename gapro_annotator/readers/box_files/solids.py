"""Turned boxes → axis-aligned hulls, and the checks that every box format shares."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from gapro_annotator.arrays import Float64
from gapro_annotator.errors import InputError
from gapro_annotator.readers.imported import SourceBox, TurnedBox

_LEVEL = 1e-3
"""Radians. A box turned by less stands straight."""
MOST_BOXES = 1_000_000
_SIGNS = np.array([[x, y, z] for x in (-0.5, 0.5) for y in (-0.5, 0.5) for z in (-0.5, 0.5)])


@dataclass(frozen=True, eq=False, slots=True)
class Solid:
    """One box as most programs draw it: centre, full size, and how it is turned."""

    name: str
    center: Float64
    size: Float64
    turn: Float64
    id: int | None = None

    @property
    def is_turned(self) -> bool:
        """Whether its edges do not run along the axes."""
        straight = np.abs(self.turn).max(axis=1)
        return bool((straight < math.cos(_LEVEL)).any())

    def corners(self) -> Float64:
        """(8, 3) corners."""
        return self.center + (_SIGNS * self.size) @ self.turn.T


def straight() -> Float64:
    """No turn."""
    return np.eye(3)


def turn_of_angles(x: float, y: float, z: float) -> Float64:
    """Turn by Euler angles in radians: about x first, then y, then z."""
    return _about(2, z) @ _about(1, y) @ _about(0, x)


def turn_of_quaternion(x: float, y: float, z: float, w: float) -> Float64:
    """Turn by a quaternion; it need not have length 1, but must not be 0."""
    length = math.sqrt(x * x + y * y + z * z + w * w)
    if not length > 0:
        raise ValueError("its quaternion is zero")
    x, y, z, w = x / length, y / length, z / length, w / length
    return np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
            [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
            [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
        ]
    )


def _about(axis: int, angle: float) -> Float64:
    a, b = [(1, 2), (2, 0), (0, 1)][axis]
    turn = np.eye(3)
    turn[a, a] = turn[b, b] = math.cos(angle)
    turn[b, a], turn[a, b] = math.sin(angle), -math.sin(angle)
    return turn


def vector(what: str, value: Any, keys: Sequence[str] = ("x", "y", "z")) -> Float64:
    """Take finite numbers out of a list, or out of a dict under these keys; ValueError where they are none."""
    given: list[Any] = [value.get(key) for key in keys] if isinstance(value, dict) else list(value or ())
    if len(given) != len(keys) or any(isinstance(n, bool) or not isinstance(n, int | float) for n in given):
        raise ValueError(f"{what} is {str(value)[:60]!r}, not {len(keys)} numbers")
    numbers = np.array(given, np.float64)
    if not np.isfinite(numbers).all():
        raise ValueError(f"{what} holds NaN or infinity")
    return numbers


def hulls(where: Path, solids: Sequence[Solid]) -> tuple[tuple[SourceBox, ...], tuple[str, ...]]:
    """Axis-aligned hulls of boxes, and a note where some were turned.

    Raises
    ------
    InputError
        A size is negative, or there are absurdly many.
    """
    if len(solids) > MOST_BOXES:
        raise InputError(f"{where}: has {len(solids):,} boxes; that is no file of boxes")
    own = [solid.id for solid in solids]
    # Ids are kept where the file has one for each box and none twice.
    keep = len(set(own)) == len(own) and all(number is not None and 0 <= number < 2**31 for number in own)
    boxes: list[SourceBox] = []
    for place, solid in enumerate(solids):
        if (solid.size < 0).any():
            raise InputError(f"{where}: box number {place + 1} ({solid.name}) has a negative size; mend it")
        corners = solid.corners()
        (x0, y0, z0), (x1, y1, z1) = corners.min(axis=0).tolist(), corners.max(axis=0).tolist()
        number = solid.id if keep and solid.id is not None else place
        turned = None
        if solid.is_turned:
            parts = (solid.center, solid.size, np.asarray(solid.turn).ravel())
            turned = TurnedBox(*(tuple(part.tolist()) for part in parts))
        boxes.append(SourceBox(number, solid.name, (x0, y0, z0), (x1, y1, z1), turned))
    count = sum(box.turned is not None for box in boxes)
    notes = [f"{count} of {len(solids)} boxes are turned: their axis-aligned hulls are used"] if count else []
    return tuple(boxes), tuple(notes)


def class_name(value: Any) -> str:
    """Name of a class; ValueError where there is none."""
    name = str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""
    if not name:
        raise ValueError(f"its class is {str(value)[:40]!r}")
    return name


def whole(value: Any) -> int | None:
    """Read an id, also where it is written as text; None where it is no whole number."""
    text = str(value).strip()
    return int(text) if not isinstance(value, bool) and text.isdecimal() and len(text) < 10 else None
