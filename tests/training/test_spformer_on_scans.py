"""SPFormer's head on batches of the data pipeline, with a backbone of two linear layers."""

from pathlib import Path

import numpy as np
import torch
from torch import nn
from training_scenes import config, scene

from gapro_annotator.training.data.collate import plain_batch, training_batch
from gapro_annotator.training.data.scan_data import ScanData, scan_data
from gapro_annotator.training.data.snapshot import read_labels, write_labels
from gapro_annotator.training.networks.spformer import SPFormer

OPTIONS = {"queries": 12, "dim": 32, "attention_heads": 4, "layers": 2, "hidden": 64, "least_points": 20}
RUN = config(network="spformer", options=OPTIONS)


def scans(folder: Path, *instances: int) -> list[ScanData]:
    for number, count in enumerate(instances):
        write_labels(folder, scene(number, name=f"scan{number}", instances=count))
    return [scan_data(read_labels(folder, f"scan{number}"), RUN) for number in range(len(instances))]


def test_augmented_batches_give_finite_losses_that_reach_the_backbone(tmp_path: Path):
    torch.manual_seed(0)
    head, backbone = SPFormer(16, 2, RUN), nn.Linear(4, 16)
    batch = training_batch(scans(tmp_path, 4, 0, 2), RUN, np.random.default_rng(0))
    parts = head.loss(backbone(batch.voxel_features), batch)
    torch.stack(list(parts.values())).sum().backward()
    assert all(part.isfinite() for part in parts.values())
    assert backbone.weight.grad is not None
    assert 0 < backbone.weight.grad.abs().max() < torch.inf


def test_masks_cover_the_points_of_their_scan(tmp_path: Path):
    torch.manual_seed(0)
    head, backbone = SPFormer(16, 2, RUN), nn.Linear(4, 16)
    batch = plain_batch(scans(tmp_path, 4, 2), RUN)
    for scan, found in enumerate(head.predict(backbone(batch.voxel_features), batch)):
        own = batch.superpoint[batch.point_scan == scan]
        assert found.masks.shape[1] == len(own)
        of_superpoint = torch.zeros(len(found.masks), batch.superpoint_count).index_add(1, own, found.masks.float())
        size = torch.bincount(own, minlength=batch.superpoint_count)
        assert ((of_superpoint == 0) | (of_superpoint == size)).all()
