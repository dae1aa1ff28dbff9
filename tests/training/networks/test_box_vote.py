"""Votes for boxes, clustered by how well the boxes agree."""

import numpy as np
import pytest
import torch
from torch import nn
from training_scenes import config, labeled

from gapro_annotator.training.data.batch import Batch
from gapro_annotator.training.data.collate import plain_batch
from gapro_annotator.training.data.scan_data import scan_data
from gapro_annotator.training.networks.box_vote import BoxVote
from gapro_annotator.training.networks.superpoint_vote import most_voted


def batch_of(*seeds: int, instances: int = 3) -> Batch:
    return plain_batch([scan_data(labeled(seed, instances=instances), config()) for seed in seeds], config())


def head(channels: int = 16) -> BoxVote:
    torch.manual_seed(0)
    return BoxVote(channels, 2, config())


def fitted(batch: Batch, steps: int = 150) -> tuple[BoxVote, torch.Tensor]:
    """Head and free features, as if a perfect backbone had found them."""
    torch.manual_seed(1)
    mine = head()
    features = nn.Parameter(torch.randn(len(batch.coordinates), 16))
    optimizer = torch.optim.Adam([features, *mine.parameters()], lr=0.02)
    for _ in range(steps):
        optimizer.zero_grad()
        sum(mine.loss(features, batch).values()).backward()  # type: ignore[union-attr]
        optimizer.step()
    return mine.eval(), features.detach()


def test_objects_are_found_again_where_features_tell_them_apart():
    batch = batch_of(0, 1)
    mine, features = fitted(batch)
    found = mine.predict(features, batch)
    targets = batch.targets
    assert targets is not None
    assert len(found) == 2
    for scan, one in enumerate(found):
        here = batch.point_scan == scan
        true = targets.instance[here]
        assert len(one.masks) == 3
        for mask, kind in zip(one.masks, one.class_row, strict=True):
            owner = int(torch.mode(true[mask]).values)
            own = true == owner
            assert (mask & own).sum() / (mask | own).sum() > 0.95
            assert int(kind) == int(targets.instance_class[owner])
        assert (one.confidence.diff() <= 0).all()
        assert ((one.confidence > 0.5) & (one.confidence <= 1)).all()


def test_a_vote_lies_in_its_own_box():
    batch = batch_of(0)
    mine = head()
    boxes = mine._boxes(torch.randn(len(batch.coordinates), 16) * 10, batch.voxel_xyz)
    assert (boxes[:, :3] <= batch.voxel_xyz).all()
    assert (boxes[:, 3:] >= batch.voxel_xyz).all()


def test_a_batch_without_instances_has_a_finite_loss_and_finds_nothing():
    batch = batch_of(0, instances=0)
    mine = head()
    features = torch.randn(len(batch.coordinates), 16, requires_grad=True)
    total = sum(mine.loss(features, batch).values())
    assert isinstance(total, torch.Tensor)
    total.backward()
    assert torch.isfinite(features.grad).all()  # type: ignore[arg-type]
    mine.semantic[-1].bias.data[2] = 50.0  # type: ignore[union-attr,index,operator] - background everywhere
    found = mine.predict(features.detach(), batch)[0]
    assert found.masks.shape == (0, len(batch.xyz))
    assert len(found.confidence) == len(found.class_row) == 0


def test_points_that_are_not_believed_teach_nothing():
    document = labeled(0)
    data = scan_data(document, config())
    wrong = data.instance == 0
    silent = np.where(wrong, 0, data.weight).astype(np.float32)
    one = plain_batch([_changed(data, weight=silent)], config())
    other_labels = _changed(data, weight=silent, semantic=np.where(wrong, 1 - data.semantic.clip(0, 1), data.semantic))
    other = plain_batch([other_labels], config())
    features = torch.randn(len(one.coordinates), 16)
    mine = head()
    first, second = mine.loss(features, one), mine.loss(features, other)
    assert float(first["semantic"].detach()) == pytest.approx(float(second["semantic"].detach()), abs=1e-6)


def test_numbering_the_instances_otherwise_changes_no_loss():
    data = scan_data(labeled(0), config())
    order = np.array([2, 0, 1])
    place = np.argsort(order)
    renamed = _changed(
        data,
        instance=np.where(data.instance >= 0, place[data.instance], -1),
        instance_class=data.instance_class[order],
        mean=data.mean[order],
        variance=data.variance[order],
    )
    features = torch.randn(len(plain_batch([data], config()).coordinates), 16)
    mine = head()
    one, other = (mine.loss(features, plain_batch([d], config())) for d in (data, renamed))
    for name in one:
        assert float(one[name].detach()) == pytest.approx(float(other[name].detach()), rel=1e-5)


def test_the_most_voted_label_of_a_superpoint():
    label = torch.tensor([4, 4, 1, -1, -1, 2, 3, 3, 2])
    superpoint = torch.tensor([9, 9, 9, 5, 5, 5, 7, 7, 7])
    assert most_voted(label, superpoint).tolist() == [4, 4, 4, -1, -1, -1, 3, 3, 3]
    # of equals the smaller
    assert most_voted(torch.tensor([3, 1]), torch.tensor([0, 0])).tolist() == [1, 1]
    assert most_voted(torch.empty(0, dtype=torch.int64), torch.empty(0, dtype=torch.int64)).tolist() == []


def _changed(data, **values):
    from dataclasses import replace

    return replace(data, **values)
