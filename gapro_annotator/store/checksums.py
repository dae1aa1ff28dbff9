"""Whether a file is what was saved: a checksum for each array, and a seal over the whole file."""

import os
import re
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from gapro_annotator.errors import StoreError

ATTRIBUTE = "crc32"
"""Of every array: CRC-32 of its values."""
PROMISE = "checksums"
"""Root attribute of a file in which every array has one."""
_SEAL = re.compile(rb"\ngapro-annotator seal crc32=([0-9a-f]{8}) bytes=([0-9]{16})\n")
_SEAL_SIZE = len(b"\ngapro-annotator seal crc32=00000000 bytes=0000000000000000\n")
_BLOCK = 4 * 2**20


class ChecksumError(StoreError):
    """An array, or a whole file, is not what was saved."""


def crc_of_array(array: npt.NDArray[Any]) -> int:
    """CRC-32 of the values: little endian, the last index first."""
    flat = np.ascontiguousarray(array)
    little = flat.astype(flat.dtype.newbyteorder("<"), copy=False)
    return zlib.crc32(little.data.cast("B") if little.size else b"")


def crc_of_texts(texts: Iterable[str]) -> int:
    """CRC-32 of texts in UTF-8, each followed by a zero byte."""
    return zlib.crc32(b"".join(text.encode() + b"\0" for text in texts))


def seal(path: Path) -> None:
    """Append a line with the CRC-32 and the length of all that is before it; HDF5 does not look behind its end.

    Any program that changes the file through HDF5 cuts the line off again, so a seal never speaks of another file.
    """
    crc, size = _crc_of_file(path, path.stat().st_size), path.stat().st_size
    with path.open("ab") as file:
        file.write(b"\ngapro-annotator seal crc32=%08x bytes=%016d\n" % (crc, size))


def is_sealed(path: Path) -> bool:
    """Compare a file with its seal, before any library looks into it.

    Returns
    -------
    bool
        False where it has none: an older version or another program wrote it.

    Raises
    ------
    ChecksumError
        It is not what was saved.
    """
    size = path.stat().st_size
    if size < _SEAL_SIZE:
        return False
    with path.open("rb") as file:
        file.seek(size - _SEAL_SIZE)
        found = _SEAL.fullmatch(file.read())
    if found is None:
        return False
    if int(found[2]) != size - _SEAL_SIZE or int(found[1], 16) != _crc_of_file(path, size - _SEAL_SIZE):
        raise ChecksumError(f"{path}: is not what was saved (its checksum differs)")
    return True


def _crc_of_file(path: Path, size: int) -> int:
    crc = 0
    with path.open("rb") as file:
        if hasattr(os, "posix_fadvise"):
            os.posix_fadvise(file.fileno(), 0, size, os.POSIX_FADV_SEQUENTIAL)
        while size > 0 and (block := file.read(min(_BLOCK, size))):
            crc = zlib.crc32(block, crc)
            size -= len(block)
    return crc
