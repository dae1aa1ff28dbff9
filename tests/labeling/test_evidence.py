"""What is known before any Gaussian Process is asked: superpoints, boxes, planes, pairs, coupling."""

from dataclasses import replace

import numpy as np
import pytest

from gapro_annotator.boxes import Boxes
from gapro_annotator.labeling.background import (
    candidates_of,
    object_belief,
    object_prior,
    teaching_of,
    unboxed_share,
)
from gapro_annotator.labeling.coupling import PairAnswer, couple
from gapro_annotator.labeling.features import FeatureGroup
from gapro_annotator.labeling.occupancy import EXACT_THRESHOLD, USUAL_THRESHOLD, Occupancy, occupancy_of
from gapro_annotator.labeling.pairs import PairRule, find_pairs
from gapro_annotator.labeling.scale import scale_of
from gapro_annotator.labeling.slack import box_error, loosened
from gapro_annotator.labeling.structure import find_planes, owned_pieces, structure_of
from gapro_annotator.labeling.superpoint_statistics import superpoint_statistics
from gapro_annotator.labels import UNCORRECTED, Decision

SOFA, TABLE = 3, 7


def boxes_of(*corners: tuple[tuple[float, ...], tuple[float, ...]]) -> Boxes:
    lower, upper = np.array([c[0] for c in corners], np.float32), np.array([c[1] for c in corners], np.float32)
    ids = np.arange(len(corners), dtype=np.int32)
    return Boxes(ids, ids.copy(), lower.reshape(-1, 3), upper.reshape(-1, 3))


def test_superpoint_statistics_are_those_of_numpy(room):
    statistics = superpoint_statistics(room.scan)
    for superpoint in (0, 17, room.scan.superpoint_count - 1):
        points = room.scan.xyz[room.scan.superpoint == superpoint].astype(float)
        assert statistics.size[superpoint] == len(points)
        np.testing.assert_allclose(statistics.center[superpoint], points.mean(axis=0), atol=1e-6)
        np.testing.assert_allclose(statistics.scatter[superpoint], np.cov(points.T, bias=True), atol=1e-6)
        np.testing.assert_array_equal(statistics.lower[superpoint], points.min(axis=0))
        np.testing.assert_array_equal(statistics.upper[superpoint], points.max(axis=0))


def test_orientation_knows_no_sign(room):
    statistics = superpoint_statistics(room.scan)
    turned = replace(statistics, normal=-statistics.normal)
    np.testing.assert_allclose(statistics.orientation, turned.orientation)
    a, b = np.flatnonzero(statistics.flat)[[0, -1]]
    difference = statistics.orientation[a] - statistics.orientation[b]
    cosine = statistics.normal[a] @ statistics.normal[b]
    assert difference @ difference == pytest.approx(1 - cosine**2)


def test_scale_follows_spacing_and_boxes(room):
    scale = scale_of(room.scan.xyz, room.boxes)
    assert 0.04 < scale.spacing < 0.08
    assert scale.size == 1.0
    small = scale_of(room.scan.xyz / 10, replace(room.boxes, lower=room.boxes.lower / 10, upper=room.boxes.upper / 10))
    assert small.spacing == pytest.approx(scale.spacing / 10, rel=1e-3)
    assert 0.1 < small.size < 0.3


def test_occupancy_counts_points_and_sloppy_boxes_get_the_usual_threshold(room):
    statistics = superpoint_statistics(room.scan)
    occupancy = occupancy_of(room.scan, room.boxes, statistics, 0.05)
    for row in (0, 40, len(occupancy.share) - 1):
        superpoint, box = occupancy.superpoint[row], occupancy.box[row]
        points = room.scan.xyz[room.scan.superpoint == superpoint]
        inside = ((points >= room.boxes.lower[box]) & (points <= room.boxes.upper[box])).all(axis=1)
        assert occupancy.share[row] == pytest.approx(inside.mean())
    loose = replace(room.boxes, lower=room.boxes.lower - np.float32(0.04), upper=room.boxes.upper + np.float32(0.04))
    assert occupancy_of(room.scan, loose, statistics, 0.05).threshold == USUAL_THRESHOLD


