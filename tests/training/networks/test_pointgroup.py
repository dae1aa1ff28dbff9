"""PointGroup's head on tiny batches, without a backbone: the features of the voxels are learnt themselves."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from gapro_annotator.training.config import DataConfig, RunConfig, preset
from gapro_annotator.training.data.batch import IGNORED, Batch, Targets, first_points
from gapro_annotator.training.networks.network import Found
from gapro_annotator.training.networks.pointgroup import PointGroup
from gapro_annotator.training.networks.pointgroup_score import Members, ScoreNet, soft_target

VOXEL = 0.1
CHANNELS = 16


def run(**options: float) -> RunConfig:
    usual = {"radius": 0.15, "cluster_points": 20, "least_points": 30, "prepare_steps": 0}
    return RunConfig(
        network="pointgroup",
        options=usual | options,
        data=DataConfig(voxel=VOXEL),
        classes=("crate", "ball"),
        class_ids=(0, 1),
        scans=("a", "b", "c"),
        epochs=1,
    )


@pytest.fixture(autouse=True, scope="module")
def one_thread() -> Iterator[None]:
    """These tensors are too small to share."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def make_batch(scans: int = 2, objects: int = 3, seed: int = 0) -> Batch:
    """Scans of a floor and blocks in a row, 20 cm between two of one class that stand side by side."""
    random = np.random.default_rng(seed)
    xyz, instance, scan = [], [], []
    for row in range(scans):
        floor = random.uniform(0, 2.4, (600, 3)) * [1, 1, 0]
        xyz.append(floor)
        instance.append(np.full(600, -1))
        for number in range(objects):
            xyz.append(random.uniform(0, 0.45, (400, 3)) + np.array([0.1 + 0.7 * number, 0.5, 0.2]))
            instance.append(np.full(400, row * objects + number))
        scan.append(np.full(600 + 400 * objects, row))
    return assembled(np.concatenate(xyz), np.concatenate(instance), np.concatenate(scan), scans, objects)


def assembled(xyz: np.ndarray, instance: np.ndarray, scan: np.ndarray, scans: int, objects: int) -> Batch:
    cell = np.column_stack([scan, np.floor(xyz / VOXEL).astype(int) + 2])
    coordinates, voxel = np.unique(cell, axis=0, return_inverse=True)
    voxel = voxel.reshape(-1)
    size = np.bincount(voxel)
    middle = np.stack([np.bincount(voxel, weights=xyz[:, axis]) / size for axis in range(3)], axis=1)
    count = scans * objects
    kind = torch.arange(count) % 2
    inside = torch.from_numpy(instance)
    semantic = torch.where(inside >= 0, kind[inside.clamp(min=0)] if count else 2, 2)
    points = torch.from_numpy(xyz).float()
    corners = [points[inside == number] for number in range(count)]
    empty = torch.zeros(0, 3)
    targets = Targets(
        semantic=semantic,
        instance=inside,
        weight=torch.ones(len(xyz)),
        instance_scan=torch.arange(count) // max(objects, 1),
        instance_class=kind,
        lower=torch.stack([one.amin(0) for one in corners]) if count else empty,
        upper=torch.stack([one.amax(0) for one in corners]) if count else empty,
        mean=torch.zeros(count, scans),
        variance=torch.zeros(count, scans),
    )
    return Batch(
        names=tuple("abcdef"[:scans]),
        coordinates=torch.from_numpy(coordinates).int(),
        voxel_features=torch.zeros(len(coordinates), 3),
        voxel_xyz=torch.from_numpy(middle).float(),
        point_to_voxel=torch.from_numpy(voxel),
        xyz=points,
        point_scan=torch.from_numpy(scan),
        superpoint=torch.from_numpy(scan),
        superpoint_scan=torch.arange(scans),
        source_row=torch.arange(len(xyz)),
        targets=targets,
    )


def learn(head: PointGroup, batch: Batch, steps: int) -> tuple[Tensor, list[dict[str, float]]]:
    torch.manual_seed(0)
    features = nn.Parameter(torch.randn(len(batch.coordinates), CHANNELS))
    optimizer = torch.optim.Adam([features, *head.parameters()], lr=0.02)
    rate = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.02, steps)
    history: list[dict[str, float]] = []
    head.train()
    for _ in range(steps):
        parts = head.loss(features, batch)
        optimizer.zero_grad()
        torch.stack(list(parts.values())).sum().backward()
        optimizer.step()
        rate.step()
        history.append({name: float(part.detach()) for name, part in parts.items()})
    return features.detach(), history


def head_of(**options: float) -> PointGroup:
    torch.manual_seed(1)
    return PointGroup(CHANNELS, 2, run(**options))


