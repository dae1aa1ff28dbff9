"""One scan file: read as a whole, written as a whole or not at all."""

from dataclasses import replace
from pathlib import Path

import h5py
import numpy as np

from gapro_annotator.arrays import nbytes_of
from gapro_annotator.document import ScanDocument
from gapro_annotator.errors import NewerVersionError, StoreError, reason_of
from gapro_annotator.store.atomic import BACKUP_FOLDER, replacing
from gapro_annotator.store.checksums import ChecksumError, is_sealed, seal
from gapro_annotator.store.hdf5 import read_strings, size_of, write_file
from gapro_annotator.store.layout import FORMAT, FORMAT_VERSION, holds, read_document, write_document
from gapro_annotator.store.migrations import read_older
from gapro_annotator.store.watching import expect, is_watched


def read_scan(path: Path | str) -> ScanDocument:
    """Read a scan file.

    Raises
    ------
    NewerVersionError
        A newer version of this program wrote it.
    ChecksumError
        It is not what was saved.
    StoreError
        It is missing, truncated, not ours, or its contents do not fit together.
    """
    path = Path(path)
    if not path.is_file():
        raise StoreError(f"{path}: there is no such scan file; check the path")
    try:
        # Before any library looks into it: HDF5 may hang or crash on a flipped bit.
        is_sealed(path)
        with h5py.File(path, "r") as file:
            version = _check_format(path, file)
            if is_watched():
                expect(size_of(file))
            if version == FORMAT_VERSION:
                return read_document(file)
        return read_older(path, version, FORMAT_VERSION)
    except ChecksumError as error:
        raise ChecksumError(f"{path}: {str(error).removeprefix(f'{path}: ')}; {_way_out(path)}") from error
    except StoreError:
        raise
    except KeyError as error:
        raise StoreError(f"{path}: {error.args[0]} is missing; {_way_out(path)}") from error
    except PermissionError as error:
        raise StoreError(f"{path}: may not be read; ask for the right to read it") from error
    except OSError as error:
        raise StoreError(f"{path}: not a whole HDF5 file (cut off, damaged or another format); {_way_out(path)}") from (
            error
        )
    except (ValueError, TypeError, RuntimeError) as error:
        raise StoreError(f"{path}: {error}; {_way_out(path)}") from error


def write_scan(path: Path | str, document: ScanDocument, *, backups: bool = True) -> None:
    """Write a scan file: temporary, flushed, read back and compared, then put in the old one's place.

    The last five versions, and the first of each day, are kept in ``.backups/`` beside it, unless `backups` is False.
    A failed write leaves the old file whole.

    Raises
    ------
    StoreError
        The file cannot be written, or what was written does not read back the same.
    """
    path = Path(path)
    document = replace(document, created=document.created or _created(path))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path, backups=backups) as temporary:
            expect(2 * nbytes_of(document))  # written, and read back
            write_file(temporary, lambda file: write_document(file, document))
            seal(temporary)
            _check_written(temporary, document)
    except (OSError, ValueError, TypeError, RuntimeError, ChecksumError) as error:
        raise StoreError(
            f"{path}: saving failed ({reason_of(error)}); the version before is unchanged, "
            "make room or rights and save again"
        ) from error


def read_edit_times(path: Path, created: str) -> tuple[str, ...] | None:
    """When the edits in a scan file were made; None where the file is absent or damaged.

    Parameters
    ----------
    path
        The scan file.
    created
        When the scan that is expected there was made; empty where any will do.

    Raises
    ------
    StoreError
        Another scan lies there by now.
    """
    try:
        with h5py.File(path, "r") as file:
            found, times = str(file.attrs.get("created", "")), read_strings(file, "edits/time")
    except (OSError, KeyError, ValueError, RuntimeError, ChecksumError):
        return None  # nothing that can be read can be lost; writing makes it whole again
    if created and found != created:
        raise StoreError(
            f"{path}: another scan was imported in its place since this was opened; open it again, or move the new "
            "file away to keep this one"
        )
    return times


def is_labelled(path: Path) -> bool:
    """Whether a scan file holds labels; False where it cannot be read."""
    try:
        with h5py.File(path, "r") as file:
            return "labels" in file
    except (OSError, RuntimeError):
        return False


def _check_format(path: Path, file: h5py.File) -> int:
    if file.attrs.get("format") != FORMAT:
        raise StoreError(f"{path}: an HDF5 file, but no scan of gapro-annotator; import it from its source instead")
    version = file.attrs.get("format_version")
    if not isinstance(version, np.integer) or version < 1:
        raise StoreError(f"{path}: format_version {version!r} is none that ever was; {_way_out(path)}")
    if version > FORMAT_VERSION:
        raise NewerVersionError(
            f"{path}: written in format version {version}, this program reads up to {FORMAT_VERSION}; "
            "update gapro-annotator"
        )
    return int(version)


def _check_written(temporary: Path, document: ScanDocument) -> None:
    if not is_sealed(temporary):
        raise ValueError("what was written has no seal")
    with h5py.File(temporary, "r") as file:
        if not holds(file, document):
            raise ValueError("what was written does not read back the same")


def _created(path: Path) -> str:
    """When the file that is about to be replaced was first made; empty where there is none."""
    try:
        with h5py.File(path, "r") as file:
            return str(file.attrs.get("created", ""))
    except OSError:
        return ""


def _way_out(path: Path) -> str:
    if any((path.parent / BACKUP_FOLDER).glob(f"{path.name}.bak*")):
        return f"go back to an earlier version with: gapro-annotator restore {path}"
    return f"save what is left with: gapro-annotator repair {path}"
