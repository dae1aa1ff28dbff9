"""What a network is given for one step: a few scans as voxels, with their points, superpoints and targets."""

from dataclasses import dataclass, fields
from typing import Any

import torch
from torch import Tensor

IGNORED = -100
"""Semantic target of a point that counts in no loss."""


@dataclass(frozen=True, eq=False, slots=True)
class Targets:
    """What the labels say of N points in K instances of B scans; instances are numbered through the batch.

    Parameters
    ----------
    semantic : (N,) int64
        Row of the class table, C for background, `IGNORED` where nothing is known.
    instance : (N,) int64
        0..K-1, -1 background.
    weight : (N,) float32
        How far the label of the point is believed: 1 where a person labelled.
    instance_scan, instance_class : (K,) int64
        Row of its scan in the batch, and of its class.
    lower, upper : (K, 3) float32
        Corners of each instance, in the frame of `Batch.xyz`; metres.
    mean, variance : (K, S) float32
        The paper's e and v of every instance at the superpoints of the batch (`instance_maps`); e is determined
        (0 or 1) where v is 0. Zero at superpoints of other scans.
    """

    semantic: Tensor
    instance: Tensor
    weight: Tensor
    instance_scan: Tensor
    instance_class: Tensor
    lower: Tensor
    upper: Tensor
    mean: Tensor
    variance: Tensor

    @property
    def count(self) -> int:
        """K, the number of instances."""
        return len(self.instance_class)


@dataclass(frozen=True, eq=False, slots=True)
class Batch:
    """B scans with N points in V voxels and S superpoints, numbered through.

    Parameters
    ----------
    names
        Of the scans.
    coordinates : (V, 4) int32
        Row of the scan in the batch, then the voxel's x, y, z; from 0.
    voxel_features : (V, F) float32
        Mean over the voxel's points.
    voxel_xyz : (V, 3) float32
        Mean place of the voxel's points, metres, in the frame of `xyz`.
    point_to_voxel : (N,) int64
    xyz : (N, 3) float32
        Metres, augmented.
    point_scan : (N,) int64
        Row of the scan in the batch, ascending.
    superpoint : (N,) int64
        0..S-1.
    superpoint_scan : (S,) int64
    source_row : (N,) int64
        Row of the point in its scan.
    targets
        None where nothing is to be learnt.
    pairs
        Of a batch that comes again (a whole scan as it is): which voxels meet, kept from the first time that a network
        saw them.
    """

    names: tuple[str, ...]
    coordinates: Tensor
    voxel_features: Tensor
    voxel_xyz: Tensor
    point_to_voxel: Tensor
    xyz: Tensor
    point_scan: Tensor
    superpoint: Tensor
    superpoint_scan: Tensor
    source_row: Tensor
    targets: Targets | None = None
    pairs: dict[str, Any] | None = None

    def __len__(self) -> int:
        return len(self.names)

    @property
    def superpoint_count(self) -> int:
        """S, the number of superpoints."""
        return len(self.superpoint_scan)

    def to(self, device: torch.device | str) -> "Batch":
        """Return the batch on a device."""
        return _moved(self, device)


def _moved(value: Any, device: torch.device | str) -> Any:
    changed: dict[str, Any] = {}
    for one in fields(value):
        held = getattr(value, one.name)
        if isinstance(held, Tensor):
            changed[one.name] = held.to(device)
        elif isinstance(held, Targets):
            changed[one.name] = _moved(held, device)
        else:
            changed[one.name] = held
    return type(value)(**changed)


def superpoint_mean(values: Tensor, superpoint: Tensor, count: int) -> Tensor:
    """Average (N, C) values of points over their superpoints, (S, C); float32 whatever autocast says."""
    total = torch.zeros(count, values.shape[1], device=values.device, dtype=torch.float32)
    total = total.index_add(0, superpoint, values.float())
    size = torch.bincount(superpoint, minlength=count).clamp(min=1)
    return total / size[:, None]


def first_points(batch: Batch) -> Tensor:
    """(V,) int64, the first point of each voxel: its targets stand for the voxel's."""
    rows = torch.arange(len(batch.point_to_voxel), device=batch.point_to_voxel.device)
    first = torch.full((len(batch.coordinates),), len(rows), device=rows.device)
    return first.scatter_reduce_(0, batch.point_to_voxel, rows, "amin")
