"""PCD: ascii, binary and compressed. Our own parser: small, and bounded by the bytes that are there."""

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from gapro_annotator.arrays import UInt8
from gapro_annotator.errors import InputError, reason_of
from gapro_annotator.readers.columns import table_source
from gapro_annotator.readers.imported import Source

_KINDS = {"F": "f", "I": "i", "U": "u"}
_MOST_HEADER = 1 << 16


@dataclass(frozen=True, slots=True)
class _Header:
    """What a file says of its points; `start` is where they begin."""

    names: tuple[str, ...]
    types: tuple[np.dtype[Any], ...]
    counts: tuple[int, ...]
    points: int
    data: str
    start: int
    moved: bool

    @property
    def record(self) -> np.dtype[Any]:
        """One point; fields are numbered, for names may repeat (PCL's padding is called _)."""
        parts = zip(self.types, self.counts, strict=True)
        return np.dtype([(f"f{i}", kind, (count,)) for i, (kind, count) in enumerate(parts)])


def read_pcd(path: Path) -> Source:
    """Read a PCD file; rows without finite coordinates are dropped later, and row numbers kept.

    Raises
    ------
    InputError
        It is missing, cut off, no PCD, or has no points.
    """
    try:
        content = path.read_bytes()
        header = _header(content)
        body = memoryview(content)[header.start :]
        fields = {"ascii": _ascii, "binary": _binary, "binary_compressed": _compressed}[header.data](header, body)
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({reason_of(error)}); check the path and its rights") from error
    except KeyError as error:
        raise InputError(
            f"{path}: is no PCD file that can be read ({error.args[0]} is missing or unknown); export it again"
        ) from error
    except (ValueError, TypeError, OverflowError, MemoryError, struct.error) as error:
        raise InputError(f"{path}: is no whole PCD file ({reason_of(error)}); copy or export it again") from error
    columns: dict[str, npt.NDArray[Any]] = {}
    for name, values in zip(header.names, fields, strict=True):
        if values.shape[1] != 1 or name == "_":
            continue
        if name.casefold() in ("rgb", "rgba") and values.dtype.itemsize == 4:
            # Three bytes in the bits of one number, float or not.
            packed = np.ascontiguousarray(values[:, 0]).view(np.uint32)
            for channel, shift in (("r", 16), ("g", 8), ("b", 0)):
                columns.setdefault(channel, ((packed >> shift) & 255).astype(np.uint8))
        else:
            columns.setdefault(name, values[:, 0])
    notes = ("its VIEWPOINT is not the identity; points are taken as they stand",) if header.moved else ()
    return table_source(path, columns, notes=notes)


def _header(content: bytes) -> _Header:
    entries: dict[str, list[str]] = {}
    start = 0
    while "DATA" not in entries:
        end = content.find(b"\n", start, _MOST_HEADER)
        if end < 0:
            raise ValueError("its header has no DATA line")
        line = content[start:end].decode("ascii", "replace").partition("#")[0].split()
        start = end + 1
        if line:
            entries[line[0].upper()] = line[1:]
    names = tuple(entries["FIELDS"])
    sizes, kinds = [int(size) for size in entries["SIZE"]], entries["TYPE"]
    counts = tuple(int(count) for count in entries.get("COUNT", ["1"] * len(names)))
    if not len(names) == len(sizes) == len(kinds) == len(counts) or not names:
        raise ValueError("FIELDS, SIZE, TYPE and COUNT differ in length")
    if any(count < 1 or count > 10_000 for count in counts):
        raise ValueError(f"COUNT is {' '.join(map(str, counts))}")
    types = tuple(np.dtype(f"<{_KINDS[kind.upper()]}{size}") for kind, size in zip(kinds, sizes, strict=True))
    stated = entries.get("POINTS") or [str(int(entries["WIDTH"][0]) * int(entries["HEIGHT"][0]))]
    points = int(stated[0])
    if points < 0:
        raise ValueError(f"{points} points")
    view = entries.get("VIEWPOINT", [])
    moved = bool(view) and [float(number) for number in view] != [0, 0, 0, 1, 0, 0, 0]
    return _Header(names, types, counts, points, "".join(entries["DATA"]).casefold(), start, moved)


def _ascii(header: _Header, body: memoryview) -> list[npt.NDArray[Any]]:
    lines = bytes(body).decode("ascii", "replace").splitlines()
    rows = [line for line in lines if line and not line.isspace()]
    width = sum(header.counts)
    if len(rows) < header.points:
        raise ValueError(f"{header.points:,} points announced, {len(rows):,} found")
    if not header.points:
        return [np.zeros((0, count), kind) for kind, count in zip(header.types, header.counts, strict=True)]
    table = np.loadtxt(rows[: header.points], np.float64, comments=None, ndmin=2)
    if table.shape != (header.points, width):
        raise ValueError(f"{width} values a point announced, {table.shape[1]} found")
    starts = np.cumsum((0, *header.counts))
    return [
        _of_text(table[:, start : start + count], kind)
        for start, count, kind in zip(starts[:-1].tolist(), header.counts, header.types, strict=True)
    ]


def _of_text(values: npt.NDArray[np.float64], kind: np.dtype[Any]) -> npt.NDArray[Any]:
    """Numbers as the header types them; a packed colour may be written as a whole number though typed as float."""
    if kind.kind == "f":
        if kind.itemsize == 4 and values.size and np.nanmax(np.abs(values), initial=0) > 1:
            whole = np.nan_to_num(values)
            if (whole == np.rint(whole)).all() and whole.min() > 0xFFFF and whole.max() < 2**32:
                return whole.astype(np.uint32)
        with np.errstate(over="ignore"):
            return values.astype(kind)
    if not np.isfinite(values).all():
        raise ValueError("NaN among whole numbers")
    limits = np.iinfo(kind)
    if values.size and (values.min() < limits.min or values.max() > limits.max):
        raise ValueError(f"numbers beyond {kind}")
    return values.astype(kind)


def _binary(header: _Header, body: memoryview) -> list[npt.NDArray[Any]]:
    record = header.record
    wanted = header.points * record.itemsize
    if len(body) < wanted:
        raise ValueError(f"{wanted:,} bytes of points announced, {len(body):,} found")
    table = np.frombuffer(body[:wanted], record)
    return [np.ascontiguousarray(table[name]) for name in record.names or ()]


def _compressed(header: _Header, body: memoryview) -> list[npt.NDArray[Any]]:
    packed, unpacked = struct.unpack_from("<II", body)
    if unpacked < header.points * header.record.itemsize:
        raise ValueError(f"{header.points:,} points announced, {unpacked:,} bytes found")
    data = _unpack(body[8 : 8 + packed], packed, unpacked)
    fields: list[npt.NDArray[Any]] = []
    start = 0
    for kind, count in zip(header.types, header.counts, strict=True):
        end = start + header.points * kind.itemsize * count
        fields.append(np.ascontiguousarray(data[start:end]).view(kind).reshape(header.points, count))
        start = end
    return fields


def _unpack(data: memoryview, packed: int, unpacked: int) -> UInt8:
    if len(data) < packed:
        raise ValueError(f"{packed:,} packed bytes announced, {len(data):,} found")
    from gapro_annotator.readers.lzf import unpack_lzf  # numba takes its time

    return unpack_lzf(np.frombuffer(data, np.uint8), unpacked)
