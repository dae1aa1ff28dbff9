"""Whether an exported PLY holds what it should."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from plyfile import PlyData, PlyParseError

from gapro_annotator.document_checks import Finding

_COLUMNS = ("x", "y", "z", "instance", "semantic", "origin", "probability", "variance", "uncertainty")


def check_ply_file(path: Path) -> Iterator[Finding]:
    """Check columns, ranges, classes and faces."""
    for text in _wrong(path):
        yield Finding("error", str(path), text)


def _wrong(path: Path) -> Iterator[str]:
    try:
        ply = PlyData.read(path)
        vertex = ply["vertex"].data
    except (OSError, PlyParseError, ValueError, KeyError, MemoryError) as error:
        yield f"is no whole PLY file ({' '.join(str(error).split())}); export it again"
        return
    missing = [name for name in _COLUMNS if name not in (vertex.dtype.names or ())]
    if missing:
        yield f"is no export: it lacks {', '.join(missing)}"
        return
    if not len(vertex):
        yield "holds no points"
        return
    probability, instance, semantic = vertex["probability"], vertex["instance"], vertex["semantic"]
    if not ((probability >= 0) & (probability <= 1)).all():
        yield "probability leaves 0..1"
    if not np.allclose(vertex["uncertainty"], 1 - probability, atol=1e-6):
        yield "uncertainty is not 1 - probability"
    if not (vertex["variance"] >= 0).all():
        yield "variance is negative or NaN"
    if instance.min() < -1 or ((instance < 0) != (semantic < 0)).any():
        yield "instance and semantic disagree on what is background"
    listed = {int(c.split()[1]) for c in ply.comments if c.startswith("class ") and c.split()[1].isdigit()}
    unknown = sorted(set(np.unique(semantic).tolist()) - listed - {-1})
    if unknown:
        yield f"classes {unknown} are not named in the header"
    if "face" in ply and len(ply["face"].data):
        corners = np.concatenate(list(ply["face"]["vertex_indices"]))
        if corners.min() < 0 or corners.max() >= len(vertex):
            yield "faces name points that are not there"