def right_ones(found: list[Found], batch: Batch) -> int:
    """Objects that a mask of their class finds with an IoU above 0.8."""
    assert batch.targets is not None
    count = 0
    for number in range(batch.targets.count):
        scan = int(batch.targets.instance_scan[number])
        true = (batch.targets.instance == number)[batch.point_scan == scan]
        one = found[scan]
        iou = (one.masks & true).sum(1) / (one.masks | true).sum(1)
        same = one.class_row == batch.targets.instance_class[number]
        count += bool((iou[same] > 0.8).any())
    return count


@pytest.fixture(scope="module")
def taught() -> tuple[PointGroup, Tensor, Batch, list[dict[str, float]]]:
    batch, head = make_batch(), head_of()
    features, history = learn(head, batch, 120)
    head.eval()
    return head, features, batch, history


def test_it_learns_a_batch_by_heart(taught: tuple[PointGroup, Tensor, Batch, list[dict[str, float]]]):
    head, features, batch, history = taught
    assert set(history[0]) == {"semantic", "offset", "direction", "score"}
    for name in ("semantic", "offset", "direction"):
        assert history[-1][name] < 0.35 * history[0][name], name
    found = head.predict(features, batch)
    assert right_ones(found, batch) == 6
    assert [len(one.masks) for one in found] == [3, 3]
    for one in found:
        assert (one.confidence > 0.5).all()
        assert (one.confidence.diff() <= 0).all()
        assert one.masks.shape == (3, 600 + 3 * 400)


def test_untaught_it_finds_nothing_that_fits():
    batch, head = make_batch(), head_of().eval()
    torch.manual_seed(0)
    assert right_ones(head.predict(torch.randn(len(batch.coordinates), CHANNELS), batch), batch) == 0


def test_shifted_places_part_objects_that_touch():
    # 5 cm apart they are one cluster where they stand; only the votes for the centres part it.
    batch = make_batch(scans=1, objects=2)
    assert batch.targets is not None
    xyz = batch.xyz - (batch.targets.instance == 1)[:, None] * torch.tensor([0.2, 0, 0])
    touching = assembled(xyz.double().numpy(), batch.targets.instance.numpy(), batch.point_scan.numpy(), 1, 2)
    assert touching.targets is not None
    one_class = replace(
        touching.targets,
        semantic=torch.where(touching.targets.instance >= 0, 0, 2),
        instance_class=torch.zeros(2, dtype=torch.int64),
    )
    touching = replace(touching, targets=one_class)
    head = head_of()
    features, _ = learn(head, touching, 150)
    assert right_ones(head.eval().predict(features, touching), touching) == 2


def test_moving_a_scan_changes_nothing(taught: tuple[PointGroup, Tensor, Batch, list[dict[str, float]]]):
    head, features, batch, _ = taught
    shift = torch.tensor([4.0, -2.0, 8.0])
    moved = replace(batch, xyz=batch.xyz + shift, voxel_xyz=batch.voxel_xyz + shift)
    for one, other in zip(head.predict(features, batch), head.predict(features, moved), strict=True):
        assert torch.equal(one.masks, other.masks)
        torch.testing.assert_close(one.confidence, other.confidence, atol=0.05, rtol=0)
    losses = [head.loss(features, each) for each in (batch, moved)]
    for name in ("semantic", "offset", "direction"):
        torch.testing.assert_close(losses[0][name], losses[1][name], atol=1e-4, rtol=1e-4)


def test_scans_of_a_batch_do_not_mix(taught: tuple[PointGroup, Tensor, Batch, list[dict[str, float]]]):
    head, features, batch, _ = taught
    both = head.predict(features, batch)
    for scan in range(2):
        voxels = batch.coordinates[:, 0] == scan
        points = batch.point_scan == scan
        number = torch.cumsum(voxels, 0) - 1
        coordinates = batch.coordinates[voxels].clone()
        coordinates[:, 0] = 0
        alone = replace(
            batch,
            names=(batch.names[scan],),
            coordinates=coordinates,
            voxel_features=batch.voxel_features[voxels],
            voxel_xyz=batch.voxel_xyz[voxels],
            point_to_voxel=number[batch.point_to_voxel[points]],
            xyz=batch.xyz[points],
            point_scan=batch.point_scan[points] * 0,
            targets=None,
        )
        (single,) = head.predict(features[voxels], alone)
        assert torch.equal(single.masks, both[scan].masks)
        torch.testing.assert_close(single.confidence, both[scan].confidence)


