"""The joint process against ten lines of dense numpy."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from gapro_annotator.errors import CancelledError, LabelingError
from gapro_annotator.labeling import process as module
from gapro_annotator.labeling.adam import Adam
from gapro_annotator.labeling.features import FeatureGroup
from gapro_annotator.labeling.process import (
    STEPS,
    Block,
    Hyperparameters,
    JointProcess,
    choose_device,
    graph_kernel,
    one_thread,
)

GROUPS = (FeatureGroup("xyz", 0, 3, 0.5), FeatureGroup("rgb", 3, 6, 0.4))
KNOWN = Hyperparameters((0.6, 0.9), 1.3, 0.7, 0.2)
CPU = torch.device("cpu")
HERE = Path(__file__).parent


def block(seed: int, size: int, boxes: int = 3) -> Block:
    """Superpoints of which a third is no evidence."""
    random = np.random.default_rng(seed)
    features = random.normal(0, 0.5, (size, 6))
    weight = np.triu(random.random((size, size)) * (random.random((size, size)) < 0.2), 1)
    label = np.where(features[:, 0] + 0.5 * random.normal(size=size) > 0, random.integers(0, boxes, size), boxes)
    label[random.random(size) < 0.3] = -1
    return Block(features, graph_kernel(weight + weight.T), label, random.uniform(1, 3, size), boxes)


def process(values: Hyperparameters | None = KNOWN, *, graph: bool = True, **options: torch.dtype) -> JointProcess:
    found = JointProcess(GROUPS, graph=graph, device=CPU, **options)
    if values is not None:
        found.load(values)
    return found


def kernel(task: Block, values: Hyperparameters) -> np.ndarray:
    parts = zip((task.features[:, :3], task.features[:, 3:]), values.lengthscales, strict=True)
    square = sum(((x[:, None] - x[None]) ** 2).sum(axis=2) / length**2 for x, length in parts)
    return values.outputscale * np.exp(-square / 2) + values.graph_scale * task.graph


def dense(task: Block, values: Hyperparameters, asked: int) -> tuple[np.ndarray, float]:
    """The textbook's Gaussian Process (Rasmussen and Williams 2006, 2.25), without the asked one's own evidence."""
    known = np.flatnonzero((task.label >= 0) & (np.arange(len(task.label)) != asked))
    covariance = kernel(task, values)
    target = np.eye(task.boxes + 1)[task.label[known]]
    inverse = np.linalg.inv(covariance[np.ix_(known, known)] + np.diag(values.noise * task.noise[known]))
    cross = covariance[asked, known]
    return cross @ inverse @ target, float(covariance[asked, asked] - cross @ inverse @ cross)


@pytest.mark.parametrize("graph", [True, False])
def test_answers_agree_with_dense_numpy_without_the_asked_ones_evidence(graph):
    task, values = block(1, 30), KNOWN if graph else Hyperparameters((0.6, 0.9), 1.3, 0.0, 0.2)
    latents = process(values, graph=graph).latents(task)
    assert (task.label >= 0).any()
    assert (task.label < 0).any()
    for asked in range(30):
        mean, variance = dense(task, values, asked)
        np.testing.assert_allclose(latents.mean[asked], mean, atol=1e-8)
        assert latents.variance[asked] == pytest.approx(variance, abs=1e-8)
    assert latents.jitter == 0


def test_without_evidence_the_answer_is_the_prior():
    task = block(2, 10)
    empty = Block(task.features, task.graph, np.full(10, -1), task.noise, task.boxes)
    latents = process().latents(empty)
    assert not latents.mean.any()
    np.testing.assert_allclose(latents.variance, KNOWN.outputscale + KNOWN.graph_scale)


def test_single_precision_answers_nearly_the_same():
    task = block(3, 60)
    exact, rough = process().latents(task), process(dtype=torch.float32).latents(task)
    np.testing.assert_allclose(rough.mean, exact.mean, atol=2e-4)
    np.testing.assert_allclose(rough.variance, exact.variance, atol=2e-4)
    learnt = [process(None), process(None, dtype=torch.float32)]
    for one in learnt:
        one.learn(task, lambda _step: None)
    assert learnt[1].log_graph.dtype == torch.float32
    first, second = (one.hyperparameters() for one in learnt)
    assert second.lengthscales == pytest.approx(first.lengthscales, rel=1e-2)
    assert second.noise == pytest.approx(first.noise, rel=1e-2)


def test_order_of_the_superpoints_changes_nothing():
    task = block(4, 25)
    order = np.random.default_rng(4).permutation(25)
    turned = Block(
        task.features[order], task.graph[np.ix_(order, order)], task.label[order], task.noise[order], task.boxes
    )
    first, second = process().latents(task), process().latents(turned)
    np.testing.assert_allclose(first.mean[order], second.mean, atol=1e-10)
    np.testing.assert_allclose(first.variance[order], second.variance, atol=1e-10)


def log_posterior(task: Block, logs: np.ndarray) -> float:
    """Log evidence of all boxes and none, plus the log-normal priors' log densities, by the logs of the values."""
    values = np.exp(logs)
    known = np.flatnonzero(task.label >= 0)
    hyper = Hyperparameters((values[0], values[1]), values[2], values[3], values[4])
    covariance = kernel(task, hyper)[np.ix_(known, known)] + np.diag(hyper.noise * task.noise[known])
    target = np.eye(task.boxes + 1)[task.label[known]]
    fit = -0.5 * np.einsum("ik,ij,jk", target, np.linalg.inv(covariance), target)
    evidence = fit - 0.5 * (task.boxes + 1) * np.linalg.slogdet(covariance)[1]
    middle, width = np.log([0.5, 0.4, 1.0, 1.0, 0.2]), np.array([0.5, 0.5, 0.5, 0.5, 1.0])
    # The graph's scale is learnt as a logarithm, the others as themselves: theirs has the log-normal's 1 / x.
    jacobian = logs[[0, 1, 2, 4]].sum()
    return float(evidence - jacobian - 0.5 * (((logs - middle) / width) ** 2).sum())


