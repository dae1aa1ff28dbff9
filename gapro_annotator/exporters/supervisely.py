"""Supervisely: a point-cloud project whose figures are the points of each instance, its box, or both."""

import json
import uuid
from typing import Any

import numpy as np

from gapro_annotator.document import ScanDocument
from gapro_annotator.exporters.cuboids import Cuboid, cuboids_of
from gapro_annotator.exporters.export import Export
from gapro_annotator.exporters.options import ROWS, Option
from gapro_annotator.exporters.pcd import write_pcd
from gapro_annotator.exporters.report import write_text
from gapro_annotator.exporters.trainer_arrays import shifted

OPTIONS = (
    ROWS,
    Option("figures", "points", "what is drawn of each instance", ("points", "cuboids", "both")),
)
_SHAPES = {"points": "point_cloud", "cuboids": "cuboid_3d", "both": "any"}
_DATASET = "ds0"
_SPACE = uuid.UUID("6f6b0c5e-3c59-4d0b-9f0e-6c1c1d1f7a52")


def write_supervisely(document: ScanDocument, export: Export) -> None:
    """Write ``ds0/pointcloud/<scan>.pcd`` and ``ds0/ann/<scan>.pcd.json``."""
    export.own_classes()
    rows = export.rows(document)
    xyz, shift = shifted(rows, export)
    drawn = {each.box: each for each in cuboids_of(document, rows, shift, export)}
    file = f"{rows.name}.pcd"
    write_pcd(export.new_file(_DATASET, "pointcloud", file), xyz, rows.rgb)
    objects: list[dict[str, Any]] = []
    figures: list[dict[str, Any]] = []
    for number, one in enumerate(rows.objects):
        key = _key(rows.name, "object", number)
        objects.append({"key": key, "classTitle": export.classes.name_of(one.class_id), "tags": []})
        shapes: list[tuple[str, Any]] = []
        if export.options["figures"] != "cuboids":
            shapes.append(("point_cloud", {"indices": np.flatnonzero(rows.instance == number).tolist()}))
        if export.options["figures"] != "points" and one.box in drawn:
            shapes.append(("cuboid_3d", _cuboid(drawn[one.box])))
        for shape, geometry in shapes:
            place = _key(rows.name, "figure" if shape == "point_cloud" else "cuboid", number)
            figures.append({"key": place, "objectKey": key, "geometryType": shape, "geometry": geometry})
    content = {"description": "", "key": _key(rows.name, "scan", 0), "tags": [], "objects": objects, "figures": figures}
    export.write_json(export.new_file(_DATASET, "ann", f"{file}.json"), content)


def finish_supervisely(export: Export) -> None:
    """Write meta.json and an empty key_id_map.json."""
    export.own_classes()
    shape = _SHAPES[export.options["figures"]]
    colors = zip(export.classes.name, export.classes.color, strict=True)
    classes = [
        {"title": name, "shape": shape, "color": f"#{bytes(color).hex().upper()}", "geometry_config": {}}
        for name, color in colors
    ]
    meta = {"classes": classes, "tags": [], "projectType": "point_clouds"}
    write_text(export.folder / "meta.json", json.dumps(meta, indent=1, ensure_ascii=False) + "\n")
    ids = {"tags": {}, "objects": {}, "figures": {}, "videos": {}}
    write_text(export.folder / "key_id_map.json", json.dumps(ids) + "\n")
    export.report.values = {"background": "in no figure, as are rows that the import had dropped"}


def _cuboid(one: Cuboid) -> dict[str, Any]:
    return {
        "position": dict(zip("xyz", one.center, strict=True)),
        "rotation": {"x": 0.0, "y": 0.0, "z": one.yaw},
        "dimensions": dict(zip("xyz", one.size, strict=True)),
    }


def _key(scan: str, what: str, number: int) -> str:
    """Make a key that stays the same when a scan is exported again."""
    return uuid.uuid5(_SPACE, f"{scan}/{what}/{number}").hex
