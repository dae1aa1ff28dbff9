"""Voxels with features: the library's tensor, and how to make one."""

from typing import Any

import torch
from torch import Tensor

from gapro_annotator.errors import InvalidValueError
from gapro_annotator.training.sparse.engine import library

_library = library()
SparseConvTensor: Any = _library.SparseConvTensor
SparseModule: Any = _library.SparseModule
SparseSequential: Any = _library.SparseSequential

_MULTIPLE = 128
"""Sides of the grid are multiples of it: halving seven times neither reaches zero nor cuts off an odd last voxel."""


def sparse_tensor(features: Tensor, voxels: Tensor, batch_size: int, pairs: dict[str, Any] | None = None) -> Any:
    """Make a sparse tensor whose grid begins at the lowest voxel of each scan.

    Shifting a scan by whole voxels therefore changes nothing, also not where strides fall.

    Parameters
    ----------
    features
        (V, C) floats.
    voxels
        (V, 4) integers: scan of the batch, then the cell, which may be negative. No two rows are equal.
    batch_size
        Scans in the batch; some may have no voxel.
    pairs
        Which voxels meet under which kernel, remembered from one step to the next: give the same dict (empty at first)
        with the same voxels, in the same order, and a CPU step saves the search. GPUs search each time.

    Returns
    -------
    SparseConvTensor
        On the device of the features.
    """
    if len(voxels) == 0 or voxels.shape != (len(features), 4):
        raise InvalidValueError(
            f"voxels have shape {tuple(voxels.shape)}, expected ({len(features)}, 4) and at least one"
        )
    scan, cell = voxels[:, 0].long(), voxels[:, 1:].long().clone()
    for here in (scan == index for index in range(batch_size)):
        if here.any():
            cell[here] -= cell[here].amin(dim=0)
    indices = torch.cat([scan[:, None], cell], dim=1).int().to(features.device)
    shape = grid_shape((cell.amax(dim=0) + 1).tolist())
    return SparseConvTensor(features, indices, shape, batch_size, indice_dict=pairs)


def grid_shape(extent: list[int]) -> list[int]:
    """Round the sides of a grid up to what every depth of a network can halve."""
    return [max(1, -(-side // _MULTIPLE)) * _MULTIPLE for side in extent]
