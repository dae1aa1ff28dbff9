"""What a run leaves besides its weights: deep features and predictions of every scan that it knows."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from gapro_annotator.arrays import Float32
from gapro_annotator.store.deep_features import write_features
from gapro_annotator.store.fingerprint import scan_fingerprint
from gapro_annotator.training.config import RunConfig
from gapro_annotator.training.data.loader import TrainingData
from gapro_annotator.training.deep_features import Basis, mean_features
from gapro_annotator.training.evaluate import predict_scan
from gapro_annotator.training.networks.network import Network
from gapro_annotator.training.predictions import write_prediction


def write_outcome(
    run: Path,
    network: Network,
    data: TrainingData,
    *,
    config: RunConfig,
    device: torch.device | str,
    report: Callable[[int, int, str], bool],
) -> bool:
    """Write ``features/`` and ``predictions/`` of all scans of a run.

    Parameters
    ----------
    run
        Its folder.
    network
        Trained, on `device`.
    report
        Called as ``report(done, total, scan)``; answers whether to go on.

    Returns
    -------
    bool
        False where it was stopped; what was written before is whole.
    """
    names = (*config.scans, *config.validation)
    class_ids = np.array(config.class_ids, np.int64)
    network.eval()
    features: list[Float32] = []
    made_for: list[str] = []
    for done, name in enumerate(names):
        if not report(done, len(names), name):
            return False
        batch = data.plain(name)
        write_prediction(run, name, predict_scan(network, batch, class_ids, device))
        features.append(mean_features(network, batch, device))
        made_for.append(scan_fingerprint(data.labeled(name).scan))
    basis = Basis.of(features, config.features)
    basis.save(run)
    for name, raw, fingerprint in zip(names, features, made_for, strict=True):
        write_features(run, name, basis.apply(raw), fingerprint)
    return True
