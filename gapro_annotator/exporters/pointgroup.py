"""PointGroup, SoftGroup, ISBNet: ``<split>/<scan>_inst_nostuff.pth``, superpoints, ``val_gt``."""

from gapro_annotator.document import ScanDocument
from gapro_annotator.exporters.export import Export
from gapro_annotator.exporters.pth import save_pth
from gapro_annotator.exporters.trainer_arrays import (
    IGNORE,
    benchmark_ids,
    note_training_values,
    pointgroup_arrays,
    semantic_settings,
)

SUFFIX = "_inst_nostuff.pth"


def write_pointgroup(document: ScanDocument, export: Export) -> None:
    """Write (xyz, rgb, semantic, instance), the superpoints that ISBNet reads, and the benchmark's ground truth."""
    classes, rows = export.scannet_classes(), export.rows(document)
    arrays = pointgroup_arrays(rows, classes, export)
    path = export.new_file(export.scan.split, f"{rows.name}{SUFFIX}")
    labels = () if export.scan.split == "test" else (arrays.semantic, arrays.instance)
    save_pth(path, (arrays.xyz, arrays.rgb, *labels))
    save_pth(export.new_file("superpoints", f"{rows.name}.pth"), rows.superpoint)
    if export.scan.split == "val":
        ids = benchmark_ids(rows, classes.nyu_of(rows.class_id), arrays.instance.astype("int64"), export)
        export.write_lines(export.new_file("val_gt", f"{rows.name}.txt"), list(map(str, ids.tolist())))


def finish_pointgroup(export: Export) -> None:
    """Say what the configuration needs."""
    note_training_values(export, ignore=IGNORE, instance=IGNORE)
    semantic_settings(export, export.scannet_classes())
