"""Pointcept: ``<split>/<scan>/`` with one .npy for each quantity."""

from typing import Any

import numpy as np

from gapro_annotator.document import ScanDocument
from gapro_annotator.errors import InputError
from gapro_annotator.exporters.export import Export
from gapro_annotator.exporters.options import TRAINING, Option
from gapro_annotator.exporters.trainer_arrays import byte_colors, compact_instances, normals_of, shifted
from gapro_annotator.store.atomic import replacing

OPTIONS = (
    *TRAINING,
    Option(
        "segment",
        "segment20",
        "file of the classes: segment20.npy as ScanNetDataset reads, segment.npy as the others do",
        ("segment20", "segment"),
    ),
)
IGNORE = -1


def write_pointcept(document: ScanDocument, export: Export) -> None:
    """Write coord, color, normal, and, but for testing, segment20 and instance."""
    classes, rows = export.scannet_classes(), export.rows(document)
    xyz, _ = shifted(rows, export)
    arrays: dict[str, Any] = {"coord": xyz, "color": byte_colors(rows), "normal": normals_of(rows, export)}
    if export.scan.split != "test":
        background = 0 if export.options["background"] == "wall" else IGNORE
        segment = classes.train_of(rows.class_id, background=background, ignored=IGNORE)
        segment[~rows.kept] = IGNORE
        instance = compact_instances(rows, classes, export, none=-1)
        if instance.max(initial=0) > np.iinfo(np.int16).max:
            raise InputError(f"{rows.name}: has more instances than Pointcept's int16 holds; split the scan")
        arrays |= {export.options["segment"]: segment.astype(np.int16), "instance": instance.astype(np.int16)}
    for name, array in arrays.items():
        path = export.new_file(export.scan.split, rows.name, f"{name}.npy")
        with replacing(path) as temporary, temporary.open("wb") as file:
            np.save(file, np.ascontiguousarray(array))


def finish_pointcept(export: Export) -> None:
    """Say what the numbers mean."""
    classes = export.scannet_classes()
    export.report.settings = {
        "data.num_classes": len(classes.names),
        "data.ignore_index": IGNORE,
        "data.names": list(classes.names),
        "segment_ignore_index": [-1, 0, 1],
        "instance_ignore_index": IGNORE,
    }
    background = "0 (wall)" if export.options["background"] == "wall" else "-1 (ignored)"
    export.report.values = {
        "background": f"segment {background}, instance -1; floor and everything else that is in no box too",
        "class that is left out": "segment -1; its instances keep their numbers",
        "row that the import had dropped": "segment -1, instance -1, the point before it again",
    }
