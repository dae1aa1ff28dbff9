"""From an older format version to the next, one small function each; files stay as they are until they are saved."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import h5py

from gapro_annotator.document import ScanDocument
from gapro_annotator.store.layout import read_document

Migration = Callable[[h5py.File], None]
"""Changes a copy of the file in memory so that it is one of the next version (arrays through `hdf5.write_array`)."""

MIGRATIONS: dict[int, Migration] = {}
"""By the version that is left: `MIGRATIONS[1]` makes version 2 of version 1. Each version has a sample in the tests."""


def read_older(path: Path, version: int, wanted: int) -> ScanDocument:
    """Read a file of an older version; it is brought up to date in memory, one version after the other."""
    with h5py.File(BytesIO(path.read_bytes()), "r+") as file:
        for step in range(version, wanted):
            MIGRATIONS[step](file)
            file.attrs["format_version"] = step + 1
        return read_document(file)