def slopes(task: Block, hyper: Hyperparameters) -> np.ndarray:
    at = np.log([*hyper.lengthscales, hyper.outputscale, hyper.graph_scale, hyper.noise])
    steps = 1e-4 * np.eye(5)
    return np.array([log_posterior(task, at + d) - log_posterior(task, at - d) for d in steps]) / 2e-4


def test_a_step_of_learning_goes_up_the_finite_differences(monkeypatch):
    task, before = block(5, 40), process(None)
    start = before.hyperparameters()
    monkeypatch.setattr(module, "STEPS", 1)
    before.learn(task, lambda _step: None)
    raw = [p.grad.item() for p in (*(part.raw_lengthscale for part in before.parts), before.kernel.raw_outputscale)]
    raw += [before.log_graph.grad.item(), before.likelihood.noise_covar.raw_noise.grad.item()]
    values = np.array([*start.lengthscales, start.outputscale, 1.0, start.noise - 1e-2])
    by_raw = 1 - np.exp(-values)  # softplus keeps the values positive
    by_raw[3] = 1.0
    at = np.array([*start.lengthscales, start.outputscale, 1.0, start.noise])
    np.testing.assert_allclose(-np.array(raw), slopes(task, start) / at * by_raw, rtol=1e-3, atol=1e-3)


def test_learning_ends_where_evidence_and_priors_balance_or_at_the_least_noise(monkeypatch):
    monkeypatch.setattr(module, "STEPS", 250)
    task, found = block(7, 40), process(None)
    assert np.abs(slopes(task, found.hyperparameters())).max() > 1
    found.learn(task, lambda _step: None)
    *inner, by_noise = slopes(task, found.hyperparameters())
    np.testing.assert_allclose(inner, 0, atol=0.03)
    assert by_noise < 0  # the evidence asks for less noise still
    assert found.hyperparameters().noise < 0.015  # slows down before the bound of 0.01


