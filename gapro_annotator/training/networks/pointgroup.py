"""PointGroup (Jiang et al., CVPR 2020): points move towards their object's centre; clusters of them are scored.

docs/networks/pointgroup.md says what differs.
"""

import os
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional

from gapro_annotator.arrays import Float64, Int64
from gapro_annotator.training.config import RunConfig
from gapro_annotator.training.data.batch import IGNORED, Batch, Targets
from gapro_annotator.training.networks.clustering import Clusters, cluster_voxels, overlap_with, suppress
from gapro_annotator.training.networks.network import Found, Head, options_of
from gapro_annotator.training.networks.pointgroup_score import Members, ScoreNet, soft_target


class PointGroup(Head):
    """Head of class, offset to the centre, and score of clusters.

    Options (`RunConfig.options`): `radius` between neighbours in metres (0.03); `cluster_points`, the smallest cluster
    (50); `prepare_epochs` and `prepare_steps`, which add up, before clusters are scored (0, 0); `extent`, voxels of a
    cluster along its longest side (14); `foreground`, `background`, IoU above and below which a cluster should score 1
    and 0 (0.75, 0.25); `most_iou` of two objects (0.3), `least_score` (0.09) and `least_points` (100) of one.

    Parameters
    ----------
    channels, class_count, config
        As of every `Head`.
    """

    steps: Tensor

    def __init__(self, channels: int, class_count: int, config: RunConfig) -> None:
        super().__init__()
        self.class_count = class_count
        options = options_of(config, radius=0.03, foreground=0.75, background=0.25, most_iou=0.3, least_score=0.09)
        self.radius, self.most_iou, self.least_score = (options[k] for k in ("radius", "most_iou", "least_score"))
        self.foreground, self.background = options["foreground"], options["background"]
        counts = options_of(config, cluster_points=50, least_points=100, prepare_epochs=0, prepare_steps=0, extent=14)
        self.cluster_points, self.least_points = int(counts["cluster_points"]), int(counts["least_points"])
        # Of one process: several share out an epoch.
        ranks = int(os.environ.get("WORLD_SIZE", "1"))
        per_epoch = -(-len(config.scans) // (config.data.batch * ranks))
        self.prepare = int(counts["prepare_epochs"]) * per_epoch + int(counts["prepare_steps"])
        self.semantic = nn.Linear(channels, class_count + 1)
        self.offset = nn.Sequential(
            nn.Linear(channels, channels), nn.BatchNorm1d(channels, eps=1e-4), nn.ReLU(), nn.Linear(channels, 3)
        )
        self.score_net = ScoreNet(channels, config.data.voxel, int(counts["extent"]))
        # Saved with the weights, so that a run that is resumed knows.
        self.register_buffer("steps", torch.zeros((), dtype=torch.int64))

    @property
    def scores_clusters(self) -> bool:
        """Whether the preparation is over."""
        return int(self.steps) > self.prepare

    def loss(self, features: Tensor, batch: Batch) -> dict[str, Tensor]:
        """Return cross entropy, L1 and direction of the offset, and the cross entropy of the clusters' scores."""
        targets = batch.targets
        if targets is None:
            raise ValueError("a batch without targets has no loss")
        if self.training:
            self.steps += 1
        logits, offset = self.semantic(features).float(), self.offset(features).float()
        parts = {"semantic": _cross_entropy(logits[batch.point_to_voxel], targets)}
        parts |= _offset_losses(offset, batch, targets)
        # All weights take part in every step: DistributedDataParallel waits for each of them.
        parts["score"] = torch.stack([weights.sum() * 0.0 for weights in self.score_net.parameters()]).sum()
        if self.scores_clusters:
            clusters = self._clusters(logits, offset, batch)
            if len(clusters):
                parts["score"] = self._score_loss(features, clusters, batch, targets)
        return parts

    def predict(self, features: Tensor, batch: Batch) -> list[Found]:
        """Return the clusters of each scan that are left after non-maximum suppression.

        Before ScoreNet has learnt anything, the mean probability of their class is their confidence.
        """
        logits = self.semantic(features).float()
        clusters = self._clusters(logits, self.offset(features).float(), batch)
        points = _points_of_voxels(batch)
        size = clusters.sums(points.astype(np.float64))
        if self.scores_clusters and len(clusters):
            score = _array(self._scores(features, clusters, batch).sigmoid()).astype(np.float64)
        else:
            best = _array(logits.softmax(dim=1).amax(dim=1)).astype(np.float64)
            score = clusters.sums(best * points) / np.maximum(size, 1)
        good = np.flatnonzero((score > self.least_score) & (size >= self.least_points))
        clusters, score = clusters.of(good), score[good]
        kept = suppress(clusters, score, points, self.most_iou)
        return _found(clusters.of(kept), score[kept], batch)

    def point_features(self, features: Tensor, batch: Batch) -> Tensor:
        """Backbone features of each point's voxel."""
        return features[batch.point_to_voxel]

    @torch.no_grad()
    def _clusters(self, logits: Tensor, offset: Tensor, batch: Batch) -> Clusters:
        """Cluster the voxels where they are and where they point to; background is in no cluster."""
        class_row = _array(logits.argmax(dim=1))
        class_row = np.where(class_row == self.class_count, -1, class_row)
        scan, points = _array(batch.coordinates[:, 0]).astype(np.int64), _points_of_voxels(batch)
        here, there = (
            cluster_voxels(
                _array(xyz).astype(np.float64), scan, class_row, points, radius=self.radius, least=self.cluster_points
            )
            for xyz in (batch.voxel_xyz, batch.voxel_xyz + offset)
        )
        return here.beside(there)

    def _scores(self, features: Tensor, clusters: Clusters, batch: Batch) -> Tensor:
        device = features.device
        voxel = torch.from_numpy(clusters.voxel).to(device)
        cluster = torch.from_numpy(clusters.cluster).to(device)
        points = torch.from_numpy(_points_of_voxels(batch)).to(device).float()
        members = Members(cluster, len(clusters), features[voxel].float(), batch.voxel_xyz[voxel], points[voxel])
        return self.score_net(members)

    def _score_loss(self, features: Tensor, clusters: Clusters, batch: Batch, targets: Targets) -> Tensor:
        logits = self._scores(features, clusters, batch)
        best, weight = _best_overlap(clusters, batch, targets)
        wanted = soft_target(torch.from_numpy(best).to(logits), self.background, self.foreground)
        each = functional.binary_cross_entropy_with_logits(logits, wanted, reduction="none")
        return _weighted(each, torch.from_numpy(weight).to(logits))


def _best_overlap(clusters: Clusters, batch: Batch, targets: Targets) -> tuple[Float64, Float64]:
    """(K,) best IoU of each cluster with an object, and how far the labels of its points are believed."""
    known = _array(targets.semantic) != IGNORED
    voxel, instance = _array(batch.point_to_voxel)[known], _array(targets.instance)[known]
    voxels = len(batch.coordinates)
    iou = overlap_with(clusters, voxel, instance, targets.count, voxels).max(axis=1, initial=0.0)
    believed = np.bincount(voxel, weights=_array(targets.weight)[known], minlength=voxels).astype(np.float64)
    points = np.bincount(voxel, minlength=voxels).astype(np.float64)
    return iou, clusters.sums(believed) / np.maximum(clusters.sums(points), 1)


def _cross_entropy(logits: Tensor, targets: Targets) -> Tensor:
    each = functional.cross_entropy(logits, targets.semantic, ignore_index=IGNORED, reduction="none")
    return _weighted(each, torch.where(targets.semantic == IGNORED, 0.0, targets.weight))


def _offset_losses(offset: Tensor, batch: Batch, targets: Targets) -> dict[str, Tensor]:
    """Compare (V, 3) offsets with the way from each point to the mean of its instance."""
    own = torch.nonzero(targets.instance >= 0)[:, 0]
    xyz, instance, weight = batch.xyz[own], targets.instance[own], targets.weight[own]
    center = torch.zeros(targets.count, 3, device=xyz.device).index_add_(0, instance, xyz)
    center /= torch.bincount(instance, minlength=targets.count).clamp(min=1)[:, None]
    wanted = center[instance] - xyz
    said = offset[batch.point_to_voxel[own]]
    aligned = functional.cosine_similarity(said, wanted, dim=1, eps=1e-8)
    return {
        "offset": _weighted((said - wanted).abs().sum(dim=1), weight),
        "direction": _weighted(1 - aligned, weight),
    }


def _weighted(each: Tensor, weight: Tensor) -> Tensor:
    return (each * weight).sum() / weight.sum().clamp(min=1e-6)


def _points_of_voxels(batch: Batch) -> Int64:
    return np.bincount(_array(batch.point_to_voxel), minlength=len(batch.coordinates)).astype(np.int64)


def _array(tensor: Tensor) -> npt.NDArray[Any]:
    return tensor.detach().cpu().numpy()


def _found(clusters: Clusters, score: Float64, batch: Batch) -> list[Found]:
    """Lay clusters, surest first, over the points of their scans."""
    voxel_masks = torch.zeros(len(clusters), len(batch.coordinates), dtype=torch.bool)
    voxel_masks[torch.from_numpy(clusters.cluster), torch.from_numpy(clusters.voxel)] = True
    device = batch.xyz.device
    found: list[Found] = []
    for number in range(len(batch)):
        mine = np.flatnonzero(clusters.scan == number)
        voxel = batch.point_to_voxel[batch.point_scan == number].cpu()
        masks = voxel_masks[torch.from_numpy(mine)][:, voxel]
        kinds, confidence = torch.from_numpy(clusters.class_row[mine]), torch.from_numpy(score[mine]).float()
        found.append(Found(masks.to(device), kinds.to(device), confidence.to(device)))
    return found
