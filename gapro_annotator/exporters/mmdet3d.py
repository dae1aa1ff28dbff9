"""mmdetection3d and OneFormer3D: points and masks as .bin, and the infos as a pickle, which we write and never read."""

import pickle
from typing import Any

import numpy as np

from gapro_annotator.arrays import Float64, Int64
from gapro_annotator.document import ScanDocument
from gapro_annotator.exporters.class_map import STUFF, ClassMap
from gapro_annotator.exporters.export import Export
from gapro_annotator.exporters.options import BACKGROUND, OTHERS, ROWS, SPLITS, Option
from gapro_annotator.exporters.rows import ExportRows, moved
from gapro_annotator.exporters.trainer_arrays import byte_colors, compact_instances, shifted
from gapro_annotator.store.atomic import replacing

OPTIONS = (
    ROWS,
    *SPLITS,
    OTHERS,
    BACKGROUND,
    Option(
        "infos",
        "oneformer3d",
        "whose infos: scannet_oneformer3d_infos_*.pkl, or scannet_infos_*.pkl of mmdetection3d",
        ("oneformer3d", "mmdet3d"),
    ),
)
# Two classes as mmdetection3d spells them.
_SPELLING = {"shower curtain": "showercurtrain", "otherfurniture": "garbagebin"}


def write_mmdet3d(document: ScanDocument, export: Export) -> None:
    """Write points, instance mask, semantic mask and superpoints."""
    classes, rows = export.scannet_classes(), export.rows(document)
    xyz, shift = shifted(rows, export)
    file = f"{rows.name}.bin"
    arrays: dict[str, Any] = {"points": np.concatenate([xyz, byte_colors(rows)], axis=1, dtype=np.float32)}
    if export.scan.split != "test":
        semantic = classes.nyu_of(rows.class_id, background=1 if export.options["background"] == "wall" else 0)
        semantic[~rows.kept] = 0
        arrays["instance_mask"] = compact_instances(rows, classes, export, none=-1) + 1
        arrays["semantic_mask"] = semantic
        if not np.isin(semantic, (0, 1, 2)).any():
            export.change(
                "every point is of an instance: OneFormer3D asserts that a scan has wall, floor or ignored points"
            )
    arrays["super_points"] = rows.superpoint
    for folder, array in arrays.items():
        with replacing(export.new_file(folder, file)) as temporary:
            array.tofile(temporary)
    export.scan.facts = _info(document, rows, classes, shift, export)


def finish_mmdet3d(export: Export) -> None:
    """Write the infos of each split from what the report knows of the scans."""
    classes = export.scannet_classes()
    tag = "scannet_oneformer3d" if export.options["infos"] == "oneformer3d" else "scannet"
    names = [_SPELLING.get(name, name) for name in classes.instance_names]
    metainfo = {"categories": {name: k for k, name in enumerate(names)}, "dataset": "scannet", "info_version": "1.1"}
    for split in ("train", "val", "test"):
        infos = [scan.facts for scan in export.report.scans.values() if scan.split == split]
        with replacing(export.folder / f"{tag}_infos_{split}.pkl") as temporary:
            temporary.write_bytes(pickle.dumps({"metainfo": metainfo, "data_list": infos}, protocol=4))
    export.report.settings = {
        "num_semantic_classes": len(classes.names),
        "num_instance_classes": len(classes.instance_names),
        "PointSegClassMapping.valid_cat_ids": list(classes.nyu),
        "PointSegClassMapping.max_cat_id": max(40, *classes.nyu),
        "stuff_classes": [0, 1],
        "data_prefix": {k: k for k in ("points", "instance_mask", "semantic_mask", "super_points")},
    }
    background = "1 (wall)" if export.options["background"] == "wall" else "0 (ignored)"
    export.report.values = {
        "semantic_mask": "NYU40 id, from 41 on for classes that NYU40 lacks; 0 ignored",
        "instance_mask": "from 1; 0 none",
        "background": f"semantic {background}, instance 0; floor and everything else that is in no box too",
        "row that the import had dropped": "semantic 0, instance 0, the point before it again",
        "spelling": "the infos call shower curtain showercurtrain and otherfurniture garbagebin, as mmdetection3d does",
    }


def _info(
    document: ScanDocument, rows: ExportRows, classes: ClassMap, shift: Float64, export: Export
) -> dict[str, Any]:
    """One entry of data_list; boxes are those that were drawn, in the frame of axis_align_matrix × points."""
    file = f"{rows.name}.bin"
    # Where the points were shifted, the aligned frame starts at the scan's origin as well.
    aligned_shift = document.scan.origin if shift.any() else np.zeros(3)
    matrix = moved(-aligned_shift) @ rows.to_aligned @ moved(shift)
    info: dict[str, Any] = {
        "lidar_points": {"num_pts_feats": 6, "lidar_path": file},
        "super_pts_path": file,
        "axis_align_matrix": matrix.tolist(),
    }
    if export.scan.split == "test":
        return info
    boxes = document.boxes
    kind = classes.train_of(boxes.class_id.astype(np.int64), background=-1, ignored=-1)
    offset = document.scan.origin - aligned_shift
    info |= {"pts_instance_mask_path": file, "pts_semantic_mask_path": file}
    info["instances"] = [
        {"bbox_3d": _box(boxes.lower[row] + offset, boxes.upper[row] + offset), "bbox_label_3d": int(kind[row]) - STUFF}
        for row in _labelled(kind)
    ]
    return info


def _labelled(kind: Int64) -> list[int]:
    return np.flatnonzero(kind >= STUFF).tolist()


def _box(lower: Float64, upper: Float64) -> list[float]:
    return [*((lower + upper) / 2).tolist(), *(upper - lower).tolist()]
