"""GaPro's Eq. 3: how far a predicted mean and variance are from the Gaussian Process' e and v at each place.

Where v > 0 it is KL(N(e, v) ‖ N(mean, exp(log variance))), in a form that has no difference of large numbers:

    r = log max(v, 1e-3) − log_variance
    ½ (exp(r) − 1 − r) + ½ (mean − e)² exp(−log_variance)            ≥ 0, and 0 at the match

Where e is determined (v = 0) that would be infinite; there it is (mean − e)² + exp(log_variance), as in the paper.
"""

import torch
from torch import Tensor

from gapro_annotator.training.config import KlForm
from gapro_annotator.training.losses.masks import weighted_mean

LEAST_VARIANCE = 1e-3
"""v of a place that is not determined counts as no less than this: its logarithm must stay finite."""
LOG_VARIANCE_BOUND = 5.0


def bounded_log_variance(raw: Tensor) -> Tensor:
    """Squash what a head puts out into −5..5, near 0 unchanged."""
    return LOG_VARIANCE_BOUND * torch.tanh(raw.float() / LOG_VARIANCE_BOUND)


def gaussian_loss(
    mean: Tensor, log_variance: Tensor | None, e: Tensor, v: Tensor, *, valid: Tensor, form: KlForm = "stable"
) -> Tensor:
    """Loss of Eq. 3, averaged over the valid places of each row.

    Parameters
    ----------
    mean : (..., P)
        Predicted.
    log_variance : (..., P) or None
        Predicted, bounded (`bounded_log_variance`); may be None with 'mse'.
    e, v : (..., P)
        Targets (`instance_maps`); no gradient flows into them. e is determined where v is 0.
    valid : (..., P) bool
        Places that count.
    form
        'stable': see the module. 'literal': the equation as printed, which takes v and the predicted variance for
        standard deviations. 'mse': (mean − e)² everywhere. 'none': 0.

    Returns
    -------
    (...) float32 Tensor
        0 where no place is valid.
    """
    mean, e, v = mean.float(), e.detach().float(), v.detach().float()
    square = (mean - e) ** 2
    if form == "none":
        places = torch.zeros_like(square)
    elif form == "mse" or log_variance is None:
        places = square
    else:
        log_variance = log_variance.float()
        undetermined = (_stable if form == "stable" else _literal)(square, log_variance, v.clamp(min=LEAST_VARIANCE))
        # Both sides are finite everywhere: a where over an infinite one would have gradients that are not numbers.
        places = torch.where(v > 0, undetermined, square + log_variance.exp())
    return weighted_mean(places, valid.float())


def _stable(square: Tensor, log_variance: Tensor, v: Tensor) -> Tensor:
    ratio = v.log() - log_variance
    return 0.5 * (torch.expm1(ratio) - ratio) + 0.5 * square * torch.exp(-log_variance)


def _literal(square: Tensor, log_deviation: Tensor, v: Tensor) -> Tensor:
    return log_deviation - v.log() + 0.5 * (v**2 + square) * torch.exp(-2 * log_deviation) - 0.5
