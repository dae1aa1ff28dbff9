"""Datasets and attributes as every HDF5 build can read them: chunked, shuffled, gzip."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import numpy.typing as npt

from gapro_annotator.store.checksums import ATTRIBUTE, PROMISE, ChecksumError, crc_of_array, crc_of_texts
from gapro_annotator.store.watching import passed

CHUNK_ROWS = 65_536
# A person waits for the save: level 4 takes a sixth longer for 1 % fewer bytes (benchmarks/save_and_open.py).
GZIP_LEVEL = 1
_GROWTH = 4 * 2**20
_PIECE = 16 * CHUNK_ROWS


def write_file(path: Path, fill: Callable[[h5py.File], None]) -> None:
    """Make an HDF5 file in memory and write it as plain bytes: on a full disk libhdf5 itself may end the program."""
    with h5py.File(path.name, "w", driver="core", backing_store=False, block_size=_GROWTH) as file:
        fill(file)
        file.flush()
        image = file.id.get_file_image()
    path.write_bytes(image)


def write_array(file: h5py.File, path: str, array: npt.NDArray[Any]) -> h5py.Dataset:
    """Write one array with its checksum; groups on the way are made."""
    if not array.size:
        dataset = file.create_dataset(path, data=array)  # HDF5 has no chunks of nothing
    else:
        dataset = file.create_dataset(
            path,
            shape=array.shape,
            dtype=array.dtype,
            chunks=(min(len(array), CHUNK_ROWS), *array.shape[1:]),
            shuffle=True,
            compression="gzip",
            compression_opts=GZIP_LEVEL,
        )
        for rows in _pieces(len(array)):
            dataset[rows] = array[rows]
            passed(array[rows].nbytes)
    dataset.attrs[ATTRIBUTE] = np.uint32(crc_of_array(array))
    return dataset


def size_of(file: h5py.File) -> int:
    """Bytes of all arrays, as they are in memory; texts do not count."""
    sizes: list[int] = []

    def add(_name: str, item: h5py.Group | h5py.Dataset) -> None:
        if isinstance(item, h5py.Dataset):
            sizes.append(int(item.nbytes))

    file.visititems(add)
    return sum(sizes)


def write_strings(file: h5py.File, path: str, texts: Sequence[str]) -> None:
    """Write texts as variable-length UTF-8, with their checksum."""
    dataset = file.create_dataset(
        path, data=np.array(list(texts), object), shape=(len(texts),), dtype=h5py.string_dtype()
    )
    dataset.attrs[ATTRIBUTE] = np.uint32(crc_of_texts(texts))


def read_array(file: h5py.File, path: str) -> npt.NDArray[Any]:
    """Read one array and compare its checksum; KeyError names what is missing."""
    dataset = _dataset(file, path)
    if dataset.ndim and len(dataset) > _PIECE:
        array = np.empty(dataset.shape, dataset.dtype)
        for rows in _pieces(len(array)):
            dataset.read_direct(array, np.s_[rows], np.s_[rows])
            passed(array[rows].nbytes)
    else:
        array = np.asarray(dataset[()])
        passed(array.nbytes)
    _check(dataset, path, crc_of_array(array))
    return array


def _pieces(rows: int) -> list[slice]:
    """Rows that are read or written together: whoever waits hears between them how far it is, and may stop it."""
    return [slice(start, min(start + _PIECE, rows)) for start in range(0, rows, _PIECE)]


def read_optional(file: h5py.File, path: str) -> Any:
    """Read one array, or None where the file has none (the values check what comes)."""
    return read_array(file, path) if path in file else None


def read_strings(file: h5py.File, path: str) -> tuple[str, ...]:
    """Read variable-length UTF-8 texts and compare their checksum."""
    dataset = _dataset(file, path)
    texts = tuple(str(text) for text in dataset.asstr()[()])
    _check(dataset, path, crc_of_texts(texts))
    return texts


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


def _check(dataset: h5py.Dataset, path: str, found: int) -> None:
    """Files of the first releases have no checksums; a file that promises them has one for every array."""
    written = dataset.attrs.get(ATTRIBUTE)
    if written is None and PROMISE not in dataset.file.attrs:
        return
    if not isinstance(written, np.integer) or int(written) != found:
        raise ChecksumError(f"{path} is not what was saved (its checksum differs)")