@pytest.mark.parametrize("labels", ["background", "nothing"])
def test_a_batch_without_instances_has_a_finite_loss_and_gradient(labels: str):
    batch, head = make_batch(objects=0), head_of()
    assert batch.targets is not None
    if labels == "nothing":
        ignored = torch.full_like(batch.targets.semantic, IGNORED)
        batch = replace(batch, targets=replace(batch.targets, semantic=ignored))
    features = torch.randn(len(batch.coordinates), CHANNELS, requires_grad=True)
    total = torch.stack(list(head.loss(features, batch).values())).sum()
    total.backward()
    assert torch.isfinite(total)
    assert features.grad is not None
    assert all(p.grad is not None and torch.isfinite(p.grad).all() for p in head.parameters())


def test_without_clusters_nothing_is_found():
    batch, head = make_batch(), head_of().eval()
    with torch.no_grad():
        head.semantic.weight.zero_()
        head.semantic.bias.copy_(torch.tensor([0.0, 0.0, 5.0]))
    for one in head.predict(torch.randn(len(batch.coordinates), CHANNELS), batch):
        assert one.masks.shape == (0, 1800)
        assert len(one.class_row) == len(one.confidence) == 0


def test_clusters_are_scored_after_the_preparation_which_the_weights_remember():
    batch, head = make_batch(), head_of(prepare_epochs=1, prepare_steps=1)  # three scans, two a step: 2 + 1 steps
    features, history = learn(head, batch, 60)
    assert [one["score"] for one in history[:3]] == [0, 0, 0]
    assert any(one["score"] > 0 for one in history[3:])
    again = head_of(prepare_epochs=1, prepare_steps=1)
    assert not again.scores_clusters
    again.load_state_dict(head.state_dict())
    assert again.scores_clusters
    with torch.no_grad():
        again.steps.zero_()
    assert all(0 < float(c) <= 1 for one in again.eval().predict(features, batch) for c in one.confidence)


def test_points_that_are_not_believed_do_not_count():
    batch, head = make_batch(), head_of().eval()
    assert batch.targets is not None
    features = torch.randn(len(batch.coordinates), CHANNELS)
    doubted = batch.point_scan == 1
    weight = torch.where(doubted, 0.0, 1.0)
    lies = torch.where(doubted, 0, batch.targets.semantic)
    one = head.loss(features, replace(batch, targets=replace(batch.targets, weight=weight)))
    other = head.loss(features, replace(batch, targets=replace(batch.targets, weight=weight, semantic=lies)))
    assert torch.equal(one["semantic"], other["semantic"])


def test_the_offset_is_the_way_to_the_mean_of_the_points():
    batch, head = make_batch(), head_of().eval()
    assert batch.targets is not None
    own = batch.targets.instance[first_points(batch)]
    center = torch.stack([batch.xyz[batch.targets.instance == number].mean(0) for number in range(6)])
    perfect = torch.where(own[:, None] >= 0, center[own.clamp(min=0)] - batch.voxel_xyz, 0.0)
    head.offset = nn.Identity()  # type: ignore[assignment]
    head.semantic = nn.Linear(3, 3)
    parts = head.loss(perfect, replace(batch))
    # What is left is where a point lies in its voxel.
    assert float(parts["offset"].detach()) < 1.5 * VOXEL * 0.5
    assert float(parts["direction"].detach()) < 0.1


def test_the_soft_target_rises_between_the_bounds():
    iou = torch.tensor([0.0, 0.25, 0.5, 0.75, 1.0])
    assert soft_target(iou, 0.25, 0.75).tolist() == [0.0, 0.0, 0.5, 1.0, 1.0]


def test_a_large_cluster_gets_coarser_voxels_and_empty_ones_no_row():
    torch.manual_seed(0)
    net = ScoreNet(4, VOXEL, 14).eval()
    length = torch.tensor([0.3, 30.0])
    xyz = torch.cat([torch.rand(50, 3) * side for side in length])
    members = Members(torch.arange(2).repeat_interleave(50), 2, torch.randn(100, 4), xyz, torch.ones(100))
    place = net._places(members)
    assert place[:50].amax() <= 3
    assert 12 <= int(place[50:].amax()) <= 13
    assert net(members).shape == (2,)
    net.train()
    assert int(net._places(members).amax()) <= 13


@pytest.mark.parametrize("name", ["pointgroup", "pointgroup-small"])
def test_presets_make_the_head(name: str):
    config = replace(preset(name), classes=("crate", "ball"), scans=("a",) * 8)
    assert config.network == "pointgroup"
    head = PointGroup(16, 2, config)
    assert head.prepare > 0
    assert head.radius == pytest.approx(1.5 * config.data.voxel)
