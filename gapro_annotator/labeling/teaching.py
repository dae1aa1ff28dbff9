"""What a person's corrections say: each corrected superpoint as comparisons between those that may own it."""

from dataclasses import dataclass

import numpy as np

from gapro_annotator.arrays import Float64, Int32, Int64
from gapro_annotator.boxes import Boxes
from gapro_annotator.labeling.pieces import Pieces
from gapro_annotator.labeling.traits import Candidates
from gapro_annotator.labels import BACKGROUND, UNCORRECTED

MOSTLY = 0.5
"""From this share of its points on, a superpoint is what the person said."""
_MOST = 600
"""Comparisons that are learnt from; beyond, those of which most points were labelled."""


@dataclass(frozen=True, eq=False, slots=True)
class Lesson:
    """One superpoint with one label that a person gave it.

    Parameters
    ----------
    superpoint : (L,) int64
    label : (L,) int32
        Box id or -1 background.
    share : (L,) float64
        Share of the superpoint's points in boxes that the person labelled so.
    points : (L,) int64
        How many points that is.
    """

    superpoint: Int64
    label: Int32
    share: Float64
    points: Int64

    def __len__(self) -> int:
        return len(self.superpoint)


@dataclass(frozen=True, eq=False, slots=True)
class Comparisons:
    """What lessons say of the latents: the greater candidate's exceeds the lesser's, O of them.

    Parameters
    ----------
    greater, lesser : (O,) int64
        Candidates; -1 is background, whose latent is 0.
    weight : (O,) float64
        Share of the superpoint that was labelled: how much of a lesson it is, 0..1.
    """

    greater: Int64
    lesser: Int64
    weight: Float64

    def __len__(self) -> int:
        return len(self.greater)


def lessons_of(correction: Int32, pieces: Pieces, superpoint: Int32, count: int) -> Lesson:
    """Gather the corrections of points in boxes by superpoint and label.

    Parameters
    ----------
    correction : (N,) int32
        A person's labels, -2 none.
    pieces
        Which points lie in boxes.
    superpoint : (N,) int32
        Superpoint of each point.
    count
        S, the number of superpoints.
    """
    rows = np.flatnonzero(correction != UNCORRECTED)
    rows = rows[pieces.of_point[rows] >= 0]
    most = int(correction.max(initial=0)) + 2  # more than any label, -1 counted as 0
    pair = superpoint[rows].astype(np.int64) * most + correction[rows] + 1
    pair, labelled = np.unique(pair, return_counts=True)
    which, said = pair // most, pair % most - 1
    points = np.bincount(pieces.superpoint, pieces.size, count)
    return Lesson(which, said.astype(np.int32), labelled / np.maximum(points[which], 1.0), labelled)


def comparisons_of(lessons: Lesson, candidates: Candidates, boxes: Boxes) -> Comparisons:
    """Turn lessons into comparisons: a box exceeds background and its rivals; background exceeds every box.

    A box that holds nothing of its superpoint, as where an object sticks out of it, teaches nothing: it would say the
    same as background. Of very many lessons those with the most points count, whole.
    """
    first = np.searchsorted(candidates.superpoint, np.arange(candidates.count + 1)).tolist()
    own_box = boxes.row_of(lessons.label)
    greater: list[int] = []
    lesser: list[int] = []
    lesson: list[int] = []
    for number, (superpoint, box) in enumerate(zip(lessons.superpoint.tolist(), own_box.tolist(), strict=True)):
        rows = range(first[superpoint], first[superpoint + 1])
        own = next((row for row in rows if candidates.box[row] == box), -1)
        if own < 0 and lessons.label[number] != BACKGROUND:
            continue
        others = [row for row in rows if row != own]
        if own >= 0:
            others.insert(0, -1)
        greater += [own] * len(others)
        lesser += others
        lesson += [number] * len(others)
    of_lesson = np.array(lesson, np.int64)
    found = Comparisons(
        np.array(greater, np.int64), np.array(lesser, np.int64), np.minimum(lessons.share, 1.0)[of_lesson]
    )
    if len(found) <= _MOST:
        return found
    by_points = np.lexsort((of_lesson, -lessons.points[of_lesson]))
    last = of_lesson[by_points[_MOST]]  # this lesson would be cut in two
    kept = np.sort(by_points[:_MOST][of_lesson[by_points[:_MOST]] != last])
    return Comparisons(found.greater[kept], found.lesser[kept], found.weight[kept])


def followed(lessons: Lesson, count: int) -> Int32:
    """(S,) int32, the label of superpoints that are mostly labelled, and alike; -2 for the others."""
    label = np.full(count, UNCORRECTED, np.int32)
    most = lessons.share >= MOSTLY
    # Two labels of exactly half a superpoint each: the greater id stays, whatever the order of the points.
    label[lessons.superpoint[most]] = lessons.label[most]
    return label
