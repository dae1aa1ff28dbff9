"""npy and npz from strangers: never unpickled, never larger in memory than the bytes that are really there."""

import math
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO, cast

import numpy as np
import numpy.typing as npt
from numpy.lib import format as npy

from gapro_annotator.errors import InputError, reason_of

_MOST_UNPACKED = 1 << 30
"""An archive member below this many bytes may be packed as tightly as it likes (labels that are all alike are)."""
_MOST_RATIO = 100
"""Beyond it, unpacked : packed of more than this is a zip bomb."""
_MOST_MEMBERS = 10_000


def load_npy(path: Path) -> npt.NDArray[Any]:
    """Read one array.

    Raises
    ------
    InputError
        It is missing, no npy file, cut off, pickled, or its header promises more than there is.
    """
    try:
        with path.open("rb") as file:
            return _read_array(file, path.stat().st_size)
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({reason_of(error)}); check the path and its rights") from error
    except Exception as error:  # numpy parses headers as Python, which has errors of its own
        raise InputError(
            f"{path}: is no whole .npy file ({reason_of(error)}); save it again with numpy.save"
        ) from error


def load_npz(path: Path, names: Sequence[str] | None = None) -> dict[str, npt.NDArray[Any]]:
    """Read the arrays of an archive, all or those of these names that it has.

    Raises
    ------
    InputError
        It is missing, no npz, damaged, pickled, or unpacks to absurd sizes.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            if len(members) > _MOST_MEMBERS:
                raise ValueError(f"{len(members):,} arrays")
            return {
                member.filename.removesuffix(".npy"): _member(archive, member)
                for member in members
                if member.filename.endswith(".npy") and (names is None or member.filename.removesuffix(".npy") in names)
            }
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({reason_of(error)}); check the path and its rights") from error
    except Exception as error:  # zipfile, zlib and numpy each have errors of their own for damaged bytes
        raise InputError(
            f"{path}: is no readable npz ({reason_of(error)}); it is damaged, another format, or pickled, which is "
            "never opened: save it with numpy.savez_compressed"
        ) from error


def npy_shape(path: Path) -> tuple[tuple[int, ...], np.dtype[Any]] | None:
    """Shape and type by the header of an npy file; None where it has none that can be read."""
    try:
        with path.open("rb") as file:
            if npy.read_magic(file) != (1, 0):
                return None
            shape, _, dtype = npy.read_array_header_1_0(file)
    except Exception:  # noqa: BLE001 - numpy parses headers as Python; reading it gives the reason
        return None
    return shape, dtype


def _member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> npt.NDArray[Any]:
    if member.file_size > max(_MOST_UNPACKED, _MOST_RATIO * member.compress_size):
        raise ValueError(f"{member.filename} would unpack from {member.compress_size:,} to {member.file_size:,} bytes")
    with archive.open(member) as file:
        return _read_array(cast("BinaryIO", file), member.file_size)


def _read_array(file: BinaryIO, size: int) -> npt.NDArray[Any]:
    """Read an array whose header fits the bytes that follow it."""
    version = npy.read_magic(file)
    if version == (1, 0):
        shape, fortran, dtype = npy.read_array_header_1_0(file)
    elif version == (2, 0):
        shape, fortran, dtype = npy.read_array_header_2_0(file)
    else:
        raise ValueError(f"version {version[0]}.{version[1]} of the format")
    if dtype.hasobject:
        raise ValueError("it is pickled, and pickles are never opened")
    if any(length < 0 for length in shape):
        raise ValueError("a negative length")
    wanted = math.prod(shape) * dtype.itemsize
    if wanted > size or dtype.itemsize == 0:
        raise ValueError(f"its header promises {wanted:,} bytes of {dtype}, the file has {size:,}")
    data = file.read(wanted)
    if len(data) != wanted:
        raise ValueError(f"{wanted:,} bytes expected, {len(data):,} found")
    flat = np.frombuffer(bytearray(data), dtype)
    # Numbers come out in the machine's byte order, whatever machine wrote them.
    array = flat.reshape(shape[::-1]).T if fortran else flat.reshape(shape)
    return array.astype(array.dtype.newbyteorder("="), copy=False)
