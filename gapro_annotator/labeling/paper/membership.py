"""Who lies in which box: of points, or of superpoints by the share of their points. No points × boxes matrix."""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from gapro_annotator.arrays import Bool, Int32, Int64
from gapro_annotator.boxes import Boxes
from gapro_annotator.labeling.paper.verdicts import ONE_BOX, Verdicts
from gapro_annotator.labels import BACKGROUND, UNCORRECTED, Decision

Groups: TypeAlias = list[tuple[tuple[int, ...], Int64]]
"""Sets of boxes that share elements, smallest box first, each with its elements."""


@dataclass(frozen=True, eq=False, slots=True)
class Membership:
    """Points or superpoints ('elements') and the boxes that they are inside.

    Parameters
    ----------
    boxes
        The boxes.
    inside : list of (M_b,) int64
        The elements in each box, sorted.
    count : (E,) int64
        In how many boxes each element is.
    """

    boxes: Boxes
    inside: list[Int64]
    count: Int64

    @classmethod
    def of(cls, boxes: Boxes, inside: list[Int64], elements: int) -> "Membership":
        """Count the boxes of each element."""
        count = np.zeros(elements, np.int64)
        for rows in inside:
            count[rows] += 1
        return cls(boxes, inside, count)

    def without(self, elements: Bool) -> "Membership":
        """Take these elements out of every box."""
        return Membership.of(self.boxes, [rows[~elements[rows]] for rows in self.inside], len(self.count))

    def taught(self, label: Int32) -> "Membership":
        """Put what a person labelled (box id or -1, -2 nothing) into that box alone."""
        if (label == UNCORRECTED).all():
            return self
        free = self.without(label != UNCORRECTED)
        said = [np.flatnonzero(label == box) for box in self.boxes.id]
        joined = [np.union1d(rows, more) for rows, more in zip(free.inside, said, strict=True)]
        return Membership.of(self.boxes, joined, len(self.count))

    def groups(self) -> Groups:
        """Return the sets of boxes that share elements, and which."""
        order = np.lexsort((self.boxes.id, self.boxes.volume)).tolist()
        listed: dict[int, list[int]] = {}
        for row in order:
            inside = self.inside[row]
            for element in inside[self.count[inside] > 1].tolist():
                listed.setdefault(element, []).append(row)
        groups: dict[tuple[int, ...], list[int]] = {}
        for element, rows in listed.items():
            groups.setdefault(tuple(rows), []).append(element)
        return [(rows, np.array(sorted(elements), np.int64)) for rows, elements in sorted(groups.items())]

    def put_one_box(self, verdicts: Verdicts) -> None:
        """Give what is in one box only to that box."""
        for box, rows in zip(self.boxes.id, self.inside, strict=True):
            alone = rows[self.count[rows] == 1]
            verdicts.put(alone, instance=box, rival=BACKGROUND, probability=ONE_BOX, decision=Decision.ONE_BOX)


def pairs_of(rows: tuple[int, ...]) -> list[tuple[int, int]]:
    """Return every two of these boxes."""
    return [(min(a, b), max(a, b)) for place, a in enumerate(rows) for b in rows[place + 1 :]]


def superpoints_inside(members: list[Int64], superpoint: Int32, size: Int64, occupancy: float) -> list[Int64]:
    """Return the superpoints of which at least the share `occupancy` of the points lies in each box.

    Parameters
    ----------
    members : list of (M_b,) int64
        The points in each box.
    superpoint : (N,) int32
        Of each point.
    size : (S,) int64
        Points of each superpoint.
    occupancy
        0..1.
    """
    found: list[Int64] = []
    for rows in members:
        touched, count = np.unique(superpoint[rows], return_counts=True)
        found.append(touched[count >= occupancy * size[touched]].astype(np.int64))
    return found


def taught_superpoints(correction: Int32, superpoint: Int32, size: Int64) -> Int32:
    """(S,) int32, the label that a person gave to half or more of a superpoint's points; -2 none."""
    label = np.full(len(size), UNCORRECTED, np.int32)
    rows = np.flatnonzero(correction != UNCORRECTED)
    said, count = np.unique(np.stack([superpoint[rows], correction[rows]]), axis=1, return_counts=True)
    most = 2 * count >= size[said[0]]
    label[said[0, most]] = said[1, most]
    return label
