"""Scans into a batch: augmented, cropped, voxelised, numbered through."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from gapro_annotator.arrays import Float32, Int64
from gapro_annotator.training.config import DataConfig, RunConfig
from gapro_annotator.training.data.augmentation import elastic, kept_points, linear_map, recolor
from gapro_annotator.training.data.batch import Batch, Targets
from gapro_annotator.training.data.scan_data import ScanData
from gapro_annotator.training.data.voxels import Voxels, voxels_of


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class _Sample:
    """One scan of a batch: which of its points, where they are, how they look, and their voxels."""

    data: ScanData
    rows: Int64
    xyz: Float32
    columns: Float32
    voxels: Voxels


def training_batch(scans: list[ScanData], config: RunConfig, random: np.random.Generator) -> Batch:
    """Make a batch of augmented scans."""
    return _collate([_augmented(data, config, random) for data in scans], learnt=True)


def plain_batch(scans: list[ScanData], config: RunConfig) -> Batch:
    """Make a batch of whole scans as they are, with targets."""
    samples: list[_Sample] = []
    for data in scans:
        xyz: Float32 = (data.xyz - _middle(data.xyz)).astype(np.float32)
        rows = np.arange(len(data), dtype=np.int64)
        columns = _columns(config.data, xyz, data.rgb, data.normal)
        voxels = voxels_of(xyz, config.data.voxel)
        samples.append(_Sample(data=data, rows=rows, xyz=xyz, columns=columns, voxels=voxels))
    return _collate(samples, learnt=True)


def _augmented(data: ScanData, config: RunConfig, random: np.random.Generator) -> _Sample:
    how, voxel = config.augmentation, config.data.voxel
    kept = kept_points(len(data), how, random)
    rows = np.arange(len(data), dtype=np.int64) if kept is None or not kept.any() else np.flatnonzero(kept)
    matrix = linear_map(how, random).astype(np.float32)
    xyz: Float32 = ((data.xyz[rows] - _middle(data.xyz)) @ matrix.T).astype(np.float32)
    # As published, elastic noise moves points between voxels only; places, offsets and boxes stay what they are.
    pushed = xyz
    for granularity, magnitude in how.elastic:
        pushed = elastic(pushed, granularity, magnitude, voxel, random)
    voxels = voxels_of(pushed, voxel)
    if len(voxels) > config.data.most_voxels:
        near = _crop(xyz, voxels, data.instance[rows], config.data.most_voxels, random)
        rows, xyz, pushed = rows[near], xyz[near], pushed[near]
        voxels = voxels_of(pushed, voxel)
    normal = data.normal[rows] @ matrix.T
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), np.float32(1e-6))
    columns = _columns(config.data, xyz, recolor(data.rgb[rows], how, random), normal)
    return _Sample(data=data, rows=rows, xyz=xyz, columns=columns, voxels=voxels)


def _middle(xyz: Float32) -> Float32:
    middle: Float32 = ((xyz.min(axis=0) + xyz.max(axis=0)) / 2).astype(np.float32)
    return middle


def _crop(xyz: Float32, voxels: Voxels, instance: Int64, most: int, random: np.random.Generator) -> np.ndarray:
    """(N,) bool, the points in the `most` voxels nearest to a random point of an instance, on the floor plan."""
    boxed = np.flatnonzero(instance >= 0)
    middle = xyz[boxed[random.integers(len(boxed))]] if boxed.size else xyz[random.integers(len(xyz))]
    far = ((voxels.mean(xyz)[:, :2] - middle[:2]) ** 2).sum(axis=1)
    near = np.zeros(len(voxels), bool)
    near[np.argpartition(far, most - 1)[:most]] = True
    return near[voxels.point_to_voxel]


def _columns(config: DataConfig, xyz: Float32, rgb: Float32, normal: Float32) -> Float32:
    """(N, F) what the network sees of each point."""
    height = xyz[:, 2:] - xyz[:, 2].min()
    parts = {"rgb": rgb, "xyz": xyz, "normal": normal, "height": height}
    return np.concatenate([parts[name] for name in config.features], axis=1).astype(np.float32)


def _collate(samples: list[_Sample], *, learnt: bool) -> Batch:
    sizes = [len(one.rows) for one in samples]
    voxel_start = np.cumsum([0, *(len(one.voxels) for one in samples)])
    superpoint, superpoint_scan, used = _superpoints(samples)
    coordinates = [
        np.column_stack([np.full(len(one.voxels), row), one.voxels.coordinates]) for row, one in enumerate(samples)
    ]
    grid = np.concatenate(coordinates).astype(np.int32)
    return Batch(
        names=tuple(one.data.name for one in samples),
        coordinates=_tensor(grid),
        voxel_features=_tensor(np.concatenate([one.voxels.mean(one.columns) for one in samples])),
        voxel_xyz=_tensor(np.concatenate([one.voxels.mean(one.xyz) for one in samples])),
        point_to_voxel=_tensor(
            np.concatenate([one.voxels.point_to_voxel + voxel_start[row] for row, one in enumerate(samples)])
        ),
        xyz=_tensor(np.concatenate([one.xyz for one in samples])),
        point_scan=_tensor(np.repeat(np.arange(len(samples)), sizes)),
        superpoint=_tensor(superpoint),
        superpoint_scan=_tensor(superpoint_scan),
        source_row=_tensor(np.concatenate([one.rows for one in samples])),
        targets=_targets(samples, used) if learnt else None,
    )


def _superpoints(samples: list[_Sample]) -> tuple[Int64, Int64, list[Int64]]:
    """Number the superpoints that the batch holds: of points, their scan, and which they were in each scan."""
    numbers: list[Int64] = []
    scans: list[Int64] = []
    used: list[Int64] = []
    start = 0
    for row, one in enumerate(samples):
        known, place = np.unique(one.data.superpoint[one.rows], return_inverse=True)
        numbers.append(place.astype(np.int64) + start)
        scans.append(np.full(len(known), row, np.int64))
        used.append(known)
        start += len(known)
    return np.concatenate(numbers), np.concatenate(scans), used


def _targets(samples: list[_Sample], used: list[Int64]) -> Targets:
    """Targets of the batch, with only those instances of which a point is in it."""
    instance: list[Int64] = []
    kinds, scans = [], []
    means: list[Float32] = []
    variances: list[Float32] = []
    corners: list[Float32] = []
    start = 0
    for row, one in enumerate(samples):
        mine = one.data.instance[one.rows]
        present, place = np.unique(mine[mine >= 0], return_inverse=True)
        numbered = np.full(len(mine), -1, np.int64)
        numbered[mine >= 0] = place + start
        instance.append(numbered)
        kinds.append(one.data.instance_class[present])
        scans.append(np.full(len(present), row, np.int64))
        means.append(one.data.mean[np.ix_(present, used[row])])
        variances.append(one.data.variance[np.ix_(present, used[row])])
        corners.append(_corners(one.xyz[mine >= 0], place, one.data.weight[one.rows][mine >= 0], len(present)))
        start += len(present)
    box = np.concatenate(corners)
    return Targets(
        semantic=_tensor(np.concatenate([one.data.semantic[one.rows] for one in samples])),
        instance=_tensor(np.concatenate(instance)),
        weight=_tensor(np.concatenate([one.data.weight[one.rows] for one in samples])),
        instance_scan=_tensor(np.concatenate(scans)),
        instance_class=_tensor(np.concatenate(kinds)),
        lower=_tensor(box[:, 0]),
        upper=_tensor(box[:, 1]),
        mean=_tensor(_diagonal(means)),
        variance=_tensor(_diagonal(variances)),
    )


def _corners(xyz: Float32, place: np.ndarray, weight: Float32, count: int) -> Float32:
    """(K, 2, 3) hulls of the instances' points; those that are doubted do not count unless all are."""
    box = np.empty((count, 2, 3), np.float32)
    sure = weight >= 0.5
    sure |= ~np.isin(place, place[sure])
    box[:, 0], box[:, 1] = np.inf, -np.inf
    np.minimum.at(box[:, 0], place[sure], xyz[sure])
    np.maximum.at(box[:, 1], place[sure], xyz[sure])
    return box


def _diagonal(blocks: list[Float32]) -> Float32:
    """Blocks (K_b, S_b) along the diagonal of one (K, S) matrix, zero elsewhere."""
    whole = np.zeros((sum(len(b) for b in blocks), sum(b.shape[1] for b in blocks)), np.float32)
    row = column = 0
    for block in blocks:
        whole[row : row + len(block), column : column + block.shape[1]] = block
        row, column = row + len(block), column + block.shape[1]
    return whole


def _tensor(array: np.ndarray) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(array))
