"""Points as text: XYZ, TXT, CSV, PTS, ASC. Delimiter, header and a leading count are told from the rows."""

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from gapro_annotator.errors import InputError, reason_of
from gapro_annotator.readers.columns import SKIPPED, is_wanted, names_for, table_source
from gapro_annotator.readers.imported import Source

SUFFIXES = (".xyz", ".txt", ".csv", ".pts", ".asc", ".xyzrgb", ".xyzn", ".tsv")
_LOOK = 200
"""Lines that are looked at to tell the layout."""
_COMMENTS = ("#", "//", "%", "!")


@dataclass(frozen=True, slots=True)
class _Layout:
    """How the rows are written. `skip` lines come before them; `names` is empty where nothing names columns."""

    delimiter: str | None
    decimal_comma: bool
    skip: int
    width: int
    names: tuple[str, ...]
    count: int | None = None


def is_table(path: Path) -> bool:
    """Whether this is text whose rows look like points: by its ending and its first lines."""
    if path.suffix.casefold() not in SUFFIXES or not path.is_file():
        return False
    try:
        with path.open("rb") as file:
            start = file.read(1 << 16)
        return b"\0" not in start and _sniff(_lines(start.decode("utf-8-sig", "replace"))).width >= 3
    except (OSError, ValueError):
        return False


def read_table(path: Path, columns: Sequence[str] | None = None) -> Source:
    """Read a table of points; `columns` says what its columns are where that cannot be told, or is told wrongly.

    Raises
    ------
    InputError
        It is missing, no table of numbers, or nothing says which columns are the coordinates.
    """
    try:
        text = path.read_text(encoding="utf-8-sig", errors="replace")
    except (OSError, MemoryError) as error:
        raise InputError(f"{path}: cannot be read ({reason_of(error)}); check the path and its rights") from error
    try:
        layout = _sniff(_lines(text[: 1 << 16]))
    except ValueError as error:
        raise InputError(f"{path}: is no table of points ({error}); give rows of x y z with one point each") from error
    names = names_for(path, layout.width, columns) if columns is not None or not layout.names else layout.names
    wanted = [place for place, name in enumerate(names) if name.strip() not in SKIPPED and is_wanted(name)]
    table = _values(path, text, layout, wanted) if wanted else np.zeros((0, 0))
    notes: list[str] = []
    if layout.count is not None and layout.count != len(table):
        if layout.count > len(table):
            raise InputError(f"{path}: announces {layout.count:,} points but has {len(table):,}; copy it again")
        notes.append(f"its first line announces {layout.count:,} points but it has {len(table):,}; all were read")
    if layout.decimal_comma:
        notes.append("its numbers are written with a decimal comma")
    return table_source(path, {names[place]: table[:, row] for row, place in enumerate(wanted)}, notes=notes)


def _lines(text: str) -> list[str]:
    return text.splitlines()[:_LOOK]


def _sniff(lines: list[str]) -> _Layout:
    """Tell the layout from the first lines."""
    said = [place for place, line in enumerate(lines) if line.strip() and not line.lstrip().startswith(_COMMENTS)]
    count: int | None = None
    if len(said) > 1 and re.fullmatch(r"\s*\d+\s*", lines[said[0]]):
        count, said = int(lines[said[0]]), said[1:]
    for header in (0, 1):
        if len(said) <= header:
            break
        row = lines[said[header]]
        for delimiter, comma in ((",", False), (";", False), ("\t", False), (None, False), (";", True), ("\t", True)):
            cells = _cells(row, delimiter, comma=comma)
            if sum(_is_number(cell) for cell in cells) < 3:
                continue
            names = _names(lines, said, header, delimiter, len(cells))
            if not names and not all(map(_is_number, cells[:3])):
                continue  # rows of a label file, not of points
            return _Layout(delimiter, comma, said[header], len(cells), names, count)
    raise ValueError("its first lines are not rows of at least three numbers")


def _cells(row: str, delimiter: str | None, *, comma: bool) -> list[str]:
    if comma:
        row = row.replace(",", ".")
    cells = row.strip().split() if delimiter is None else [cell.strip() for cell in row.strip("\r\n").split(delimiter)]
    return cells[:-1] if cells and not cells[-1] else cells


def _is_number(text: str) -> bool:
    try:
        float(text.strip('"'))
    except ValueError:
        return False
    return "_" not in text


def _names(lines: list[str], said: list[int], header: int, delimiter: str | None, width: int) -> tuple[str, ...]:
    """Names from the row above the first, or from a comment above it that has as many words."""
    above = lines[said[0]] if header else (lines[said[0] - 1] if said[0] else "")
    above = above.strip().lstrip("#/%! ")
    for row in csv.reader(io.StringIO(above), delimiter=delimiter or " ", skipinitialspace=True):
        cells = [cell.strip() for cell in row if delimiter is not None or cell.strip()]
        if len(cells) == width and not any(_is_number(cell) for cell in cells):
            return tuple(cells)
    return ()


def _values(path: Path, text: str, layout: _Layout, wanted: list[int]) -> npt.NDArray[Any]:
    if layout.decimal_comma:
        text = text.replace(",", ".")
    options: dict[str, Any] = {"delimiter": layout.delimiter, "usecols": wanted, "ndmin": 2, "quotechar": '"'}
    try:
        return np.loadtxt(io.StringIO(text), np.float64, skiprows=layout.skip, comments="#", **options)
    except (ValueError, IndexError, TypeError, MemoryError) as error:
        raise InputError(
            f"{path}: a row cannot be read ({reason_of(error)}, counted from line {layout.skip + 1}); mend it or name "
            "the columns with --columns"
        ) from error
