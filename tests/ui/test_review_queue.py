"""The queue keeps its order above the current region and takes the new ranking below."""

import numpy as np

from gapro_annotator.labeling.review import Region
from gapro_annotator.labels import UNCORRECTED
from gapro_annotator.ui.review_queue import ReviewQueue

N = 60


def region(superpoint: int, *, rival: int = 2, points: slice | None = None) -> Region:
    rows = np.arange(N)[points or slice(10 * superpoint, 10 * superpoint + 10)]
    return Region(superpoint, rows, 1, rival, 0.6, 4.0, 2, "overlap")


def open_points() -> np.ndarray:
    return np.full(N, UNCORRECTED, np.int32)


def superpoints(queue: ReviewQueue) -> list[int]:
    return [r.superpoint for r in queue]


def test_next_and_previous_skip_decided_regions() -> None:
    queue, correction = ReviewQueue(), open_points()
    queue.restart([region(i) for i in range(4)])
    correction[10:20] = 1
    assert [queue.go(1, correction).superpoint for _ in range(3)] == [0, 2, 3]
    assert queue.go(1, correction) is None
    assert queue.current.superpoint == 3, "it stays where it is at the end"
    assert queue.go(-1, correction).superpoint == 2


def test_a_new_ranking_changes_only_what_is_below_the_current_region() -> None:
    queue, correction = ReviewQueue(), open_points()
    queue.restart([region(i) for i in range(5)])
    queue.go(1, correction)
    queue.go(1, correction)
    queue.rerank([region(i) for i in (4, 1, 3, 0, 2)], correction)
    assert superpoints(queue) == [0, 1, 4, 3, 2]
    assert queue.current.superpoint == 1


def test_a_decided_region_keeps_its_place_and_comes_back_with_undo() -> None:
    queue, correction = ReviewQueue(), open_points()
    queue.restart([region(i) for i in range(3)])
    queue.go(1, correction)
    correction[:10] = 2
    queue.rerank([region(2), region(1)], correction)
    assert superpoints(queue) == [0, 2, 1]
    correction[:10] = UNCORRECTED
    assert queue.go(-1, correction) is None
    queue.rerank([region(i) for i in (0, 1, 2)], correction)
    assert superpoints(queue) == [0, 1, 2]
    assert queue.row_of(np.arange(10)) == 0


def test_an_open_region_above_shows_its_new_candidates() -> None:
    queue, correction = ReviewQueue(), open_points()
    queue.restart([region(0), region(1)])
    queue.go(1, correction)
    queue.go(1, correction)
    queue.rerank([region(1), region(0, rival=5)], correction)
    assert queue.regions[0].rival == 5


def test_what_is_no_longer_in_doubt_leaves_the_queue_above() -> None:
    queue, correction = ReviewQueue(), open_points()
    queue.restart([region(i) for i in range(3)])
    for _ in range(2):
        queue.go(1, correction)
    queue.rerank([region(1), region(2)], correction)
    assert superpoints(queue) == [1, 2]
    assert queue.current.superpoint == 1


def test_the_current_region_stays_when_its_doubt_is_gone() -> None:
    queue, correction = ReviewQueue(), open_points()
    queue.restart([region(0), region(1)])
    queue.go(1, correction)
    assert not queue.rerank([region(1)], correction), "the caller hears that the region must be described anew"
    assert superpoints(queue) == [0, 1]
    assert queue.place == 0


def test_two_regions_of_one_superpoint_are_told_apart() -> None:
    queue, correction = ReviewQueue(), open_points()
    upper, lower = region(0, points=slice(0, 5)), region(0, points=slice(5, 10))
    queue.restart([upper, lower, region(1)])
    queue.go(1, correction)
    queue.rerank([lower, region(1), upper], correction)
    assert [r is upper for r in queue] == [True, False, False]
    assert queue.row_of(lower.points) == 1
