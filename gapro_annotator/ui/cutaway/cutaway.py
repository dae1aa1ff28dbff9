"""What is cut away from the picture: arithmetic only. Nothing of it is saved, and no label depends on it."""

from dataclasses import dataclass

import numpy as np

from gapro_annotator.arrays import Bool, Float32
from gapro_annotator.box_edits import take
from gapro_annotator.boxes import Boxes
from gapro_annotator.classes import Classes

STRUCTURE_CLASSES = frozenset({"wall", "floor", "ceiling"})
"""Boxes of these classes hold the whole room: they keep nothing in sight."""
_FLOOR_SHARE = 0.005
_SAMPLE = 100_000


@dataclass(frozen=True, eq=False, slots=True)
class Cutaway:
    """What stays in the picture.

    Parameters
    ----------
    section : (float, float) or None
        Heights that stay, metres in the scan's frame; None: all.
    clip : (2, 3) float32 or None
        Corners of the box that stays, metres; None: everything.
    without_structure
        Whether what no box holds is cut away: walls, floor, ceiling, and clutter that nobody boxed.
    """

    section: tuple[float, float] | None = None
    clip: Float32 | None = None
    without_structure: bool = False

    def __bool__(self) -> bool:
        return self.section is not None or self.clip is not None or self.without_structure

    def hides(self, xyz: Float32, structure: Bool | None) -> Bool | None:
        """(N,) bool, which points (N, 3) are cut away; None: none. `structure` (N,): what no box holds."""
        if not self:
            return None
        hidden = np.zeros(len(xyz), np.bool_)
        if self.section is not None:
            low, high = self.section
            hidden |= (xyz[:, 2] < low) | (xyz[:, 2] > high)
        if self.clip is not None:
            for axis in range(3):
                hidden |= (xyz[:, axis] < self.clip[0, axis]) | (xyz[:, axis] > self.clip[1, axis])
        if self.without_structure and structure is not None:
            hidden |= structure
        return hidden

    def boxes(self, boxes: Boxes) -> Boxes:
        """The boxes of which something stays in the picture."""
        stays = np.ones(len(boxes), np.bool_)
        if self.section is not None:
            stays &= (boxes.upper[:, 2] >= self.section[0]) & (boxes.lower[:, 2] <= self.section[1])
        if self.clip is not None:
            stays &= ((boxes.upper >= self.clip[0]) & (boxes.lower <= self.clip[1])).all(axis=1)
        return boxes if stays.all() else take(boxes, np.flatnonzero(stays).tolist())


def structure_of(xyz: Float32, boxes: Boxes, classes: Classes) -> Bool:
    """(N,) bool, which points (N, 3) no box of an object holds."""
    names = [classes.name_of(number).casefold() for number in boxes.class_id.tolist()]
    objects = take(boxes, [row for row, name in enumerate(names) if name not in STRUCTURE_CLASSES])
    return objects.count_per_point(xyz) == 0


def floor_and_top(xyz: Float32) -> tuple[float, float]:
    """Return the heights of the lowest and highest points (N, 3), metres, but for a few that fly about."""
    if not len(xyz):
        return 0.0, 0.0
    z = xyz[:: max(len(xyz) // _SAMPLE, 1), 2]
    low, high = np.quantile(z, [_FLOOR_SHARE, 1 - _FLOOR_SHARE])
    return float(low), float(high)


def around(xyz: Float32, margin: float) -> Float32:
    """(2, 3) float32, corners of the box around points (M, 3), M > 0, and so many metres more on every side."""
    return np.stack([xyz.min(axis=0) - margin, xyz.max(axis=0) + margin]).astype(np.float32)
