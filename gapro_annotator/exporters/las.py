"""LAS and LAZ 1.4: classification, and labels and certainty as extra dimensions."""

from pathlib import Path
from typing import Any

import numpy as np

from gapro_annotator.arrays import UInt8
from gapro_annotator.document import ScanDocument
from gapro_annotator.exporters.export import Export
from gapro_annotator.exporters.options import ROWS, Option
from gapro_annotator.exporters.rows import ExportRows
from gapro_annotator.store.atomic import replacing

OPTIONS = (ROWS, Option("compress", "no", "write .laz", ("no", "yes")))
FIRST_CLASS = 64
"""LAS leaves 64..255 to the user; what lies below has a meaning of its own (2 ground, 6 building)."""
UNCLASSIFIED = 1
SCALE = 1e-4
"""Metres: a tenth of a millimetre, which reaches 200 km from the offset."""


def write_las(document: ScanDocument, export: Export) -> None:
    """Write ``<scan>.las`` or ``.laz``."""
    number = _numbers(export)
    rows = export.rows(document)
    suffix = "laz" if export.options["compress"] == "yes" else "las"
    table = np.full(max(number, default=-1) + 2, UNCLASSIFIED, np.uint8)
    for class_id, code in number.items():
        table[class_id] = code
        if code == UNCLASSIFIED and any(one.class_id == class_id for one in rows.objects):
            export.change(f"{export.classes.name_of(class_id)}: LAS has 192 numbers for classes; it is unclassified")
    path = export.new_file(f"{rows.name}.{suffix}")
    _write(path, rows, table[rows.class_id], export)


def finish_las(export: Export) -> None:
    """Say what the numbers mean."""
    _numbers(export)
    export.report.values = {
        "classification": f"{FIRST_CLASS} + place in the class table; {UNCLASSIFIED} background",
        "instance": "box id; -1 background",
        "semantic": "class id of the project; -1 background",
        "origin": "0 pseudo label, 1 person",
        "row that the import had dropped": "withheld, unclassified, instance -1, the point before it again",
    }


def _numbers(export: Export) -> dict[int, int]:
    number = export.own_classes(FIRST_CLASS)
    return {class_id: code if code < 256 else UNCLASSIFIED for class_id, code in number.items()}


def _write(path: Path, rows: ExportRows, classification: UInt8, export: Export) -> None:
    import laspy
    from laspy.vlrs.known import ClassificationLookupVlr

    header = laspy.LasHeader(version="1.4", point_format=6 if rows.rgb is None else 7)
    header.generating_software = "gapro-annotator"
    header.scales = np.full(3, SCALE)
    header.offsets = np.floor(rows.xyz.min(axis=0))
    box = np.array([one.box for one in rows.objects] + [-1], np.int32)
    extra = {
        "instance": box[rows.instance],
        "semantic": rows.class_id.astype(np.int32),
        "origin": rows.origin,
        "probability": rows.probability,
        "variance": rows.variance,
    }
    for name, values in extra.items():
        header.add_extra_dim(laspy.ExtraBytesParams(name=name, type=values.dtype))
    lookup: Any = ClassificationLookupVlr()
    for code, name in ((row["number"], row["project_class"]) for row in export.report.classes):
        if code < 256:
            lookup[code] = name.encode("ascii", "replace")[:15].decode()
    header.vlrs.append(lookup)
    las = laspy.LasData(header)
    las.x, las.y, las.z = rows.xyz.T
    las.classification = classification
    las.withheld = (~rows.kept).astype(np.uint8)
    if rows.rgb is not None:
        # LAS colours have 16 bits; 255 becomes 65535.
        las.red, las.green, las.blue = (rows.rgb.astype(np.uint16) * 257).T
    for name, values in extra.items():
        las[name] = values
    with replacing(path) as temporary, temporary.open("wb") as file:
        las.write(file, do_compress=path.suffix == ".laz")
