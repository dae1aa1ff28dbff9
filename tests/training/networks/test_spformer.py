"""SPFormer's head alone, on features that the tests make."""

from dataclasses import replace

import pytest
import torch
from spformer_batches import CHANNELS, POINTS, blobs, one_scan
from torch import Tensor

from gapro_annotator.errors import InvalidValueError
from gapro_annotator.training.config import LossConfig, RunConfig, preset
from gapro_annotator.training.data.batch import IGNORED, Batch, Targets
from gapro_annotator.training.networks.spformer import SPFormer
from gapro_annotator.training.networks.spformer_decoder import visible
from gapro_annotator.training.networks.spformer_rows import ScanRows
from gapro_annotator.training.networks.spformer_targets import mask_targets

SMALL = {"queries": 8, "dim": 32, "attention_heads": 4, "layers": 2, "hidden": 64, "least_points": 1}


def small_head(classes: int = 2, kl="stable", **options: int) -> SPFormer:
    torch.manual_seed(0)
    config = RunConfig(network="spformer", minutes=1, options=SMALL | options, loss=LossConfig(kl=kl))
    return SPFormer(CHANNELS, classes, config)


def with_targets(batch: Batch, **changes: Tensor) -> Batch:
    return replace(batch, targets=replace(targets_of(batch), **changes))


def targets_of(batch: Batch) -> Targets:
    assert batch.targets is not None
    return batch.targets


def total(parts: dict[str, Tensor]) -> Tensor:
    return torch.stack(list(parts.values())).sum()


def close(a: dict[str, Tensor], b: dict[str, Tensor]) -> None:
    for name, value in a.items():
        torch.testing.assert_close(value, b[name], rtol=1e-4, atol=1e-5, msg=name)


def test_it_learns_the_masks_and_classes_of_separable_objects():
    features, batch = blobs(24, 30)
    head = small_head()
    optimizer = torch.optim.AdamW(head.parameters(), lr=2e-3)
    for _ in range(120):
        optimizer.zero_grad()
        loss = total(head.loss(features, batch))
        loss.backward()
        optimizer.step()
    targets = targets_of(batch)
    for scan, found in enumerate(head.predict(features, batch)):
        instances = (targets.instance_scan == scan).nonzero().squeeze(1)
        truth = targets.instance[batch.point_scan == scan] == instances[:, None]
        surest = found.masks[: len(instances)]
        agrees = (truth[:, None] == surest).all(-1)
        assert agrees.any(1).all()
        assert agrees.any(0).all()
        assert (found.class_row[: len(instances)] == targets.instance_class[instances[agrees.int().argmax(0)]]).all()
        assert (found.confidence[: len(instances)] > 0.8).all()


def test_the_numbering_of_instances_does_not_matter():
    features, batch = blobs(20, 27)
    targets = targets_of(batch)
    order = torch.tensor([4, 2, 0, 5, 1, 3])
    renumbered = with_targets(
        batch,
        instance=torch.where(targets.instance >= 0, order.argsort()[targets.instance.clamp(min=0)], -1),
        **{
            name: getattr(targets, name)[order]
            for name in ("instance_scan", "instance_class", "lower", "upper", "mean", "variance")
        },
    )
    head = small_head()
    close(head.loss(features, batch), head.loss(features, renumbered))


def test_the_numbering_of_superpoints_does_not_matter():
    features, batch = blobs(20, 27)
    order = torch.randperm(47, generator=torch.Generator().manual_seed(0))
    targets = targets_of(batch)
    mixed = replace(
        with_targets(batch, mean=targets.mean[:, order], variance=targets.variance[:, order]),
        superpoint=order.argsort()[batch.superpoint],
        superpoint_scan=batch.superpoint_scan[order],
    )
    head = small_head()
    close(head.loss(features, batch), head.loss(features, mixed))
    for a, b in zip(head.predict(features, batch), head.predict(features, mixed), strict=True):
        assert torch.equal(a.masks, b.masks)


def test_scans_of_different_size_in_a_batch_are_what_they_are_alone():
    features, batch = blobs(12, 40)
    head = small_head().eval()
    together = head.predict(features, batch)
    alone = [one_scan(features, batch, scan) for scan in range(2)]
    for found, (own_features, own) in zip(together, alone, strict=True):
        (expected,) = head.predict(own_features, own)
        assert torch.equal(found.masks, expected.masks)
        assert torch.equal(found.class_row, expected.class_row)
        torch.testing.assert_close(found.confidence, expected.confidence, rtol=1e-4, atol=1e-5)
    losses = [head.loss(own_features, own) for own_features, own in alone]
    close(head.loss(features, batch), {name: (losses[0][name] + losses[1][name]) / 2 for name in losses[0]})


@pytest.mark.parametrize("kl", ["stable", "literal", "mse", "none"])
def test_every_parameter_gets_a_gradient_with_and_without_instances(kl: str):
    for instances in (3, 0):
        features, batch = blobs(10, 14, instances=instances)
        features.requires_grad_()
        head = small_head(kl=kl)
        parts = head.loss(features, batch)
        assert ("kl" in parts) == (kl != "none")
        total(parts).backward()
        assert total(parts).isfinite()
        for name, parameter in head.named_parameters():
            assert parameter.grad is not None, name
            assert parameter.grad.isfinite().all(), name
        assert features.grad is not None
        assert features.grad.isfinite().all()


def test_fewer_queries_than_instances_give_a_finite_loss():
    features, batch = blobs(24, instances=6)
    assert total(small_head(queries=2).loss(features, batch)).isfinite()


