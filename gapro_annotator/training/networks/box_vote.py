"""Every voxel says its class and votes for the box of its object; voxels whose boxes agree are one object.

After Box2Mask (Chibane et al., ECCV 2022): box votes, clustered by box IoU.
docs/networks/box-vote.md says what differs.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from gapro_annotator.training.config import RunConfig
from gapro_annotator.training.data.batch import IGNORED, Batch, Targets, first_points
from gapro_annotator.training.networks.network import Found, Head, options_of
from gapro_annotator.training.networks.superpoint_vote import most_voted


class BoxVote(Head):
    """Head of class, centre, box faces and how sure the box is.

    Options (`RunConfig.options`): `agreement`, the box IoU from which two votes mean one object (0.5); `least_points`
    of an object (30); `superpoints`, whether masks follow superpoints (1).

    Parameters
    ----------
    channels, class_count, config
        As of every `Head`.
    """

    def __init__(self, channels: int, class_count: int, config: RunConfig) -> None:
        super().__init__()
        options = options_of(config, agreement=0.5, least_points=30, superpoints=1)
        self.agreement = float(options["agreement"])
        self.least_points = int(options["least_points"])
        self.by_superpoint = bool(options["superpoints"])
        self.class_count = class_count
        self.semantic = _branch(channels, class_count + 1)
        self.center = _branch(channels, 3)
        self.faces = _branch(channels, 6)
        self.sureness = _branch(channels, 1)

    def loss(self, features: Tensor, batch: Batch) -> dict[str, Tensor]:
        """Return cross entropy, smooth L1 of centre and box, 1 - IoU of the box, and how well that is known."""
        targets = batch.targets
        if targets is None:
            raise ValueError("a batch without targets has no loss")
        point = first_points(batch)
        semantic, instance, weight = targets.semantic[point], targets.instance[point], targets.weight[point]
        parts = {"semantic": _cross_entropy(self.semantic(features).float(), semantic, weight)}
        own = torch.nonzero(instance >= 0)[:, 0]
        if not len(own):
            # The same parts whatever is in the batch: several processes average them one by one.
            return parts | dict.fromkeys(("center", "box", "iou", "sureness"), features.sum() * 0.0)
        return parts | self._box_losses(features[own], batch.voxel_xyz[own], instance[own], weight[own], targets)

    def _box_losses(
        self, features: Tensor, xyz: Tensor, instance: Tensor, weight: Tensor, targets: Targets
    ) -> dict[str, Tensor]:
        true = torch.cat([targets.lower[instance], targets.upper[instance]], dim=1)
        voted = self._boxes(features, xyz)
        overlap = _paired_iou(voted, true)
        aimed = xyz + self.center(features).float()
        middle = (true[:, :3] + true[:, 3:]) / 2
        sureness = self.sureness(features).float()[:, 0]
        known = functional.binary_cross_entropy_with_logits(sureness, overlap.detach(), reduction="none")
        return {
            "center": _weighted(functional.smooth_l1_loss(aimed, middle, beta=0.1, reduction="none").sum(1), weight),
            "box": _weighted(functional.smooth_l1_loss(voted, true, beta=0.1, reduction="none").sum(1), weight),
            "iou": _weighted(1 - overlap, weight),
            "sureness": _weighted(known, weight),
        }

    def _boxes(self, features: Tensor, xyz: Tensor) -> Tensor:
        """(V, 6) corners that each voxel votes for; it always lies in its own box."""
        reach = functional.softplus(self.faces(features).float())
        return torch.cat([xyz - reach[:, :3], xyz + reach[:, 3:]], dim=1)

    def predict(self, features: Tensor, batch: Batch) -> list[Found]:
        """Cluster the votes of each scan."""
        probability = self.semantic(features).float().softmax(dim=1)
        boxes = self._boxes(features, batch.voxel_xyz)
        sure = self.sureness(features).float()[:, 0].sigmoid()
        best = probability[:, : self.class_count].amax(dim=1)
        boxed = probability[:, self.class_count] < 0.5
        weight = torch.bincount(batch.point_to_voxel, minlength=len(boxes)).float()
        found: list[Found] = []
        for scan in range(len(batch)):
            here = torch.nonzero((batch.coordinates[:, 0] == scan) & boxed)[:, 0]
            label = torch.full((len(boxes),), -1, device=boxes.device)
            label[here] = _clusters(boxes[here], sure[here] * best[here], self.agreement)
            mine = torch.nonzero(batch.point_scan == scan)[:, 0]
            of_point = label[batch.point_to_voxel[mine]]
            if self.by_superpoint:
                of_point = most_voted(of_point, batch.superpoint[mine])
            found.append(self._found(of_point, label, probability, sure, weight))
        return found

    def _found(self, of_point: Tensor, label: Tensor, probability: Tensor, sure: Tensor, weight: Tensor) -> Found:
        count = int(label.max()) + 1 if len(label) else 0
        size = torch.bincount(of_point[of_point >= 0], minlength=count)
        kept = torch.nonzero(size >= self.least_points)[:, 0]
        member = torch.nonzero(label >= 0)[:, 0]
        row = label[member]
        of_cluster = torch.zeros(count, self.class_count, device=sure.device)
        of_cluster.index_add_(0, row, probability[member, : self.class_count] * weight[member, None])
        total = torch.zeros(count, device=sure.device).index_add_(0, row, weight[member]).clamp(min=1)
        sureness = torch.zeros(count, device=sure.device).index_add_(0, row, sure[member] * weight[member]) / total
        share, kind = (of_cluster / total[:, None]).max(dim=1) if count else (sureness, kept)
        confidence = (share * sureness)[kept]
        order = torch.argsort(confidence, descending=True, stable=True)
        kept = kept[order]
        masks = of_point[None, :] == kept[:, None]
        return Found(masks, kind[kept], confidence[order])

    def point_features(self, features: Tensor, batch: Batch) -> Tensor:
        """Backbone features of each point's voxel."""
        return features[batch.point_to_voxel]


