"""What every head promises, whatever is in the batch."""

import pytest
import torch
from training_scenes import CLASSES, config, labeled

from gapro_annotator.training.config import preset
from gapro_annotator.training.data.collate import plain_batch
from gapro_annotator.training.data.scan_data import scan_data
from gapro_annotator.training.networks.registry import build_network

NETWORKS = ("box-vote", "pointgroup", "spformer")


@pytest.mark.parametrize("name", NETWORKS)
def test_the_parts_of_a_loss_are_the_same_with_and_without_instances(name: str):
    """Processes under torchrun average them one by one: other parts on one of them would end or hang all."""
    options = {"width": 8, "levels": 2, "blocks": 1}
    run = config(network=name, options=options)
    torch.manual_seed(0)
    network = build_network(run)
    names: list[list[str]] = []
    for count in (3, 0):
        batch = plain_batch([scan_data(labeled(1, instances=count), run)], run)
        parts = network.loss(batch)
        assert all(torch.isfinite(part.detach()) for part in parts.values())
        names.append(list(parts))
    assert names[0] == names[1]


@pytest.mark.parametrize(
    "name", ["box-vote", "box-vote-ci", "pointgroup", "pointgroup-small", "spformer", "spformer-small"]
)
def test_every_preset_builds(name: str):
    from dataclasses import replace

    network = build_network(replace(preset(name), classes=CLASSES, class_ids=(3, 7)))
    assert sum(weights.numel() for weights in network.parameters()) > 100_000
