"""Small sparse grids and what dense convolution makes of them."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor
from torch.nn import functional

SIDE = 12


def voxels_of(seed: int = 0, count: int = 300, scans: int = 2, side: int = SIDE) -> Tensor:
    """Draw distinct voxels, (V, 4), with one at each end of the grid so that its lowest corner is the origin."""
    generator = torch.Generator().manual_seed(seed)
    cell = torch.randint(0, side, (scans * count, 3), generator=generator)
    scan = torch.arange(scans).repeat_interleave(count)[:, None]
    ends = torch.tensor([[scan, end, end, end] for scan in range(scans) for end in (0, side - 1)])
    voxels = torch.unique(torch.cat([torch.cat([scan, cell], 1), ends]), dim=0)
    return voxels[torch.randperm(len(voxels), generator=generator)]


def dense_of(features: Tensor, voxels: Tensor, side: int = SIDE) -> Tensor:
    """Spread features (V, C) over a dense grid: (scans, C, side, side, side)."""
    scans = int(voxels[:, 0].max()) + 1
    grid = features.new_zeros(scans, side, side, side, features.shape[1])
    return grid.index_put(tuple(voxels.long().T), features).permute(0, 4, 1, 2, 3)


def at(dense: Tensor, voxels: Tensor) -> Tensor:
    """Read a dense grid at voxels: (V, C)."""
    return dense.permute(0, 2, 3, 4, 1)[tuple(voxels.long().T)]


def torch_kernel(weight: Tensor) -> Tensor:
    """Turn spconv's layout (D, k, k, k, C) into torch's (D, C, k, k, k)."""
    return weight.permute(0, 4, 1, 2, 3)


def dense_same(features: Tensor, weight: Tensor, voxels: Tensor) -> Tensor:
    """Convolve densely and keep the voxels that were there."""
    return at(functional.conv3d(dense_of(features, voxels), torch_kernel(weight), padding=1), voxels)


@contextmanager
def threads(count: int) -> Iterator[None]:
    """Let torch use so many threads."""
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)
