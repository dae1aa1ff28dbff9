"""Which regions of the queue are walked through: by class, instance and reason, and not what was put aside."""

from dataclasses import dataclass, field, replace
from typing import TypeAlias

import numpy as np

from gapro_annotator.boxes import Boxes
from gapro_annotator.labeling.review import Reason, Region

Key: TypeAlias = tuple[int, int]
"""Superpoint and its first row: a region keeps it when its candidates change."""

REASONS: dict[Reason, str] = {
    "overlap": "boxes overlap",
    "nested": "box in a box",
    "fallback": "boxes in one place",
    "clutter": "doubt inside one box",
    "alike": "looks like background",
    "partly": "near a box face",
    "structure": "looks like floor or wall",
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the annotator wants to look at.

    Parameters
    ----------
    class_id, instance, reason
        Regions with such a candidate or reason alone; None: whatever it is.
    aside
        Regions that were put aside for later.
    """

    class_id: int | None = None
    instance: int | None = None
    reason: Reason | None = None
    aside: frozenset[Key] = field(default=frozenset())

    @property
    def filters(self) -> bool:
        """Whether anything but what was put aside is left out."""
        return (self.class_id, self.instance, self.reason) != (None, None, None)

    def without_filters(self) -> "Wanted":
        """Everything but what was put aside."""
        return Wanted(aside=self.aside)

    def put_aside(self, region: Region) -> "Wanted":
        """Leave a region for later."""
        return replace(self, aside=self.aside | {key_of(region)})

    def admits(self, region: Region, boxes: Boxes) -> bool:
        """Whether a region is walked through."""
        if not self.aside and not self.filters:  # asked of every region of a large scan after each edit
            return True
        return key_of(region) not in self.aside and self.fits(region, boxes)

    def fits(self, region: Region, boxes: Boxes) -> bool:
        """Whether a region passes the filters, put aside or not."""
        candidates = (region.instance, region.rival)
        if self.reason is not None and region.reason != self.reason:
            return False
        if self.instance is not None and self.instance not in candidates:
            return False
        if self.class_id is None:
            return True
        return bool((boxes.class_of(np.array(candidates, np.int32)) == self.class_id).any())


def key_of(region: Region) -> Key:
    """What a region is known by while labels around it change."""
    return region.superpoint, int(region.points[0])
