"""The backbone of every network: a U-Net of pre-activation residual blocks, as SPFormer's and PointGroup's."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from gapro_annotator.training.sparse import (
    SparseConv3d,
    SparseConvTensor,
    SparseInverseConv3d,
    SubMConv3d,
)
from gapro_annotator.training.sparse.tensor import grid_shape


class UNet(nn.Module):
    """Features of voxels from their surroundings.

    Stage s (0 is the finest) works on ``width * (s + 1)`` channels.

    Parameters
    ----------
    in_channels
        Of the voxels that come in.
    width
        Channels of the finest stage, and of the output.
    levels
        Stages, 1 to 8: all but the last halve the grid.
    blocks
        Residual blocks of a stage, before going down and again after coming up.

    Attributes
    ----------
    out_channels
        Channels that come out: `width`.
    """

    def __init__(self, in_channels: int, width: int = 16, levels: int = 5, blocks: int = 1) -> None:
        super().__init__()
        self.out_channels = width
        self.stem = SubMConv3d(in_channels, width, 3, padding=1, bias=False, indice_key="same0")
        self.stage = _Stage([width * (s + 1) for s in range(levels)], blocks, 0)
        self.norm = NormAndReLU(width)

    def forward(self, voxels: Any) -> Tensor:
        """Compute features of voxels.

        Parameters
        ----------
        voxels
            `SparseConvTensor` with (V, in_channels) features; `sparse_tensor` makes one.

        Returns
        -------
        (V, width) floats, in the order of the voxels
        """
        shape = grid_shape(voxels.spatial_shape)
        voxels = SparseConvTensor(
            voxels.features, voxels.indices, shape, voxels.batch_size, indice_dict=voxels.indice_dict
        )
        return self.norm(self.stage(self.stem(voxels)).features)


class NormAndReLU(nn.BatchNorm1d):
    """Batch normalisation and ReLU of (V, C) features.

    One voxel alone has no variance, so it is normalised by the running statistics.
    """

    def __init__(self, channels: int) -> None:
        super().__init__(channels, eps=1e-4, momentum=0.1)

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002 # torch's name
        """Normalise and cut at zero."""
        if self.training and len(input) == 1:
            normal = functional.batch_norm(
                input, self.running_mean, self.running_var, self.weight, self.bias, training=False, eps=self.eps
            )
        else:
            normal = super().forward(input)
        return functional.relu(normal, inplace=True)


class _Residual(nn.Module):
    """Norm, ReLU and convolution, twice, beside a shortcut."""

    def __init__(self, in_channels: int, out_channels: int, key: str) -> None:
        super().__init__()
        self.shortcut = (
            nn.Identity() if in_channels == out_channels else nn.Linear(in_channels, out_channels, bias=False)
        )
        self.norm1 = NormAndReLU(in_channels)
        self.conv1 = SubMConv3d(in_channels, out_channels, 3, padding=1, bias=False, indice_key=key)
        self.norm2 = NormAndReLU(out_channels)
        self.conv2 = SubMConv3d(out_channels, out_channels, 3, padding=1, bias=False, indice_key=key)

    def forward(self, voxels: Any) -> Any:
        inner = self.conv1(voxels.replace_feature(self.norm1(voxels.features)))
        inner = self.conv2(inner.replace_feature(self.norm2(inner.features)))
        return inner.replace_feature(inner.features + self.shortcut(voxels.features))


class _Stage(nn.Module):
    """Blocks, the coarser stages, and blocks again over both."""

    def __init__(self, channels: list[int], blocks: int, depth: int) -> None:
        super().__init__()
        own, same, half = channels[0], f"same{depth}", f"half{depth}"
        self.blocks = nn.Sequential(*(_Residual(own, own, same) for _ in range(blocks)))
        self.deepest = len(channels) == 1
        if self.deepest:
            return
        self.norm_down = NormAndReLU(own)
        self.down = SparseConv3d(own, channels[1], 2, stride=2, bias=False, indice_key=half)
        self.deeper = _Stage(channels[1:], blocks, depth + 1)
        self.norm_up = NormAndReLU(channels[1])
        self.up = SparseInverseConv3d(channels[1], own, 2, bias=False, indice_key=half)
        self.tail = nn.Sequential(*(_Residual(own if b else 2 * own, own, same) for b in range(blocks)))

    def forward(self, voxels: Any) -> Any:
        voxels = self.blocks(voxels)
        if self.deepest:
            return voxels
        coarse = self.deeper(self.down(voxels.replace_feature(self.norm_down(voxels.features))))
        fine = self.up(coarse.replace_feature(self.norm_up(coarse.features)))
        return self.tail(fine.replace_feature(torch.cat([voxels.features, fine.features], dim=1)))
