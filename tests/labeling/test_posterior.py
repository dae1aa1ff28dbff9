"""What corrections do to the latents, against dense numpy."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import norm

from gapro_annotator.labeling.posterior import Belief, Process, ResidualKernel
from gapro_annotator.labeling.process import graph_kernel
from gapro_annotator.labeling.teaching import Comparisons
from gapro_annotator.labeling.traits import Candidates


def process_of(seed: int, *, residual: bool = True) -> Process:
    """Twelve superpoints, of which every third has a second box."""
    random = np.random.default_rng(seed)
    pairs = sorted([(s, 0) for s in range(12)] + [(s, 1) for s in range(0, 12, 3)])
    superpoint, box = (np.array(side) for side in zip(*pairs, strict=True))
    candidates = Candidates(superpoint, box, np.ones(len(pairs)), 12)
    design = np.column_stack([random.normal(size=(len(pairs), 3)), np.ones(len(pairs))])
    root = random.normal(size=(4, 4))
    chain = np.diag(np.ones(6), 1)
    graphs = [(np.arange(7), graph_kernel(chain + chain.T)), (np.arange(7, 12), np.eye(5))]
    kernel = ResidualKernel(random.normal(size=(12, 3)), graphs, 3.0, 0.5) if residual else None
    return Process.of(design, random.normal(size=4), root @ root.T / 4, candidates, kernel)


def compare(*pairs: tuple[int, int], weight: float = 1.0) -> Comparisons:
    greater, lesser = (np.array([pair[side] for pair in pairs], np.int64) for side in (0, 1))
    return Comparisons(greater, lesser, np.full(len(pairs), weight))


def full_covariance(process: Process) -> np.ndarray:
    """Prior covariance of all latents, by the definition φ·w + r(s) + r(s, b)."""
    superpoint, box = process.candidates.superpoint, process.candidates.box
    found = process.design @ process.covariance @ process.design.T
    if process.residual is None:
        return found
    scaled = process.residual.scaled
    kernel = 0.5 * np.exp(-((scaled[:, None] - scaled[None]) ** 2).sum(axis=2) / 2)
    for members, graph in process.residual.graph:
        kernel[np.ix_(members, members)] += 0.5 * graph
    return found + 1.5 * kernel[np.ix_(superpoint, superpoint)] * (1.0 + (box[:, None] == box[None]))


def picked(process: Process, comparisons: Comparisons) -> np.ndarray:
    rows = np.vstack([np.eye(len(process.design)), np.zeros(len(process.design))])  # the last is background's
    return rows[comparisons.greater] - rows[comparisons.lesser]


def same(a: Belief, b: Belief, tolerance: float = 0.0) -> None:
    np.testing.assert_allclose(a.mean, b.mean, rtol=0, atol=tolerance)
    np.testing.assert_allclose(a.variance, b.variance, rtol=0, atol=tolerance)


@pytest.mark.parametrize("residual", [True, False])
def test_prior_covariance_is_that_of_its_definition(residual):
    process = process_of(1, residual=residual)
    everything = np.arange(len(process.design))
    np.testing.assert_allclose(process.covariance_with(everything), full_covariance(process), atol=1e-12)
    np.testing.assert_allclose(process.variance, np.diag(full_covariance(process)), atol=1e-12)
    some = np.array([5, 2, 9])
    np.testing.assert_allclose(process.covariance_with(some), full_covariance(process)[:, some], atol=1e-12)


@pytest.mark.parametrize("residual", [True, False])
@pytest.mark.parametrize("weight", [1.0, 0.1])
def test_conditioning_is_that_of_dense_numpy_with_the_same_sites(residual, weight):
    process = process_of(2, residual=residual)
    comparisons = compare((0, -1), (0, 1), (-1, 5), (-1, 6), (8, -1), weight=weight)
    belief, prior, pick = process.learn(comparisons), full_covariance(process), picked(process, comparisons)
    assert belief.sites is not None
    assert len(belief.sites.target) == len(comparisons)
    gain = prior @ pick.T @ np.linalg.inv(pick @ prior @ pick.T + belief.sites.noise)
    posterior = prior - gain @ pick @ prior
    np.testing.assert_allclose(
        belief.mean, process.mean + gain @ (belief.sites.target - pick @ process.mean), atol=1e-9
    )
    np.testing.assert_allclose(belief.variance, np.diag(posterior), atol=1e-9)
    one, other = np.array([0, 4, 3, -1]), np.array([1, -1, -1, 7])
    difference = picked(process, Comparisons(one, other, np.ones(4)))
    np.testing.assert_allclose(
        belief.variance_of_difference(one, other), np.diag(difference @ posterior @ difference.T), atol=1e-9
    )


def test_one_comparison_has_the_moments_of_the_probit():
    process = process_of(3)
    belief = process.learn(compare((4, -1)))
    mean, deviation = process.mean[4], np.sqrt(process.variance[4])
    latent = np.linspace(mean - 12 * deviation, mean + 12 * deviation, 200_001)
    density = norm.pdf(latent, mean, deviation) * norm.cdf(latent / 1.702)
    density /= density.sum()
    expected = (density * latent).sum()
    assert belief.mean[4] == pytest.approx(expected, abs=1e-4)
    assert belief.variance[4] == pytest.approx((density * (latent - expected) ** 2).sum(), abs=1e-4)


def test_what_agrees_moves_little_and_what_contradicts_flips():
    process = process_of(4)
    sure = replace(process, mean=np.full(len(process.mean), 6.0), variance=process.variance)
    agreeing, contradicting = sure.learn(compare((2, -1))), sure.learn(compare((-1, 2)))
    assert 0 < agreeing.mean[2] - 6 < 0.5
    assert contradicting.mean[2] < 2
    unsure = replace(process, mean=np.full(len(process.mean), 0.5))
    assert unsure.learn(compare((-1, 2))).mean[2] < 0
    assert unsure.learn(compare((2, -1))).mean[2] > 1


def test_order_of_the_comparisons_does_not_matter():
    process = process_of(5)
    pairs = [(0, 1), (0, -1), (-1, 4), (-1, 5), (9, -1), (-1, 12)]
    first = process.learn(compare(*pairs))
    for seed in range(4):
        order = np.random.default_rng(seed).permutation(len(pairs))
        same(first, process.learn(compare(*(pairs[at] for at in order))), 1e-9)


def test_without_comparisons_the_answer_is_the_prior_to_the_last_bit():
    process = process_of(6)
    before = process.prior()
    moved = process.learn(compare((0, -1)))
    assert (moved.mean != before.mean).any()
    same(before, process.learn(compare()))


def test_a_tenth_of_a_lesson_moves_less_than_a_whole_one():
    process = process_of(7)
    tenth, whole = process.learn(compare((-1, 3), weight=0.1)), process.learn(compare((-1, 3)))
    moves = [process.mean[3] - belief.mean[3] for belief in (tenth, whole)]
    assert 0 < moves[0] < moves[1]
    assert process.variance[3] > tenth.variance[3] > whole.variance[3]


def test_what_looks_and_lies_alike_moves_more_than_what_does_not():
    design = np.ones((3, 1))
    candidates = Candidates(np.arange(3), np.zeros(3, np.int64), np.ones(3), 3)
    kernel = ResidualKernel(np.array([[0.0], [0.3], [9.0]]), [], 3.0, 0.0)
    process = Process.of(design, np.ones(1), np.zeros((1, 1)), candidates, kernel)
    moved = process.mean - process.learn(compare((-1, 0))).mean
    assert moved[0] > moved[1] > 10 * abs(moved[2])


def test_many_comparisons_that_contradict_each_other_stay_finite():
    process = process_of(8)
    random = np.random.default_rng(8)
    rows = random.integers(0, len(process.design), 300)
    pairs = [(int(row), -1) if random.random() < 0.5 else (-1, int(row)) for row in rows]
    belief = process.learn(compare(*pairs))
    assert np.isfinite(belief.mean).all()
    assert np.abs(belief.mean).max() < 50
    assert (belief.variance > 0).all()
    assert (belief.variance <= process.variance + 1e-9).all()


def test_where_nothing_can_be_learnt_nothing_moves():
    process = process_of(9, residual=False)
    fixed = Process.of(process.design, process.weights, np.zeros((4, 4)), process.candidates, None)
    np.testing.assert_allclose(fixed.learn(compare((-1, 0), (4, -1))).mean, fixed.mean, atol=1e-9)