def test_boxes_that_superpoints_reach_exactly_get_the_exact_threshold(room):
    statistics = superpoint_statistics(room.scan)
    objects = [room.scan.xyz[room.truth == owner] for owner in (SOFA, TABLE)]
    lower, upper = np.stack([o.min(axis=0) for o in objects]), np.stack([o.max(axis=0) for o in objects])
    exact = replace(room.boxes, lower=lower, upper=upper)
    occupancy = occupancy_of(room.scan, exact, statistics, 0.05)
    assert occupancy.faces_reached == 1.0
    assert occupancy.threshold == EXACT_THRESHOLD


def test_error_of_the_boxes_is_measured_without_labels(room):
    statistics = superpoint_statistics(room.scan)
    occupancy = occupancy_of(room.scan, room.boxes, statistics, 0.05)
    assert box_error(room.boxes, statistics, occupancy, 1.0) == 0
    random = np.random.default_rng(2)
    found = []
    for _ in range(12):  # two boxes have few faces: judge the mean of several draws
        noise = [random.normal(0, 0.02, (2, 3)).astype(np.float32) for _ in range(2)]
        sloppy = replace(room.boxes, lower=room.boxes.lower + noise[0], upper=room.boxes.upper + noise[1])
        found.append(box_error(sloppy, statistics, occupancy_of(room.scan, sloppy, statistics, 0.05), 1.0))
    assert 0.01 < np.mean(found) < 0.03


def test_loosened_boxes_are_larger_on_every_side(room):
    larger = loosened(room.boxes, 0.1)
    np.testing.assert_allclose(room.boxes.lower - larger.lower, 0.1, atol=1e-6)
    np.testing.assert_allclose(larger.upper - room.boxes.upper, 0.1, atol=1e-6)
    assert loosened(room.boxes, 0.0) is room.boxes


def test_floor_and_wall_are_found_and_look_into_the_room(room):
    statistics = superpoint_statistics(room.scan)
    planes = {plane.kind: plane for plane in find_planes(statistics, np.ones(len(statistics)), 1.0)}
    assert set(planes) == {"floor", "wall"}
    np.testing.assert_allclose(planes["floor"].normal, [0, 0, 1], atol=0.01)
    assert planes["floor"].offset == pytest.approx(0, abs=0.005)
    np.testing.assert_allclose(planes["wall"].normal, [0, 1, 0], atol=0.01)


def test_scan_without_floor_or_walls_has_no_planes(room):
    keep = np.flatnonzero(room.truth == TABLE)
    _, superpoint = np.unique(room.scan.superpoint[keep], return_inverse=True)
    scan = replace(room.scan, xyz=room.scan.xyz[keep], rgb=room.scan.rgb[keep], superpoint=superpoint.astype(np.int32))
    statistics = superpoint_statistics(scan)
    occupancy = occupancy_of(scan, room.boxes, statistics, 0.05)
    outside = np.zeros(len(statistics))
    outside[np.setdiff1d(np.arange(len(statistics)), occupancy.superpoint)] = 1
    assert find_planes(statistics, outside, 1.0) == []


def test_a_picture_owns_its_piece_of_the_wall_and_a_cupboard_does_not(room):
    statistics = superpoint_statistics(room.scan)
    planes = find_planes(statistics, np.ones(len(statistics)), 1.0)
    boxes = boxes_of(((0, -0.02, 1.2), (0.8, 0.04, 2)), ((2, -0.02, 0), (2.8, 0.45, 2)))
    structure, owners = structure_of(statistics, planes, boxes, 1.0)
    occupancy = occupancy_of(room.scan, boxes, statistics, 0.05)
    inside = occupancy.share > 0.9
    owned = owned_pieces(statistics, planes, owners, 1.0, superpoint=occupancy.superpoint, box=occupancy.box)
    assert structure[occupancy.superpoint[inside]].sum() > 4
    assert owned[inside & (occupancy.box == 0)].all()
    assert not owned[inside & (occupancy.box == 1)].any()


