"""Arrays that several trainers want alike: coordinates, colours, normals, labels and ids."""

from dataclasses import dataclass

import numpy as np

from gapro_annotator.arrays import Float32, Float64, Int64, UInt8
from gapro_annotator.errors import InputError
from gapro_annotator.exporters.class_map import ClassMap
from gapro_annotator.exporters.export import Export
from gapro_annotator.exporters.rows import ExportRows, near_zero

IGNORE = -100
"""Semantic and instance of what the PointGroup family does not learn from."""
GREY = 127


@dataclass(frozen=True, eq=False, slots=True)
class PointGroupArrays:
    """What the PointGroup family reads of a scan.

    Parameters
    ----------
    xyz : (R, 3) float32
        Around the mean of the kept points.
    rgb : (R, 3) float32
        -1..1; 0 where the scan has no colours.
    semantic : (R,) float64
        Train index, -100 ignored.
    instance : (R,) float64
        0..K-1, -100 none.
    """

    xyz: Float32
    rgb: Float32
    semantic: Float64
    instance: Float64


def pointgroup_arrays(rows: ExportRows, classes: ClassMap, export: Export) -> PointGroupArrays:
    """Make them, and note the shift and what is not an instance there."""
    shift = rows.xyz[rows.kept].mean(axis=0) if rows.kept.any() else np.zeros(3)
    export.scan.shift = shift.tolist()
    background = 0 if export.options["background"] == "wall" else IGNORE
    semantic = classes.train_of(rows.class_id, background=background, ignored=IGNORE)
    semantic[~rows.kept] = IGNORE
    return PointGroupArrays(
        (rows.xyz - shift).astype(np.float32),
        signed_colors(rows),
        semantic.astype(np.float64),
        compact_instances(rows, classes, export, none=IGNORE).astype(np.float64),
    )


def signed_colors(rows: ExportRows) -> Float32:
    """(R, 3) in -1..1."""
    if rows.rgb is None:
        return np.zeros((len(rows), 3), np.float32)
    return (rows.rgb / np.float32(127.5) - 1).astype(np.float32)


def byte_colors(rows: ExportRows) -> UInt8:
    """(R, 3) in 0..255, grey where the scan has no colours."""
    return np.full((len(rows), 3), GREY, np.uint8) if rows.rgb is None else rows.rgb


def normals_of(rows: ExportRows, export: Export) -> Float32:
    """(R, 3), the scan's own, else those of its mesh, else (1, 1, 1) as Mask3D's S3DIS has them."""
    if rows.normal is not None:
        return rows.normal
    if rows.faces is None or not len(rows.faces):
        export.change("the scan has neither normals nor a mesh: every normal is (1, 1, 1)")
        return np.ones((len(rows), 3), np.float32)
    export.change("the scan has no normals: those of its mesh were computed")
    a, b, c = (rows.xyz[rows.faces[:, corner]] for corner in range(3))
    area = np.cross(b - a, c - a)
    total = np.zeros((len(rows), 3))
    for corner in range(3):
        np.add.at(total, rows.faces[:, corner], area)
    length = np.linalg.norm(total, axis=1, keepdims=True)
    up = np.array([0.0, 0.0, 1.0])
    return np.where(length > 0, total / np.maximum(length, 1e-300), up).astype(np.float32)


def compact_instances(rows: ExportRows, classes: ClassMap, export: Export, *, none: int) -> Int64:
    """(R,), 0..K-1, `none` elsewhere; wall, floor and ceiling are never instances."""
    number = np.full(len(rows.objects) + 1, none, np.int64)
    new = 0
    for place, one in enumerate(rows.objects):
        if classes.is_stuff(one.class_id):
            export.change(f"box {one.box} is of class {export.classes.name_of(one.class_id)}: no instance there")
            export.scan.instances[place]["instance"] = none
            continue
        number[place] = new
        export.scan.instances[place]["instance"] = new
        new += 1
    return number[rows.instance]


def shifted(rows: ExportRows, export: Export) -> tuple[Float32, Float64]:
    """Coordinates as float32, and what was taken off them, which the report tells."""
    xyz, shift = near_zero(rows.xyz)
    if shift.any():
        export.scan.shift = shift.tolist()
        export.change("coordinates far from zero were shifted by whole metres, so that float32 keeps millimetres")
    return xyz, shift


def benchmark_ids(rows: ExportRows, nyu: Int64, instance: Int64, export: Export) -> Int64:
    """(R,), ScanNet's ground truth: class × 1000 + instance + 1, 0 unannotated.

    Parameters
    ----------
    rows, export
        Of the scan.
    nyu : (R,) int64
        Class in whatever numbers the benchmark has; 0 none.
    instance : (R,) int64
        From 0; negative none.
    """
    inside = (nyu > 0) & (instance >= 0)
    number = instance.copy()
    if instance.max(initial=-1) >= 999:
        export.change("more than 999 instances: in the ground truth they are numbered anew within each class")
        for kind in np.unique(nyu[inside]).tolist():
            mine = inside & (nyu == kind)
            number[mine] = np.unique(instance[mine], return_inverse=True)[1]
        if number[inside].max() >= 999:
            raise InputError(f"{rows.name}: has more than 999 instances of one class, which ScanNet's ids cannot hold")
    return np.where(inside, nyu * 1000 + number + 1, 0)


def note_training_values(export: Export, *, ignore: int, instance: int) -> None:
    """Say in the report what the numbers mean that are no class."""
    background = "0 (wall)" if export.options["background"] == "wall" else f"{ignore} (ignored)"
    export.report.values = {
        "background": f"semantic {background}, instance {instance}; floor and everything else that is in no box too",
        "class that is left out": f"semantic {ignore}; its instances keep their numbers",
        "row that the import had dropped": f"semantic {ignore}, instance {instance}, the point before it again, "
        "in a superpoint of its own",
    }


def semantic_settings(export: Export, classes: ClassMap) -> None:
    """Say what SoftGroup and its kin need in their configuration."""
    points: dict[int, list[int]] = {}
    train = {row.id: row.train for row in classes.rows}
    by_name = {row.name: train[row.id] for row in classes.rows}
    for scan in export.report.scans.values():
        for one in scan.instances:
            if scan.split in ("train", ""):
                points.setdefault(by_name.get(one["class"], -1), []).append(one["points"])
    mean = [-1.0, -1.0] + [
        float(round(sum(points[k]) / len(points[k]))) if points.get(k) else -1.0 for k in range(2, len(classes.names))
    ]
    export.report.settings = {
        "semantic_classes": len(classes.names),
        "instance_classes": len(classes.instance_names),
        "ignore_label": IGNORE,
        "class_numpoint_mean": mean,
        "CLASSES": list(classes.instance_names),
        "NYU ids (BENCHMARK_SEMANTIC_IDXS)": list(classes.nyu),
        "torch.load": "torch 2.6 and newer: the trainer's own torch.load needs weights_only=False for NumPy arrays",
    }