def test_each_step_of_learning_is_reported_and_can_cancel():
    seen: list[int] = []

    def stop_at_half(done: int) -> None:
        seen.append(done)
        if done == STEPS // 2:
            raise CancelledError("enough")

    with pytest.raises(CancelledError):
        process(None).learn(block(8, 12), stop_at_half)
    assert seen == list(range(STEPS // 2 + 1))


def test_values_that_were_learnt_are_loaded_again_and_answer_the_same_to_the_last_bit():
    task, found, again = block(9, 20), process(None), process(None)
    found.learn(task, lambda _step: None)
    again.load(found.hyperparameters())
    assert again.hyperparameters() == found.hyperparameters()
    first, second = found.latents(task), again.latents(task)
    np.testing.assert_array_equal(first.mean, second.mean)
    np.testing.assert_array_equal(first.variance, second.variance)


def test_values_below_the_least_noise_are_lifted_to_it():
    found = process(Hyperparameters((0.6, 0.9), 1.3, 0.7, 1e-5), graph=False)
    assert found.hyperparameters() == Hyperparameters((0.6, 0.9), 1.3, 0.0, 1e-2, ("xyz", "rgb"))


def test_adam_steps_as_torchs():
    ours, theirs = (torch.nn.Parameter(torch.tensor([1.0, -2.0, 3.0], dtype=torch.float64)) for _ in range(2))
    still = torch.nn.Parameter(torch.ones(1), requires_grad=False)
    one, other = Adam([ours, still], 0.1), torch.optim.Adam([theirs], lr=0.1)
    for _ in range(20):
        for parameter, optimizer in ((ours, one), (theirs, other)):
            optimizer.zero_grad()
            (parameter**4).sum().backward()
            optimizer.step()
    np.testing.assert_array_equal(ours.detach().numpy(), theirs.detach().numpy())
    assert still.item() == 1


def test_learning_and_asking_import_neither_torchs_compiler_nor_sympy():
    code = (
        "import sys, torch; from gapro_annotator.labeling.process import *; from test_process import block, process\n"
        "found = process(None); found.learn(block(1, 20), lambda _: None); found.latents(block(1, 20))\n"
        "print([name for name in ('torch._dynamo', 'sympy') if name in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=HERE)
    assert ran.stdout.strip() == "[]"


def test_a_root_that_needs_jitter_says_how_much():
    found = process()
    ones = torch.ones((4, 4), dtype=torch.float64)
    root, jitter = found._root(ones - 1e-8 * torch.eye(4, dtype=torch.float64))
    assert 0 < jitter <= 1e-3
    np.testing.assert_allclose((root @ root.T).numpy(), np.ones((4, 4)), atol=2 * jitter)
    with pytest.raises(LabelingError, match="no solution"):
        found._root(-ones)


def test_duplicates_without_graph_are_solved():
    task = block(10, 12)
    same = Block(np.zeros_like(task.features), np.ones((12, 12)), task.label, task.noise, task.boxes)
    latents = process().latents(same)
    assert np.isfinite(latents.mean).all()
    assert (latents.variance > 0).all()


@pytest.mark.parametrize("seed", range(4))
def test_graph_kernel_is_positive_definite_with_ones_on_its_diagonal(seed):
    random = np.random.default_rng(seed)
    weight = np.triu(random.random((40, 40)) * (random.random((40, 40)) < 0.05 * seed), 1)
    found = graph_kernel(weight + weight.T)
    np.testing.assert_allclose(np.diag(found), 1)
    np.testing.assert_allclose(found, found.T, atol=1e-12)
    assert np.linalg.eigvalsh(found).min() > 0
    assert (found >= -1e-12).all()


def test_graph_kernel_falls_along_a_chain_and_is_zero_where_nothing_leads():
    chain = np.diag(np.ones(4), 1)
    chain[3, 4] = 0
    found = graph_kernel(chain + chain.T)
    assert 1 > found[0, 1] > found[0, 2] > found[0, 3] > 0
    assert found[0, 4] == pytest.approx(0)


def test_threads_are_given_back():
    before = torch.get_num_threads()
    with one_thread():
        assert torch.get_num_threads() == 1
    assert torch.get_num_threads() == before


def test_auto_takes_cuda_where_there_is_one():
    assert choose_device("auto").type == ("cuda" if torch.cuda.is_available() else "cpu")
    assert choose_device("cpu").type == "cpu"


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a GPU")
def test_asking_for_a_gpu_that_is_not_there_is_one_sentence():
    with pytest.raises(LabelingError, match="no CUDA device"):
        choose_device("cuda")
