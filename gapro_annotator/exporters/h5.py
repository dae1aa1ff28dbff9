"""HDF5: the layout of our own scan file, one file a scan, read with nothing but h5py."""

from gapro_annotator.document import ScanDocument
from gapro_annotator.exporters.export import Export
from gapro_annotator.store.scan_file import write_scan


def write_h5(document: ScanDocument, export: Export) -> None:
    """Write ``<name>.h5``; an older export of that name is replaced without a backup."""
    export.own_classes()
    write_scan(export.new_file(f"{document.scan.name}.h5"), document, backups=False)
    export.scan.rows = len(document.scan)


def finish_h5(export: Export) -> None:
    """Say what the numbers mean."""
    export.own_classes()
    export.report.values = {
        "background": "instance -1, semantic -1",
        "row that the import had dropped": "not there; points/source_row has the row of each point in the source",
    }
