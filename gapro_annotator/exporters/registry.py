"""Which exporter writes what. A new format is one file and one row here."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from gapro_annotator.document import ScanDocument
from gapro_annotator.errors import InputError, StoreError, reason_of
from gapro_annotator.exporters.h5 import export_h5
from gapro_annotator.exporters.ply import export_ply


@dataclass(frozen=True, slots=True)
class ExportFormat:
    """One format that annotations are written in.

    `write` gets a labelled document and the output folder, and returns the file that it wrote.
    """

    name: str
    text: str
    write: Callable[[ScanDocument, Path], Path]


FORMATS: dict[str, ExportFormat] = {
    one.name: one
    for one in (
        ExportFormat("h5", "one HDF5 file a scan with everything in it", export_h5),
        ExportFormat("ply", "one PLY a scan: labels and uncertainty as point properties, mesh kept", export_ply),
    )
}


def export_scan(document: ScanDocument, format_name: str, folder: Path) -> Path:
    """Write one scan's annotation; return the file.

    Raises
    ------
    InputError
        There is no such format, or the scan has no labels yet.
    StoreError
        The file cannot be written; what was there before is unchanged.
    """
    if format_name not in FORMATS:
        raise InputError(f"{format_name}: there is no such export format; choose one of {', '.join(FORMATS)}")
    if document.annotation is None:
        raise InputError(f"{document.scan.name}: has no labels yet; run `gapro-annotator label` first")
    try:
        if folder.exists() and not folder.is_dir():
            raise InputError(f"{folder}: is a file; give a folder for the exports")
        folder.mkdir(parents=True, exist_ok=True)
        return FORMATS[format_name].write(document, folder)
    except OSError as error:
        raise StoreError(f"{folder}: cannot be written ({reason_of(error)}); check rights and room") from error
