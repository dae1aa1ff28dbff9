"""The mesh file of a ScanNet scan."""

from pathlib import Path

import numpy as np
from plyfile import PlyData, PlyElement

from gapro_annotator.arrays import Float32
from gapro_annotator.exporters.rows import ExportRows
from gapro_annotator.store.atomic import replacing


def write_mesh(path: Path, rows: ExportRows, xyz: Float32) -> None:
    """Write ``x y z red green blue alpha`` and the faces, binary, little endian; no colours where there are none."""
    colors = [] if rows.rgb is None else ["red", "green", "blue", "alpha"]
    table = np.zeros(len(rows), [(name, "<f4") for name in "xyz"] + [(name, "u1") for name in colors])
    for axis, name in enumerate("xyz"):
        table[name] = xyz[:, axis]
    if rows.rgb is not None:
        for channel, name in enumerate(colors[:3]):
            table[name] = rows.rgb[:, channel]
        table["alpha"] = 255
    elements = [PlyElement.describe(table, "vertex")]
    if rows.faces is not None:
        faces = np.zeros(len(rows.faces), [("vertex_indices", "<i4", (3,))])
        faces["vertex_indices"] = rows.faces
        elements.append(PlyElement.describe(faces, "face", len_types={"vertex_indices": "u1"}))
    with replacing(path) as temporary:
        PlyData(elements, byte_order="<").write(temporary)
