"""What the labeler gets to see of a network: a few numbers for each superpoint."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from gapro_annotator.arrays import Float32, Float64
from gapro_annotator.errors import InputError, reason_of
from gapro_annotator.store.atomic import replacing
from gapro_annotator.training.data.batch import Batch, superpoint_mean
from gapro_annotator.training.networks.network import Network

_FILE = "features.safetensors"


@dataclass(frozen=True, eq=False, slots=True)
class Basis:
    """Standardises the deep features of a network and keeps their principal components; one for all scans of a run.

    Parameters
    ----------
    middle, spread : (D,) float64
        Mean and standard deviation over the superpoints that it was made from; infinite where a column is constant.
    components : (D, C) float64
        Orthonormal columns, the largest variance first; the sign is such that the largest loading is positive.
    """

    middle: Float64
    spread: Float64
    components: Float64

    @classmethod
    def of(cls, features: Sequence[Float32], count: int) -> "Basis":
        """Learn from the (S, D) features of several scans; min(count, D) components."""
        whole = np.concatenate([np.asarray(one, np.float64) for one in features])
        middle, spread = whole.mean(axis=0), whole.std(axis=0)
        spread[spread <= 1e-6 * float(spread.max(initial=0.0))] = np.inf  # a constant column says nothing
        scaled = (whole - middle) / spread
        _, vectors = np.linalg.eigh(scaled.T @ scaled / max(len(scaled), 1))
        kept = vectors[:, ::-1][:, :count]
        largest = np.take_along_axis(kept, np.abs(kept).argmax(axis=0)[None], axis=0)[0]
        return cls(middle, spread, kept * np.where(largest < 0, -1.0, 1.0))

    def apply(self, features: Float32) -> Float32:
        """(S, C) float32 components of (S, D) features."""
        parts: Float32 = ((features - self.middle) / self.spread @ self.components).astype(np.float32)
        return parts

    def save(self, run: Path) -> None:
        """Keep it in the run's folder, for scans that the run does not know yet."""
        tensors = {name: np.ascontiguousarray(getattr(self, name)) for name in ("middle", "spread", "components")}
        with replacing(run / _FILE) as temporary:
            save_file(tensors, temporary)

    @classmethod
    def read(cls, run: Path) -> "Basis":
        """Read it from a run's folder; InputError where it is missing or damaged."""
        try:
            held = load_file(run / _FILE)
            return cls(held["middle"], held["spread"], held["components"])
        except (OSError, SafetensorError, ValueError, TypeError, KeyError) as error:
            raise InputError(
                f"{run / _FILE}: cannot be read ({reason_of(error)}); the run has no deep features, name another"
            ) from error


def mean_features(network: Network, batch: Batch, device: torch.device | str) -> Float32:
    """(S, D) mean deep features of the superpoints of one whole scan.

    Parameters
    ----------
    network
        In evaluation mode, on `device`.
    batch
        Of this one scan as it is: its superpoints are numbered as in the scan.
    """
    moved = batch.to(device)
    mean = superpoint_mean(network.point_features(moved), moved.superpoint, moved.superpoint_count)
    return mean.cpu().numpy()
