"""labelCloud: centroid_abs, centroid_rel and vertices."""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np

from gapro_annotator.arrays import Float64
from gapro_annotator.readers.box_files.solids import Solid, class_name, straight, turn_of_angles, vector


def is_labelcloud(content: Any) -> bool:
    """Whether this JSON is a label file of labelCloud."""
    rows = content.get("objects") if isinstance(content, dict) else None
    return isinstance(rows, list) and "folder" in content and all(isinstance(row, dict) for row in rows)


def read_labelcloud(path: Path, content: Any) -> tuple[list[Solid], tuple[str, ...]]:
    """Read its boxes. The file does not say whether angles are degrees: `_classes.json` does, else their size tells."""
    rows = content["objects"]
    angles = [vector("rotations", row["rotations"]) for row in rows if "rotations" in row]
    largest = max((float(np.abs(angle).max()) for angle in angles), default=0.0)
    stated = _stated_format(path)
    degrees = stated == "centroid_abs" or (stated != "centroid_rel" and largest > 2 * math.pi)
    notes: tuple[str, ...] = ()
    if largest and stated not in ("centroid_abs", "centroid_rel"):
        notes = (f"its angles were taken for {'degrees' if degrees else 'radians'}: no _classes.json says which",)
    return [_solid(row, degrees=degrees) for row in rows], notes


def _solid(row: dict[str, Any], *, degrees: bool) -> Solid:
    name = class_name(row["name"])
    if "vertices" in row:
        corners = np.array([vector("a vertex", corner) for corner in row["vertices"]])
        if corners.shape != (8, 3):
            raise ValueError(f"it has {len(corners)} vertices")
        return _of_vertices(name, corners)
    size = vector("dimensions", row["dimensions"], ("length", "width", "height"))
    x, y, z = vector("rotations", row.get("rotations", {"x": 0, "y": 0, "z": 0})).tolist()
    turn = turn_of_angles(*map(math.radians, (x, y, z))) if degrees else turn_of_angles(x, y, z)
    return Solid(name, vector("centroid", row["centroid"]), size, turn)


def _of_vertices(name: str, corners: Float64) -> Solid:
    # 0 (-x, -y), 1 (-x, +y), 2 (+x, +y), 3 (+x, -y), then the same four on top.
    edges = np.stack([corners[3] - corners[0], corners[1] - corners[0], corners[4] - corners[0]])
    size = np.linalg.norm(edges, axis=1)
    if not (size > 0).all():
        return Solid(name, corners.mean(axis=0), np.ptp(corners, axis=0), straight())
    return Solid(name, corners.mean(axis=0), size, (edges / size[:, None]).T)


def _stated_format(path: Path) -> str:
    for folder in (path.parent, path.parent.parent):
        try:
            content: Any = json.loads((folder / "_classes.json").read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError):
            continue
        return str(content.get("format", "")) if isinstance(content, dict) else ""
    return ""
