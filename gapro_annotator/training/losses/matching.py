"""Which prediction answers for which instance: the Hungarian assignment of every decoder layer and scan at once."""

from dataclasses import dataclass

import numpy as np
import torch
from scipy.optimize import linear_sum_assignment
from torch import Tensor

from gapro_annotator.arrays import Float32, Int64
from gapro_annotator.training.losses.masks import pairwise_dice, pairwise_entropy

_CLASS_COST = 0.5
_IMPOSSIBLE = 1e6


@dataclass(frozen=True, eq=False, slots=True)
class Matches:
    """M pairs of a prediction and an instance, ordered by scan.

    Parameters
    ----------
    layer, scan, query, instance : (M,) int64
        Of L layers, B scans, Q queries and K instances.
    per_scan
        How many pairs each scan has.
    layers
        L.
    """

    layer: Tensor
    scan: Tensor
    query: Tensor
    instance: Tensor
    per_scan: tuple[int, ...]
    layers: int

    def average(self, values: Tensor, counted: Tensor | None = None) -> Tensor:
        """Average (M,) values over the pairs of a scan, then over the scans, and sum that over the layers.

        Given `counted`, (M,) bool, only over those pairs. A scan without any is one of which the average is 0.
        """
        weight = torch.ones_like(values) if counted is None else counted.to(values.dtype)
        group = self.layer * len(self.per_scan) + self.scan
        size = torch.zeros(self.layers * len(self.per_scan), device=values.device).index_add(0, group, weight)
        return (values * weight / size.clamp(min=1)[group]).sum() / len(self.per_scan)


@torch.no_grad()
def matching_cost(class_logit: Tensor, mask_logit: Tensor, target: Tensor, weight: Tensor, class_row: Tensor) -> Tensor:
    """What it costs to let each prediction answer for each instance: 0.5 class + BCE + dice.

    Parameters
    ----------
    class_logit : (..., Q, C + 1)
        The last one is 'no object'.
    mask_logit : (..., Q, P)
    target, weight : (K, P)
        Label of each instance at its places, and how far that is believed.
    class_row : (K,) int64

    Returns
    -------
    (..., Q, K) float32 Tensor
    """
    probability = class_logit.float().softmax(-1)[..., class_row]
    masks = pairwise_entropy(mask_logit, target, weight) + pairwise_dice(mask_logit, target, weight)
    return masks - _CLASS_COST * probability


@torch.no_grad()
def match(cost: Tensor, instance_scan: Tensor) -> Matches:
    """Assign instances to the predictions of their scan, each to one, at least total cost.

    Parameters
    ----------
    cost : (L, B, Q, K)
        Costs with instances of other scans are not looked at.
    instance_scan : (K,) int64

    Returns
    -------
    Matches
        min(Q, instances) pairs for each layer and scan.
    """
    # Together, because each copy to the host waits for the device.
    packed = torch.cat([cost.float().flatten(), instance_scan.float()]).cpu().numpy()
    costs = np.nan_to_num(packed[: cost.numel()].reshape(cost.shape), nan=_IMPOSSIBLE, posinf=_IMPOSSIBLE)
    table, per_scan = _assignments(costs, packed[cost.numel() :].astype(np.int64))
    rows = torch.from_numpy(table).to(cost.device)
    return Matches(*rows, per_scan=per_scan, layers=cost.shape[0])


def _assignments(costs: Float32, instance_scan: Int64) -> tuple[Int64, tuple[int, ...]]:
    """(4, M) layer, scan, query and instance of each pair, by scan; and the pairs of each scan."""
    layers, scans = costs.shape[:2]
    found: list[Int64] = [np.empty((4, 0), np.int64)]
    per_scan: list[int] = []
    for scan in range(scans):
        mine = np.flatnonzero(instance_scan == scan)
        pairs = [linear_sum_assignment(costs[layer, scan][:, mine]) for layer in range(layers)]
        found += [
            np.stack([np.full_like(query, layer), np.full_like(query, scan), query, mine[column]])
            for layer, (query, column) in enumerate(pairs)
        ]
        per_scan.append(sum(len(query) for query, _ in pairs))
    return np.concatenate(found, axis=1), tuple(per_scan)
