"""The other boxes around a superpoint: the smaller box, and the one that holds more of it, have a head start."""

import numpy as np

from gapro_annotator.arrays import Float64
from gapro_annotator.labeling.evidence import BoxEvidence
from gapro_annotator.labeling.traits.candidates import Candidates

_INSIDE = 0.5
"""A box that holds this share of a superpoint is a rival for it."""
_ALIKE = 0.3
_MANY = 3


def rival_traits(evidence: BoxEvidence, candidates: Candidates) -> dict[str, Float64]:
    """Number of rivals, their share, and volumes against each other; without a rival 0, and `smallest` 1."""
    volume = np.log(np.maximum(evidence.boxes.volume.astype(np.float64), 1e-9))[candidates.box]
    rival = candidates.share >= _INSIDE
    holders = np.bincount(candidates.superpoint, rival, candidates.count).astype(np.float64)
    smallest = -candidates.best_other(-volume, among=rival)
    ratio = np.where(np.isfinite(smallest), np.clip(smallest - volume, -4.0, 4.0), 0.0)
    share = candidates.best_other(candidates.share)
    return {
        "rivals": np.clip(holders[candidates.superpoint] - rival, 0.0, _MANY),
        "smallest": (ratio >= 0).astype(np.float64),
        "rival_volume": ratio,
        "smaller_rival": np.minimum(ratio, 0.0),
        "rival_of_like_volume": np.minimum(np.abs(ratio), _ALIKE),
        "rival_share": np.where(np.isfinite(share), share, 0.0),
    }
