"""Segments.ai: the ``attributes`` of a point-cloud segmentation label, and of a cuboid label beside it."""

import json

import numpy as np

from gapro_annotator.document import ScanDocument
from gapro_annotator.exporters.cuboids import cuboids_of
from gapro_annotator.exporters.export import Export
from gapro_annotator.exporters.options import ROWS
from gapro_annotator.exporters.report import write_text

OPTIONS = (ROWS,)


def write_segments(document: ScanDocument, export: Export) -> None:
    """Write ``<scan>.json`` (an object's number for each point) and ``<scan>.cuboids.json``."""
    number = export.own_classes(1)
    rows = export.rows(document)
    annotations = [{"id": k, "category_id": number[one.class_id]} for k, one in enumerate(rows.objects, 1)]
    label = {"format_version": "0.1", "annotations": annotations, "point_annotations": (rows.instance + 1).tolist()}
    export.write_json(export.new_file(f"{rows.name}.json"), label)
    cuboids = [
        {
            "id": one.box + 1,
            "category_id": number[one.class_id],
            "type": "cuboid",
            "position": dict(zip("xyz", one.center, strict=True)),
            "dimensions": dict(zip("xyz", one.size, strict=True)),
            "yaw": one.yaw,
        }
        for one in cuboids_of(document, rows, np.zeros(3), export)
    ]
    export.write_json(export.new_file(f"{rows.name}.cuboids.json"), {"format_version": "0.2", "annotations": cuboids})
    for row in export.scan.instances:
        row["instance"] += 1


def finish_segments(export: Export) -> None:
    """Write ``categories.json``: the task attributes that the dataset needs."""
    number = export.own_classes(1)
    colors = dict(zip(export.classes.id.tolist(), export.classes.color.tolist(), strict=True))
    categories = [
        {"name": export.classes.name_of(class_id), "id": code, "color": colors[class_id]}
        for class_id, code in number.items()
    ]
    content = {"format_version": "0.1", "categories": categories}
    write_text(export.folder / "categories.json", json.dumps(content, indent=1, ensure_ascii=False) + "\n")
    export.report.values = {
        "point_annotations": "0 background and rows that the import had dropped; else the id of an annotation",
        "cuboids": "world coordinates; id = box id + 1",
    }
