import numpy as np
import pytest
from labeling_scenes import prepared, random_boxes, random_scan

from gapro_annotator.labeling.ownership import TRAITS
from gapro_annotator.labeling.prior import LinearPrior, shipped_prior
from gapro_annotator.labeling.request import LabelerConfig
from gapro_annotator.labeling.traits import Traits, traits_of

HAND_MADE = LinearPrior(
    names=("a", "b"),
    center=np.array([1.0, 0.0]),
    scale=np.array([2.0, 0.5]),
    mean=np.array([1.0, -1.0, 0.5]),
    covariance=np.eye(3),
    first=np.array([1.0, 0.0, 0.5]),
)


def test_traits_are_standardised_and_what_is_missing_is_left_out():
    table = Traits(("b", "other"), np.array([[0.25, 7.0], [np.nan, 7.0], [-90.0, 7.0]]))
    design = HAND_MADE.design(table)
    np.testing.assert_array_equal(design, [[0, 0.5, 1], [0, 0, 1], [0, -3, 1]])


def test_tables_are_put_side_by_side():
    one, other = Traits(("a",), np.array([[3.0]])), Traits(("b",), np.array([[0.5]]))
    np.testing.assert_array_equal(HAND_MADE.design(one, other), HAND_MADE.design(other, one))
    np.testing.assert_array_equal(HAND_MADE.design(one, other), [[1, 1, 1]])


def test_shipped_prior_knows_every_trait_by_name_and_is_a_normal_distribution():
    prior = shipped_prior()
    evidence = prepared(random_scan(1), random_boxes(1), process=False).evidence
    _, traits = traits_of(evidence, LabelerConfig())
    assert {*prior.names} == {*traits.names, *TRAITS}
    assert len(prior.mean) == len(prior.first) == len(prior.names) + 1
    assert (prior.scale > 0).all()
    np.testing.assert_allclose(prior.covariance, prior.covariance.T, atol=1e-12)
    assert np.linalg.eigvalsh(prior.covariance).min() > 0


def test_first_guess_gives_no_weight_to_answers_of_the_process():
    prior = shipped_prior()
    places = [prior.names.index(name) for name in TRAITS]
    assert prior.first[places] == pytest.approx(0)
