"""Legacy VTK (.vtk), ascii and binary: points of any dataset that lists them, triangles, arrays of points.

The layout is in "VTK File Formats", https://docs.vtk.org/en/latest/vtk_file_formats/vtk_legacy_file_format.html.
"""

from pathlib import Path
from typing import Any
from urllib.parse import unquote

import numpy as np
import numpy.typing as npt

from gapro_annotator.arrays import Int64
from gapro_annotator.errors import InputError, reason_of
from gapro_annotator.readers.imported import Source
from gapro_annotator.readers.vtk_arrays import TYPES, VtkData, vtk_source

_DATASETS = ("polydata", "unstructured_grid", "structured_grid")
_CELLS = ("vertices", "lines", "polygons", "triangle_strips", "cells")
_TRIANGLE, _POLYGON, _QUAD = 5, 7, 9
_TUPLES = {"vectors": 3, "normals": 3, "tensors": 9, "tensors6": 6}


def read_vtk(path: Path) -> Source:
    """Read a legacy VTK file.

    Raises
    ------
    InputError
        It is missing, cut off, or its dataset lists no points.
    """
    try:
        return vtk_source(path, _Reader(path.read_bytes()).data())
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({reason_of(error)}); check the path and its rights") from error
    except (ValueError, IndexError, KeyError, OverflowError) as error:
        raise InputError(f"{path}: is no whole VTK file ({reason_of(error)}); export it again") from error


