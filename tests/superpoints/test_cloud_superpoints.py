import numpy as np
import pytest
from clouds_and_meshes import adjusted_rand_index, purity, two_boxes_on_a_floor
from slow_twins import merging_twin

from gapro_annotator.superpoints import compute_superpoints, default_count, thinning
from gapro_annotator.superpoints.cloud import merge_regions
from gapro_annotator.superpoints.features import describe_cloud
from gapro_annotator.superpoints.regions import smallest_eigenvalue


@pytest.mark.parametrize("colored", [True, False])
@pytest.mark.parametrize("count", [4, 15])
def test_cloud_superpoints_equal_those_of_the_slow_twin(count: int, colored: bool) -> None:  # noqa: FBT001 (a case)
    generator = np.random.default_rng(count)
    xyz = generator.random((45, 3)).astype(np.float32) * np.array([1, 1, 0.2], np.float32)
    rgb = generator.integers(0, 256, (45, 3)).astype(np.uint8) if colored else None
    superpoint = compute_superpoints(xyz, rgb=rgb, count=count)
    assert superpoint.max() + 1 == count
    assert adjusted_rand_index(superpoint, np.array(merging_twin(xyz, rgb, count))) == 1.0


def test_boxes_on_a_floor_are_separated_from_it_and_from_each_other() -> None:
    xyz, rgb, truth = two_boxes_on_a_floor()
    superpoint = compute_superpoints(xyz, rgb=rgb)
    assert superpoint.max() + 1 == default_count(len(xyz))
    assert purity(superpoint, truth) > 0.99
    assert purity(compute_superpoints(xyz, rgb=rgb, count=40), truth) > 0.98


def test_a_border_of_colour_alone_is_respected() -> None:
    generator = np.random.default_rng(0)
    xyz = generator.random((4_000, 3)) * [1.0, 1.0, 0.0] + generator.normal(0, 0.001, (4_000, 3))
    red = ((xyz[:, 0] - 0.4) ** 2 + (xyz[:, 1] - 0.5) ** 2 < 0.08).astype(np.int32)
    rgb = np.array([[60, 60, 200], [190, 60, 60]])[red] + generator.normal(0, 5, (4_000, 3))
    flat = xyz.astype(np.float32)
    assert purity(compute_superpoints(flat, rgb=rgb.astype(np.uint8), count=10), red) > 0.999
    assert purity(compute_superpoints(flat, count=10), red) < 0.97


def test_the_order_of_the_points_plays_no_part() -> None:
    xyz, rgb, _ = two_boxes_on_a_floor()
    order = np.random.default_rng(1).permutation(len(xyz))
    straight, shuffled = compute_superpoints(xyz, rgb=rgb), compute_superpoints(xyz[order], rgb=rgb[order])
    assert adjusted_rand_index(straight[order], shuffled) == 1.0


def test_moving_turning_by_a_right_angle_and_scaling_the_cloud_play_no_part() -> None:
    xyz, rgb, _ = two_boxes_on_a_floor(points=3_000)
    straight = compute_superpoints(xyz, rgb=rgb)
    grid = np.round(xyz * 2**14) / np.float32(2**14)  # so that moving it loses no digit
    moved = (grid + np.array([16, -32, 8])).astype(np.float32)
    assert adjusted_rand_index(compute_superpoints(grid, rgb=rgb), compute_superpoints(moved, rgb=rgb)) > 0.99
    turned = np.ascontiguousarray(xyz[:, [1, 2, 0]])
    assert adjusted_rand_index(straight, compute_superpoints(turned, rgb=rgb)) > 0.99
    assert adjusted_rand_index(straight, compute_superpoints(xyz * np.float32(0.001), rgb=rgb)) > 0.99


def test_unions_are_never_lower_than_their_parts_in_the_merge_tree() -> None:
    xyz, rgb, _ = two_boxes_on_a_floor(points=2_000)
    tree = merge_regions(describe_cloud(xyz.astype(float), rgb.astype(float)), lambda *_: None)
    merges, points = tree.merges, tree.points
    height = np.concatenate([np.zeros(points), merges.height])
    assert (merges.height >= height[merges.left]).all()
    assert (merges.height >= height[merges.right]).all()
    assert len(np.unique(np.concatenate([merges.left, merges.right]))) == 2 * len(merges.height)
    for count in (1, 7, 500, points):
        assert len(np.unique(tree.cut(count))) == max(count, points - len(merges.height))


def test_finer_cuts_only_split_the_superpoints_of_coarser_ones() -> None:
    xyz, rgb, _ = two_boxes_on_a_floor(points=2_000)
    coarse, fine = (compute_superpoints(xyz, rgb=rgb, count=count) for count in (20, 200))
    assert len(np.unique(fine.astype(np.int64) * 20 + coarse)) == 200


def test_a_flat_floor_of_one_colour_is_cut_evenly_although_every_merge_is_free() -> None:
    grid = np.stack(np.meshgrid(np.arange(100), np.arange(100), [0.0]), axis=-1).reshape(-1, 3) * 0.02
    sizes = np.bincount(compute_superpoints(grid.astype(np.float32), rgb=np.full((10_000, 3), 90, np.uint8)))
    assert len(sizes) == default_count(10_000)
    assert sizes.max() < 6 * np.median(sizes)


def test_a_very_large_cloud_is_segmented_over_voxels(monkeypatch: pytest.MonkeyPatch) -> None:
    xyz, rgb, truth = two_boxes_on_a_floor(points=30_000)
    monkeypatch.setattr(thinning, "LARGE", 20_000)
    monkeypatch.setattr(thinning, "VOXELS", 12_000)
    cells = len(thinning.thin(xyz, rgb).xyz)
    assert 5_000 < cells < 25_000
    superpoint = compute_superpoints(xyz, rgb=rgb)
    assert superpoint.max() + 1 == default_count(len(xyz))
    assert purity(superpoint, truth) > 0.98


def test_separate_pieces_are_never_joined_even_where_fewer_are_asked_for() -> None:
    blob = np.random.default_rng(0).random((30, 3))
    xyz = np.vstack([blob + np.array([10.0 * k, 0, 0]) for k in range(8)]).astype(np.float32)
    superpoint = compute_superpoints(xyz, count=3)
    assert superpoint.tolist() == np.repeat(np.arange(8), 30).tolist()


def test_scans_that_were_laid_over_each_other_are_segmented_like_one() -> None:
    xyz, rgb, truth = two_boxes_on_a_floor()
    jitter = np.random.default_rng(3).normal(0, 0.001, (10, *xyz.shape))  # a spacing is about 16 mm
    laid_over = (xyz + jitter).reshape(-1, 3).astype(np.float32)
    superpoint = compute_superpoints(laid_over, rgb=np.tile(rgb, (10, 1)))
    assert superpoint.max() + 1 == default_count(len(laid_over)), "not a crumb for each cluster of ten"
    assert purity(superpoint, np.tile(truth, 10)) > 0.98


def test_the_closed_form_finds_the_smallest_eigenvalue() -> None:
    generator = np.random.default_rng(0)
    for scale in ([1, 1, 1], [1e4, 30, 0], [1, 1e-4, 1e-4], [5, 0, 0], [0, 0, 0]):
        points = generator.normal(size=(12, 3)) * scale
        m = points.T @ points
        found = smallest_eigenvalue((m[0, 0], m[1, 1], m[2, 2], m[0, 1], m[0, 2], m[1, 2]))
        assert found == pytest.approx(max(np.linalg.eigvalsh(m)[0], 0.0), abs=1e-8 * np.trace(m), rel=1e-6)