def pair_rule(boxes: Boxes, settled: list[int]) -> PairRule:
    pairs = find_pairs(
        boxes,
        np.array([0, 0]),
        np.array([0, 1]),
        settled=np.array([-1, *settled]),
        news=np.zeros(1 + len(settled), bool),
        center=np.zeros((1 + len(settled), 3)),
        size=1.0,
    )
    assert len(pairs) == 1
    assert pairs[0].contested.tolist() == [0]
    return pairs[0].rule


def test_pairs_follow_their_rules():
    apart = boxes_of(((0, 0, 0), (1, 1, 1)), ((0.8, 0, 0), (2, 1, 1)))
    assert pair_rule(apart, [0, 1]) == PairRule.GAUSSIAN_PROCESS
    assert pair_rule(apart, [0, 0]) == PairRule.FALLBACK
    assert pair_rule(boxes_of(((0, 0, 0), (1, 1, 1)), ((0.2, 0.2, 0.2), (0.6, 0.6, 1.05))), [0, 0]) == PairRule.NESTED
    assert pair_rule(boxes_of(((0, 0, 0), (1, 1, 1)), ((0, 0, 0), (1, 1, 0.9))), [0, 1]) == PairRule.FALLBACK


def answer(first: int, second: int, probability: float) -> PairAnswer:
    one = np.array([probability])
    latent = np.array([2 * probability - 1])
    return PairAnswer(first, second, np.array([5]), one, latent, one, Decision.GAUSSIAN_PROCESS)


def test_two_boxes_keep_the_probability_of_their_pair():
    owned = couple([answer(0, 1, 0.3)])
    assert (owned.winner[0], owned.runner_up[0]) == (1, 0)
    assert owned.probability[0] == pytest.approx(0.7)
    assert owned.mean[0] == pytest.approx(0.4)


def test_three_boxes_are_coupled_without_order():
    duels = [(0, 1, 0.8), (0, 2, 0.7), (1, 2, 0.4)]
    first = couple([answer(*duel) for duel in duels])
    second = couple([answer(b, a, 1 - p) for a, b, p in reversed(duels)])
    for owned in (first, second):
        assert (owned.winner[0], owned.runner_up[0]) == (0, 2)
        assert 0.5 < owned.probability[0] < 0.7
        assert owned.mean[0] > 0
    assert first.probability[0] == pytest.approx(second.probability[0])


def test_coupling_returns_consistent_probabilities():
    chances = np.array([0.6, 0.3, 0.1])
    duels = [answer(a, b, chances[a] / (chances[a] + chances[b])) for a, b in ((0, 1), (0, 2), (1, 2))]
    owned = couple(duels)
    assert owned.probability[0] == pytest.approx(0.6)
    assert owned.second_probability[0] == pytest.approx(0.3)


def test_object_prior_rises_with_the_share_inside_and_with_the_part(room):
    statistics = superpoint_statistics(room.scan)
    occupancy = occupancy_of(room.scan, room.boxes, statistics, 0.05)
    prior = object_prior(occupancy, statistics.size, np.zeros(len(statistics), bool), 0.0)
    share, _ = occupancy.greatest_share(len(statistics))
    assert (prior[share >= occupancy.threshold] >= 0.5).all()
    assert (prior[share < occupancy.threshold] < 0.5).all()
    assert prior.max() < 1
    assert (object_prior(occupancy, statistics.size, np.ones(len(statistics), bool), 0.0) <= 0.05).all()


def test_bodies_are_believed_and_crumbs_doubted_where_things_stand_unboxed():
    size = np.array([1000, 100, 3])
    occupancy = Occupancy(
        np.arange(3), np.zeros(3, np.int64), np.ones(3), 0.0, USUAL_THRESHOLD, [size], np.zeros(1, int)
    )
    tidy, between, cluttered = (object_prior(occupancy, size, np.zeros(3, bool), u) for u in (0.0, 0.04, 0.2))
    for prior in (tidy, between, cluttered):
        assert 0.99 < prior[0] < 1
        assert prior[0] > prior[1] > prior[2] > 0.5
    assert tidy[2] > 0.95 > between[2] > cluttered[2]
    assert cluttered[2] < 0.8


