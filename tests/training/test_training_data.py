"""From a snapshot of the labels to batches."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from scipy.interpolate import RegularGridInterpolator
from scipy.ndimage import convolve1d
from training_scenes import CLASSES, STILL, config, labeled, scene

from gapro_annotator.errors import InputError
from gapro_annotator.labels import Annotation, Decision, Origin
from gapro_annotator.training.config import AugmentationConfig, DataConfig, LossConfig
from gapro_annotator.training.data.augmentation import elastic
from gapro_annotator.training.data.batch import IGNORED, first_points, superpoint_mean
from gapro_annotator.training.data.collate import plain_batch, training_batch
from gapro_annotator.training.data.loader import TrainingData
from gapro_annotator.training.data.scan_data import scan_data
from gapro_annotator.training.data.snapshot import LabeledScan, believed, read_labels, write_labels
from gapro_annotator.training.data.voxels import voxels_of


def test_a_snapshot_brings_back_what_was_written(tmp_path: Path):
    document = scene(3)
    write_labels(tmp_path, document)
    back = read_labels(tmp_path, "scene")
    np.testing.assert_array_equal(back.scan.xyz, document.scan.xyz)
    np.testing.assert_array_equal(back.scan.superpoint, document.scan.superpoint)
    assert document.pseudo is not None
    assert document.annotation is not None
    assert back.ground_truth is not None
    np.testing.assert_array_equal(back.pseudo.probability, document.pseudo.probability)
    np.testing.assert_array_equal(back.annotation.semantic, document.annotation.semantic)
    np.testing.assert_array_equal(back.boxes.upper, document.boxes.upper)


def test_a_scan_that_is_not_labelled_is_refused_in_a_sentence(tmp_path: Path):
    with pytest.raises(InputError, match="scene: not labelled yet"):
        write_labels(tmp_path, replace(scene(), annotation=None, pseudo=None))


@pytest.mark.parametrize("damage", [b"", b"rubbish that is no file", b"\xff" * 200])
def test_a_damaged_snapshot_is_refused_in_a_sentence(tmp_path: Path, damage: bytes):
    (tmp_path / "scene.safetensors").write_bytes(damage)
    with pytest.raises(InputError, match="cannot be read"):
        read_labels(tmp_path, "scene")


def test_a_person_is_believed_entirely_and_a_fallback_half():
    document = scene()
    pseudo, shown = document.pseudo, document.annotation
    assert pseudo is not None
    assert shown is not None
    origin, decision = shown.origin.copy(), pseudo.decision.copy()
    origin[400:450], decision[450:480] = Origin.PERSON, Decision.FALLBACK
    held = labeled(
        annotation=Annotation(shown.instance, shown.semantic, origin), pseudo=replace(pseudo, decision=decision)
    )
    weight = believed(held, by_probability=True, fallback=0.5)
    assert (weight[400:450] == 1).all()
    np.testing.assert_allclose(weight[450:480], pseudo.probability[450:480] / 2)
    np.testing.assert_allclose(weight[480:], pseudo.probability[480:])
    assert (believed(held, by_probability=False, fallback=1.0) == 1).all()


def test_targets_are_in_rows_of_the_class_table():
    data = scan_data(labeled(), config())
    assert set(data.instance_class.tolist()) <= {0, 1}
    kinds = scene().boxes.class_id
    np.testing.assert_array_equal(data.instance_class, (kinds == 7).astype(int))
    assert (data.semantic[data.instance < 0] == len(CLASSES)).all()
    np.testing.assert_array_equal(
        data.semantic[data.instance >= 0], data.instance_class[data.instance[data.instance >= 0]]
    )
    # Every superpoint belongs to one object here: e is the latent mean and v its variance.
    own = data.mean[data.instance[500], data.superpoint[500]]
    assert own == pytest.approx(1.5, abs=0.01)


def test_objects_of_a_class_that_the_run_does_not_know_are_ignored():
    data = scan_data(labeled(), config(classes=("ball",), class_ids=(7,)))
    crates = np.isin(scene().ground_truth.semantic, [3])  # type: ignore[union-attr]
    assert crates.any()
    assert (data.semantic[crates] == IGNORED).all()
    assert (data.weight[crates] == 0).all()
    assert (data.instance[crates] == -1).all()
    assert (data.instance_class == 0).all()


def test_voxels_hold_their_points():
    random = np.random.default_rng(0)
    xyz = random.uniform(-3, 3, (500, 3)).astype(np.float32)
    voxels = voxels_of(xyz, 0.5)
    cell = np.floor(xyz / 0.5).astype(int)
    np.testing.assert_array_equal(voxels.coordinates[voxels.point_to_voxel], cell - cell.min(axis=0))
    assert len(np.unique(voxels.coordinates, axis=0)) == len(voxels)
    for number in range(0, len(voxels), 37):
        np.testing.assert_allclose(
            voxels.mean(xyz)[number], xyz[voxels.point_to_voxel == number].mean(axis=0), atol=1e-5
        )


def test_a_batch_numbers_its_scans_through_and_mixes_none():
    parts = [scan_data(labeled(seed), config()) for seed in (1, 2)]
    batch = plain_batch(parts, config())
    targets = batch.targets
    assert targets is not None
    assert targets.count == sum(len(part.instance_class) for part in parts)
    scan_of_voxel = batch.coordinates[:, 0].long()
    assert torch.equal(scan_of_voxel[batch.point_to_voxel], batch.point_scan)
    assert torch.equal(batch.superpoint_scan[batch.superpoint], batch.point_scan)
    boxed = targets.instance >= 0
    assert torch.equal(targets.instance_scan[targets.instance[boxed]], batch.point_scan[boxed])
    # e and v of an instance are zero at superpoints of the other scan
    other = targets.instance_scan[:, None] != batch.superpoint_scan[None, :]
    assert (targets.mean[other] == 0).all()
    assert (targets.variance[other] == 0).all()
    for part, row in zip(parts, (0, 1), strict=True):
        here = batch.point_scan == row
        alone = plain_batch([part], config())
        assert torch.equal(alone.xyz, batch.xyz[here])
        assert alone.targets is not None
        assert torch.equal(alone.targets.semantic, targets.semantic[here])


def test_corners_are_hulls_of_the_points():
    data = scan_data(labeled(), config())
    batch = plain_batch([data], config())
    assert batch.targets is not None
    for row in range(batch.targets.count):
        mine = batch.xyz[batch.targets.instance == row]
        assert torch.equal(batch.targets.lower[row], mine.amin(dim=0))
        assert torch.equal(batch.targets.upper[row], mine.amax(dim=0))


def test_turning_keeps_distances_and_targets():
    data = scan_data(labeled(), config())
    turned = config(augmentation=replace(STILL, rotate="any", flip=True))
    batch = training_batch([data], turned, np.random.default_rng(4))
    plain = plain_batch([data], config())
    assert batch.targets is not None
    assert plain.targets is not None
    assert torch.equal(batch.targets.instance, plain.targets.instance)
    assert not torch.allclose(batch.xyz, plain.xyz)
    some = torch.arange(0, len(batch.xyz), 31)
    one, other = batch.xyz[some].double(), plain.xyz[some].double()
    torch.testing.assert_close(torch.cdist(one, one), torch.cdist(other, other), atol=1e-4, rtol=0)
    torch.testing.assert_close(batch.xyz[:, 2], plain.xyz[:, 2])


def test_elastic_is_the_published_one():
    """Against the lines of PointGroup's description: nodes 2 x granularity apart, blurred twice by boxes of three."""
    gran, mag, voxel = 6, 40, 0.02
    xyz = np.random.default_rng(0).uniform(-1.5, 1.5, (500, 3)).astype(np.float32)
    pushed = elastic(xyz, gran, mag, voxel, np.random.default_rng(7))
    change = np.linalg.norm(np.diff(pushed - xyz, axis=0), axis=1)
    lower, random = xyz.min(axis=0), np.random.default_rng(7)
    nodes = [int(n) for n in (xyz.max(axis=0) - lower) // (2 * gran * voxel) + 3]
    axes = [lower[a] + 2 * gran * voxel * (np.arange(nodes[a]) - 1) for a in range(3)]
    kernel = np.ones(3) / 3
    for axis in range(3):
        noise = random.standard_normal(nodes).astype(np.float32)
        for along in (0, 1, 2, 0, 1, 2):
            noise = convolve1d(noise, kernel, axis=along, mode="constant")
        push = RegularGridInterpolator(axes, noise, bounds_error=False, fill_value=None)(xyz) * mag * voxel
        np.testing.assert_allclose((pushed - xyz)[:, axis], push, atol=2e-4)
    assert change.mean() > 0.005


def test_elastic_pushes_smoothly():
    random = np.random.default_rng(0)
    xyz = random.uniform(0, 3, (3000, 3)).astype(np.float32)
    near = xyz + np.float32(1e-3)
    one = elastic(xyz, 6, 40, 0.02, np.random.default_rng(7))
    pushed = np.linalg.norm(one - xyz, axis=1)
    assert 0.01 < pushed.mean() < 0.8
    both = elastic(np.concatenate([xyz, near]), 6, 40, 0.02, np.random.default_rng(7))
    apart = np.linalg.norm(both[:3000] - both[3000:], axis=1)
    assert apart.max() < 0.004  # they were 1.7 mm apart


def test_a_large_scan_is_cropped_around_an_instance_and_lost_instances_are_left_out():
    data = scan_data(labeled(), config())
    small = config(data=DataConfig(voxel=0.1, features=("rgb",), most_voxels=60))
    for seed in range(5):
        batch = training_batch([data], small, np.random.default_rng(seed))
        assert len(batch.coordinates) <= 60
        assert batch.targets is not None
        present = torch.unique(batch.targets.instance[batch.targets.instance >= 0])
        assert present.tolist() == list(range(batch.targets.count))
        assert batch.targets.count >= 1
        assert len(torch.unique(batch.superpoint)) == batch.superpoint_count == batch.targets.mean.shape[1]


def test_a_voxel_is_stood_for_by_one_of_its_points():
    batch = plain_batch([scan_data(labeled(), config())], config())
    point = first_points(batch)
    assert torch.equal(batch.point_to_voxel[point], torch.arange(len(point)))


def test_means_of_superpoints():
    values = torch.tensor([[1.0], [3.0], [10.0]])
    mean = superpoint_mean(values, torch.tensor([1, 1, 0]), 2)
    assert mean[:, 0].tolist() == [10.0, 2.0]


def test_an_epoch_is_the_same_again_and_can_be_entered_in_the_middle(tmp_path: Path):
    names = [f"s{i}" for i in range(5)]
    for seed, name in enumerate(names):
        write_labels(tmp_path, scene(seed, name))
    run = config(scans=tuple(names), augmentation=AugmentationConfig(elastic=()))
    data = TrainingData.open(tmp_path, run)
    assert data.steps_per_epoch == 3
    whole = list(data.batches(2))
    assert sorted(name for batch in whole for name in batch.names) == names
    later = list(TrainingData.open(tmp_path, run).batches(2, skip=1))
    assert [batch.names for batch in later] == [batch.names for batch in whole[1:]]
    assert all(torch.equal(a.xyz, b.xyz) for a, b in zip(later, whole[1:], strict=True))
    assert [b.names for b in data.batches(3)] != [b.names for b in whole]


def test_two_processes_share_an_epoch_in_equally_many_steps(tmp_path: Path):
    names = [f"s{i}" for i in range(5)]
    for seed, name in enumerate(names):
        write_labels(tmp_path, scene(seed, name))
    data = TrainingData.open(tmp_path, config(scans=tuple(names)))
    parts = [list(data.batches(0, rank=rank, ranks=2)) for rank in (0, 1)]
    assert len(parts[0]) == len(parts[1])
    seen = {name for part in parts for batch in part for name in batch.names}
    assert seen == set(names)


def test_elastic_noise_moves_no_target():
    data = scan_data(labeled(), config())
    still = training_batch([data], config(), np.random.default_rng(1))
    noisy = config(augmentation=replace(STILL, elastic=((2.0, 20.0),)))
    pushed = training_batch([data], noisy, np.random.default_rng(1))
    assert still.targets is not None
    assert pushed.targets is not None
    assert torch.equal(pushed.xyz, still.xyz)
    assert torch.equal(pushed.targets.upper, still.targets.upper)
    assert len(pushed.coordinates) != len(still.coordinates)


def test_a_failure_while_making_a_batch_comes_out_and_no_thread_stays(tmp_path: Path):
    import threading

    data = TrainingData.open(tmp_path, config())
    with pytest.raises(InputError, match="cannot be read"):
        next(data.batches(0))
    write_labels(tmp_path, scene())
    left = data.batches(0)
    next(left)
    left.close()  # type: ignore[attr-defined] - of the thread
    assert "batches" not in {thread.name for thread in threading.enumerate()}


def test_a_scan_without_colour_has_grey_and_no_instance_is_no_trouble():
    plain = scene(instances=0)
    held = LabeledScan(
        scan=replace(plain.scan, rgb=None),
        boxes=plain.boxes,
        pseudo=plain.pseudo,  # type: ignore[arg-type]
        annotation=plain.annotation,  # type: ignore[arg-type]
        ground_truth=None,
    )
    batch = plain_batch([scan_data(held, config(loss=LossConfig()))], config())
    assert batch.targets is not None
    assert batch.targets.count == 0
    assert (batch.voxel_features[:, :3] == 0).all()
    assert batch.targets.mean.shape == (0, batch.superpoint_count)
