"""Clusters against a breadth-first twin; overlaps and suppression by hand."""

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gapro_annotator.training.networks import components
from gapro_annotator.training.networks.clustering import Clusters, cluster_voxels, overlap_with, suppress
from gapro_annotator.training.networks.components import radius_components


def grown(xyz: np.ndarray, radius: float, group: np.ndarray) -> np.ndarray:
    """Breadth first, point by point, as PointGroup describes it."""
    label = np.full(len(xyz), -1)
    number = 0
    for seed in range(len(xyz)):
        if label[seed] >= 0:
            continue
        queue = [seed]
        label[seed] = number
        while queue:
            here = queue.pop(0)
            apart = xyz - xyz[here]
            near = np.sqrt((apart * apart).sum(axis=1)) <= radius
            for other in np.flatnonzero(near & (label < 0) & (group == group[here])).tolist():
                label[other] = number
                queue.append(other)
        number += 1
    return label


def clusters(*members: tuple[list[int], int]) -> Clusters:
    """(voxels, class) of each cluster of scan 0."""
    voxel = np.concatenate([np.zeros(0, np.int64), *(np.array(rows, np.int64) for rows, _ in members)])
    cluster = np.repeat(np.arange(len(members)), [len(rows) for rows, _ in members]).astype(np.int64)
    return Clusters(voxel, cluster, np.array([kind for _, kind in members], np.int64), np.zeros(len(members), np.int64))


