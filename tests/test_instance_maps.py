"""Laws of the training targets e and v."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gapro_annotator.errors import InvalidValueError
from gapro_annotator.instance_maps import PointMap, point_maps, superpoint_maps
from gapro_annotator.labels import NO_RIVAL, UNCORRECTED, Decision, PseudoLabels

IDS = np.array([2, 5, 9], np.int32)


def random_labels(seed: int, rows: int = 40) -> tuple[PseudoLabels, np.ndarray, np.ndarray]:
    """Labels as the labeler makes them, corrections, superpoints."""
    rng = np.random.default_rng(seed)
    pair = np.array([rng.permutation([-1, *IDS])[:2] for _ in range(rows)], np.int32)
    nowhere = rng.random(rows) < 0.2
    pair[nowhere] = [-1, NO_RIVAL]
    pseudo = PseudoLabels(
        instance=pair[:, 0].copy(),
        rival=pair[:, 1].copy(),
        probability=rng.uniform(0.5, 0.999, rows).astype(np.float32),
        mean=np.where(nowhere, 0, rng.normal(1, 0.5, rows)).astype(np.float32),
        variance=np.where(nowhere, 0, rng.uniform(0.1, 1, rows)).astype(np.float32),
        decision=np.where(nowhere, Decision.NO_BOX, Decision.ONE_BOX).astype(np.uint8),
    )
    correction = np.where(rng.random(rows) < 0.2, rng.choice([-1, *IDS], rows), UNCORRECTED).astype(np.int32)
    superpoint = np.concatenate([np.arange(8), rng.integers(0, 8, rows - 8)]).astype(np.int32)
    return pseudo, correction, superpoint


def dense(maps: tuple[PointMap, ...], rows: int) -> tuple[np.ndarray, np.ndarray]:
    mean, variance = np.zeros((len(maps), rows), np.float32), np.zeros((len(maps), rows), np.float32)
    for k, one in enumerate(maps):
        mean[k, one.rows], variance[k, one.rows] = one.mean, one.variance
    return mean, variance


seeds = st.integers(0, 10_000)


@given(seeds)
def test_instance_and_rival_see_the_same_process_from_two_sides(seed: int):
    pseudo, correction, _ = random_labels(seed)
    mean, variance = dense(point_maps(pseudo, correction, IDS), len(pseudo))
    for point in np.flatnonzero(correction == UNCORRECTED):
        for k, box in enumerate(IDS):
            sign = {pseudo.instance[point]: 1, pseudo.rival[point]: -1}.get(box, 0)
            assert mean[k, point] == sign * pseudo.mean[point]
            assert variance[k, point] == abs(sign) * pseudo.variance[point]


@given(seeds)
def test_what_a_person_labelled_is_determined_for_every_instance(seed: int):
    pseudo, correction, _ = random_labels(seed)
    mean, variance = dense(point_maps(pseudo, correction, IDS), len(pseudo))
    person = correction != UNCORRECTED
    assert (variance[:, person] == 0).all()
    assert np.array_equal(mean[:, person], (IDS[:, None] == correction[person]).astype(np.float32))


@given(seeds)
def test_maps_follow_the_order_of_the_points_and_of_the_ids(seed: int):
    pseudo, correction, superpoint = random_labels(seed)
    order = np.random.default_rng(seed).permutation(len(pseudo))
    columns = ("instance", "rival", "probability", "mean", "variance", "decision")
    shuffled = replace(pseudo, **{name: getattr(pseudo, name)[order] for name in columns})
    straight = point_maps(pseudo, correction, IDS)
    mixed = point_maps(shuffled, correction[order], IDS[::-1].copy())
    assert [one.box_id for one in mixed] == IDS[::-1].tolist()
    for there, here in zip(dense(mixed, len(order)), dense(straight, len(order)), strict=True):
        assert np.array_equal(there[::-1], here[:, order])
    gathered, expected = superpoint_maps(mixed, superpoint[order]), superpoint_maps(straight, superpoint)
    assert np.allclose(gathered.mean[::-1], expected.mean, atol=1e-6)
    assert np.allclose(gathered.variance[::-1], expected.variance, atol=1e-6)


@given(seeds)
def test_a_superpoint_has_the_mean_and_variance_of_the_mixture_of_its_points(seed: int):
    pseudo, correction, superpoint = random_labels(seed)
    maps = point_maps(pseudo, correction, IDS)
    mean, variance = dense(maps, len(pseudo))
    gathered = superpoint_maps(maps, superpoint)
    for s in range(8):
        inside = superpoint == s
        assert np.allclose(gathered.mean[:, s], mean[:, inside].mean(axis=1), atol=1e-6)
        spread = variance[:, inside].mean(axis=1) + mean[:, inside].var(axis=1)
        assert np.allclose(gathered.variance[:, s], spread, atol=1e-6)


@given(seeds)
def test_with_one_point_a_superpoint_both_forms_are_the_same(seed: int):
    pseudo, correction, _ = random_labels(seed)
    maps = point_maps(pseudo, correction, IDS)
    gathered = superpoint_maps(maps, np.arange(len(pseudo), dtype=np.int32))
    mean, variance = dense(maps, len(pseudo))
    assert np.array_equal(gathered.mean, mean)
    assert np.array_equal(gathered.variance, variance)


def test_a_superpoint_that_a_person_labelled_whole_is_determined_and_one_labelled_half_is_not():
    pseudo, _, _ = random_labels(3, rows=12)
    correction = np.array([2] * 7 + [5] * 3 + [9] * 2, np.int32)
    superpoint = np.array([0] * 7 + [1] * 5, np.int32)
    gathered = superpoint_maps(point_maps(pseudo, correction, IDS), superpoint)
    assert gathered.mean[:, 0].tolist() == [1, 0, 0]
    assert gathered.variance[:, 0].tolist() == [0, 0, 0]
    assert gathered.mean[:, 1] == pytest.approx([0, 0.6, 0.4])
    assert gathered.variance[:, 1] == pytest.approx([0, 0.24, 0.24])


def test_a_withdrawn_correction_is_not_certain_any_more():
    pseudo, correction, _ = random_labels(1)
    correction[:] = UNCORRECTED
    decision, variance = pseudo.decision.copy(), pseudo.variance.copy()
    decision[0], variance[0] = Decision.PERSON, 0
    instance = pseudo.instance.copy()
    instance[0] = 2
    learnt = replace(pseudo, decision=decision, variance=variance, instance=instance)
    one = point_maps(learnt, correction, IDS)[0]
    assert one.rows[0] == 0
    assert one.variance[0] > 0
    correction[0] = 2
    one = point_maps(learnt, correction, IDS)[0]
    assert (one.rows[0], one.mean[0], one.variance[0]) == (0, 1, 0)


def test_an_instance_that_is_nowhere_has_an_empty_map_and_no_points_are_no_failure():
    pseudo, correction, superpoint = random_labels(4)
    maps = point_maps(pseudo, correction, np.array([77], np.int32))
    assert len(maps[0].rows) == 0
    assert not superpoint_maps(maps, superpoint).variance.any()
    assert superpoint_maps((), superpoint).mean.shape == (0, 8)


def test_ids_that_are_no_boxes_and_labels_of_another_scan_are_refused():
    pseudo, correction, _ = random_labels(4)
    for ids in ([-1], [2, 2]):
        with pytest.raises(InvalidValueError, match="distinct and not negative"):
            point_maps(pseudo, correction, np.array(ids, np.int32))
    with pytest.raises(InvalidValueError, match="correction"):
        point_maps(pseudo, correction[:-1].copy(), IDS)
