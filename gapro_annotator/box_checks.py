"""What looks wrong with the boxes of a scan, and what would cure it."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from gapro_annotator.arrays import Float32
from gapro_annotator.boxes import Boxes, SortedPoints
from gapro_annotator.document_checks import DUPLICATE_IOU, overlapping_pairs
from gapro_annotator.instance_edits import LEAST_SIDE

Trouble: TypeAlias = Literal["empty", "duplicate", "thin", "outside"]


@dataclass(frozen=True, eq=False, slots=True)
class BoxFinding:
    """One thing that looks wrong.

    Parameters
    ----------
    trouble, box
        What it is, and the id of the box that a cure would change.
    text
        The same for people, without the box's name.
    cure
        What a click would do; empty where only a person can tell.
    corners : (2, 3) float32 or None
        Where the cure moves the faces, metres; None: it deletes the box.
    """

    trouble: Trouble
    box: int
    text: str
    cure: str
    corners: Float32 | None = None


def check_boxes(boxes: Boxes, xyz: Float32) -> list[BoxFinding]:
    """Look at every box of a scan with these points (N, 3), metres; by id."""
    if not len(boxes) or not len(xyz):
        return []
    found: list[BoxFinding] = []
    lowest, highest = xyz.min(axis=0), xyz.max(axis=0)
    for row, rows in enumerate(boxes.members(SortedPoints.of(xyz))):
        number, lower, upper = int(boxes.id[row]), boxes.lower[row], boxes.upper[row]
        if not len(rows):
            found.append(BoxFinding("empty", number, "holds no point", "Delete"))
            continue
        sides = upper - lower
        if sides.min() < LEAST_SIDE - 1e-6:
            missing = np.maximum(np.float32(LEAST_SIDE) - sides, 0) / 2
            text = f"is only {1000 * float(sides.min()):.0f} mm thick"
            found.append(BoxFinding("thin", number, text, "Thicken", np.stack([lower - missing, upper + missing])))
        # Where points lie on the faces, half a side of the least box may stand out.
        beyond = float(np.maximum(lowest - lower, upper - highest).max())
        if beyond > LEAST_SIDE:
            corners = np.stack([np.maximum(lower, lowest), np.minimum(upper, highest)])
            found.append(BoxFinding("outside", number, f"stands {beyond:.2f} m out of the scan", "Cut", corners))
    for first, second, iou in overlapping_pairs(boxes, DUPLICATE_IOU):
        older, newer = sorted((first, second))
        found.append(BoxFinding("duplicate", newer, f"is nearly box {older} (IoU {iou:.2f})", "Delete"))
    return sorted(found, key=lambda finding: finding.box)
