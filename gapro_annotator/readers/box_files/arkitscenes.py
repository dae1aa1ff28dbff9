"""ARKitScenes `<id>_3dod_annotation.json`: turned boxes in the frame of the mesh."""

from typing import Any

import numpy as np

from gapro_annotator.readers.box_files.solids import Solid, class_name, vector

_NINE = tuple("abcdefghi")


def is_arkitscenes(content: Any) -> bool:
    """Whether this JSON is an annotation of ARKitScenes."""
    rows = content.get("data") if isinstance(content, dict) else None
    return isinstance(rows, list) and all(isinstance(row, dict) and "segments" in row for row in rows)


def read_arkitscenes(content: Any) -> tuple[list[Solid], tuple[str, ...]]:
    """Read its boxes; ids are the order of the file, for its own are text."""
    solids: list[Solid] = []
    for row in content["data"]:
        box = row["segments"]["obbAligned"]
        # Rows of the matrix are the axes of the box: its transpose turns the box into the scan.
        turn = vector("normalizedAxes", box["normalizedAxes"], _NINE).reshape(3, 3).T
        if not np.allclose(turn @ turn.T, np.eye(3), atol=1e-2):
            raise ValueError("normalizedAxes are no rotation")
        center, size = vector("centroid", box["centroid"]), vector("axesLengths", box["axesLengths"])
        solids.append(Solid(class_name(row["label"]), center, size, turn))
    return solids, ()