class _Reader:
    """Goes through the file from one keyword to the next."""

    def __init__(self, content: bytes) -> None:
        lines = content.split(b"\n", 4)
        if len(lines) < 5 or not lines[0].lower().startswith(b"# vtk datafile"):
            raise ValueError("its first line is not that of a VTK file")
        self._content = content
        self._version = float(lines[0].split()[-1])
        kind = lines[2].strip().upper()
        if kind not in (b"ASCII", b"BINARY"):
            raise ValueError("it is neither ASCII nor BINARY")
        self._binary = kind == b"BINARY"
        self._place = sum(len(line) + 1 for line in lines[:3])
        self._out: VtkData | None = None
        self._cells: dict[str, tuple[Int64, Int64]] = {}
        self._types: Int64 | None = None
        self._about = ""

    def data(self) -> VtkData:
        """Read everything."""
        words = self._line()
        if len(words) != 2 or words[0] != "dataset" or words[1] not in _DATASETS:
            raise ValueError(f"its dataset is {' '.join(words) or 'missing'}; polydata and grids with points are read")
        while self._place < len(self._content):
            words = self._line(exact=True)
            if words:
                self._take(words[0].casefold(), words[1:])
        if self._out is None:
            raise ValueError("it has no POINTS")
        self._add_faces(self._out)
        return self._out

    def _take(self, key: str, rest: list[str]) -> None:
        if key == "points":
            self._out = VtkData(self._numbers(_count(rest[0]) * 3, rest[1]).reshape(-1, 3).astype(np.float64))
        elif key in _CELLS:
            self._cells[key] = self._polygons(_count(rest[0]), _count(rest[1]))
        elif key == "cell_types":
            self._types = self._numbers(_count(rest[0]), "int").astype(np.int64)
        elif key in ("point_data", "cell_data"):
            self._about = key
        elif key == "metadata":
            while self._line():
                pass
        elif key not in ("dimensions", "global_ids", "pedigree_ids"):
            self._take_array(key, rest)

    def _take_array(self, key: str, rest: list[str]) -> None:
        if key == "scalars":
            width = _count(rest[2]) if len(rest) > 2 else 1
            self._line()  # LOOKUP_TABLE
            self._keep(rest[0], rest[1], width)
        elif key == "color_scalars":
            self._keep_colors(rest[0], _count(rest[1]))
        elif key == "lookup_table":
            self._numbers(_count(rest[1]) * 4, "unsigned_char" if self._binary else "float")
        elif key in _TUPLES:
            self._keep(rest[0], rest[1], _TUPLES[key])
        elif key == "texture_coordinates":
            self._keep(rest[0], rest[2], _count(rest[1]))
        elif key == "field":
            self._take_field(_count(rest[1]))
        else:
            raise ValueError(f"nothing is known of {key[:40].upper()!r}")

    def _take_field(self, count: int) -> None:
        for _ in range(count):
            words = self._line(exact=True)
            while not words or words[0].casefold() == "metadata":
                while words and self._line():
                    pass
                if self._place >= len(self._content):
                    raise ValueError(f"{count} arrays announced, the file ends before")
                words = self._line(exact=True)
            name, width, rows, kind = words[0], _count(words[1]), _count(words[2]), words[3]
            values = self._numbers(width * rows, kind)
            self._store(name, values.reshape(rows, width) if width else values.reshape(rows, 0))

    def _keep(self, name: str, kind: str, width: int) -> None:
        self._store(name, self._numbers(self._rows * width, kind).reshape(self._rows, width))

    def _keep_colors(self, name: str, width: int) -> None:
        values = self._numbers(self._rows * width, "unsigned_char" if self._binary else "float")
        self._store(name if width == 1 else "rgb", values.reshape(self._rows, width))

    def _store(self, name: str, values: npt.NDArray[Any]) -> None:
        if self._out is not None and self._about == "point_data" and len(values) == len(self._out.points):
            self._out.arrays[unquote(name)] = values

    @property
    def _rows(self) -> int:
        if self._out is None:
            raise ValueError("its POINTS come too late")
        if self._about == "point_data":
            return len(self._out.points)
        return len(self._types) if self._types is not None else sum(len(sizes) for _, sizes in self._cells.values())

    def _polygons(self, count: int, size: int) -> tuple[Int64, Int64]:
        """Corners one after the other, and how many each cell has."""
        if self._version >= 5:
            offsets = self._after("offsets", count)
            return self._after("connectivity", size), np.diff(offsets)
        flat = self._numbers(size, "int").astype(np.int64)
        sizes, corners, place = [], np.ones(len(flat), bool), 0
        for _ in range(count):
            sizes.append(int(flat[place]))
            corners[place] = False
            place += sizes[-1] + 1
            if sizes[-1] < 0 or place > len(flat):
                raise ValueError("its cells do not fit their number")
        return flat[corners], np.array(sizes, np.int64)

    def _after(self, key: str, count: int) -> Int64:
        words = self._line()
        if not words or words[0] != key:
            raise ValueError(f"{key.upper()} is missing")
        return self._numbers(count, words[1]).astype(np.int64)

    def _add_faces(self, out: VtkData) -> None:
        if "polygons" in self._cells:
            out.polygons, out.sizes = self._cells["polygons"]
        elif "cells" in self._cells and self._types is not None:
            corners, sizes = self._cells["cells"]
            if len(sizes) != len(self._types) or int(sizes.sum()) != len(corners):
                raise ValueError("its cells do not fit their types")
            flat = np.isin(self._types, (_TRIANGLE, _POLYGON, _QUAD))
            out.polygons, out.sizes = corners[np.repeat(flat, sizes)], sizes[flat]
        if int(out.sizes.sum()) != len(out.polygons) or (out.sizes < 0).any():
            raise ValueError("its polygons do not fit their number")

    def _line(self, *, exact: bool = False) -> list[str]:
        end = self._content.find(b"\n", self._place)
        end = len(self._content) if end < 0 else end
        text = self._content[self._place : min(end, self._place + 1000)].decode("ascii", "replace")
        self._place = end + 1
        return text.split() if exact else text.casefold().split()

    def _numbers(self, count: int, kind: str) -> npt.NDArray[Any]:
        name = TYPES[kind.casefold()]
        if self._binary:
            if kind.casefold() == "bit":
                count = -(-count // 8)
            dtype = np.dtype(f">{name}")
            left = len(self._content) - self._place
            if count * dtype.itemsize > left:
                raise ValueError(f"{count:,} numbers announced, {max(left, 0):,} bytes left")
            values = np.frombuffer(self._content, dtype, count, self._place)
            self._place += count * dtype.itemsize
            if self._content[self._place : self._place + 1] == b"\n":
                self._place += 1
            return values.astype(dtype.newbyteorder("="))
        return self._ascii(count, name)

    def _ascii(self, count: int, name: str) -> npt.NDArray[Any]:
        """Numbers from the next lines, as many as are asked for; each is at least a digit and a blank."""
        if 2 * count > len(self._content) - self._place + 1:
            raise ValueError(f"{count:,} numbers announced, {len(self._content) - self._place:,} bytes left")
        parts: list[npt.NDArray[Any]] = []
        found = 0
        while found < count:
            if self._place >= len(self._content):
                raise ValueError(f"{count:,} numbers announced, {found:,} found")
            end = self._content.find(b"\n", min(self._place + (1 << 16), len(self._content)))
            end = len(self._content) if end < 0 else end
            words = self._content[self._place : end].split()
            if found + len(words) > count:
                end = self._end_of(count - found)
                words = self._content[self._place : end].split()
            parts.append(np.array(words).astype(f"={name}") if words else np.zeros(0, f"={name}"))
            found += len(words)
            self._place = end + 1
        return np.concatenate(parts) if parts else np.zeros(0, f"={name}")

    def _end_of(self, words: int) -> int:
        """Where the line ends in which the last of so many words lies."""
        place, left = self._place, words
        while left > 0:
            end = self._content.find(b"\n", place)
            end = len(self._content) if end < 0 else end
            here = len(self._content[place:end].split())
            if here > left:
                raise ValueError("a line of numbers goes on into something else")
            left -= here
            place = end + 1
        return place - 1


def _count(word: str) -> int:
    count = int(word)
    if count < 0:
        raise ValueError(f"a count of {count}")
    return count
