"""Laws of the paper's Eq. 3."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor
from torch.distributions import Normal, kl_divergence

from gapro_annotator.training.losses.kl import LEAST_VARIANCE, bounded_log_variance, gaussian_loss

means = st.floats(-4, 4, width=32)
log_variances = st.floats(-5, 5, width=32)


def one(mean: float, log_variance: float, e: float, v: float, form="stable") -> float:
    values = [torch.tensor([x], dtype=torch.float32) for x in (mean, log_variance, e, v)]
    return gaussian_loss(*values, valid=torch.tensor([True]), form=form).item()


@given(means, log_variances, means, st.floats(2**-9, 50, width=32))
def test_the_stable_form_is_the_divergence_of_two_gaussians(mean: float, log_variance: float, e: float, v: float):
    truth = Normal(torch.tensor(e, dtype=torch.float64), math.sqrt(v))
    said = Normal(torch.tensor(mean, dtype=torch.float64), math.exp(log_variance / 2))
    expected = kl_divergence(truth, said).item()
    assert one(mean, log_variance, e, v) == pytest.approx(expected, rel=1e-4, abs=1e-5)


@given(means, log_variances, means, st.floats(0, 50, width=32))
def test_it_is_never_negative(mean: float, log_variance: float, e: float, v: float):
    assert one(mean, log_variance, e, v) >= -1e-6


@given(means, st.floats(LEAST_VARIANCE, 50))
def test_it_is_zero_at_the_match(e: float, v: float):
    assert one(e, math.log(v), e, v) == pytest.approx(0, abs=1e-6)


@given(means, log_variances, means, st.floats(2**-4, 5, width=32))
def test_the_literal_form_is_the_divergence_only_of_standard_deviations(
    mean: float, log_variance: float, e: float, v: float
):
    truth = Normal(torch.tensor(e, dtype=torch.float64), v)
    said = Normal(torch.tensor(mean, dtype=torch.float64), math.exp(log_variance))
    found = one(mean, log_variance, e, v, "literal")
    assert found == pytest.approx(kl_divergence(truth, said).item(), rel=1e-3, abs=1e-4)


@pytest.mark.parametrize("form", ["stable", "literal"])
def test_where_e_is_determined_it_is_squared_error_and_predicted_variance(form: str):
    assert one(0.75, -1.0, 1.0, 0.0, form) == pytest.approx(0.0625 + math.exp(-1), rel=1e-6)


def test_mse_looks_at_the_mean_alone():
    assert one(0.75, 3.0, 1.0, 0.5, "mse") == one(0.75, -3.0, 1.0, 0.0, "mse") == 0.0625
    assert one(0.75, 3.0, 1.0, 0.5, "none") == 0


@pytest.mark.parametrize("form", ["stable", "literal", "mse"])
def test_extremes_give_finite_losses_and_gradients(form: str):
    grid = torch.meshgrid(
        torch.tensor([-100.0, 0, 100]),
        torch.tensor([-1e6, -5, 0, 5, 1e6]),
        torch.tensor([-50.0, 0, 1, 50]),
        torch.tensor([0, 1e-30, 1e-3, 1, 1e6]),
        indexing="ij",
    )
    mean, raw, e, v = (x.flatten() for x in grid)
    mean.requires_grad_()
    raw.requires_grad_()
    found = gaussian_loss(mean, bounded_log_variance(raw), e, v, valid=torch.ones_like(v) > 0, form=form)
    found.backward()
    assert found.isfinite()
    assert mean.grad is not None
    assert mean.grad.isfinite().all()
    assert form == "mse" or (raw.grad is not None and raw.grad.isfinite().all())


def places(count: int = 8) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    generator = torch.Generator().manual_seed(1)
    mean, log_variance, e, v = torch.randn(4, 3, count, generator=generator)
    return mean, log_variance, e, v.clamp(min=0)


def test_it_is_the_mean_over_the_valid_places_of_each_row():
    values = places()
    valid = torch.zeros(3, 8, dtype=torch.bool)
    valid[0, :3], valid[1, 5] = True, True
    found = gaussian_loss(*values, valid=valid)
    alone = gaussian_loss(*(x[..., None] for x in values), valid=torch.ones(3, 8, 1, dtype=torch.bool))
    torch.testing.assert_close(found, torch.stack([alone[0, :3].mean(), alone[1, 5], torch.tensor(0.0)]))


def test_places_that_are_not_valid_change_nothing():
    mean, log_variance, e, v = places()
    valid = torch.arange(8).expand(3, 8) < 5
    before = gaussian_loss(mean, log_variance, e, v, valid=valid)
    changed = mean.where(valid, 100.0)
    torch.testing.assert_close(gaussian_loss(changed, log_variance, e, v, valid=valid), before)


def test_no_gradient_flows_into_the_targets():
    mean, log_variance, e, v = (x.requires_grad_() for x in places())
    gaussian_loss(mean, log_variance, e, v, valid=torch.ones(3, 8) > 0).sum().backward()
    assert mean.grad is not None
    assert log_variance.grad is not None
    assert e.grad is None
    assert v.grad is None


def test_half_precision_is_computed_in_float32():
    mean, log_variance, e, v = places()
    found = gaussian_loss(mean.half(), log_variance.half(), e, v, valid=torch.ones(3, 8) > 0)
    assert found.dtype == torch.float32
    torch.testing.assert_close(
        found, gaussian_loss(mean, log_variance, e, v, valid=torch.ones(3, 8) > 0), rtol=0.01, atol=0.01
    )


def test_log_variances_are_bounded_and_unchanged_near_zero():
    assert bounded_log_variance(torch.tensor([-1e9, 1e9])).tolist() == [-5, 5]
    assert bounded_log_variance(torch.tensor(0.1)).item() == pytest.approx(0.1, rel=1e-3)
