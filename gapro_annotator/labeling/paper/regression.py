"""Gaussian Process regression on ±1 for many pairs at once: one RBF kernel and one noise each (torch, float64)."""

from collections.abc import Sequence

import numpy as np
import torch
from scipy.special import ndtr

from gapro_annotator.labeling.adam import Adam
from gapro_annotator.labeling.paper.padding import padded
from gapro_annotator.labeling.paper.problem import RATE, STEPS, Hyperparameters, PairAnswer, PairProblem, Step

FIXED = Hyperparameters(noise=float(np.log(2.0)))
"""What learning starts from: gpytorch's own start, ln 2 each."""
_LEAST_NOISE = 1e-4
_CELLS = 1_000_000
"""Kernel entries of one batch: 8 MB a matrix."""
_LIMIT = 6.0
"""No log hyper-parameter leaves ±6: labels that no length scale explains would drive it to infinity."""


def regress(
    problems: Sequence[PairProblem],
    known: Sequence[Hyperparameters | None],
    *,
    device: torch.device,
    step: Step,
) -> list[PairAnswer]:
    """Solve every pair; the pairs do not see each other.

    Parameters
    ----------
    problems
        What to solve.
    known
        For each problem the hyper-parameters to use as they are, or None to learn them by Adam on the log marginal
        likelihood.
    device
        Where torch computes.
    step
        Called after each batch.
    """
    answers: dict[int, PairAnswer] = {}
    for learn in (True, False):
        rows = [row for row, hyper in enumerate(known) if (hyper is None) == learn]
        for batch in _batches(problems, rows):
            start = [known[row] or FIXED for row in batch]
            solved = _solve([problems[row] for row in batch], start, learn=learn, device=device)
            answers.update(zip(batch, solved, strict=True))
            step(len(answers))
    return [answers[row] for row in range(len(problems))]


def _batches(problems: Sequence[PairProblem], rows: list[int]) -> list[list[int]]:
    """Group problems of like size, so that little is padded."""
    batches: list[list[int]] = []
    for row in sorted(rows, key=lambda row: (len(problems[row].label), row)):
        size = max(len(problems[row].label), 8)
        smallest = len(problems[batches[-1][0]].label) if batches else 0
        if batches and size <= 1.5 * max(smallest, 16) and (len(batches[-1]) + 1) * size * size <= _CELLS:
            batches[-1].append(row)
        else:
            batches.append([row])
    return batches


def _solve(
    problems: list[PairProblem], start: list[Hyperparameters], *, learn: bool, device: torch.device
) -> list[PairAnswer]:
    """Solve a batch of P pairs; padded rows have no covariance, unit noise and label 0."""
    train, used = padded([p.train for p in problems], device)
    test, _ = padded([p.test for p in problems], device)
    label, _ = padded([p.label[:, None] for p in problems], device)
    rows = [[h.lengthscale, h.outputscale, max(h.noise or 0.0, 2 * _LEAST_NOISE) - _LEAST_NOISE] for h in start]
    theta = torch.tensor(rows, dtype=torch.float64, device=device).log()  # (P, 3)
    squared = torch.cdist(train, train, compute_mode="donot_use_mm_for_euclid_dist").square()
    if learn:
        theta = _learn(theta, squared, used, label)
    kernel, noise = _kernel(theta, squared, used)
    root = torch.linalg.cholesky(kernel + torch.diag_embed(noise))
    scale, output = theta[:, 0].exp()[:, None, None], theta[:, 1].exp()
    away = torch.cdist(train, test, compute_mode="donot_use_mm_for_euclid_dist").square()
    cross = output[:, None, None] * (-away / (2 * scale**2)).exp() * used[:, :, None]
    weighted = torch.linalg.solve_triangular(root, torch.cat([label, cross], dim=2), upper=False)
    mean = torch.einsum("pnm,pn->pm", weighted[:, :, 1:], weighted[:, :, 0]).cpu().numpy()
    variance = (output[:, None] - weighted[:, :, 1:].square().sum(dim=1)).clamp_min(1e-9).cpu().numpy()
    answers: list[PairAnswer] = []
    for row, problem in enumerate(problems):
        lengthscale, outputscale, above = theta[row].exp().tolist()
        hyper, count = Hyperparameters(lengthscale, outputscale, above + _LEAST_NOISE), len(problem.test)
        m, v = mean[row, :count], variance[row, :count]
        answers.append(PairAnswer(m, v, ndtr(m / np.sqrt(v + above + _LEAST_NOISE)), hyper))
    return answers


def _kernel(theta: torch.Tensor, squared: torch.Tensor, used: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Return s² exp(-d²/2l²) (P, n, n), and the noise (P, n) that is 1 on padded rows."""
    scale, output, noise = (column[:, None, None] for column in theta.exp().T)
    kernel = output * (-squared / (2 * scale**2)).exp() * used[:, :, None] * used[:, None, :]
    return kernel, (noise[:, :, 0] + _LEAST_NOISE) * used + (1.0 - used)


def _learn(theta: torch.Tensor, squared: torch.Tensor, used: torch.Tensor, label: torch.Tensor) -> torch.Tensor:
    """Climb the log marginal likelihood of every pair in log l, log s², log noise.

    Its gradient by the covariance K is (αα' - K⁻¹)/2 with α = K⁻¹y (Rasmussen and Williams 2006, eq. 5.9).
    """
    theta = theta.clone()
    optimizer = Adam([theta], RATE)
    for _ in range(STEPS):
        kernel, noise = _kernel(theta, squared, used)
        inverse = torch.cholesky_inverse(torch.linalg.cholesky(kernel + torch.diag_embed(noise)))
        solved = inverse @ label
        slope = (inverse - solved @ solved.transpose(1, 2)) / 2 * kernel
        by_noise = (inverse.diagonal(dim1=1, dim2=2) - solved[:, :, 0].square()) / 2 * used
        by_scale = (slope * squared).sum(dim=(1, 2)) / theta[:, 0].exp().square()
        by_output, noises = slope.sum(dim=(1, 2)), by_noise.sum(dim=1) * theta[:, 2].exp()
        theta.grad = torch.stack([by_scale, by_output, noises], dim=1)
        optimizer.step()
        theta.clamp_(-_LIMIT, _LIMIT)
    return theta