def test_a_scan_without_instances_beside_one_with_some_halves_its_mask_losses():
    features, batch = blobs(16, 16)
    head = small_head()
    kept = targets_of(batch).instance_scan == 0
    targets = targets_of(batch)
    half = with_targets(
        batch,
        instance=torch.where(targets.instance < 3, targets.instance, -1),
        **{
            name: getattr(targets, name)[kept]
            for name in ("instance_scan", "instance_class", "lower", "upper", "mean", "variance")
        },
    )
    alone = head.loss(*one_scan(features, batch, 0))
    found = head.loss(features, half)
    for name in ("mask", "dice", "score", "kl"):
        torch.testing.assert_close(found[name], alone[name] / 2, rtol=1e-4, atol=1e-5, msg=name)


def test_labels_of_weight_zero_do_not_matter():
    features, batch = blobs(24)
    targets = targets_of(batch)
    doubtful = batch.superpoint < 4
    head = small_head()
    ignored = with_targets(batch, weight=targets.weight.where(~doubtful, 0.0))
    unknown = with_targets(batch, semantic=targets.semantic.where(~doubtful, IGNORED))
    flipped = with_targets(ignored, instance=torch.where(doubtful, (targets.instance + 1) % 3, targets.instance))
    expected = head.loss(features, ignored)
    close(expected, head.loss(features, unknown))
    close(expected, head.loss(features, flipped))


def test_a_superpoint_counts_as_much_as_its_labels_are_believed():
    _, batch = blobs(24)
    targets = targets_of(batch)
    doubted = with_targets(batch, weight=torch.where(batch.superpoint < 4, 0.05, torch.ones_like(targets.weight)))
    rows = ScanRows.of(batch.superpoint_scan, 1)
    known = mask_targets(doubted, targets_of(doubted), rows)
    assert known.weight[0, :4].tolist() == pytest.approx([0.05] * 4)
    assert known.weight[0, 4:].tolist() == [1] * 20


def test_a_mask_holds_the_superpoints_of_which_it_has_more_than_half_by_weight():
    _, batch = blobs(8, instances=2)
    targets = targets_of(batch)
    instance, weight = targets.instance.clone(), torch.ones_like(targets.weight)
    first = batch.superpoint == 0
    instance[first] = torch.tensor([0, 0, 1, 1, 1])
    weight[first] = torch.tensor([1.0, 1.0, 0.2, 0.2, 0.2])  # a person labelled the first two
    known = with_targets(batch, instance=instance, weight=weight)
    found = mask_targets(known, targets_of(known), ScanRows.of(batch.superpoint_scan, 1))
    assert found.mask[:, 0].tolist() == [1, 0]


def test_an_instance_that_has_no_superpoint_is_not_learnt():
    features, batch = blobs(16)
    targets = targets_of(batch)
    gone = with_targets(batch, instance=torch.where(targets.instance == 1, -1, targets.instance))
    found = mask_targets(gone, targets_of(gone), ScanRows.of(batch.superpoint_scan, 1))
    assert found.class_row.tolist() == [0, 0]
    assert total(small_head().loss(features, gone)).isfinite()


def test_a_query_looks_inside_its_mask_and_everywhere_if_that_is_empty():
    masks = torch.tensor([[[1.0, -1.0, 2.0], [-1.0, -1.0, 5.0]]])
    valid = torch.tensor([[True, True, False]])
    assert visible(masks, valid).tolist() == [[[True, False, False], [True, True, False]]]


def test_autocast_changes_nothing():
    features, batch = blobs(16)
    head = small_head()
    expected, found = head.loss(features, batch), head.predict(features, batch)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        close(expected, head.loss(features, batch))
        again = head.predict(features, batch)
        assert torch.equal(found[0].masks, again[0].masks)
        assert total(head.loss(features.bfloat16(), batch)).isfinite()


def test_predictions_are_sorted_and_obey_the_options():
    features, batch = blobs(40)
    (found,) = small_head(most=7, least_points=2 * POINTS).predict(features, batch)
    assert found.masks.shape == (len(found.confidence), 40 * POINTS)
    assert len(found.class_row) == len(found.confidence) <= 7
    assert (found.masks.sum(1) >= 2 * POINTS).all()
    assert (found.confidence > 0).all()
    assert (found.confidence.diff() <= 0).all()
    assert len(small_head(least_points=10_000).predict(features, batch)[0].confidence) == 0


def test_the_same_batch_gives_the_same_loss_in_training_and_evaluation():
    features, batch = blobs(16)
    head = small_head()
    close(head.train().loss(features, batch), head.eval().loss(features, batch))


def test_deep_features_are_the_backbones_of_each_point():
    features, batch = blobs(6)
    shared = replace(batch, point_to_voxel=batch.point_to_voxel // 2)
    assert torch.equal(small_head().point_features(features, shared), features[shared.point_to_voxel])


def test_a_loss_without_targets_says_what_is_missing():
    features, batch = blobs(6)
    with pytest.raises(InvalidValueError, match="targets"):
        small_head().loss(features, replace(batch, targets=None))


def test_a_width_that_the_attention_heads_do_not_divide_is_refused():
    with pytest.raises(InvalidValueError, match="attention_heads"):
        small_head(dim=30)


@pytest.mark.parametrize(("name", "queries", "layers"), [("spformer", 400, 6), ("spformer-small", 24, 3)])
def test_its_presets_make_heads_of_their_sizes(name: str, queries: int, layers: int):
    config = preset(name)
    head = SPFormer(int(config.options["width"]), 18, config)
    assert head.decoder.queries.num_embeddings == queries
    assert len(head.decoder.layers) == layers
    assert config.network == "spformer"
