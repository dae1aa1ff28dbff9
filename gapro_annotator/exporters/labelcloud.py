"""labelCloud: the cloud, class ids of each point as int8, and the boxes as centroids."""

import json
import math
from typing import Any

import numpy as np

from gapro_annotator.document import ScanDocument
from gapro_annotator.exporters.cuboids import cuboids_of
from gapro_annotator.exporters.export import Export
from gapro_annotator.exporters.options import ROWS, Option
from gapro_annotator.exporters.pcd import write_pcd
from gapro_annotator.exporters.report import write_text
from gapro_annotator.exporters.trainer_arrays import shifted
from gapro_annotator.store.atomic import replacing

OPTIONS = (
    ROWS,
    Option(
        "mode",
        "semantic_segmentation",
        "what labelCloud opens the folder for; both labels are written",
        ("semantic_segmentation", "object_detection"),
    ),
)


def write_labelcloud(document: ScanDocument, export: Export) -> None:
    """Write ``pointclouds/<scan>.pcd``, ``labels/segmentation/<scan>.bin`` and ``labels/<scan>.json``."""
    number = export.own_classes(1)
    rows = export.rows(document)
    xyz, shift = shifted(rows, export)
    write_pcd(export.new_file("pointclouds", f"{rows.name}.pcd"), xyz, rows.rgb)
    table = np.zeros(max(number, default=-1) + 2, np.int8)
    for class_id, code in number.items():
        if code <= np.iinfo(np.int8).max:
            table[class_id] = code
        elif any(one.class_id == class_id for one in rows.objects):
            export.change(f"{export.classes.name_of(class_id)}: labelCloud has 127 classes; its points are unassigned")
    with replacing(export.new_file("labels", "segmentation", f"{rows.name}.bin")) as temporary:
        table[rows.class_id].tofile(temporary)
    export.change("labelCloud's labels hold classes and no instances; the boxes beside them do")
    objects = [
        {
            "name": export.classes.name_of(one.class_id),
            "centroid": dict(zip("xyz", one.center, strict=True)),
            "dimensions": dict(zip(("length", "width", "height"), one.size, strict=True)),
            "rotations": {"x": 0.0, "y": 0.0, "z": math.degrees(one.yaw) % 360},
        }
        for one in cuboids_of(document, rows, shift, export)
    ]
    file = f"{rows.name}.pcd"
    content = {"folder": "pointclouds", "filename": file, "path": f"pointclouds/{file}", "objects": objects}
    export.write_json(export.new_file("labels", f"{rows.name}.json"), content)


def finish_labelcloud(export: Export) -> None:
    """Write ``labels/_classes.json`` and what older versions read in its place."""
    number = export.own_classes(1)
    colors = dict(zip(export.classes.id.tolist(), export.classes.color, strict=True))
    classes: list[dict[str, Any]] = [{"name": "unassigned", "id": 0, "color": "#7f7f7f"}]
    classes += [
        {"name": export.classes.name_of(class_id), "id": code, "color": f"#{bytes(colors[class_id]).hex()}"}
        for class_id, code in number.items()
        if code <= np.iinfo(np.int8).max
    ]
    content = {
        "classes": classes,
        "default": 0,
        "type": export.options["mode"],
        "format": "centroid_abs",
        "created_with": {"name": "gapro-annotator", "version": ""},
    }
    # Versions before 1.1 read the names from here.
    schema = export.folder / "labels" / "segmentation" / "schema"
    schema.mkdir(parents=True, exist_ok=True)
    names = {one["name"]: one["id"] for one in classes}
    write_text(schema / "label_definition.json", json.dumps(names, indent=4, ensure_ascii=False) + "\n")
    write_text(export.folder / "labels" / "_classes.json", json.dumps(content, indent=4, ensure_ascii=False) + "\n")
    export.report.values = {
        "0": "unassigned: background, and rows that the import had dropped",
        "rotations": "degrees (centroid_abs)",
    }
