"""PointGroup's ScoreNet: how good is a cluster? A small U-Net over its voxels, then the largest feature of all."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from gapro_annotator.training.networks.unet import UNet
from gapro_annotator.training.sparse import SparseConvTensor

_SHAPE = [128, 128, 128]
"""Voxels along each axis that the sparse engine is told of; clusters fill the first few."""


@dataclass(frozen=True, eq=False, slots=True)
class Members:
    """The voxels of K clusters, a row for each membership.

    Parameters
    ----------
    cluster : (E,) int64
        Ascending; none of 0..K-1 is empty.
    count
        K.
    features : (E, C) float32
    xyz : (E, 3) float32
        Metres.
    points : (E,) float32
        How many points the voxel has.
    """

    cluster: Tensor
    count: int
    features: Tensor
    xyz: Tensor
    points: Tensor


class ScoreNet(nn.Module):
    """Say how good clusters are.

    Parameters
    ----------
    channels
        C of the features.
    voxel
        Smallest edge of a voxel, metres.
    extent
        Voxels along the longest side of a cluster at most; a larger cluster gets coarser voxels.
    """

    def __init__(self, channels: int, voxel: float, extent: int) -> None:
        super().__init__()
        self.voxel = voxel
        self.extent = extent
        self.unet = UNet(channels, width=channels, levels=2, blocks=2)
        self.score = nn.Linear(self.unet.out_channels, 1)

    def forward(self, members: Members) -> Tensor:
        """(K,) logits."""
        place = torch.cat([members.cluster[:, None], self._places(members)], dim=1)
        cells, row = torch.unique(place, dim=0, return_inverse=True)
        features = members.features * members.points[:, None]
        mean = torch.zeros(len(cells), features.shape[1], device=features.device).index_add(0, row, features)
        weight = torch.zeros(len(cells), device=features.device).index_add(0, row, members.points)
        grid = SparseConvTensor(mean / weight[:, None].clamp(min=1e-6), cells.int(), _SHAPE, members.count)
        deep = self.unet(grid).float()
        of_cell = cells[:, :1].expand(-1, deep.shape[1])
        pooled = torch.zeros(members.count, deep.shape[1], device=deep.device)
        pooled = pooled.scatter_reduce(0, of_cell, deep, "amax", include_self=False)
        return self.score(pooled)[:, 0]

    def _places(self, members: Members) -> Tensor:
        """(E, 3) int64 voxel of each member, counted from a corner of its cluster; shifted at random in training."""
        index = members.cluster[:, None].expand(-1, 3)
        empty = torch.zeros(members.count, 3, device=members.xyz.device)
        lower = empty.scatter_reduce(0, index, members.xyz, "amin", include_self=False)
        upper = empty.scatter_reduce(0, index, members.xyz, "amax", include_self=False)
        longest = (upper - lower).amax(dim=1)
        edge = (longest / (self.extent - 0.01)).clamp(min=self.voxel)[:, None]
        room = (self.extent - (upper - lower) / edge).clamp(min=0)
        shift = room * torch.rand_like(room) if self.training else torch.zeros_like(room)
        own = members.cluster
        place = (members.xyz - lower[own]) / edge[own] + shift[own]
        return place.floor().long().clamp(0, self.extent - 1)


def soft_target(iou: Tensor, background: float, foreground: float) -> Tensor:
    """Turn the best IoU (K,) of a cluster into its target: 0 below one bound, 1 above the other, a line between."""
    return ((iou - background) / (foreground - background)).clamp(0, 1)