_MOST_CLUSTERS = 500
"""Of a network that has learnt nothing every vote can be a cluster; the surest ones do."""


def _branch(channels: int, out: int) -> nn.Sequential:
    return nn.Sequential(nn.Linear(channels, channels * 2), nn.ReLU(), nn.Linear(channels * 2, out))


def _cross_entropy(logits: Tensor, semantic: Tensor, weight: Tensor) -> Tensor:
    each = functional.cross_entropy(logits, semantic, ignore_index=IGNORED, reduction="none")
    return _weighted(each, torch.where(semantic == IGNORED, 0.0, weight))


def _weighted(each: Tensor, weight: Tensor) -> Tensor:
    return (each * weight).sum() / weight.sum().clamp(min=1e-6)


def _paired_iou(one: Tensor, other: Tensor) -> Tensor:
    """(V,) IoU of boxes (V, 6) row by row."""
    sides = torch.minimum(one[:, 3:], other[:, 3:]) - torch.maximum(one[:, :3], other[:, :3])
    common = sides.clamp(min=0).prod(dim=1)
    volume = (one[:, 3:] - one[:, :3]).clamp(min=1e-3).prod(dim=1) + (other[:, 3:] - other[:, :3]).clamp(min=1e-3).prod(
        dim=1
    )
    return common / (volume - common).clamp(min=1e-9)


def _iou_with(boxes: Tensor, one: Tensor) -> Tensor:
    return _paired_iou(boxes, one.expand_as(boxes))


def _clusters(boxes: Tensor, sure: Tensor, agreement: float) -> Tensor:
    """(V,) int64: the cluster of each vote; the surest vote that is left gathers those that agree with it.

    The mean box of the gathered gathers once more, so that a single odd vote does not split an object.
    """
    label = torch.full((len(boxes),), -1, device=boxes.device)
    left = torch.argsort(sure, descending=True)
    number = 0
    while len(left) and number < _MOST_CLUSTERS:
        votes = boxes[left]
        near = _iou_with(votes, votes[0]) > agreement
        near[0] = True
        weight = sure[left[near]].clamp(min=1e-6)
        middle = (votes[near] * weight[:, None]).sum(dim=0) / weight.sum()
        near |= _iou_with(votes, middle) > agreement
        label[left[near]] = number
        left = left[~near]
        number += 1
    return label
