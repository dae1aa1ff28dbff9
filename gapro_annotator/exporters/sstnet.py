"""SSTNet: a 7-tuple with the faces, and the mesh beside it, from which SSTNet computes its own superpoints."""

import numpy as np

from gapro_annotator.document import ScanDocument
from gapro_annotator.exporters.export import Export
from gapro_annotator.exporters.pth import save_pth
from gapro_annotator.exporters.scannet_mesh import write_mesh
from gapro_annotator.exporters.trainer_arrays import IGNORE, note_training_values, pointgroup_arrays, semantic_settings


def write_sstnet(document: ScanDocument, export: Export) -> None:
    """Write (xyz, rgb, faces, semantic, instance, shift, name); for testing (xyz, rgb, faces, name)."""
    classes, rows = export.scannet_classes(), export.rows(document)
    arrays = pointgroup_arrays(rows, classes, export)
    split = export.scan.split
    path = export.new_file(split, f"{rows.name}_inst.pth")
    faces = np.zeros((0, 3), np.int64) if rows.faces is None else rows.faces
    if not len(faces):
        export.change("the scan has no mesh: SSTNet computes its superpoints from one and cannot use this scan")
    start = (arrays.xyz, arrays.rgb, faces)
    shift = -np.array(export.scan.shift)
    end = (rows.name,) if split == "test" else (arrays.semantic, arrays.instance, shift, rows.name)
    save_pth(path, (*start, *end))
    folder = "scans_test" if split == "test" else "scans"
    write_mesh(export.new_file(folder, rows.name, f"{rows.name}_vh_clean_2.ply"), rows, arrays.xyz)


def finish_sstnet(export: Export) -> None:
    """Say what the numbers mean."""
    note_training_values(export, ignore=IGNORE, instance=IGNORE)
    semantic_settings(export, export.scannet_classes())
