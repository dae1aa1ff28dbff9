"""SPFormer: as PointGroup, with the superpoints as third element of the tuple."""

from gapro_annotator.document import ScanDocument
from gapro_annotator.exporters.export import Export
from gapro_annotator.exporters.pointgroup import SUFFIX
from gapro_annotator.exporters.pth import save_pth
from gapro_annotator.exporters.trainer_arrays import (
    IGNORE,
    benchmark_ids,
    note_training_values,
    pointgroup_arrays,
    semantic_settings,
)


def write_spformer(document: ScanDocument, export: Export) -> None:
    """Write (xyz, rgb, superpoint, semantic, instance); without the last two for testing."""
    classes, rows = export.scannet_classes(), export.rows(document)
    arrays = pointgroup_arrays(rows, classes, export)
    path = export.new_file(export.scan.split, f"{rows.name}{SUFFIX}")
    labels = () if export.scan.split == "test" else (arrays.semantic, arrays.instance)
    save_pth(path, (arrays.xyz, arrays.rgb, rows.superpoint, *labels))
    if export.scan.split == "val":
        ids = benchmark_ids(rows, classes.nyu_of(rows.class_id), arrays.instance.astype("int64"), export)
        export.write_lines(export.new_file("val_gt", f"{rows.name}.txt"), list(map(str, ids.tolist())))


def finish_spformer(export: Export) -> None:
    """Say what the configuration needs: SPFormer takes 2 off, so that wall and floor are ignored either way."""
    note_training_values(export, ignore=IGNORE, instance=IGNORE)
    classes = export.scannet_classes()
    semantic_settings(export, classes)
    export.report.settings["num_class"] = len(classes.instance_names)
