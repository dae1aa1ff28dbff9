"""Batches for heads alone: blobs of points in superpoints, and features that tell the objects apart."""

from dataclasses import replace

import torch
from torch import Tensor

from gapro_annotator.training.data.batch import Batch, Targets

CHANNELS = 16
POINTS = 5
"""Of each superpoint."""


def blobs(*superpoints: int, instances: int = 3, classes: int = 2, seed: int = 0) -> tuple[Tensor, Batch]:
    """Make one scan for each number of superpoints; each instance has its direction in feature space, background too.

    Every point is a voxel. The instances of a scan have about the same number of superpoints.
    """
    generator = torch.Generator().manual_seed(seed)
    directions = torch.randn(instances + 1, CHANNELS, generator=generator)
    scan = torch.repeat_interleave(torch.arange(len(superpoints)), torch.tensor(superpoints))
    owner = torch.cat([torch.arange(count) % (instances + 1) for count in superpoints])  # `instances` is background
    total = len(scan)
    superpoint = torch.arange(total).repeat_interleave(POINTS)
    point_scan, points = scan[superpoint], total * POINTS
    features = directions[owner[superpoint]] + 0.1 * torch.randn(points, CHANNELS, generator=generator)
    instance = torch.where(owner < instances, owner + instances * scan, -1)
    instance_class = torch.arange(instances).repeat(len(superpoints)) % classes
    instance_scan = torch.arange(len(superpoints)).repeat_interleave(instances)
    known = torch.where(instance >= 0, instance_class[instance.clamp(min=0)] if instances else 0, classes)
    mean = (torch.arange(len(instance_class))[:, None] == instance).float()
    unsure = torch.rand(mean.shape, generator=generator) < 0.3
    own = instance_scan[:, None] == scan
    targets = Targets(
        semantic=known[superpoint],
        instance=instance[superpoint],
        weight=0.5 + 0.5 * torch.rand(points, generator=generator),
        instance_scan=instance_scan,
        instance_class=instance_class,
        lower=torch.zeros(len(instance_class), 3),
        upper=torch.ones(len(instance_class), 3),
        mean=torch.where(unsure & own, 0.8 * (2 * mean - 1), mean),
        variance=torch.where(unsure & own, 0.3, 0.0),
    )
    place = torch.rand(points, 3, generator=generator)
    batch = Batch(
        names=tuple(f"scan{i}" for i in range(len(superpoints))),
        coordinates=torch.cat([point_scan[:, None], torch.arange(points)[:, None].expand(-1, 3)], 1).int(),
        voxel_features=torch.zeros(points, 3),
        voxel_xyz=place,
        point_to_voxel=torch.arange(points),
        xyz=place,
        point_scan=point_scan,
        superpoint=superpoint,
        superpoint_scan=scan,
        source_row=torch.arange(points),
        targets=targets,
    )
    return features, batch


def one_scan(features: Tensor, batch: Batch, scan: int) -> tuple[Tensor, Batch]:
    """Cut one scan out of a batch of `blobs`."""
    points, superpoints = batch.point_scan == scan, batch.superpoint_scan == scan
    first = int(superpoints.nonzero()[0])
    assert batch.targets is not None
    mine = batch.targets.instance_scan == scan
    instance = batch.targets.instance[points]
    targets = replace(
        batch.targets,
        semantic=batch.targets.semantic[points],
        instance=torch.where(instance >= 0, instance - int(mine.nonzero()[0]), -1),
        weight=batch.targets.weight[points],
        instance_scan=torch.zeros(int(mine.sum()), dtype=torch.int64),
        instance_class=batch.targets.instance_class[mine],
        lower=batch.targets.lower[mine],
        upper=batch.targets.upper[mine],
        mean=batch.targets.mean[mine][:, superpoints],
        variance=batch.targets.variance[mine][:, superpoints],
    )
    alone = replace(
        batch,
        names=(batch.names[scan],),
        point_to_voxel=torch.arange(int(points.sum())),
        xyz=batch.xyz[points],
        point_scan=torch.zeros(int(points.sum()), dtype=torch.int64),
        superpoint=batch.superpoint[points] - first,
        superpoint_scan=torch.zeros(int(superpoints.sum()), dtype=torch.int64),
        source_row=batch.source_row[points],
        targets=targets,
    )
    return features[points], alone
