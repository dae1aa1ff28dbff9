"""HDF5: the layout of our own scan file, one file a scan, read with nothing but h5py."""

from pathlib import Path

from gapro_annotator.document import ScanDocument
from gapro_annotator.store.scan_file import write_scan


def export_h5(document: ScanDocument, folder: Path) -> Path:
    """Write ``<name>.h5``; an older export of that name is replaced without a backup."""
    path = folder / f"{document.scan.name}.h5"
    write_scan(path, document, backups=False)
    return path
