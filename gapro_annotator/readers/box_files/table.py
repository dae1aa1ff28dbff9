"""Boxes as CSV: columns by name, as corners or as centre and size."""

import csv
import math
from pathlib import Path

import numpy as np

from gapro_annotator.arrays import Float64
from gapro_annotator.errors import InputError, reason_of
from gapro_annotator.readers.box_files.solids import MOST_BOXES, Solid, straight, turn_of_angles, whole

_CORNERS = (
    ("min_x", "min_y", "min_z", "max_x", "max_y", "max_z"),
    ("xmin", "ymin", "zmin", "xmax", "ymax", "zmax"),
    ("x_min", "y_min", "z_min", "x_max", "y_max", "z_max"),
    ("x1", "y1", "z1", "x2", "y2", "z2"),
)
_CENTERS = (("cx", "cy", "cz"), ("center_x", "center_y", "center_z"), ("x", "y", "z"))
_SIZES = (
    ("dx", "dy", "dz"),
    ("size_x", "size_y", "size_z"),
    ("length", "width", "height"),
    ("l", "w", "h"),
)
_NAMES = ("class", "label", "name", "category", "class_name")
_TURNS = ("yaw", "heading", "rotation_z", "rz")


def read_csv_boxes(path: Path) -> tuple[list[Solid], tuple[str, ...]]:
    """Read a table with a header.

    Raises
    ------
    InputError
        Its header names neither corners nor centre and size, or a row is damaged.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
        delimiter = max(",;\t", key=text.partition("\n")[0].count)
        rows = list(csv.DictReader(text.splitlines(), delimiter=delimiter))
    except (OSError, ValueError, csv.Error) as error:
        raise InputError(f"{path}: cannot be read ({reason_of(error)}); check the boxes file") from error
    header = {(name or "").strip().casefold(): name for name in (rows[0] if rows else {}) if name}
    corners = next((names for names in _CORNERS if set(names) <= set(header)), None)
    center = next((names for names in _CENTERS if set(names) <= set(header)), None)
    size = next((names for names in _SIZES if set(names) <= set(header)), None)
    kind = next((name for name in _NAMES if name in header), None)
    if not rows or len(rows) > MOST_BOXES or kind is None or (corners is None and (center is None or size is None)):
        raise InputError(
            f"{path}: is no table of boxes; its first row must name class, and min_x … max_z or cx … cz with dx … dz"
        )
    turn = next((name for name in _TURNS if name in header), None)
    solids: list[Solid] = []
    for place, row in enumerate(rows, 2):
        cells = {plain: (row[name] or "").strip() for plain, name in header.items()}
        try:
            solids.append(
                _solid(cells, corners or (*(center or ()), *(size or ())), kind, turn, centered=corners is None)
            )
        except ValueError as error:
            raise InputError(f"{path}: line {place} is damaged ({reason_of(error)}); mend it") from error
    return solids, ()


def _solid(cells: dict[str, str], names: tuple[str, ...], kind: str, turn: str | None, *, centered: bool) -> Solid:
    numbers: Float64 = np.array([float(cells[name]) for name in names])
    if not np.isfinite(numbers).all():
        raise ValueError("NaN or infinity")
    if not cells[kind]:
        raise ValueError("no class")
    number = whole(cells.get("id", ""))
    if not centered:
        low, high = numbers[:3], numbers[3:]
        if (low > high).any():
            raise ValueError("a minimum above its maximum")
        return Solid(cells[kind], (low + high) / 2, high - low, straight(), number)
    angle = float(cells[turn] or 0) if turn else 0.0
    if not math.isfinite(angle):
        raise ValueError("NaN or infinity")
    return Solid(cells[kind], numbers[:3], numbers[3:], turn_of_angles(0, 0, angle), number)
