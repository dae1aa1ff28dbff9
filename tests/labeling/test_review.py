from dataclasses import replace

import numpy as np
import pytest

from gapro_annotator.errors import InvalidValueError
from gapro_annotator.labeling.labeler import label
from gapro_annotator.labeling.review import expected_wrong_share, rank_regions
from gapro_annotator.labels import BACKGROUND, NO_RIVAL, UNCORRECTED, Decision, PseudoLabels
from gapro_annotator.scan import Scan


def handmade() -> tuple[Scan, PseudoLabels, np.ndarray]:
    superpoint = np.array([0, 0, 0, 1, 1, 2, 2, 2, 2], np.int32)
    scan = Scan(name="nine", xyz=np.zeros((9, 3), np.float32), origin=np.zeros(3), superpoint=superpoint)
    pseudo = PseudoLabels(
        instance=np.array([4, 4, 6, 6, 6, -1, -1, -1, -1], np.int32),
        rival=np.array([6, 6, 4, -1, -1, NO_RIVAL, NO_RIVAL, 4, 4], np.int32),
        probability=np.array([0.5, 0.5, 0.75, 0.75, 0.75, 0.999, 0.999, 0.5, 0.75], np.float32),
        mean=np.zeros(9, np.float32),
        variance=np.ones(9, np.float32),
        decision=np.array([2, 2, 3, 0, 0, 4, 4, 5, 5], np.uint8),
    )
    return scan, pseudo, np.full(9, UNCORRECTED, np.int32)


def test_regions_of_small_instances_are_ordered_by_the_points_that_are_probably_wrong():
    regions = rank_regions(*handmade())
    assert [r.points.tolist() for r in regions] == [[0, 1], [7, 8], [3, 4], [2]]
    assert [r.worth for r in regions] == [1.0, 0.75, 0.5, 0.25]
    assert [r.gain for r in regions] == pytest.approx([r.worth / np.sqrt(50) for r in regions])
    assert [(r.superpoint, r.instance, r.rival) for r in regions] == [(0, 4, 6), (2, -1, 4), (1, 6, -1), (0, 6, 4)]
    assert [r.reason for r in regions] == ["overlap", "partly", "clutter", "fallback"]
    assert regions[1].probability == 0.625
    assert regions[1].decision == Decision.PARTLY_IN_BOX


def test_corrected_points_leave_the_queue_and_the_expected_errors():
    scan, pseudo, correction = handmade()
    assert expected_wrong_share(pseudo, correction) == pytest.approx(2.5 / 7)
    correction[[0, 1]] = 4
    assert [r.points.tolist() for r in rank_regions(scan, pseudo, correction)] == [[7, 8], [3, 4], [2]]
    assert expected_wrong_share(pseudo, correction) == pytest.approx(1.5 / 7)


def test_nothing_in_doubt_gives_an_empty_queue():
    scan, pseudo, correction = handmade()
    correction[:] = BACKGROUND
    assert rank_regions(scan, pseudo, correction) == []
    assert expected_wrong_share(pseudo, correction) == 0
    empty = replace(pseudo, rival=np.full(9, NO_RIVAL, np.int32))
    assert rank_regions(scan, empty, np.full(9, UNCORRECTED, np.int32)) == []


def test_what_a_label_would_teach_counts_in_the_order():
    scan, pseudo, correction = handmade()
    teaching = replace(pseudo, teaches=np.array([0, 1, 0], np.float32))
    regions = rank_regions(scan, teaching, correction)
    assert [r.superpoint for r in regions] == [1, 0, 2, 0]
    assert regions[0].gain == pytest.approx(1 + 0.5 / np.sqrt(50))
    unfit = replace(pseudo, teaches=np.ones(7, np.float32))
    assert [r.gain for r in rank_regions(scan, unfit, correction)] == [r.gain for r in rank_regions(*handmade())]


def test_doubt_in_a_large_instance_waits_for_doubt_in_a_small_one():
    superpoint = np.repeat(np.arange(3, dtype=np.int32), [800, 10, 12])
    scan = Scan(name="sizes", xyz=np.zeros((822, 3), np.float32), origin=np.zeros(3), superpoint=superpoint)
    pseudo = PseudoLabels(
        instance=np.repeat(np.int32([0, 1, 0]), [800, 10, 12]),
        rival=np.repeat(np.int32([NO_RIVAL, -1, -1]), [800, 10, 12]),
        probability=np.repeat(np.float32([0.999, 0.5, 0.5]), [800, 10, 12]),
        mean=np.zeros(822, np.float32),
        variance=np.ones(822, np.float32),
        decision=np.zeros(822, np.uint8),
    )
    regions = rank_regions(scan, pseudo, np.full(822, UNCORRECTED, np.int32))
    assert [(r.superpoint, r.worth) for r in regions] == [(1, 5.0), (2, 6.0)]


def test_equal_worth_goes_by_superpoint_instance_and_rival():
    scan, pseudo, correction = handmade()
    even = replace(
        pseudo, probability=np.full(9, 0.5, np.float32), rival=np.array([6, 6, 4, -1, -1, 4, 4, 5, 5], np.int32)
    )
    keys = [(r.superpoint, r.instance, r.rival) for r in rank_regions(scan, even, correction) if r.worth == 1.0]
    assert keys == sorted(keys)
    assert len(keys) == 4


def test_regions_of_a_room_partition_the_points_in_doubt(room):
    pseudo = label(room.request()).pseudo
    correction = np.full(len(room.scan), UNCORRECTED, np.int32)
    correction[:500] = BACKGROUND
    regions = rank_regions(room.scan, pseudo, correction)
    points = np.concatenate([r.points for r in regions])
    asked = np.flatnonzero((pseudo.rival != NO_RIVAL) & (correction == UNCORRECTED))
    assert sorted(points.tolist()) == asked.tolist()
    gains = [r.gain for r in regions]
    assert gains == sorted(gains, reverse=True)
    for region in regions:
        assert (room.scan.superpoint[region.points] == region.superpoint).all()
        assert (pseudo.instance[region.points] == region.instance).all()
        assert (pseudo.rival[region.points] == region.rival).all()
        assert region.worth == pytest.approx((1 - pseudo.probability[region.points].astype(float)).sum())


def test_labels_of_another_scan_are_refused():
    scan, pseudo, correction = handmade()
    with pytest.raises(InvalidValueError, match="do not fit"):
        rank_regions(replace(scan, xyz=scan.xyz[:8].copy(), superpoint=scan.superpoint[:8].copy()), pseudo, correction)
