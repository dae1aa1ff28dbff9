import numpy as np
import pytest
from labeling_scenes import boxes_of, prepared, random_boxes, random_scan

from gapro_annotator.labeling import teaching
from gapro_annotator.labeling.pieces import Pieces
from gapro_annotator.labeling.teaching import Lesson, comparisons_of, followed, lessons_of
from gapro_annotator.labeling.traits import Candidates
from gapro_annotator.labels import BACKGROUND, UNCORRECTED

BOXES = boxes_of(*[((0, 0, 0), (1, 1, 1))] * 3)
# Superpoint 0 touches boxes 0 and 2, superpoint 1 box 1, superpoint 2 all of them.
CANDIDATES = Candidates(np.array([0, 0, 1, 2, 2, 2]), np.array([0, 2, 1, 0, 1, 2]), np.ones(6), 3)


def lesson(*labels: tuple[int, int, float]) -> Lesson:
    superpoint, label, share = (np.array(column) for column in zip(*labels, strict=True))
    return Lesson(superpoint, label.astype(np.int32), share.astype(float), (10 * share).astype(int))


def said(*labels: tuple[int, int, float]) -> list[tuple[int, int, float]]:
    found = comparisons_of(lesson(*labels), CANDIDATES, BOXES)
    return list(zip(found.greater.tolist(), found.lesser.tolist(), found.weight.tolist(), strict=True))


def test_a_box_exceeds_background_and_its_rivals():
    assert said((2, 1, 1.0)) == [(4, -1, 1.0), (4, 3, 1.0), (4, 5, 1.0)]
    assert said((1, 1, 0.25)) == [(2, -1, 0.25)]


def test_background_exceeds_every_box():
    assert said((0, BACKGROUND, 0.5)) == [(-1, 0, 0.5), (-1, 1, 0.5)]


def test_a_box_that_does_not_hold_the_superpoint_teaches_nothing():
    assert said((0, 1, 1.0), (1, 77, 1.0)) == []


def test_of_too_many_comparisons_those_of_the_most_points_stay(monkeypatch):
    monkeypatch.setattr(teaching, "_MOST", 3)
    assert said((0, BACKGROUND, 0.5), (1, 1, 0.1), (2, 0, 0.9)) == [(3, -1, 0.9), (3, 4, 0.9), (3, 5, 0.9)]


def test_lessons_are_shares_of_the_points_in_boxes():
    of_point = np.array([0, 0, 0, 0, -1, 1, 1])
    nothing = np.zeros(0, np.int64)
    pieces = Pieces(of_point, np.array([0, 1]), np.array([4, 2]), nothing, nothing, nothing)
    correction = np.array([5, 5, 5, -1, 5, -2, -2], np.int32)
    found = lessons_of(correction, pieces, np.array([0, 0, 0, 0, 0, 1, 1], np.int32), 2)
    assert found.superpoint.tolist() == [0, 0]
    assert found.label.tolist() == [-1, 5]
    assert found.share.tolist() == [0.25, 0.75]
    assert found.points.tolist() == [1, 3]
    assert len(lessons_of(np.full(7, UNCORRECTED, np.int32), pieces, np.zeros(7, np.int32), 2)) == 0


@pytest.mark.parametrize("seed", range(3))
def test_shares_of_a_superpoint_never_exceed_the_whole(seed):
    scan, boxes = random_scan(seed), random_boxes(seed)
    ready = prepared(scan, boxes, process=False)
    correction = np.random.default_rng(seed).integers(-2, 3, len(scan)).astype(np.int32)
    lessons = lessons_of(correction, ready.pieces, scan.superpoint, scan.superpoint_count)
    assert (np.bincount(lessons.superpoint, lessons.share) <= 1 + 1e-12).all()
    assert lessons.points.sum() == ((correction != UNCORRECTED) & (ready.pieces.of_point >= 0)).sum()


def test_superpoints_follow_who_labelled_half_of_them_or_more():
    assert followed(lesson((0, 4, 0.5), (1, 3, 0.49), (2, BACKGROUND, 1.0)), 4).tolist() == [4, -2, -1, -2]
    assert followed(lesson((0, -1, 0.5), (0, 4, 0.5)), 1).tolist() == [4]