def test_what_stands_unboxed_among_the_boxes_tells_whether_everything_is_boxed(room, cluttered_room):
    corner = ((0.1, 3.0, 0.0), (0.3, 3.2, 0.2))
    shares = []
    for scene, with_sofa in ((room, True), (cluttered_room, True), (room, False)):
        parts = [(scene.boxes.lower[1], scene.boxes.upper[1]), corner]
        parts += [(scene.boxes.lower[0], scene.boxes.upper[0])] if with_sofa else []
        boxes = boxes_of(*parts)
        statistics = superpoint_statistics(scene.scan)
        occupancy = occupancy_of(scene.scan, boxes, statistics, 0.05)
        outside = np.bincount(scene.scan.superpoint, occupancy.smallest_box(len(scene.scan)) < 0) / statistics.size
        structure, _ = structure_of(statistics, find_planes(statistics, outside, 1.0), boxes, 1.0)
        shares.append(unboxed_share(boxes, statistics, occupancy, outside, structure))
    assert shares[0] < 0.02
    assert shares[1] < 0.02  # the clutter lies in the sofa's box: nothing of it can be seen beside
    assert shares[2] > 0.1


def test_boxes_with_no_room_between_them_do_not_tell_whether_everything_is_boxed(room):
    statistics = superpoint_statistics(room.scan)
    nothing, boxes = np.zeros(len(statistics), bool), boxes_of(((1, 0.5, 0), (3, 1.7, 0.8)))
    outside = np.zeros(len(statistics))
    few = unboxed_share(boxes, statistics, occupancy_of(room.scan, boxes, statistics, 0.05), outside, nothing)
    none = Boxes.empty()
    empty = unboxed_share(none, statistics, occupancy_of(room.scan, none, statistics, 0.05), outside, nothing)
    assert few == empty == pytest.approx(0.06)


def test_candidates_end_with_the_box_that_holds_most_and_the_smallest_of_equals():
    occupancy = Occupancy(
        superpoint=np.array([0, 0, 0, 1, 1, 2, 2]),
        box=np.array([0, 1, 2, 0, 1, 0, 1]),
        share=np.array([0.9, 1.0, 0.3, 1.0, 1.0, 0.4, 0.2]),
        faces_reached=0.0,
        threshold=USUAL_THRESHOLD,
        members=[],
        rank=np.array([0, 1, 2]),
    )
    nothing = np.zeros(3, bool)
    superpoint, box = candidates_of(occupancy, nothing, np.zeros(7, bool))
    assert superpoint.tolist() == [0, 0, 1, 1, 2]
    assert box.tolist() == [0, 1, 1, 0, 0]


def test_teaching_needs_most_of_a_superpoint_and_one_opinion():
    superpoint = np.repeat(np.arange(3, dtype=np.int32), 4)
    correction = np.array([5, 5, 5, -1, 5, -2, -2, -2, -1, -1, -1, -1], np.int32)
    label = teaching_of(correction, superpoint, np.array([4, 4, 4])).label
    assert label.tolist() == [5, UNCORRECTED, -1]


def test_belief_without_corrections_is_the_prior_and_a_correction_fades_with_distance():
    prior = np.full(4, 0.9)
    features = np.array([[0.0, 0, 0], [0.1, 0, 0], [1.0, 0, 0], [5.0, 0, 0]])
    group = [FeatureGroup("xyz", 0, 3, 0.5)]
    options = {"size": np.full(4, 100), "structure": np.array([False, False, False, False])}
    nothing = teaching_of(np.full(4, UNCORRECTED, np.int32), np.arange(4, dtype=np.int32), np.ones(4, np.int64))
    np.testing.assert_allclose(object_belief(prior, features, group, teaching=nothing, **options).probability, prior)
    said = teaching_of(np.array([-1, -2, -2, -2], np.int32), np.arange(4, dtype=np.int32), np.ones(4, np.int64))
    after = object_belief(prior, features, group, teaching=said, **options).probability
    assert after[0] < after[1] < after[2] < after[3]
    assert after[0] < 0.5
    assert after[3] == pytest.approx(0.9, abs=1e-6)
