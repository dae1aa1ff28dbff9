"""What looks wrong with the boxes of a scan, and what would cure it."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from gapro_annotator.arrays import Float32, Float64
from gapro_annotator.boxes import Boxes, SortedPoints
from gapro_annotator.document_checks import DUPLICATE_IOU, overlapping_pairs
from gapro_annotator.instance_edits import LEAST_SIDE
from gapro_annotator.readers.frame_changes import meant, moved_hulls
from gapro_annotator.readers.frame_check import cure_of

_LOOK = 200_000
"""Points that say whether boxes as a whole lie on the scan."""
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


@dataclass(frozen=True, eq=False, slots=True)
class FrameFinding:
    """What is wrong with all boxes together: unit, axes, origin.

    Parameters
    ----------
    text
        What is suspected and the evidence, for people.
    cure
        What a click would do; empty where the scan itself has to be imported anew.
    boxes
        The boxes as the cure leaves them.
    """

    text: str
    cure: str
    boxes: Boxes


def check_frame(boxes: Boxes, xyz: Float32, alignment: Float64 | None = None) -> FrameFinding | None:
    """Look whether most boxes miss the points (N, 3) and one change of their frame would put them there.

    `alignment` (4, 4) is the scan's axis alignment, which boxes may lack or have twice.
    """
    corners = np.stack([boxes.lower, boxes.upper], axis=1).astype(np.float64)
    some = xyz[:: max(len(xyz) // _LOOK, 1)].astype(np.float64)
    cure = cure_of(some, corners, alignment)
    if cure is None:
        return None
    if not np.array_equal(cure.scan, np.eye(4)):
        return FrameFinding(f"{cure.sentence}: import the scan again and take up its cure", "", boxes)
    moved = moved_hulls(meant(corners, cure.meaning), cure.boxes).astype(np.float32)
    cured = Boxes(boxes.id, boxes.class_id, moved[:, 0].copy(), moved[:, 1].copy())
    return FrameFinding(cure.sentence, "Put all right", cured)


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
