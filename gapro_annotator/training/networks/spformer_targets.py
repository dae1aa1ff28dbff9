"""The labels of a batch as SPFormer learns them: masks, weights, e and v at superpoints, scan by scan."""

from dataclasses import dataclass

import torch
from torch import Tensor

from gapro_annotator.training.data.batch import IGNORED, Batch, Targets, superpoint_mean
from gapro_annotator.training.networks.spformer_rows import ScanRows


@dataclass(frozen=True, eq=False, slots=True)
class MaskTargets:
    """K instances over the places of their scans' rows (`ScanRows`).

    Parameters
    ----------
    scan, class_row : (K,) int64
    mask : (K, P) float32
        1 where more than half of a superpoint is the instance, points counting by their weights; else 0.
    weight : (K, P) float32
        Mean weight of the superpoint's points: how far its label is believed. 0 where no superpoint is.
    mean, variance : (K, P) float32
        The paper's e and v.
    """

    scan: Tensor
    class_row: Tensor
    mask: Tensor
    weight: Tensor
    mean: Tensor
    variance: Tensor


def mask_targets(batch: Batch, targets: Targets, rows: ScanRows) -> MaskTargets:
    """Gather the labels on superpoints.

    Instances that are the majority of no superpoint are left out: no mask of superpoints can find them.
    """
    weight = targets.weight.where(targets.semantic != IGNORED, 0.0)
    mask = _majority(batch, targets, weight)
    kept = mask.any(1).nonzero().squeeze(1)
    scan = targets.instance_scan[kept]
    believed = superpoint_mean(weight[:, None], batch.superpoint, batch.superpoint_count)
    return MaskTargets(
        scan=scan,
        class_row=targets.instance_class[kept],
        mask=rows.of_instances(mask[kept].float(), scan),
        weight=rows.of_superpoints(believed).squeeze(-1)[scan],
        mean=rows.of_instances(targets.mean[kept], scan),
        variance=rows.of_instances(targets.variance[kept], scan),
    )


def _majority(batch: Batch, targets: Targets, weight: Tensor) -> Tensor:
    """(K, S) whether more than half of the superpoint, by weight, is the instance."""
    shape = (targets.count, batch.superpoint_count)
    mine = targets.instance >= 0
    cell = targets.instance[mine] * shape[1] + batch.superpoint[mine]
    held = torch.zeros(shape[0] * shape[1], device=weight.device).index_add(0, cell, weight[mine])
    total = torch.zeros(shape[1], device=weight.device).index_add(0, batch.superpoint, weight)
    return held.view(shape) > 0.5 * total
