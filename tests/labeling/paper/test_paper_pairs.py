"""Pairs of boxes and their rules, samples, and which superpoints are inside."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gapro_annotator.boxes import Boxes
from gapro_annotator.labeling.paper.membership import Membership, superpoints_inside, taught_superpoints
from gapro_annotator.labeling.paper.overlaps import Rule, find_pairs
from gapro_annotator.labeling.paper.sampling import evenly
from gapro_annotator.labels import UNCORRECTED


def boxes_of(*corners) -> Boxes:
    lower, upper = (np.array(side, np.float32) for side in zip(*corners, strict=True))
    ids = np.array([10 + row for row in range(len(corners))], np.int32)
    return Boxes(ids, np.zeros(len(corners), np.int32), lower, upper)


def grid() -> np.ndarray:
    steps = np.arange(0.05, 4, 0.1)
    return np.stack(np.meshgrid(steps, steps, [0.5], indexing="ij"), axis=-1).reshape(-1, 3).astype(np.float32)


def pairs_in(boxes: Boxes, size: float = 1.0):
    return find_pairs(Membership.of(boxes, boxes.members(grid()), len(grid())), size)


RULES = {
    "apart": ([(0, 0, 0), (2, 2, 1)], [(1, 1, 0), (3, 3, 1)], Rule.PROCESS),
    "within": ([(0, 0, 0), (3, 3, 1)], [(1, 1, 0), (2, 2, 1)], Rule.NESTED),
    "sticks out 8 cm": ([(0, 0, 0), (2, 2, 1)], [(1, 1, 0), (2.08, 2, 1)], Rule.NESTED),
    "sticks out 20 cm": ([(0, 0, 0), (2, 2, 1)], [(1, 1, 0), (2.2, 2, 1)], Rule.PROCESS),
    "same place": ([(0, 0, 0), (2, 2, 1)], [(0.3, 0, 0), (2.3, 2, 1)], Rule.SMALLER_BOX),
    "nothing of its own": ([(0, 0, 0), (2, 2, 1)], [(1, 1, 0), (2, 2, 1.5)], Rule.SMALLER_BOX),
}


@pytest.mark.parametrize(("one", "two", "rule"), RULES.values(), ids=RULES.keys())
def test_rule_of_a_pair_follows_its_boxes(one, two, rule):
    for boxes in (boxes_of(one, two), boxes_of(two, one)):
        (pair,) = pairs_in(boxes)
        assert pair.rule is rule
        assert boxes.volume[pair.smaller] <= boxes.volume[pair.larger]


def test_trains_on_what_one_box_has_alone_and_tests_what_both_have():
    boxes = boxes_of([(0, 0, 0), (2, 2, 1)], [(1, 1, 0), (3, 3, 1)])
    (pair,) = pairs_in(boxes)
    first, second = (set(rows.tolist()) for rows in boxes.members(grid()))
    assert set(pair.tested.tolist()) == first & second
    assert set(pair.train_first.tolist()) == first - second
    assert set(pair.train_second.tolist()) == second - first


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_pair_that_overlaps_most_settles_what_three_boxes_share(order):
    corners = [[(0, 0, 0), (2, 2, 1)], [(0.5, 0.5, 0), (3, 3, 1)], [(1.5, 0.2, 0), (3.5, 1.8, 1)]]
    boxes = boxes_of(*(corners[row] for row in order))
    shared = set.intersection(*(set(rows.tolist()) for rows in boxes.members(grid())))
    settled = [pair for pair in pairs_in(boxes) if shared & set(pair.tested.tolist())]
    assert len(shared) > 20
    assert [{order[pair.first], order[pair.second]} for pair in settled] == [{0, 1}]
    everything = np.concatenate([pair.tested for pair in pairs_in(boxes)])
    assert len(np.unique(everything)) == len(everything)


def test_tolerance_follows_the_size_of_the_scan():
    boxes = boxes_of([(0, 0, 0), (2, 2, 1)], [(1, 1, 0), (2.08, 2, 1)])
    assert [pairs_in(boxes, size)[0].rule for size in (1.0, 0.25)] == [Rule.NESTED, Rule.PROCESS]


@given(st.integers(0, 60), st.integers(1, 70), st.integers(0, 5))
def test_even_sample_knows_no_numbering(count, most, seed):
    random = np.random.default_rng(seed)
    place, rows = random.normal(size=(80, 3)), np.sort(random.choice(80, count, replace=False))
    order = random.permutation(80)
    sample = evenly(rows, place, most)
    renumbered = evenly(np.sort(np.argsort(order)[rows]), place[order], most)
    assert len(sample) == len(set(sample.tolist())) == min(count, most)
    assert set(sample.tolist()) <= set(rows.tolist())
    assert order[renumbered].tolist() == sample.tolist()


def test_even_sample_reaches_every_corner():
    place = grid().astype(np.float64)
    sample = place[evenly(np.arange(len(place)), place, 64)]
    quarters = {(x > 2, y > 2) for x, y, _ in sample.tolist()}
    assert len(quarters) == 4


def test_superpoint_is_inside_from_its_share_on():
    superpoint = np.repeat(np.arange(3), 10).astype(np.int32)
    members = [np.array([0, 1, 2, 3, 4, 5, 6, 7, 10, 11, 12, 20])]
    size = np.full(3, 10)
    found = {
        share: superpoints_inside(members, superpoint, size, share)[0].tolist() for share in (0.1, 0.3, 0.8, 0.999)
    }
    assert found == {0.1: [0, 1, 2], 0.3: [0, 1], 0.8: [0], 0.999: []}


def test_half_of_a_superpoint_speaks_for_the_whole():
    superpoint = np.repeat(np.arange(3), 4).astype(np.int32)
    correction = np.full(12, UNCORRECTED, np.int32)
    correction[[0, 1, 4, 8, 9, 10]] = [5, 5, 5, -1, -1, 5]
    assert taught_superpoints(correction, superpoint, np.full(3, 4)).tolist() == [5, UNCORRECTED, -1]
