"""Losses of one predicted mask against one label's, place by place; places are superpoints or points.

All functions work along the last dimension and broadcast over the others. `weight` says how far the label of each
place is believed; a place of weight 0 counts in nothing.
"""

from torch import Tensor
from torch.nn import functional

_SMOOTH = 1.0
"""Added above and below in dice, as published: one superpoint more in the overlap, so that empty masks are defined."""


def weighted_mean(values: Tensor, weight: Tensor) -> Tensor:
    """Average (..., P) values by their weights, (...); 0 where all weights are 0."""
    total = weight.sum(-1)
    return (values * weight).sum(-1) / total.where(total > 0, 1.0)


def mask_entropy(logit: Tensor, target: Tensor, weight: Tensor) -> Tensor:
    """Binary cross entropy of each mask, averaged over its places by their weights.

    Parameters
    ----------
    logit, target, weight : (..., P)
        Mask logits, labels in 0..1, weights ≥ 0.

    Returns
    -------
    (...) Tensor
        Does not change when all weights are multiplied by the same number.
    """
    logit = logit.float()
    # torch's own does not broadcast.
    return weighted_mean(functional.softplus(logit) - logit * target.float(), weight.float())


def mask_dice(logit: Tensor, target: Tensor, weight: Tensor) -> Tensor:
    """1 − dice of each mask, places counting by their weights.

    Parameters
    ----------
    logit, target, weight : (..., P)
        Mask logits, labels in 0..1, weights ≥ 0.

    Returns
    -------
    (...) Tensor
        0..1.
    """
    probability, target, weight = logit.float().sigmoid(), target.float(), weight.float()
    both = (weight * probability * target).sum(-1)
    either = (weight * (probability + target)).sum(-1)
    return 1 - (2 * both + _SMOOTH) / (either + _SMOOTH)


def pairwise_entropy(logit: Tensor, target: Tensor, weight: Tensor) -> Tensor:
    """`mask_entropy` of every prediction with every label, without a predictions × labels × places array.

    Parameters
    ----------
    logit : (..., Q, P)
    target : (K, P)
    weight : (K, P)
        Of each label's places.

    Returns
    -------
    (..., Q, K) Tensor
    """
    logit, target, weight = logit.float(), target.float(), weight.float()
    total = weight.sum(-1)
    summed = functional.softplus(logit) @ weight.T - logit @ (weight * target).T
    return summed / total.where(total > 0, 1.0)


def pairwise_dice(logit: Tensor, target: Tensor, weight: Tensor) -> Tensor:
    """`mask_dice` of every prediction with every label; shapes as in `pairwise_entropy`."""
    probability, target, weight = logit.float().sigmoid(), target.float(), weight.float()
    both = probability @ (weight * target).T
    either = probability @ weight.T + (weight * target).sum(-1)
    return 1 - (2 * both + _SMOOTH) / (either + _SMOOTH)


def mask_overlap(logit: Tensor, target: Tensor, weight: Tensor) -> Tensor:
    """IoU of the mask of positive logits with the label, places counting by their weights, (...); no gradient."""
    found, known, weight = (logit.detach() > 0).float(), (target > 0.5).float(), weight.float()
    both = (weight * found * known).sum(-1)
    either = (weight * (found + known)).sum(-1) - both
    return both / either.where(either > 0, 1.0)
