"""The backbone: indifferent to where a scan lies, and able to learn."""

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from gapro_annotator.training.networks.unet import UNet
from gapro_annotator.training.sparse import sparse_tensor


def voxels_of(count: int = 400, scans: tuple[int, ...] = (0, 1), side: int = 20) -> Tensor:
    generator = torch.Generator().manual_seed(0)
    cell = torch.randint(0, side, (len(scans) * count, 3), generator=generator)
    scan = torch.tensor(scans).repeat_interleave(count)[:, None]
    return torch.unique(torch.cat([scan, cell], 1), dim=0)


def features_of(voxels: Tensor, channels: int = 6) -> Tensor:
    return torch.randn(len(voxels), channels, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize("shift", [(1, 0, 0), (-7, 3, 11), (1000, -1000, 13)])
def test_a_shifted_scan_has_the_same_features(shift: tuple[int, int, int]) -> None:
    voxels = voxels_of()
    features, network = features_of(voxels), UNet(6, width=8, levels=4)
    moved = voxels + torch.tensor([0, *shift])
    assert torch.equal(network(sparse_tensor(features, voxels, 2)), network(sparse_tensor(features, moved, 2)))


def test_scans_of_a_batch_do_not_see_each_other() -> None:
    voxels = voxels_of()
    features, network = features_of(voxels), UNet(6, width=8, levels=3).eval()
    both = network(sparse_tensor(features, voxels, 2))
    first = voxels[:, 0] == 0
    alone = network(sparse_tensor(features[first], voxels[first], 1))
    assert torch.allclose(both[first], alone, rtol=0, atol=1e-5)


def test_order_of_the_voxels_is_kept() -> None:
    voxels = voxels_of()
    features, network = features_of(voxels), UNet(6, width=8, levels=3).eval()
    order = torch.randperm(len(voxels), generator=torch.Generator().manual_seed(2))
    plain = network(sparse_tensor(features, voxels, 2))
    mixed = network(sparse_tensor(features[order], voxels[order], 2))
    assert torch.allclose(plain[order], mixed, rtol=0, atol=1e-5)


def test_it_learns_which_corner_a_voxel_is_in() -> None:
    torch.manual_seed(0)
    voxels = voxels_of(scans=(0,), side=16)
    target = (voxels[:, 1:] >= 8).long() @ torch.tensor([4, 2, 1])
    features = torch.cat([voxels[:, 1:] / 16, torch.ones(len(voxels), 1)], dim=1)
    network, head = UNet(4, width=8, levels=3), torch.nn.Linear(8, 8)
    optimizer = torch.optim.AdamW([*network.parameters(), *head.parameters()], lr=3e-2)
    pairs, losses = {}, []
    for _ in range(60):
        loss = functional.cross_entropy(head(network(sparse_tensor(features, voxels, 1, pairs))), target)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < 0.2 < losses[0]


@pytest.mark.parametrize("training", [True, False])
def test_one_voxel_alone_goes_through(training: bool) -> None:  # noqa: FBT001 # a parameter of the test
    network = UNet(6, width=8).train(training)
    result = network(sparse_tensor(torch.ones(1, 6), torch.zeros(1, 4, dtype=torch.long), 1))
    result.sum().backward()
    assert result.shape == (1, 8)
    assert result.isfinite().all()


def test_a_scan_without_voxels_may_be_in_the_batch() -> None:
    voxels = voxels_of(scans=(0, 2))
    result = UNet(6, width=8, levels=3)(sparse_tensor(features_of(voxels), voxels, 3))
    assert result.isfinite().all()


@pytest.mark.parametrize("levels", [1, 7])
def test_any_depth_gives_the_width_that_it_says(levels: int) -> None:
    voxels = voxels_of()
    network = UNet(6, width=4, levels=levels, blocks=2)
    result = network(sparse_tensor(features_of(voxels), voxels, 2))
    assert network.out_channels == 4
    assert result.shape == (len(voxels), 4)


def test_every_parameter_learns() -> None:
    voxels = voxels_of()
    network = UNet(6, width=4, levels=3)
    network(sparse_tensor(features_of(voxels), voxels, 2)).square().sum().backward()
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in network.parameters())