@given(
    seed=st.integers(0, 100_000),
    count=st.integers(0, 150),
    radius=st.sampled_from([0.02, 0.05, 0.1, 0.3]),
    dense=st.booleans(),
)
@settings(deadline=None, max_examples=150)
def test_components_are_those_of_breadth_first_search(seed: int, count: int, radius: float, *, dense: bool):
    random = np.random.default_rng(seed)
    xyz = random.random((count, 3)) * [1, 1, 0.2] - 0.3
    if dense:  # most points at a few places, as after the shift to the centres
        xyz[: count // 2] = xyz[random.integers(0, max(1, min(4, count)), count // 2)] + random.normal(
            0, radius / 4, (count // 2, 3)
        )
    group = random.integers(0, 3, count)
    np.testing.assert_array_equal(radius_components(xyz, radius, group), grown(xyz, radius, group))


def test_cells_with_many_points_are_compared_exactly(monkeypatch: pytest.MonkeyPatch):
    # Two lumps in neighbouring cells, closest points 2 mm more or 2 mm less than the radius apart.
    monkeypatch.setattr(components, "_PRODUCT", 10)
    random = np.random.default_rng(0)
    lump = random.random((60, 3)) * 0.01
    lump[0], lump[1] = (0, 0, 0), (0.01, 0, 0)
    for gap, count in ((0.102, 2), (0.098, 1)):
        xyz = np.concatenate([lump, lump + np.array([0.01 + gap, 0, 0])])
        xyz[60:, 1:] = np.where(np.arange(60)[:, None] == 0, xyz[:60, 1:][1], xyz[60:, 1:])
        label = radius_components(xyz, 0.1, np.zeros(120, np.int64))
        assert len(set(label.tolist())) == count
        np.testing.assert_array_equal(label, grown(xyz, 0.1, np.zeros(120)))


def test_many_points_that_share_a_centre_cost_no_quadratic_list():
    random = np.random.default_rng(0)
    center = random.random((20, 3)) * 5
    xyz = center[random.integers(0, 20, 60_000)] + random.normal(0, 0.01, (60_000, 3))
    started = time.perf_counter()
    label = radius_components(xyz, 0.03, np.zeros(60_000, np.int64))
    assert time.perf_counter() - started < 5  # three thousand points each: 90 million pairs
    assert (np.bincount(label) > 2000).sum() == 20


def test_nothing_has_no_components():
    assert len(radius_components(np.zeros((0, 3)), 0.1, np.zeros(0, np.int64))) == 0
    nothing = cluster_voxels(
        np.zeros((4, 3)), np.zeros(4, np.int64), np.full(4, -1), np.ones(4, np.int64), radius=0.1, least=1
    )
    assert (len(nothing), nothing.voxel.tolist()) == (0, [])
    assert len(suppress(nothing, np.zeros(0), np.ones(4, np.int64), 0.3)) == 0
    assert overlap_with(nothing, np.arange(4), np.array([0, 0, -1, 1]), 2, 4).shape == (0, 2)


def test_classes_and_scans_are_clustered_apart_and_small_clusters_are_dropped():
    xyz = np.zeros((8, 3))
    xyz[:, 0] = [0, 0.1, 0.2, 0.3, 0, 0.1, 0.9, 0.95]
    scan = np.array([0, 0, 0, 0, 1, 1, 1, 1])
    kind = np.array([1, 1, 0, 0, 1, 1, 1, -1])
    points = np.array([5, 5, 2, 2, 4, 6, 9, 9])
    found = cluster_voxels(xyz, scan, kind, points, radius=0.11, least=10)
    assert found.class_row.tolist() == [1, 1]
    assert found.scan.tolist() == [0, 1]
    assert found.voxel.tolist() == [0, 1, 4, 5]
    assert found.cluster.tolist() == [0, 0, 1, 1]
    assert found.sums(points.astype(float)).tolist() == [10, 10]


def test_clusters_beside_each_other_and_in_another_order():
    both = clusters(([0, 1], 3), ([2], 4)).beside(clusters(([1, 2], 5)))
    assert len(both) == 3
    chosen = both.of(np.array([2, 0]))
    assert chosen.class_row.tolist() == [5, 3]
    assert sorted(zip(chosen.cluster.tolist(), chosen.voxel.tolist(), strict=True)) == [(0, 1), (0, 2), (1, 0), (1, 1)]


def test_overlap_counts_points():
    # Voxels of 3, 1, 2 points; instance 0 has the first voxel and one point of the third.
    voxel = np.array([0, 0, 0, 1, 2, 2])
    instance = np.array([0, 0, 0, -1, 0, 1])
    iou = overlap_with(clusters(([0, 1], 0), ([2], 0)), voxel, instance, 3, 3)
    assert iou == pytest.approx(np.array([[3 / 5, 0, 0], [1 / 5, 1 / 2, 0]]))


def test_suppression_by_hand():
    points = np.array([10, 10, 10, 10])
    # The second shares 20 of 30 points with the first, the third 10 of 40 with the first: only the second goes.
    found = clusters(([0, 1], 0), ([0, 1, 2], 1), ([1, 2, 3], 0))
    assert suppress(found, np.array([0.9, 0.8, 0.7]), points, 0.3).tolist() == [0, 2]
    # The middle one first: it takes both others with it, also the one that overlaps by a half.
    assert suppress(found, np.array([0.5, 0.8, 0.7]), points, 0.3).tolist() == [1]
    assert suppress(found, np.array([0.5, 0.8, 0.7]), points, 0.6).tolist() == [1, 2]
    # Points weigh: now the third shares 1 of 31 points with the first.
    assert suppress(found, np.array([0.9, 0.8, 0.7]), np.array([10, 1, 10, 10]), 0.04).tolist() == [0, 2]


@given(st.integers(0, 10_000))
@settings(deadline=None, max_examples=60)
def test_suppression_is_that_of_dense_masks(seed: int):
    random = np.random.default_rng(seed)
    masks = random.random((random.integers(0, 9), 12)) < 0.4
    masks[:, 0] = True
    points, score = random.integers(1, 5, 12), random.random(len(masks))
    found = clusters(*((np.flatnonzero(mask).tolist(), 0) for mask in masks))
    kept: list[int] = []
    for number in np.argsort(-score).tolist():
        overlaps = [points[masks[k] & masks[number]].sum() / points[masks[k] | masks[number]].sum() for k in kept]
        if all(overlap <= 0.3 for overlap in overlaps):
            kept.append(number)
    assert suppress(found, score, points, 0.3).tolist() == kept
