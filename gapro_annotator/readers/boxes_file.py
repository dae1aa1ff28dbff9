"""Boxes as JSON: {"format": "boxes", "units": "m", "boxes": [{"id", "class", "min", "max"}]}."""

import json
import math
from pathlib import Path
from typing import Any

from gapro_annotator.errors import InputError, reason_of
from gapro_annotator.readers.imported import SourceBox

_METRES = {"m": 1.0, "cm": 0.01, "mm": 0.001}


def boxes_beside(path: Path) -> Path | None:
    """Find ``<stem>.boxes.json`` beside a scan; None where there is none."""
    beside = path.with_name(f"{path.stem}.boxes.json")
    return beside if beside.is_file() else None


def read_boxes(path: Path | str) -> tuple[SourceBox, ...]:
    """Read a boxes file; corners come out in metres.

    Raises
    ------
    InputError
        Names the box and what is wrong with it.
    """
    path = Path(path)
    try:
        content: Any = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); check the path of the boxes file") from error
    except ValueError as error:
        raise InputError(f"{path}: is not JSON ({reason_of(error)}); write one as in docs/file-format.md") from error
    if not isinstance(content, dict) or content.get("format") != "boxes":
        raise InputError(f'{path}: is no boxes file (no "format": "boxes"); write one as in docs/file-format.md')
    metres = _METRES.get(str(content.get("units")))
    if metres is None:
        raise InputError(f'{path}: "units" is {content.get("units")!r}; write "m", "cm" or "mm"')
    rows = content.get("boxes")
    if not isinstance(rows, list):
        raise InputError(f'{path}: has no list "boxes"; write one as in docs/file-format.md')
    boxes = tuple(_box(path, place, row, metres) for place, row in enumerate(rows))
    seen: set[int] = set()
    for box in boxes:
        if box.id in seen:
            raise InputError(f"{path}: two boxes have the id {box.id}; give each its own")
        seen.add(box.id)
    return boxes


def _box(path: Path, place: int, row: Any, metres: float) -> SourceBox:
    where = f"{path}: box number {place + 1}"
    if not isinstance(row, dict):
        raise InputError(f'{where} is no object; write {{"id", "class", "min", "max"}}')
    for key in ("id", "class", "min", "max"):
        if key not in row:
            raise InputError(f'{where} lacks "{key}"; write {{"id", "class", "min", "max"}}')
    number, name = row["id"], row["class"]
    if not isinstance(number, int) or isinstance(number, bool) or not 0 <= number < 2**31:
        raise InputError(f"{where} has the id {number!r}; use whole numbers from 0 up")
    where = f"{path}: box {number}"
    if not isinstance(name, str) or not name.strip():
        raise InputError(f"{where} has the class {name!r}; give it a name")
    lower, upper = (_corner(where, key, row[key], metres) for key in ("min", "max"))
    for axis, low, high in zip("xyz", lower, upper, strict=True):
        if low > high:
            raise InputError(f"{where}: min {axis} {low:g} m lies above max {axis} {high:g} m; exchange them")
    return SourceBox(number, name.strip(), lower, upper)


def _corner(where: str, key: str, value: Any, metres: float) -> tuple[float, float, float]:
    numbers = value if isinstance(value, list) and len(value) == 3 else []
    if not numbers or not all(isinstance(n, int | float) and math.isfinite(n) for n in numbers):
        raise InputError(f'{where}: "{key}" is {value!r}; write three finite numbers [x, y, z]')
    x, y, z = (float(n) * metres for n in numbers)
    return x, y, z
