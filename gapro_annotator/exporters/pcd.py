"""Binary PCD files: the points that go with the labels of some tools."""

from pathlib import Path

import numpy as np

from gapro_annotator.arrays import Float32, UInt8
from gapro_annotator.store.atomic import replacing


def write_pcd(path: Path, xyz: Float32, rgb: UInt8 | None) -> None:
    """Write ``x y z`` and, where known, ``rgb`` packed as PCL does."""
    fields = [(name, "<f4") for name in "xyz"] + ([] if rgb is None else [("rgb", "<u4")])
    table = np.zeros(len(xyz), fields)
    for axis, name in enumerate("xyz"):
        table[name] = xyz[:, axis]
    if rgb is not None:
        red, green, blue = rgb.astype(np.uint32).T
        table["rgb"] = (red << 16) | (green << 8) | blue
    names = table.dtype.names or ()
    header = (
        "# .PCD v0.7 - Point Cloud Data file format\nVERSION 0.7\n"
        f"FIELDS {' '.join(names)}\nSIZE {' '.join('4' for _ in names)}\n"
        # PCL reads the packed colour as a float, bit by bit.
        f"TYPE {' '.join('F' for _ in names)}\nCOUNT {' '.join('1' for _ in names)}\n"
        f"WIDTH {len(table)}\nHEIGHT 1\nVIEWPOINT 0 0 0 1 0 0 0\nPOINTS {len(table)}\nDATA binary\n"
    )
    with replacing(path) as temporary:
        temporary.write_bytes(header.encode("ascii") + table.tobytes())
