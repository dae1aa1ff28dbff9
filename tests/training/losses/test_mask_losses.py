"""BCE, dice and overlap of masks whose places are weighted."""

import math

import pytest
import torch
from torch import Tensor

from gapro_annotator.training.losses.masks import (
    mask_dice,
    mask_entropy,
    mask_overlap,
    pairwise_dice,
    pairwise_entropy,
)

LOSSES = [mask_entropy, mask_dice]


def logit(*probabilities: float) -> Tensor:
    return torch.tensor(probabilities).logit()


def random_masks(rows: int = 5, places: int = 12) -> tuple[Tensor, Tensor, Tensor]:
    generator = torch.Generator().manual_seed(3)
    values = torch.randn(rows, places, generator=generator)
    target = (torch.rand(rows, places, generator=generator) > 0.5).float()
    return values, target, torch.rand(rows, places, generator=generator) + 0.1


def test_entropy_is_the_weighted_mean_computed_by_hand():
    found = mask_entropy(logit(0.8, 0.4, 0.9), torch.tensor([1.0, 0, 1]), torch.tensor([1.0, 0.5, 0.25]))
    by_hand = -(math.log(0.8) + 0.5 * math.log(0.6) + 0.25 * math.log(0.9)) / 1.75
    assert found.item() == pytest.approx(by_hand, rel=1e-6)


def test_dice_is_that_computed_by_hand():
    found = mask_dice(logit(0.8, 0.4, 0.9), torch.tensor([1.0, 0, 1]), torch.tensor([1.0, 0.5, 0.25]))
    both = 0.8 + 0.25 * 0.9
    either = (0.8 + 0.5 * 0.4 + 0.25 * 0.9) + 1.25
    assert found.item() == pytest.approx(1 - (2 * both + 1) / (either + 1), rel=1e-6)


def test_overlap_is_the_weighted_iou():
    found = mask_overlap(torch.tensor([2.0, 1, -1, 3]), torch.tensor([1.0, 0, 1, 1]), torch.tensor([1.0, 0.5, 0.25, 0]))
    assert found.item() == pytest.approx(1 / 1.75)


@pytest.mark.parametrize("loss", [*LOSSES, mask_overlap])
def test_places_of_weight_zero_count_in_nothing(loss):
    values, target, weight = random_masks()
    weight[:, 4:7] = 0
    before = loss(values, target, weight)
    values[:, 4:7], target[:, 4:7] = 50.0, 1 - target[:, 4:7]
    torch.testing.assert_close(loss(values, target, weight), before)


def test_places_of_weight_zero_get_no_gradient():
    values, target, weight = random_masks()
    weight[:, 4:7] = 0
    values.requires_grad_()
    (mask_entropy(values, target, weight) + mask_dice(values, target, weight)).sum().backward()
    assert values.grad is not None
    assert (values.grad[:, 4:7] == 0).all()
    assert (values.grad[:, :4] != 0).all()


@pytest.mark.parametrize("loss", [*LOSSES, mask_overlap])
def test_the_order_of_places_does_not_matter(loss):
    masks = random_masks()
    order = torch.randperm(12, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(loss(*(x[:, order] for x in masks)), loss(*masks))


def test_entropy_does_not_change_with_the_scale_of_the_weights():
    values, target, weight = random_masks()
    torch.testing.assert_close(mask_entropy(values, target, 7 * weight), mask_entropy(values, target, weight))


def test_each_weight_acts_upon_its_own_place():
    values, target = torch.tensor([[3.0, -3.0]]), torch.tensor([[1.0, 1.0]])
    trusting = mask_entropy(values, target, torch.tensor([[0.1, 1.0]]))
    doubting = mask_entropy(values, target, torch.tensor([[1.0, 0.1]]))
    assert trusting > 5 * doubting


@pytest.mark.parametrize("loss", LOSSES)
def test_without_any_weight_the_loss_is_finite(loss):
    values, target, _ = random_masks()
    assert loss(values, target, torch.zeros_like(values)).isfinite().all()


@pytest.mark.parametrize("loss", LOSSES)
def test_huge_logits_give_finite_losses_and_gradients(loss):
    values = torch.tensor([[1e4, -1e4, 1e4, -1e4]], requires_grad=True)
    found = loss(values, torch.tensor([[1.0, 1, 0, 0]]), torch.ones(1, 4))
    found.sum().backward()
    assert found.isfinite().all()
    assert values.grad is not None
    assert values.grad.isfinite().all()


@pytest.mark.parametrize(("loss", "pairwise"), [(mask_entropy, pairwise_entropy), (mask_dice, pairwise_dice)])
def test_pairwise_losses_are_the_losses_of_all_pairs(loss, pairwise):
    values, target, weight = random_masks()
    found = pairwise(values, target[:3], weight[:3])
    expected = loss(values[:, None], target[None, :3], weight[None, :3])
    torch.testing.assert_close(found, expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("loss", LOSSES)
def test_half_precision_is_computed_in_float32(loss):
    values, target, weight = random_masks()
    assert loss(values.half(), target.half(), weight.half()).dtype == torch.float32
