"""Mask3D: ``<mode>/%04d_%02d.npy`` of 12 columns, ground truth texts, and the databases in YAML."""

import json
import re
from typing import Any

import numpy as np

from gapro_annotator.arrays import Float64
from gapro_annotator.document import ScanDocument
from gapro_annotator.exporters.class_map import NYU40, ClassMap
from gapro_annotator.exporters.export import Export
from gapro_annotator.exporters.options import BACKGROUND, OTHERS, ROWS, SPLITS, Option
from gapro_annotator.exporters.report import write_text
from gapro_annotator.exporters.rows import ExportRows
from gapro_annotator.exporters.trainer_arrays import (
    benchmark_ids,
    byte_colors,
    compact_instances,
    normals_of,
    shifted,
)
from gapro_annotator.store.atomic import replacing

OPTIONS = (
    ROWS,
    *SPLITS,
    OTHERS,
    BACKGROUND,
    Option("root", "", "folder of the export as Mask3D will see it; default: where it is written"),
)
_MODES = {"train": "train", "val": "validation", "test": "test"}


def write_mask3d(document: ScanDocument, export: Export) -> None:
    """Write the points, (R, 12) or (R, 10) float32, and the ground truth."""
    classes, rows = export.scannet_classes(), export.rows(document)
    mode = _MODES[export.scan.split]
    scene, sub_scene = _scene_of(rows.name, export)
    xyz, _ = shifted(rows, export)
    columns = [xyz, byte_colors(rows), normals_of(rows, export), rows.superpoint[:, None]]
    path = export.new_file(mode, f"{scene:04}_{sub_scene:02}.npy")
    facts = _facts(rows, path.relative_to(export.folder).as_posix(), scene, sub_scene, byte_colors(rows) / 255)
    if mode != "test":
        semantic = classes.nyu_of(rows.class_id, background=1 if export.options["background"] == "wall" else 0)
        semantic[~rows.kept] = 0
        instance = compact_instances(rows, classes, export, none=-1)
        columns += [semantic[:, None], instance[:, None]]
        truth = export.new_file("instance_gt", mode, f"scene{scene:04}_{sub_scene:02}.txt")
        ids = benchmark_ids(rows, classes.nyu_of(rows.class_id), instance, export)
        export.write_lines(truth, list(map(str, ids.tolist())))
        facts["instance_gt_filepath"] = truth.relative_to(export.folder).as_posix()
    with replacing(path) as temporary, temporary.open("wb") as file:
        np.save(file, np.concatenate(columns, axis=1, dtype=np.float32))
    export.scan.facts = facts


def finish_mask3d(export: Export) -> None:
    """Write the databases: JSON inside YAML, which every YAML reader takes."""
    classes = export.scannet_classes()
    root = (export.options["root"] or str(export.folder.resolve())).rstrip("/")
    database = {mode: [] for mode in _MODES.values()}
    for scan in export.report.scans.values():
        entry = dict(scan.facts)
        for key in ("filepath", "raw_filepath", "instance_gt_filepath"):
            if key in entry:
                entry[key] = f"{root}/{entry[key]}"
        database[_MODES[scan.split]].append(entry)
    for mode, entries in database.items():
        _write_list(export, f"{mode}_database.yaml", entries)
    _write_list(export, "train_validation_database.yaml", database["train"] + database["validation"])
    labels = "".join(f"{number}: {json.dumps(row)}\n" for number, row in _labels(classes, export).items())
    write_text(export.folder / "label_database.yaml", labels)
    mean, std = _color_mean_std(database["train"] or database["validation"])
    write_text(export.folder / "color_mean_std.yaml", f"mean: {json.dumps(mean)}\nstd: {json.dumps(std)}\n")
    export.report.settings = {
        "data.num_labels": len(classes.names),
        "general.num_targets": len(classes.instance_names) + 1,
        "data.ignore_label": 255,
        "filter_out_classes": [0, 1],
        "label_offset": 2,
    }
    background = "1 (wall)" if export.options["background"] == "wall" else "0 (ignored)"
    export.report.values = {
        "semantic": "raw NYU40 id, from 41 on for classes that NYU40 lacks",
        "background": f"semantic {background}, instance -1; floor and everything else that is in no box too",
        "row that the import had dropped": "semantic 0 (ignored), instance -1, the point before it again",
        "instance_gt": "nyu40 × 1000 + instance + 1; 0 background",
    }


def _scene_of(name: str, export: Export) -> tuple[int, int]:
    """ScanNet's two numbers from the name, or the next free scene; a scan keeps its numbers."""
    before = export.report.scans.get(name)
    if before is not None and before.facts:
        return before.facts["scene"], before.facts["sub_scene"]
    taken = {(scan.facts["scene"], scan.facts["sub_scene"]) for scan in export.report.scans.values()}
    found = re.fullmatch(r"scene(\d{4})_(\d{2})", name)
    if found and (int(found[1]), int(found[2])) not in taken:
        return int(found[1]), int(found[2])
    scene = next(number for number in range(len(taken) + 1) if (number, 0) not in taken)
    export.change(f"Mask3D wants ScanNet's names: the scan is called scene{scene:04}_00 there")
    return scene, 0


def _facts(rows: ExportRows, file: str, scene: int, sub_scene: int, color: Float64) -> dict[str, Any]:
    """Entry of the database; the names and what they hold are Mask3D's (color_std is the mean of squares)."""
    return {
        "filepath": file,
        "scene": scene,
        "sub_scene": sub_scene,
        "raw_filepath": file,
        "file_len": len(rows),
        "scene_type": "unknown",
        "raw_description_filepath": "",
        "raw_instance_filepath": "",
        "raw_segmentation_filepath": "",
        "raw_label_filepath": "",
        "color_mean": color.mean(axis=0).tolist(),
        "color_std": (color**2).mean(axis=0).tolist(),
    }


def _labels(classes: ClassMap, export: Export) -> dict[int, dict[str, Any]]:
    names = {0: "empty"} | {number: name.replace(" ", "_") for name, number in NYU40.items()}
    names |= {number: name.replace(" ", "_") for number, name in zip(classes.nyu, classes.names, strict=True)}
    colors = dict(zip(export.classes.name, export.classes.color.tolist(), strict=True))
    by_number = {row.nyu: colors[row.name] for row in classes.rows}
    return {
        number: {"color": by_number.get(number, [127, 127, 127]), "name": name, "validation": number in classes.nyu}
        for number, name in sorted(names.items())
    }


def _color_mean_std(entries: list[dict[str, Any]]) -> tuple[list[float], list[float]]:
    if not entries:
        return [0.5] * 3, [0.25] * 3
    mean = np.array([entry["color_mean"] for entry in entries]).mean(axis=0)
    square = np.array([entry["color_std"] for entry in entries]).mean(axis=0)
    # A scan of one colour has no spread, and Mask3D divides by it.
    return mean.tolist(), np.sqrt(np.maximum(square - mean**2, 1e-6)).tolist()


def _write_list(export: Export, name: str, entries: list[dict[str, Any]]) -> None:
    write_text(export.folder / name, "".join(f"- {json.dumps(entry)}\n" for entry in entries) or "[]\n")
