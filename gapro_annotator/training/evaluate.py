"""A network's predictions on whole scans, and their scores."""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from gapro_annotator.arrays import Int64
from gapro_annotator.classes import Classes
from gapro_annotator.evaluation import pool_scores, score_masks
from gapro_annotator.evaluation.masks import MaskPrediction
from gapro_annotator.evaluation.scores import Scores
from gapro_annotator.labels import GroundTruth
from gapro_annotator.training.config import RunConfig
from gapro_annotator.training.data.batch import Batch
from gapro_annotator.training.data.loader import TrainingData
from gapro_annotator.training.networks.network import Found, Network


def predict_scan(network: Network, batch: Batch, class_ids: Int64, device: torch.device | str) -> MaskPrediction:
    """Find the objects of one whole scan.

    Parameters
    ----------
    network
        In evaluation mode, on `device`.
    batch
        Of this one scan, as it is (`TrainingData.plain`).
    class_ids : (C,) int64
        The class id of each row of the network's classes.
    """
    found = network.predict(batch.to(device))[0]
    return _prediction(found, batch, class_ids)


def _prediction(found: Found, batch: Batch, class_ids: Int64) -> MaskPrediction:
    masks = found.masks.cpu().numpy()
    source = batch.source_row.numpy()
    rows = tuple(np.sort(source[mask]) for mask in masks)
    kinds = class_ids[found.class_row.cpu().numpy()].astype(np.int32)
    return MaskPrediction(len(source), rows, kinds, found.confidence.cpu().numpy().astype(np.float64))


def evaluate(
    network: Network,
    data: TrainingData,
    config: RunConfig,
    device: torch.device | str,
    should_stop: Callable[[], bool] = lambda: False,
) -> dict[str, Any] | None:
    """Score a network on the held-out scans of a run, or on its training scans where none is held out.

    Returns
    -------
    dict or None
        `scores`, `against` and `scans` of `EvaluationMetrics`; None where there is nothing to score, or it was stopped.
        Against ground truth where all scans have it; then `scores["against_labels"]` has the AP that chooses the model.
    """
    names = data.scored_scans
    if not names:
        return None
    was_training = network.training
    network.eval()
    class_ids = np.array(config.class_ids, np.int64)
    classes = _numbered(Classes.of(list(config.classes)), class_ids)
    of_labels: list[Scores] = []
    of_truth: list[Scores] = []
    try:
        for name in names:
            if should_stop():
                return None
            labeled = data.labeled(name)
            found = predict_scan(network, data.plain(name), class_ids, device)
            shown = GroundTruth(labeled.annotation.instance, labeled.annotation.semantic)
            of_labels.append(score_masks(found, shown, classes, xyz=labeled.scan.xyz))
            if labeled.ground_truth is not None:
                of_truth.append(score_masks(found, labeled.ground_truth, classes, xyz=labeled.scan.xyz))
    finally:
        network.train(was_training)
    judged = pool_scores(of_labels).to_dict()
    if len(of_truth) < len(names):
        return {"scores": judged, "against": "labels", "scans": list(names)}
    scores = pool_scores(of_truth).to_dict()
    scores["against_labels"] = {key: judged[key] for key in ("ap", "ap50", "ap25")}
    return {"scores": scores, "against": "ground truth", "scans": list(names)}


def _numbered(classes: Classes, class_ids: Int64) -> Classes:
    return Classes(class_ids.astype(np.int32), classes.name, classes.color)
