"""ScanNet: ground truth for its evaluation, a benchmark submission, and raw scan folders with segs and aggregation."""

import numpy as np

from gapro_annotator.arrays import Float64, Int64
from gapro_annotator.document import ScanDocument
from gapro_annotator.exporters.class_map import SCANNET20, STUFF
from gapro_annotator.exporters.export import Export
from gapro_annotator.exporters.options import OTHERS, ROWS, Option
from gapro_annotator.exporters.rows import ExportRows, moved
from gapro_annotator.exporters.scannet_mesh import write_mesh
from gapro_annotator.exporters.trainer_arrays import benchmark_ids, compact_instances, shifted

OPTIONS = (
    ROWS,
    OTHERS,
    Option(
        "confidence",
        "constant",
        "of each instance in the submission: 1, or the mean probability of its points",
        ("constant", "probability"),
    ),
)


def write_scannet(document: ScanDocument, export: Export) -> None:
    """Write ``gt/<scan>.txt``, ``submission/`` and ``scans/<scan>/``."""
    classes, rows = export.scannet_classes(), export.rows(document)
    nyu = classes.nyu_of(rows.class_id)
    instance = compact_instances(rows, classes, export, none=-1)
    ids = benchmark_ids(rows, nyu, instance, export)
    export.write_lines(export.new_file("gt", f"{rows.name}.txt"), list(map(str, ids.tolist())))
    _write_submission(rows, nyu, instance, export)
    _write_scan(rows, instance, export)


def finish_scannet(export: Export) -> None:
    """Say what the numbers mean."""
    export.scannet_classes()
    export.report.values = {
        "gt": "nyu40 × 1000 + instance + 1; 0: background, a class that is left out, or a dropped row",
        "submission": "only classes of ScanNet's 18 with instances; the evaluation skips regions under 100 vertices",
        "scans": "segments are our superpoints; background and dropped rows are in no group",
    }


def _write_submission(rows: ExportRows, nyu: Int64, instance: Int64, export: Export) -> None:
    name = "_".join(rows.name.split())
    if name != rows.name:
        export.change(f"the submission calls the scan {name!r}: its lines are split at spaces")
    lines: list[str] = []
    first = export.new_file("submission", f"{name}.txt")
    for number in range(int(instance.max(initial=-1)) + 1):
        mine = instance == number
        kind = int(nyu[mine][0])
        if kind not in SCANNET20[STUFF:]:
            export.change(f"instance {number} is of no class of the benchmark and not in the submission")
            continue
        confidence = float(rows.probability[mine].mean()) if export.options["confidence"] == "probability" else 1.0
        mask = f"predicted_masks/{name}_{number:03d}.txt"
        # Two bytes a vertex: "0\n" or "1\n".
        text = np.where(mine, b"1\n", b"0\n").astype("S2").tobytes()
        export.new_file("submission", mask).write_bytes(text)
        lines.append(f"{mask} {kind} {confidence:.4f}")
        if mine.sum() < 100:
            export.change(f"instance {number} has under 100 vertices: the evaluation skips it")
    export.write_lines(first, lines)


def _write_scan(rows: ExportRows, instance: Int64, export: Export) -> None:
    xyz, shift = shifted(rows, export)
    where = ("scans", rows.name)
    write_mesh(export.new_file(*where, f"{rows.name}_vh_clean_2.ply"), rows, xyz)
    _write_text(rows.to_aligned @ moved(shift), rows.name, export)
    segment, split = segments_of(rows.superpoint, instance)
    if split:
        export.change(f"{split} superpoints held several labels and were split at their borders")
    segs = {"params": {"kThresh": "0", "segMinVerts": "0"}, "sceneId": rows.name, "segIndices": segment.tolist()}
    groups = [
        {
            "id": number,
            "objectId": number,
            "segments": np.unique(segment[instance == number]).tolist(),
            "label": next(row["class"] for row in export.scan.instances if row["instance"] == number),
        }
        for number in range(int(instance.max(initial=-1)) + 1)
    ]
    aggregation = {
        "sceneId": f"scannet.{rows.name}",
        "appId": "gapro-annotator",
        "segGroups": groups,
        "segmentsFile": f"scannet.{rows.name}_vh_clean_2.0.010000.segs.json",
    }
    export.write_json(export.new_file(*where, f"{rows.name}_vh_clean_2.0.010000.segs.json"), segs)
    export.write_json(export.new_file(*where, f"{rows.name}.aggregation.json"), aggregation)


def _write_text(matrix: Float64, name: str, export: Export) -> None:
    numbers = " ".join(f"{value:.17g}" for value in matrix.ravel().tolist())
    export.write_lines(export.new_file("scans", name, f"{name}.txt"), [f"axisAlignment = {numbers}"])


def segments_of(superpoint: Int64, instance: Int64) -> tuple[Int64, int]:
    """Split superpoints at the borders of labels.

    Returns
    -------
    segment : (R,) int64
        0..S'-1, with one instance each.
    split : int
        How many superpoints held more than one.
    """
    kinds = int(instance.max(initial=-1)) + 2
    unique, segment = np.unique(superpoint * kinds + instance + 1, return_inverse=True)
    split = int((np.bincount(unique // kinds) > 1).sum()) if len(unique) else 0
    return segment.astype(np.int64), split
