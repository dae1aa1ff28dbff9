"""The paper's two kinds of process against what they must equal."""

import numpy as np
import pytest
import torch
from scipy.stats import multivariate_normal, norm

from gapro_annotator.labeling.paper.classification import classify
from gapro_annotator.labeling.paper.problem import Hyperparameters, PairProblem
from gapro_annotator.labeling.paper.regression import FIXED, regress

CPU = torch.device("cpu")


def problem(seed: int, first: int = 14, second: int = 9, test: int = 6) -> PairProblem:
    random = np.random.default_rng(seed)
    train = np.concatenate([random.normal(-0.4, 0.5, (first, 3)), random.normal(0.4, 0.5, (second, 3))])
    label = np.concatenate([np.ones(first), -np.ones(second)])
    return PairProblem(train, label, random.normal(0, 0.6, (test, 3)))


def kernel(x: np.ndarray, y: np.ndarray, hyper: Hyperparameters) -> np.ndarray:
    squared = ((x[:, None] - y[None]) ** 2).sum(axis=2)
    return hyper.outputscale * np.exp(-squared / (2 * hyper.lengthscale**2))


def covariance(asked: PairProblem, hyper: Hyperparameters) -> np.ndarray:
    return kernel(asked.train, asked.train, hyper) + hyper.noise * np.eye(len(asked.label))


def solve(problems, known):
    return regress(problems, known, device=CPU, step=lambda _: None)


@pytest.mark.parametrize("known", [True, False])
def test_regression_equals_dense_numpy(known):
    asked = [problem(1), problem(2, 30, 3, 1), problem(3, 2, 2, 11)]
    start = [Hyperparameters(0.7, 1.3, 0.2) if known else None] * 3
    for one, answer in zip(asked, solve(asked, start), strict=True):
        hyper = answer.hyperparameters
        if known:
            assert (hyper.lengthscale, hyper.outputscale, hyper.noise) == pytest.approx((0.7, 1.3, 0.2))
        inverse = np.linalg.inv(covariance(one, hyper))
        cross = kernel(one.train, one.test, hyper)
        mean = cross.T @ inverse @ one.label
        variance = hyper.outputscale - np.einsum("nm,nk,km->m", cross, inverse, cross)
        np.testing.assert_allclose(answer.mean, mean, atol=1e-8)
        np.testing.assert_allclose(answer.variance, variance, atol=1e-8)
        np.testing.assert_allclose(answer.probability, norm.cdf(mean / np.sqrt(variance + hyper.noise)), atol=1e-8)


def test_learning_raises_the_marginal_likelihood():
    asked = [problem(seed) for seed in range(4)]
    for one, answer in zip(asked, solve(asked, [None] * 4), strict=True):
        before, after = (
            multivariate_normal.logpdf(one.label, cov=covariance(one, h)) for h in (FIXED, answer.hyperparameters)
        )
        assert after > before + 0.1


def test_pairs_of_a_batch_do_not_see_each_other():
    asked = [problem(1), problem(2, 20, 6, 3), problem(5, 12, 12, 9)]
    together = solve(asked, [None] * 3)
    for one, answer in zip(asked, together, strict=True):
        alone = solve([one], [None])[0]
        np.testing.assert_allclose(answer.mean, alone.mean, atol=1e-7)
        np.testing.assert_allclose(answer.variance, alone.variance, atol=1e-7)


def test_pairs_that_are_classified_together_do_not_see_each_other():
    asked = [problem(1), problem(7), problem(8)]
    together = classify(asked, [p.train for p in asked], learn=True, device=CPU)
    for one, answer in zip(asked, together, strict=True):
        alone = classify([one], [one.train], learn=True, device=CPU)[0]
        np.testing.assert_allclose(answer.mean, alone.mean, atol=1e-5)
        assert answer.hyperparameters.lengthscale == pytest.approx(alone.hyperparameters.lengthscale, abs=1e-5)


def test_short_problems_are_padded_without_being_changed():
    asked = [problem(1), problem(2, 22, 16, 2)]
    sites = [p.train[::4] for p in asked]
    together = classify(asked, sites, learn=True, device=CPU)
    for one, site, answer in zip(asked, sites, together, strict=True):
        alone = classify([one], [site], learn=True, device=CPU)[0]
        assert answer.mean.shape == (len(one.test),)
        np.testing.assert_allclose(answer.probability, alone.probability, atol=0.05)


@pytest.mark.parametrize("learn", [True, False])
def test_naming_the_other_box_first_mirrors_the_classification(learn):
    one = problem(4)
    turned = PairProblem(one.train, -one.label, one.test)
    here, there = (classify([p], [p.train], learn=learn, device=CPU)[0] for p in (one, turned))
    np.testing.assert_allclose(here.mean, -there.mean, atol=1e-6)
    np.testing.assert_allclose(here.probability, 1 - there.probability, atol=1e-6)
    assert (here.hyperparameters == Hyperparameters(np.log(2), np.log(2))) == (not learn)


def test_classification_separates_what_is_apart():
    one = problem(6)
    apart = PairProblem(one.train + 2 * one.label[:, None], one.label, np.array([[2.0, 2, 2], [-2.0, -2, -2]]))
    answer = classify([apart], [apart.train], learn=True, device=CPU)[0]
    assert answer.probability[0] > 0.8
    assert answer.probability[1] < 0.2
    assert (answer.variance > 0).all()
