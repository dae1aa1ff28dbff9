"""A trained network, to be asked about any scan."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch

from gapro_annotator.arrays import Float32
from gapro_annotator.boxes import Boxes
from gapro_annotator.classes import Classes
from gapro_annotator.errors import InputError
from gapro_annotator.evaluation.masks import MaskPrediction
from gapro_annotator.labels import BACKGROUND, NO_RIVAL, Annotation, Decision, Origin, PseudoLabels
from gapro_annotator.scan import Scan
from gapro_annotator.training.checkpoint import load_model
from gapro_annotator.training.config import RunConfig, config_of
from gapro_annotator.training.data.batch import Batch
from gapro_annotator.training.data.collate import plain_batch
from gapro_annotator.training.data.scan_data import scan_data
from gapro_annotator.training.data.snapshot import LabeledScan
from gapro_annotator.training.deep_features import Basis, mean_features
from gapro_annotator.training.device import choose_device
from gapro_annotator.training.evaluate import predict_scan
from gapro_annotator.training.networks.network import Network
from gapro_annotator.training.networks.registry import build_network

if TYPE_CHECKING:
    from gapro_annotator.arrays import Int64


class Trained:
    """A network with its weights, ready to predict.

    Parameters
    ----------
    network, config
        The weights loaded; how it was trained.
    device
        Where it computes.
    run
        Folder of its run; None for an exported model, which has no deep features.
    """

    def __init__(self, network: Network, config: RunConfig, device: torch.device, run: Path | None) -> None:
        self.network = network.to(device).eval()
        self.device = device
        self._run = run
        self.config = config

    @classmethod
    def open(cls, path: Path, device: str = "auto") -> "Trained":
        """Open a run's folder or an exported model.

        Raises
        ------
        InputError
            There is no model, or it is damaged or of another version.
        """
        run = path if path.is_dir() else None
        file = path / "best.safetensors" if run is not None else path
        if not file.is_file():
            raise InputError(f"{path}: holds no trained network yet; train it, or name another run")
        model = load_model(file)
        try:
            config = config_of(model.config)
            network = build_network(config)
            network.load_state_dict(model.weights)
        except (ValueError, RuntimeError, KeyError) as error:
            raise InputError(f"{file}: its weights do not fit this version of the program; train again") from error
        return cls(network, config, choose_device(device), run)

    def predict(self, scan: Scan, classes: Classes) -> MaskPrediction:
        """Find the objects of a scan.

        Parameters
        ----------
        scan
            Any, of this project or another.
        classes
            The network's classes are matched with them by name; what the table lacks gets class -1.
        """
        known = dict(zip(classes.name, classes.id.tolist(), strict=True))
        ids: Int64 = np.array([known.get(name, BACKGROUND) for name in self.config.classes], np.int64)
        return predict_scan(self.network, _batch(scan, self.config), ids, self.device)

    def features(self, scan: Scan) -> Float32:
        """(S, C) deep features of the scan's superpoints, as the labeler wants them."""
        if self._run is None:
            raise InputError("an exported model has no deep features; name the run that it came from")
        basis = Basis.read(self._run)
        return basis.apply(mean_features(self.network, _batch(scan, self.config), self.device))


def _batch(scan: Scan, config: RunConfig) -> Batch:
    """Make a batch of a scan of which no label is known."""
    rows = len(scan)
    if not rows:
        raise InputError(f"{scan.name}: has no points; there is nothing to predict")
    background = np.full(rows, BACKGROUND, np.int32)
    one, zero = np.ones(rows, np.float32), np.zeros(rows, np.float32)
    nobody = np.full(rows, Decision.NO_BOX, np.uint8)
    bare = LabeledScan(
        scan=scan,
        boxes=Boxes.empty(),
        pseudo=PseudoLabels(background, np.full(rows, NO_RIVAL, np.int32), one, one, zero, nobody),
        annotation=Annotation(background, background, np.full(rows, Origin.PSEUDO_LABEL, np.uint8)),
        ground_truth=None,
    )
    return plain_batch([scan_data(bare, config)], config)
