"""The drawn boxes in the frame of an export: centre, size, yaw."""

from dataclasses import dataclass

import numpy as np

from gapro_annotator.arrays import Float64
from gapro_annotator.document import ScanDocument
from gapro_annotator.exporters.export import Export
from gapro_annotator.exporters.rows import ExportRows

_UPRIGHT = 0.99999
"""Cosine of what a box may lean."""


@dataclass(frozen=True, slots=True)
class Cuboid:
    """One box: metres, yaw in radians around Z, counter-clockwise."""

    box: int
    class_id: int
    center: tuple[float, float, float]
    size: tuple[float, float, float]
    yaw: float


def cuboids_of(document: ScanDocument, rows: ExportRows, shift: Float64, export: Export) -> list[Cuboid]:
    """Turn the boxes from the aligned frame to that of the export; a tilted frame is noted.

    A box that its source turned around Z goes out as it came in, unless it was moved since.
    """
    boxes, to_frame = document.boxes, np.linalg.inv(rows.to_aligned)
    if abs(to_frame[2, 2]) < 0.999:
        export.change("the source lies tilted to the aligned frame: its boxes are turned around Z only")
    yaw = float(np.arctan2(to_frame[1, 0], to_frame[0, 0]))
    center = (boxes.lower.astype(np.float64) + boxes.upper) / 2 + document.scan.origin
    center = center @ to_frame[:3, :3].T + to_frame[:3, 3] - shift
    size = boxes.upper.astype(np.float64) - boxes.lower
    yaws = np.full(len(boxes), yaw)
    oriented = document.oriented
    if oriented is not None:
        turn = to_frame[:3, :3] @ oriented.turn.astype(np.float64)
        upright = np.abs(turn[:, 2, 2]) > _UPRIGHT
        kept = np.flatnonzero(oriented.holds(boxes) & upright)
        if not upright.all():
            export.change(f"{int((~upright).sum())} boxes are tilted: their axis-aligned hulls are written")
        row = boxes.row_of(oriented.id[kept])
        size[row] = oriented.size[kept]
        yaws[row] = np.arctan2(turn[kept, 1, 0], turn[kept, 0, 0])
    return [
        Cuboid(number, class_id, tuple(center[k].tolist()), tuple(size[k].tolist()), float(yaws[k]))
        for k, (number, class_id) in enumerate(zip(boxes.id.tolist(), boxes.class_id.tolist(), strict=True))
    ]
