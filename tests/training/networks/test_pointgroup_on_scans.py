"""PointGroup as a whole, from labels to masks: it finds objects in scans that it has not seen."""

import numpy as np
import torch
from training_scenes import CLASSES, config, scene

from gapro_annotator.classes import Classes
from gapro_annotator.evaluation import MaskPrediction, pool_scores, score_masks
from gapro_annotator.training.data.collate import plain_batch, training_batch
from gapro_annotator.training.data.scan_data import ScanData, scan_data
from gapro_annotator.training.data.snapshot import LabeledScan
from gapro_annotator.training.networks.network import Network
from gapro_annotator.training.networks.registry import build_network

OPTIONS = {"width": 8, "levels": 3, "radius": 0.15, "cluster_points": 20, "least_points": 40, "prepare_steps": 40}
RUN = config(network="pointgroup", options=OPTIONS)


def data_of(seed: int) -> ScanData:
    document = scene(seed)
    assert document.pseudo is not None
    assert document.annotation is not None
    labeled = LabeledScan(
        scan=document.scan,
        boxes=document.boxes,
        pseudo=document.pseudo,
        annotation=document.annotation,
        ground_truth=document.ground_truth,
    )
    return scan_data(labeled, RUN)


def scores(network: Network, *seeds: int) -> dict[str, float]:
    network.eval()
    each = []
    for seed in seeds:
        data, truth = data_of(seed), scene(seed).ground_truth
        assert truth is not None
        batch = plain_batch([data], RUN)
        (found,) = network.predict(batch)
        prediction = MaskPrediction(
            len(truth),
            tuple(np.sort(batch.source_row.numpy()[mask]) for mask in found.masks.numpy()),
            np.array(RUN.class_ids, np.int32)[found.class_row.numpy()],
            found.confidence.numpy().astype(np.float64),
        )
        classes = Classes(np.array(RUN.class_ids, np.int32), CLASSES, np.zeros((2, 3), np.uint8))
        each.append(score_masks(prediction, truth, classes, min_points=20, xyz=scene(seed).scan.xyz))
    return pool_scores(each).to_dict()


def test_it_finds_objects_in_scans_that_it_has_not_seen():
    torch.manual_seed(0)
    random = np.random.default_rng(0)
    network = build_network(RUN)
    untaught = scores(network, 20, 21, 22)
    learnt_from = [data_of(seed) for seed in range(6)]
    optimizer = torch.optim.Adam(network.parameters(), lr=0.01)
    rate = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.02, 120)
    network.train()
    for step in range(120):
        batch = training_batch([learnt_from[step % 6], learnt_from[(step + 1) % 6]], RUN, random)
        loss = torch.stack(list(network.loss(batch).values())).sum()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        rate.step()
    taught = scores(network, 20, 21, 22)
    # Objects stand apart: what random weights hold for one class may be clusters that fit, but not of both classes.
    assert untaught["ap50"] < 0.6
    assert taught["ap50"] > 0.9
    assert taught["box_ap50"] > 0.9
