import numpy as np
import pytest
import torch

from gapro_annotator.errors import CancelledError, LabelingError
from gapro_annotator.labeling.features import FeatureGroup
from gapro_annotator.labeling.gp import (
    STEPS,
    GaussianProcessProblem,
    Hyperparameters,
    Posterior,
    choose_device,
    solve,
)

GROUPS = (FeatureGroup("xyz", 0, 3, 0.5), FeatureGroup("rgb", 3, 6, 0.4))
KNOWN = Hyperparameters((0.6, 0.9), 1.3, 0.2)


def problem(seed: int, train: int, test: int) -> GaussianProcessProblem:
    random = np.random.default_rng(seed)
    features = random.normal(0, 0.5, (train, 6))
    target = np.where(features[:, 0] + 0.3 * random.normal(size=train) > 0, 1.0, -1.0)
    noise = np.where(random.random(train) < 0.2, 0.1, 1.0)
    return GaussianProcessProblem(features, target, noise, random.normal(0, 0.5, (test, 6)))


def solved(problems: list[GaussianProcessProblem], fitted: list[Hyperparameters | None]) -> list[Posterior]:
    return solve(problems, GROUPS, fitted=fitted, device=torch.device("cpu"), step=lambda _done: None)


def dense(task: GaussianProcessProblem, hyper: Hyperparameters) -> tuple[np.ndarray, np.ndarray, float]:
    """The textbook's Gaussian Process (Rasmussen and Williams 2006, algorithm 2.1), with an inverse."""

    def kernel(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        scaled = [(v[:, :3] / hyper.lengthscales[0], v[:, 3:] / hyper.lengthscales[1]) for v in (a, b)]
        square = sum(((x[:, None] - y[None]) ** 2).sum(axis=2) for x, y in zip(*scaled, strict=True))
        return hyper.outputscale * np.exp(-square / 2)

    covariance = kernel(task.train, task.train) + np.diag(hyper.noise * task.noise)
    inverse, cross = np.linalg.inv(covariance), kernel(task.test, task.train)
    variance = np.diag(kernel(task.test, task.test) - cross @ inverse @ cross.T)
    evidence = -0.5 * task.target @ inverse @ task.target - 0.5 * np.linalg.slogdet(covariance)[1]
    return cross @ inverse @ task.target, variance, float(evidence)


def test_posterior_agrees_with_dense_numpy():
    tasks = [problem(seed, train, test) for seed, (train, test) in enumerate([(25, 9), (31, 4), (5, 1), (60, 20)])]
    for task, answer in zip(tasks, solved(tasks, [KNOWN] * 4), strict=True):
        mean, variance, _ = dense(task, KNOWN)
        np.testing.assert_allclose(answer.mean, mean, atol=1e-6)
        np.testing.assert_allclose(answer.variance, variance, atol=1e-6)


def test_learning_raises_the_evidence_and_leaves_the_rest_to_dense_numpy():
    task = problem(7, 40, 10)
    answer = solved([task], [None])[0]
    mean, _, learnt = dense(task, answer.hyperparameters)
    _, _, before = dense(task, Hyperparameters((0.5, 0.4), 1.0, 0.2))
    assert learnt > before
    np.testing.assert_allclose(answer.mean, mean, atol=1e-6)


def log_posterior(task: GaussianProcessProblem, logs: np.ndarray) -> float:
    """Log evidence plus the log-normal priors' log densities, by the logarithms of the hyper-parameters."""
    values = np.exp(logs)
    evidence = dense(task, Hyperparameters((values[0], values[1]), values[2], values[3]))[2]
    middle, width = np.log([0.5, 0.4, 1.0, np.exp(-1.5)]), np.array([0.5, 0.5, 0.7, 0.7])
    return evidence - float((logs + 0.5 * ((logs - middle) / width) ** 2).sum())


def slopes(task: GaussianProcessProblem, hyper: Hyperparameters) -> np.ndarray:
    at = np.log([*hyper.lengthscales, hyper.outputscale, hyper.noise])
    steps = 1e-4 * np.eye(4)
    return np.array([log_posterior(task, at + d) - log_posterior(task, at - d) for d in steps]) / 2e-4


def test_learning_ends_where_evidence_and_priors_balance(monkeypatch):
    monkeypatch.setattr("gapro_annotator.labeling.gp.STEPS", 400)
    for seed, size in ((7, 40), (8, 12)):
        task = problem(seed, size, 3)
        top = slopes(task, solved([task], [None])[0].hyperparameters)
        start = slopes(task, Hyperparameters((0.5, 0.4), 1.0, 0.2))
        assert np.abs(start).max() > 1
        np.testing.assert_allclose(top, 0, atol=0.02)


def test_a_problem_does_not_notice_its_batch():
    tasks = [problem(seed, 20 + 3 * seed, 5 + seed) for seed in range(4)]
    together = solved(tasks, [None] * 4)
    for task, answer in zip(tasks, together, strict=True):
        alone = solved([task], [None])[0]
        np.testing.assert_allclose(answer.mean, alone.mean, atol=1e-6)
        assert answer.hyperparameters.lengthscales == pytest.approx(alone.hyperparameters.lengthscales, rel=1e-5)


def test_exchanging_the_boxes_turns_the_sign():
    task = problem(3, 30, 8)
    other = GaussianProcessProblem(task.train, -task.target, task.noise, task.test)
    first, second = solved([task, other], [None, None])
    np.testing.assert_allclose(first.mean, -second.mean, atol=1e-9)
    np.testing.assert_allclose(first.variance, second.variance, atol=1e-9)


def test_steps_count_every_problem_once():
    seen: list[int] = []
    tasks = [problem(seed, size, 3) for seed, size in enumerate([10, 200, 12, 90])]
    solve(tasks, GROUPS, fitted=[None, KNOWN, None, None], device=torch.device("cpu"), step=seen.append)
    assert seen == sorted(seen)
    assert seen[-1] == 4


def test_each_step_of_learning_is_a_part_of_its_batch_and_can_cancel():
    tasks, seen = [problem(seed, 12, 3) for seed in range(8)], []

    def stop_at_half(done: int) -> None:
        seen.append(done)
        if done == 4:
            raise CancelledError("enough")

    with pytest.raises(CancelledError):
        solve(tasks, GROUPS, fitted=[None] * 8, device=torch.device("cpu"), step=stop_at_half)
    assert seen == [8 * step // STEPS for step in range(STEPS // 2 + 1)]


def test_auto_takes_cuda_where_there_is_one():
    assert choose_device("auto").type == ("cuda" if torch.cuda.is_available() else "cpu")
    assert choose_device("cpu").type == "cpu"


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a GPU")
def test_asking_for_a_gpu_that_is_not_there_is_one_sentence() -> None:
    with pytest.raises(LabelingError, match="no CUDA device"):
        choose_device("cuda")
