"""What the labeler gets to see of a network: a few numbers for each superpoint."""

from collections.abc import Iterable

import numpy as np
import torch

from gapro_annotator.arrays import Float32, Float64, Int32
from gapro_annotator.training.data.batch import Batch, superpoint_mean
from gapro_annotator.training.networks.network import Network


def superpoint_features(network: Network, batch: Batch, superpoint: Int32, device: torch.device | str) -> Float32:
    """(S, D) mean deep features of the superpoints of one whole scan.

    Parameters
    ----------
    network
        In evaluation mode, on `device`.
    batch
        Of this one scan as it is.
    superpoint : (N,) int32
        Of the scan.
    """
    moved = batch.to(device)
    own = torch.from_numpy(np.asarray(superpoint, np.int64)).to(device)[moved.source_row]
    mean = superpoint_mean(network.point_features(moved), own, int(superpoint.max()) + 1)
    return mean.cpu().numpy()


def principal(features: Iterable[Float32], count: int) -> list[Float32]:
    """Standardise the features of several scans together and keep their principal components.

    Parameters
    ----------
    features
        One (S, D) array a scan.
    count
        How many components; all where D is smaller.

    Returns
    -------
    list of (S, min(count, D)) float32
        With one centre, scale and basis for all scans, so that a value means the same in each. The sign of a component
        is such that its largest loading is positive.
    """
    each = [np.asarray(one, np.float64) for one in features]
    whole = np.concatenate(each)
    middle, spread = whole.mean(axis=0), whole.std(axis=0)
    spread[spread < 1e-6 * max(float(spread.max(initial=0.0)), 1e-12)] = np.inf  # a constant column says nothing
    scaled = (whole - middle) / spread
    basis = _basis(scaled, min(count, scaled.shape[1]))
    return [((one - middle) / spread @ basis).astype(np.float32) for one in each]


def _basis(scaled: Float64, count: int) -> Float64:
    _, vectors = np.linalg.eigh(scaled.T @ scaled / max(len(scaled), 1))
    basis = vectors[:, ::-1][:, :count]
    largest = np.take_along_axis(basis, np.abs(basis).argmax(axis=0)[None], axis=0)[0]
    return basis * np.where(largest < 0, -1.0, 1.0)
