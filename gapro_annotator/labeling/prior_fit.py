"""Learn the prior of the linear kernel's weights from scans with ground truth: hierarchical Bayes, a multinomial logit.

Each scan i has weights wᵢ ~ N(μ, Σ); a piece is its candidate k's with probability softmax(φ·wᵢ), background's latent
being 0. μ and Σ are found by expectation maximisation with a Laplace approximation of each scan's posterior.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gapro_annotator.arrays import Float64, Int64

_NEWTON_STEPS = 6
_POOLED_STEPS = 25
_POOLED_PIECES = 300.0
"""A scan counts as this many pieces when all share one set of weights: large ones must not drown the others."""
_BIAS_RIDGE = 0.1
_DIAGONAL = 0.1
"""Share of the covariance that is kept diagonal: there are hardly more scans than weights."""


@dataclass(frozen=True, eq=False, slots=True)
class Examples:
    """What one scan teaches.

    Parameters
    ----------
    design : (Q, C) float64
        Standardised traits and the bias, a row for every piece with every candidate that holds it.
    piece : (Q,) int64
        Which piece, sorted, 0..P-1.
    right : (Q,) float64
        1 where the piece is that candidate's, else 0; all 0 for background.
    weight : (P,) float64
        How much each piece counts; 1 on average.
    """

    design: Float64
    piece: Int64
    right: Float64
    weight: Float64

    @property
    def starts(self) -> Int64:
        """(P,) first row of each piece."""
        return np.flatnonzero(np.diff(self.piece, prepend=-1))


def probabilities(latent: Float64, examples: Examples) -> tuple[Float64, Float64]:
    """(Q,) softmax of the latents of each piece and background, and (P,) the logarithm of what they were divided by."""
    starts = examples.starts
    top = np.maximum(np.maximum.reduceat(latent, starts), 0.0)
    weight = np.exp(latent - top[examples.piece])
    total = np.add.reduceat(weight, starts) + np.exp(-top)
    return weight / total[examples.piece], top + np.log(total)


def log_likelihood(weights: Float64, examples: Examples, temper: float) -> float:
    """Weighted log likelihood of a scan's pieces."""
    latent = examples.design @ weights
    _, normaliser = probabilities(latent, examples)
    right = np.add.reduceat(examples.right * latent, examples.starts)
    return temper * float(examples.weight @ (right - normaliser))


def slopes(weights: Float64, examples: Examples, temper: float) -> tuple[Float64, Float64]:
    """(C,) gradient and (C, C) negative Hessian of the log likelihood."""
    chance, _ = probabilities(examples.design @ weights, examples)
    counted = temper * examples.weight
    row_weight = counted[examples.piece]
    gradient = examples.design.T @ (row_weight * (examples.right - chance))
    expected = np.add.reduceat(examples.design * chance[:, None], examples.starts, axis=0)
    curvature = (examples.design * (row_weight * chance)[:, None]).T @ examples.design
    return gradient, curvature - (expected * counted[:, None]).T @ expected


def pooled_weights(scans: Sequence[Examples], ridge: float) -> Float64:
    """One set of weights for all scans: maximum a posteriori under a ridge, by damped Newton steps."""
    size = scans[0].design.shape[1]
    penalty = np.full(size, ridge)
    penalty[-1] *= _BIAS_RIDGE
    weights = np.zeros(size)
    for _ in range(_POOLED_STEPS):
        gradient, curvature = -penalty * weights, np.diag(penalty)
        for scan in scans:
            one, two = slopes(weights, scan, _POOLED_PIECES / float(scan.weight.sum()))
            gradient, curvature = gradient + one, curvature + two
        step = np.linalg.solve(curvature, gradient)
        longest = float(np.abs(step).max())
        weights = weights + step * min(1.0, 2.0 / max(longest, 1e-12))
        if longest < 1e-3:
            break
    return weights


def scan_posterior(
    scan: Examples, start: Float64, mean: Float64, precision: Float64, temper: float
) -> tuple[Float64, Float64]:
    """Mode and covariance of one scan's weights under N(mean, precision⁻¹): Newton with step halving, and Laplace."""

    def objective(weights: Float64) -> float:
        away = weights - mean
        return log_likelihood(weights, scan, temper) - 0.5 * float(away @ precision @ away)

    weights, height = start, objective(start)
    curvature = precision
    for _ in range(_NEWTON_STEPS):
        gradient, curvature = slopes(weights, scan, temper)
        curvature = curvature + precision
        step = np.linalg.solve(curvature, gradient - precision @ (weights - mean))
        scale = 1.0
        while objective(weights + scale * step) < height and scale > 1e-3:
            scale /= 2
        if scale <= 1e-3:
            break
        weights = weights + scale * step
        risen, height = objective(weights) - height, objective(weights)
        if risen < 1e-3:
            break
    return weights, np.asarray(np.linalg.inv(curvature), np.float64)


def hierarchical_prior(
    scans: Sequence[Examples], start: Float64, *, variance: float, rounds: int, temper: float
) -> tuple[Float64, Float64]:
    """Mean and covariance of the scans' weights.

    Parameters
    ----------
    scans
        What was seen.
    start : (C,) float64
        First mean.
    variance
        First variance of each weight.
    rounds
        Of expectation maximisation.
    temper
        How much a piece counts: less than 1, since the pieces of an object are not independent.

    Returns
    -------
    (C,) and (C, C) float64
    """
    mean, covariance = start, np.eye(len(start)) * variance
    modes = [start] * len(scans)
    for _ in range(rounds):
        precision = np.asarray(np.linalg.inv(covariance), np.float64)
        found = [scan_posterior(scan, mode, mean, precision, temper) for scan, mode in zip(scans, modes, strict=True)]
        modes = [mode for mode, _ in found]
        mean = np.mean(modes, axis=0)
        away = np.array(modes) - mean
        covariance = (np.sum([spread for _, spread in found], axis=0) + away.T @ away) / len(scans)
        covariance = (1 - _DIAGONAL) * covariance + _DIAGONAL * np.diag(np.diag(covariance))
    return mean, covariance
