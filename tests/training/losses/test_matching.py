"""Hungarian matching of layers and scans."""

from itertools import permutations

import pytest
import torch

from gapro_annotator.training.losses.matching import match, matching_cost


def random_cost(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.rand(*shape, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("seed", range(5))
def test_the_assignment_is_the_best_of_all(seed: int):
    cost = random_cost(1, 1, 6, 4, seed=seed)
    found = match(cost, torch.zeros(4, dtype=torch.int64))
    table = cost[0, 0]
    best = min(sum(table[q, k].item() for k, q in enumerate(chosen)) for chosen in permutations(range(6), 4))
    assert table[found.query, found.instance].sum().item() == pytest.approx(best, abs=1e-6)


def test_each_instance_is_matched_once_in_every_layer_and_only_in_its_scan():
    scan = torch.tensor([1, 0, 1, 1])
    found = match(random_cost(3, 3, 5, 4), scan)
    assert (found.scan == scan[found.instance]).all()
    pairs = set(zip(found.layer.tolist(), found.instance.tolist(), strict=True))
    assert pairs == {(layer, k) for layer in range(3) for k in range(4)}
    assert len(found.query) == 12
    assert found.per_scan == (3, 9, 0)
    assert (found.scan.diff() >= 0).all()


def test_no_query_answers_twice_in_a_layer():
    found = match(random_cost(2, 1, 6, 6), torch.zeros(6, dtype=torch.int64))
    for layer in range(2):
        assert found.query[found.layer == layer].unique().numel() == 6


def test_with_fewer_queries_than_instances_the_cheapest_are_matched():
    cost = torch.tensor([[[[3.0, 1.0, 2.0], [9.0, 9.0, 0.5]]]])
    found = match(cost, torch.zeros(3, dtype=torch.int64))
    assert list(zip(found.query.tolist(), found.instance.tolist(), strict=True)) == [(0, 1), (1, 2)]


def test_no_instance_means_no_pair_and_an_average_of_zero():
    found = match(torch.empty(2, 3, 5, 0), torch.empty(0, dtype=torch.int64))
    assert len(found.query) == 0
    assert found.per_scan == (0, 0, 0)
    assert found.average(torch.empty(0)) == 0


def test_costs_that_are_not_numbers_do_not_stop_the_step():
    cost = random_cost(1, 1, 3, 2)
    cost[0, 0, 0] = torch.nan
    cost[0, 0, 1, 0] = torch.inf
    assert len(match(cost, torch.zeros(2, dtype=torch.int64)).query) == 2


def test_averages_are_over_instances_then_scans_and_summed_over_layers():
    scan = torch.tensor([0, 1, 1])
    found = match(random_cost(2, 2, 4, 3), scan)
    values = torch.tensor([6.0, 1.0, 3.0])[found.instance]
    assert found.average(values).item() == pytest.approx(2 * (6 + 2) / 2)
    assert found.average(values, values > 2).item() == pytest.approx(2 * (6 + 3) / 2)


def test_the_cost_is_half_class_and_bce_and_dice():
    classes, masks = torch.log(torch.tensor([[0.7, 0.2, 0.1]])), torch.tensor([[2.0, -2.0]])
    found = matching_cost(classes, masks, torch.tensor([[1.0, 0.0]]), torch.ones(1, 2), torch.tensor([1]))
    p = torch.sigmoid(torch.tensor(2.0))
    expected = -0.5 * 0.2 - p.log() + 1 - (2 * p + 1) / (1 + 1 + 1)
    assert found.item() == pytest.approx(expected.item(), rel=1e-5)
