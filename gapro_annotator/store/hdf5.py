"""Datasets and attributes as every HDF5 build can read them: chunked, shuffled, gzip."""

from collections.abc import Sequence
from typing import Any

import h5py
import numpy as np
import numpy.typing as npt

CHUNK_ROWS = 65_536
# A person waits for the save: level 4 takes a sixth longer for 1 % fewer bytes (benchmarks/save_and_open.py).
GZIP_LEVEL = 1


def write_array(file: h5py.File, path: str, array: npt.NDArray[Any]) -> h5py.Dataset:
    """Write one array; groups on the way are made."""
    if not array.size:
        return file.create_dataset(path, data=array)  # HDF5 has no chunks of nothing
    chunks = (min(len(array), CHUNK_ROWS), *array.shape[1:])
    return file.create_dataset(
        path, data=array, chunks=chunks, shuffle=True, compression="gzip", compression_opts=GZIP_LEVEL
    )


def write_strings(file: h5py.File, path: str, texts: Sequence[str]) -> None:
    """Write texts as variable-length UTF-8."""
    file.create_dataset(path, data=np.array(list(texts), object), shape=(len(texts),), dtype=h5py.string_dtype())


def read_array(file: h5py.File, path: str) -> npt.NDArray[Any]:
    """Read one array; KeyError names what is missing."""
    return np.asarray(_dataset(file, path)[()])


def read_optional(file: h5py.File, path: str) -> Any:
    """Read one array, or None where the file has none (the values check what comes)."""
    return read_array(file, path) if path in file else None


def read_strings(file: h5py.File, path: str) -> tuple[str, ...]:
    """Read variable-length UTF-8 texts."""
    return tuple(str(text) for text in _dataset(file, path).asstr()[()])


def attribute(owner: Any, name: str) -> Any:
    """Read one attribute; KeyError names what is missing."""
    if name not in owner.attrs:
        raise KeyError(f"attribute {name} of {owner.name}")
    return owner.attrs[name]


def _dataset(file: h5py.File, path: str) -> h5py.Dataset:
    found = file.get(path)
    if not isinstance(found, h5py.Dataset):
        raise KeyError(path)
    return found
