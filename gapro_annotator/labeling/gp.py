"""Gaussian Process regression on ±1 labels for many box pairs at once, in batches of like size (torch, gpytorch)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import gpytorch
import numpy as np
import torch
from gpytorch.constraints import GreaterThan
from gpytorch.kernels import ProductKernel, RBFKernel, ScaleKernel
from gpytorch.likelihoods import GaussianLikelihood
from gpytorch.priors import LogNormalPrior

from gapro_annotator.arrays import Float64
from gapro_annotator.errors import LabelingError
from gapro_annotator.labeling.features import FeatureGroup

STEPS = 40
"""Adam steps; the marginal likelihood of these small problems moves little after thirty."""
_RATE = 0.1
_LEAST_NOISE = 1e-2
_CELLS = 1_000_000
"""Kernel entries of one batch: 8 MB a matrix, and a step of learning, between two questions whether to go on, 0.1 s."""


@dataclass(frozen=True, eq=False, slots=True)
class GaussianProcessProblem:
    """One pair of boxes.

    Parameters
    ----------
    train : (n, C) float64
        Features of the superpoints that lie in one of the two boxes only.
    target : (n,) float64
        +1 first box, -1 second, or what a rule's prior mean leaves of a person's label. The process itself has mean 0.
    noise : (n,) float64
        Multiplies the learnt noise: below 1 where the label is surer than usual.
    test : (m, C) float64
        Features of the superpoints in question.
    """

    train: Float64
    target: Float64
    noise: Float64
    test: Float64


@dataclass(frozen=True, slots=True)
class Hyperparameters:
    """What is learnt for one pair: a length scale for each feature group, output scale and noise (variances)."""

    lengthscales: tuple[float, ...]
    outputscale: float
    noise: float


@dataclass(frozen=True, eq=False, slots=True)
class Posterior:
    """The latent at the test superpoints: mean > 0 speaks for the first box.

    `mean`, `variance`: (m,) float64; `hyperparameters` of the pair.
    """

    mean: Float64
    variance: Float64
    hyperparameters: Hyperparameters


def solve(
    problems: Sequence[GaussianProcessProblem],
    groups: Sequence[FeatureGroup],
    *,
    fitted: Sequence[Hyperparameters | None],
    device: torch.device,
    step: Callable[[int], None],
) -> list[Posterior]:
    """Learn the hyper-parameters of every problem and predict its test superpoints.

    Parameters
    ----------
    problems, groups
        What to solve, and which features share a length scale.
    fitted
        For each problem, hyper-parameters to use as they are, or None to learn them.
    device
        Where torch computes.
    step
        Called with the number of problems solved so far, after each batch and before each step of learning, which
        counts as its part of the batch; raises to cancel.

    Returns
    -------
    list of Posterior
        In the order of `problems`.
    """
    answers: dict[int, Posterior] = {}
    for known in (False, True):
        rows = [row for row, hyper in enumerate(fitted) if (hyper is not None) == known]
        for batch in _batches(problems, rows):
            start = [fitted[row] for row in batch] if known else None
            asked = [problems[row] for row in batch]
            solved = _solve_batch(asked, groups, start, device, _part_of(step, len(answers), len(batch)))
            answers.update(zip(batch, solved, strict=True))
            step(len(answers))
    return [answers[row] for row in range(len(problems))]


def _part_of(step: Callable[[int], None], before: int, batch: int) -> Callable[[int], None]:
    """Report each step of learning as the part of its batch that is done."""
    return lambda learnt: step(before + batch * learnt // STEPS)


def _batches(problems: Sequence[GaussianProcessProblem], rows: list[int]) -> list[list[int]]:
    """Group problems of like size: padding wastes at most about half of a batch's matrices."""
    batches: list[list[int]] = []
    for row in sorted(rows, key=lambda row: (len(problems[row].target), row)):
        size = max(len(problems[row].target), 8)
        smallest = len(problems[batches[-1][0]].target) if batches else 0
        fits = batches and size <= 1.5 * max(smallest, 16) and (len(batches[-1]) + 1) * size * size <= _CELLS
        if fits:
            batches[-1].append(row)
        else:
            batches.append([row])
    return batches


class _Model(torch.nn.Module):
    """The kernels and likelihoods of a batch: P pairs, one set of hyper-parameters each."""

    def __init__(self, pairs: int, groups: Sequence[FeatureGroup]) -> None:
        super().__init__()
        shape = torch.Size([pairs])
        self.parts = [_radial(group, shape) for group in groups]
        self.covar_module = ScaleKernel(
            ProductKernel(*self.parts), batch_shape=shape, outputscale_prior=LogNormalPrior(0.0, 0.7)
        )
        self.likelihood = GaussianLikelihood(
            batch_shape=shape, noise_constraint=GreaterThan(_LEAST_NOISE), noise_prior=LogNormalPrior(-1.5, 0.7)
        )
        self.covar_module.outputscale = torch.ones(shape)
        self.likelihood.noise = torch.full((pairs, 1), 0.2)

    def load(self, values: Sequence[Hyperparameters]) -> None:
        """Take over hyper-parameters that were learnt before."""
        for column, part in enumerate(self.parts):
            part.lengthscale = torch.tensor([v.lengthscales[column] for v in values]).reshape(-1, 1, 1)
        self.covar_module.outputscale = torch.tensor([v.outputscale for v in values])
        self.likelihood.noise = torch.tensor([max(v.noise, _LEAST_NOISE * 1.0001) for v in values]).reshape(-1, 1)

    def log_prior(self) -> torch.Tensor:
        """Log density of the hyper-parameters, summed over the pairs."""
        total = torch.zeros(())
        for _, module, prior, closure, _ in self.named_priors():
            total = total + prior.log_prob(closure(module)).sum()
        return total

    def named_priors(self) -> list[tuple[str, torch.nn.Module, LogNormalPrior, Callable[..., torch.Tensor], object]]:
        """Every prior of the kernels and the likelihood."""
        return [*self.covar_module.named_priors(), *self.likelihood.named_priors()]

    def values(self) -> list[Hyperparameters]:
        """Return the hyper-parameters, one for each pair."""
        scales = torch.stack([part.lengthscale.detach().reshape(-1) for part in self.parts], dim=1).cpu().tolist()
        output = self.covar_module.outputscale.detach().cpu().tolist()
        noise = self.likelihood.noise.detach().reshape(-1).cpu().tolist()
        return [Hyperparameters(tuple(s), o, n) for s, o, n in zip(scales, output, noise, strict=True)]


