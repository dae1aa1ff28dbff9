"""What corrections teach about the weights adds up over scans."""

from dataclasses import replace

import numpy as np
import pytest
from test_posterior import compare, process_of
from test_prior import HAND_MADE

from gapro_annotator.labeling.experience import Experience
from gapro_annotator.labeling.posterior import Belief, Process
from gapro_annotator.labeling.prior import LinearPrior

PRIOR = LinearPrior(
    names=("a", "b", "c"),
    center=np.zeros(3),
    scale=np.ones(3),
    mean=np.array([0.3, -0.2, 0.1, 0.4]),
    covariance=np.diag([1.0, 0.5, 0.8, 0.3]) + 0.1,
    first=np.zeros(4),
)


def taught(seed: int, *pairs: tuple[int, int]) -> Belief:
    like = process_of(seed)
    process = Process.of(like.design, PRIOR.mean, PRIOR.covariance, like.candidates, like.residual)
    return process.learn(compare(*pairs))


ONE = taught(1, (0, -1), (0, 1), (-1, 4))
OTHER = taught(2, (-1, 3), (7, -1))


def by_joint_model(*beliefs: Belief) -> tuple[np.ndarray, np.ndarray]:
    """Weights given the sites of several scans, whose residuals are independent of each other."""
    precision, shift = np.linalg.inv(PRIOR.covariance), np.linalg.solve(PRIOR.covariance, PRIOR.mean)
    for belief in beliefs:
        sites = belief.sites
        assert sites is not None
        total = np.linalg.inv(sites.inverse) - sites.design @ PRIOR.covariance @ sites.design.T
        precision = precision + sites.design.T @ np.linalg.inv(total) @ sites.design
        shift = shift + sites.design.T @ np.linalg.inv(total) @ sites.target
    return np.linalg.solve(precision, shift), np.linalg.inv(precision)


@pytest.mark.parametrize("beliefs", [(ONE,), (ONE, OTHER)])
def test_adding_up_scans_is_conditioning_one_joint_model(beliefs):
    parts = {str(number): Experience.of(belief) for number, belief in enumerate(beliefs)}
    mean, covariance = Experience.together(parts).applied_to(PRIOR, share=1.0)
    expected = by_joint_model(*beliefs)
    np.testing.assert_allclose(mean, expected[0], atol=1e-9)
    np.testing.assert_allclose(covariance, expected[1], atol=1e-9)


def test_experience_of_one_scan_is_what_its_own_latents_learnt():
    mean, covariance = Experience.of(ONE).applied_to(PRIOR, share=1.0)
    sites = ONE.sites
    assert sites is not None
    gain = PRIOR.covariance @ sites.design.T @ sites.inverse
    np.testing.assert_allclose(mean, PRIOR.mean + gain @ (sites.target - sites.design @ PRIOR.mean), atol=1e-9)
    np.testing.assert_allclose(covariance, PRIOR.covariance - gain @ sites.design @ PRIOR.covariance, atol=1e-9)


def test_a_scan_does_not_teach_itself():
    parts = {"one": Experience.of(ONE), "other": Experience.of(OTHER)}
    left = Experience.together(parts, but="one")
    assert (left.scans, left.corrections) == (1, 2)
    np.testing.assert_array_equal(left.shift, Experience.of(OTHER).shift)
    both = Experience.together(parts)
    assert (both.scans, both.corrections) == (2, 5)
    turned = Experience.together(dict(reversed(parts.items())))
    np.testing.assert_array_equal(both.precision, turned.precision)


@pytest.mark.parametrize("nothing", [Experience.none(), Experience.together({}), Experience.of(process_of(1).prior())])
def test_no_correction_is_no_experience(nothing):
    assert (nothing.precision, nothing.scans, nothing.corrections) == (None, 0, 0)
    mean, covariance = nothing.applied_to(PRIOR)
    np.testing.assert_array_equal(mean, PRIOR.mean)
    np.testing.assert_array_equal(covariance, PRIOR.covariance)


def test_experience_of_other_traits_is_ignored():
    mean, covariance = Experience.of(ONE).applied_to(HAND_MADE)
    np.testing.assert_array_equal(mean, HAND_MADE.mean)
    np.testing.assert_array_equal(covariance, HAND_MADE.covariance)
    old = replace(Experience.of(ONE), precision=np.eye(3), shift=np.ones(3), corrections=1)
    together = Experience.together({"a": old, "b": Experience.of(ONE), "c": Experience.of(OTHER)})
    assert (together.scans, together.corrections) == (2, 5)


def test_answers_of_other_scans_count_less_than_ones_own():
    usual, _ = Experience.of(ONE).applied_to(PRIOR)
    whole, _ = Experience.of(ONE).applied_to(PRIOR, share=1.0)
    assert 0 < np.linalg.norm(usual - PRIOR.mean) < np.linalg.norm(whole - PRIOR.mean)
