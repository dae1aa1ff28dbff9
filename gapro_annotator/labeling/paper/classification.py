"""Variational Gaussian Process classification with a probit likelihood, as published (gpytorch, float64)."""

from collections.abc import Sequence

import numpy as np
import torch
from gpytorch.distributions import MultivariateNormal
from gpytorch.kernels import RBFKernel, ScaleKernel
from gpytorch.likelihoods import BernoulliLikelihood
from gpytorch.models import ApproximateGP
from gpytorch.variational import CholeskyVariationalDistribution, VariationalStrategy

from gapro_annotator.arrays import Float64
from gapro_annotator.labeling.adam import Adam
from gapro_annotator.labeling.paper.padding import padded
from gapro_annotator.labeling.paper.problem import RATE, STEPS, Hyperparameters, PairAnswer, PairProblem

_JITTER = 1e-4
"""On the diagonal of the inducing points' covariance: two of them may be the same."""
_PREDICTED = 2000
"""Tested elements of each pair at a time."""


class _Process(ApproximateGP):
    """P pairs: zero mean, s² exp(-d²/2l²), a full Gaussian over each latent at its inducing points (P, M, C)."""

    def __init__(self, inducing: torch.Tensor) -> None:
        pairs = inducing.shape[:1]
        # No random start of the mean: the same request gives the same labels.
        own = CholeskyVariationalDistribution(inducing.shape[1], batch_shape=pairs, mean_init_std=0.0)
        super().__init__(VariationalStrategy(self, inducing, own, learn_inducing_locations=False, jitter_val=_JITTER))
        self.covar_module = ScaleKernel(RBFKernel(batch_shape=pairs), batch_shape=pairs)

    def forward(self, x: torch.Tensor) -> MultivariateNormal:
        return MultivariateNormal(x.new_zeros(x.shape[:-1]), self.covar_module(x))


def classify(
    problems: Sequence[PairProblem], inducing: Sequence[Float64], *, learn: bool, device: torch.device
) -> list[PairAnswer]:
    """Solve some pairs together; they do not see each other.

    Parameters
    ----------
    problems
        What to solve.
    inducing : (M, C) float64 each
        Features of the inducing points; the training features themselves for no approximation.
    learn
        Whether the kernel's hyper-parameters are learnt together with the variational distribution, or stay as gpytorch
        starts them (ln 2 each).
    device
        Where torch computes.
    """
    train, used = padded([p.train for p in problems], device)
    label, _ = padded([p.label[:, None] for p in problems], device)
    test, _ = padded([p.test for p in problems], device)
    most = max(len(sites) for sites in inducing)
    cycled = np.stack([sites[np.arange(most) % len(sites)] for sites in inducing])
    with torch.enable_grad():
        model = _Process(torch.from_numpy(cycled).to(device)).double().to(device)
        model.covar_module.requires_grad_(requires_grad=learn)
        likelihood = BernoulliLikelihood().to(device)
        _fit(model, likelihood, train, (label[:, :, 0] > 0).double(), used)
    model.eval()
    with torch.no_grad():
        parts = [_predicted(model, likelihood, chunk) for chunk in test.split(_PREDICTED, dim=1)]
        mean, variance, probability = (np.concatenate(columns, axis=1) for columns in zip(*parts, strict=True))
        scales = model.covar_module.base_kernel.lengthscale.reshape(-1).tolist()
        outputs = model.covar_module.outputscale.reshape(-1).tolist()
    return [
        PairAnswer(m[:count], v[:count], p[:count], Hyperparameters(scale, output))
        for m, v, p, count, scale, output in zip(
            mean, variance, probability, [len(p.test) for p in problems], scales, outputs, strict=True
        )
    ]


def _fit(
    model: _Process, likelihood: BernoulliLikelihood, train: torch.Tensor, target: torch.Tensor, used: torch.Tensor
) -> None:
    """Climb the evidence lower bound of every pair; `target` is 1 for the first box, which the probit turns into ±1."""
    optimizer = Adam(model.parameters(), RATE)
    model.train()
    for _ in range(STEPS):
        optimizer.zero_grad()
        fit = (likelihood.expected_log_prob(target, model(train)) * used).sum(dim=1)
        bound = (fit - model.variational_strategy.kl_divergence()) / used.sum(dim=1)
        (-bound.sum()).backward()
        optimizer.step()


def _predicted(model: _Process, likelihood: BernoulliLikelihood, x: torch.Tensor) -> tuple[Float64, Float64, Float64]:
    latent = model(x)
    probability = likelihood(latent).mean
    return latent.mean.cpu().numpy(), latent.variance.cpu().numpy(), probability.cpu().numpy()
