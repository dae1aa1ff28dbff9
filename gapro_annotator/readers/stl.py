"""STL, ascii and binary: corners that coincide become one point."""

from pathlib import Path

import numpy as np

from gapro_annotator.arrays import Float64
from gapro_annotator.errors import InputError, reason_of
from gapro_annotator.readers.imported import Source

_RECORD = np.dtype([("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("attribute", "<u2")])


def read_stl(path: Path) -> Source:
    """Read an STL file.

    Raises
    ------
    InputError
        It is missing, cut off, no STL, or has no triangle.
    """
    try:
        content = path.read_bytes()
        corners = _binary(content) if _is_binary(content) else _ascii(content)
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({reason_of(error)}); check the path and its rights") from error
    except (ValueError, MemoryError) as error:
        raise InputError(f"{path}: is no whole STL file ({reason_of(error)}); export it again") from error
    finite = np.isfinite(corners).all(axis=(1, 2))
    note = f"{int((~finite).sum()):,} triangles have no finite corners and were left out"
    xyz, inverse = np.unique(corners[finite].reshape(-1, 3), axis=0, return_inverse=True)
    faces = inverse.reshape(-1, 3)
    # A triangle without area, whose corners became one point, is no triangle.
    whole = (faces[:, 0] != faces[:, 1]) & (faces[:, 1] != faces[:, 2]) & (faces[:, 2] != faces[:, 0])
    return Source(
        where=path,
        name=path.stem,
        xyz=xyz,
        faces=faces[whole].astype(np.int32) if whole.any() else None,
        columns=("vertex",),
        notes=() if finite.all() else (note,),
    )


def _is_binary(content: bytes) -> bool:
    """Binary files may start with the word solid, too: the length decides."""
    if len(content) >= 84 and len(content) == 84 + int.from_bytes(content[80:84], "little") * _RECORD.itemsize:
        return True
    return not content[:1024].lstrip().lower().startswith(b"solid") or b"\0" in content[:1024]


def _binary(content: bytes) -> Float64:
    count = int.from_bytes(content[80:84], "little") if len(content) >= 84 else -1
    if count < 0 or len(content) < 84 + count * _RECORD.itemsize:
        raise ValueError(f"{max(count, 0):,} triangles announced, the file has {len(content):,} bytes")
    table = np.frombuffer(content, _RECORD, count, 84)
    return table["corners"].astype(np.float64)


def _ascii(content: bytes) -> Float64:
    words = [line.split() for line in content.decode("ascii", "replace").lower().splitlines()]
    rows = [row[1:] for row in words if row and row[0] == "vertex"]
    if len(rows) % 3 or any(len(row) != 3 for row in rows) or not any(row and row[0] == "endsolid" for row in words):
        raise ValueError(f"{len(rows):,} corners, cut off")
    return np.array(rows, np.float64).reshape(-1, 3, 3)
