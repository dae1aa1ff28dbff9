"""LAS and LAZ, through laspy: real coordinates in float64, colours of 8 or 16 bits."""

import logging
import struct
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from gapro_annotator.errors import InputError, reason_of
from gapro_annotator.readers.columns import table_source
from gapro_annotator.readers.imported import Source

_CHUNK = 200_000
_SHORTEST_RECORD = 54
"""A variable length record has at least its header."""
_OWN = ("instance", "instance_id", "inst", "superpoint", "nx", "ny", "nz", "NormalX", "NormalY", "NormalZ")
"""Extra bytes dimensions that are read."""


def read_las(path: Path) -> Source:
    """Read a LAS or LAZ file.

    Raises
    ------
    InputError
        It is missing, cut off, no LAS, or its header promises more than there is.
    """
    try:
        count = _checked_count(path)
        columns = _columns(path, count)
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({reason_of(error)}); check the path and its rights") from error
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # laspy has many errors, and lazrs panics with one that is no Exception
        raise InputError(
            f"{path}: is no whole LAS or LAZ file ({reason_of(error)}); copy or export it again"
        ) from error
    notes: list[str] = []
    if {"red", "green", "blue"} <= set(columns):
        rgb = np.stack([columns[name] for name in ("red", "green", "blue")], axis=1)
        if not rgb.any():
            notes.append("its colours are all black and were left out")
            columns = {name: values for name, values in columns.items() if name not in ("red", "green", "blue")}
        elif rgb.max() > 255:
            # 255 is written as 65,280 or 65,535: the upper byte is right for both.
            columns |= {name: (columns[name] >> 8).astype(np.uint8) for name in ("red", "green", "blue")}
        else:
            notes.append("its colours have 8 bits, though the format has 16")
            columns |= {name: columns[name].astype(np.uint8) for name in ("red", "green", "blue")}
    return table_source(path, columns, notes=notes)


def _checked_count(path: Path) -> int:
    """Count the points by the header; refuse one that cannot be true, before memory is asked for."""
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(375)
    if len(head) < 227 or head[:4] != b"LASF":
        raise ValueError("it does not start as one")
    minor = head[25]
    header_size, offset, records = struct.unpack_from("<HII", head, 94)
    kind, length, count = struct.unpack_from("<BHI", head, 104)
    if minor >= 4:
        if len(head) < 375:
            raise ValueError("its header is cut off")
        extended_start, extended = struct.unpack_from("<QI", head, 235)
        if extended and (extended_start > size or extended * 60 > size):
            raise ValueError(f"it announces {extended:,} extended records")
        (wide,) = struct.unpack_from("<Q", head, 247)
        count = wide or count
    if offset > size or header_size > offset or records * _SHORTEST_RECORD > size:
        raise ValueError(f"it announces {records:,} records and points from byte {offset:,} of {size:,}")
    packed = bool(kind & 0x80)
    if not packed and count * length > size - offset:
        raise ValueError(f"it announces {count:,} points of {length} bytes, and has {size - offset:,} bytes of them")
    if packed and count:
        _check_chunks(path, offset, size, int(count))
    return int(count)


def _check_chunks(path: Path, offset: int, size: int, count: int) -> None:
    """Refuse a LAZ whose table of chunks cannot be true: lazrs would follow it for a long time."""
    with path.open("rb") as file:
        file.seek(offset)
        (table,) = struct.unpack("<q", file.read(8))
        if table == -1:  # a writer that could not seek put it at the end
            file.seek(size - 8)
            (table,) = struct.unpack("<q", file.read(8))
        if not offset < table <= size - 8:
            raise ValueError("its table of chunks lies outside the file")
        file.seek(table)
        _, chunks = struct.unpack("<II", file.read(8))
    if chunks > count:
        raise ValueError(f"{chunks:,} chunks for {count:,} points")


def _columns(path: Path, count: int) -> dict[str, npt.NDArray[Any]]:
    """Read in pieces, so that memory follows the points that are really there."""
    import laspy

    # Its log would be a second sentence beside ours.
    logging.getLogger("laspy").addHandler(logging.NullHandler())
    logging.getLogger("laspy").propagate = False
    parts: dict[str, list[npt.NDArray[Any]]] = {}
    with laspy.open(path) as file:
        have = set(file.header.point_format.dimension_names)
        extra = [name for name in (*("red", "green", "blue"), *_OWN) if name in have]
        # No piece takes more than the file does, whatever its header promises: how well LAZ packed it is not known yet.
        piece = path.stat().st_size // file.header.point_format.size
        for points in file.chunk_iterator(min(_CHUNK, max(count, 1), max(piece, 100))):
            for axis in "xyz":
                parts.setdefault(axis, []).append(np.asarray(getattr(points, axis), np.float64))
            for name in extra:
                parts.setdefault(name, []).append(np.asarray(points[name]))
    columns = {name: np.concatenate(pieces) for name, pieces in parts.items()}
    found = len(columns["x"]) if columns else 0
    if found != count:
        raise ValueError(f"{count:,} points announced, {found:,} found")
    return columns or {axis: np.zeros(0) for axis in "xyz"}