def _radial(group: FeatureGroup, shape: torch.Size) -> RBFKernel:
    prior = LogNormalPrior(float(np.log(group.lengthscale)), 0.5)
    dims = tuple(range(group.start, group.stop))
    kernel = RBFKernel(batch_shape=shape, active_dims=dims, lengthscale_prior=prior)
    kernel.lengthscale = torch.full((*shape, 1, 1), group.lengthscale)
    return kernel


def _solve_batch(
    problems: Sequence[GaussianProcessProblem],
    groups: Sequence[FeatureGroup],
    start: Sequence[Hyperparameters | None] | None,
    device: torch.device,
    report: Callable[[int], None],
) -> list[Posterior]:
    """Solve problems of like size together; padded rows have no covariance, unit noise and target 0."""
    train, used = _padded([p.train for p in problems], device)
    test, _ = _padded([p.test for p in problems], device)
    target = _padded([p.target[:, None] for p in problems], device)[0]
    factor = _padded([p.noise[:, None] for p in problems], device)[0].squeeze(-1)
    model = _Model(len(problems), groups).double().to(device)
    if start is None:
        _learn(model, train, used, target, factor, report=report)
    else:
        model.load([hyper for hyper in start if hyper is not None])
    with torch.no_grad():
        root = torch.linalg.cholesky(_covariance(model, train, used, factor))
        cross = model.covar_module(train, test).to_dense() * used[:, :, None]
        weighted = torch.linalg.solve_triangular(root, torch.cat([target, cross], dim=2), upper=False)
        mean = torch.einsum("pnm,pn->pm", weighted[:, :, 1:], weighted[:, :, 0])
        variance = model.covar_module.outputscale[:, None] - weighted[:, :, 1:].square().sum(dim=1)
    mean, variance = mean.cpu().numpy(), variance.clamp_min(1e-9).cpu().numpy()
    counts = [len(p.test) for p in problems]
    rows = zip(mean, variance, counts, model.values(), strict=True)
    return [Posterior(m[:count], v[:count], hyper) for m, v, count, hyper in rows]


def _padded(arrays: Sequence[Float64], device: torch.device) -> tuple[torch.Tensor, torch.Tensor]:
    """Return (P, n, C) with zeros below the shorter arrays, and (P, n) 1 where there is a row."""
    longest = max(1, *(len(a) for a in arrays))
    values = np.zeros((len(arrays), longest, arrays[0].shape[1]))
    used = np.zeros((len(arrays), longest))
    for row, array in enumerate(arrays):
        values[row, : len(array)] = array
        used[row, : len(array)] = 1.0
    return torch.from_numpy(values).to(device), torch.from_numpy(used).to(device)


def _covariance(model: _Model, train: torch.Tensor, used: torch.Tensor, factor: torch.Tensor) -> torch.Tensor:
    """Return kernel plus noise, (P, n, n)."""
    kernel = model.covar_module(train).to_dense() * used[:, :, None] * used[:, None, :]
    noise = model.likelihood.noise * factor + (1.0 - used)
    return kernel + torch.diag_embed(noise)


def _learn(
    model: _Model,
    train: torch.Tensor,
    used: torch.Tensor,
    target: torch.Tensor,
    factor: torch.Tensor,
    *,
    report: Callable[[int], None],
) -> None:
    """Climb the log marginal likelihood plus log prior of every pair; the pairs do not see each other.

    The gradient by the covariance is known, (K⁻¹ - αα')/2 with α = K⁻¹y (Rasmussen and Williams 2006, 5.9), and cheaper
    than the one that runs back through the Cholesky root.
    """
    optimizer = torch.optim.Adam(model.parameters(), lr=_RATE)
    for step in range(STEPS):
        report(step)
        optimizer.zero_grad()
        covariance = _covariance(model, train, used, factor)
        with torch.no_grad():
            inverse = torch.cholesky_inverse(torch.linalg.cholesky(covariance))
            solved = inverse @ target
            gradient = (inverse - solved @ solved.transpose(1, 2)) / 2
        loss = (gradient * covariance).sum() - model.log_prior()
        loss.backward()
        optimizer.step()


def choose_device(wanted: str) -> torch.device:
    """Return the device to compute on; 'auto' takes CUDA where there is one."""
    if wanted == "auto":
        wanted = "cuda" if torch.cuda.is_available() else "cpu"
    if wanted == "cuda" and not torch.cuda.is_available():
        raise LabelingError("there is no CUDA device that this torch can use; label with --device auto or cpu")
    return torch.device(wanted)


def versions() -> dict[str, str]:
    """Return the versions that the numbers depend on."""
    return {"torch": str(torch.__version__), "gpytorch": str(gpytorch.__version__)}
