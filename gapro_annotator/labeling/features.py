"""What the Gaussian Processes see of a superpoint: place, colour and orientation."""

from dataclasses import dataclass

import numpy as np

from gapro_annotator.arrays import Float64
from gapro_annotator.labeling.superpoint_statistics import SuperpointStatistics


@dataclass(frozen=True, slots=True)
class FeatureGroup:
    """Columns of the features that share one length scale, and the length scale's prior median."""

    name: str
    start: int
    stop: int
    lengthscale: float


def features_of(
    statistics: SuperpointStatistics, size: float, deep: Float64 | None = None
) -> tuple[Float64, tuple[FeatureGroup, ...]]:
    """Return the features (S, C) and their groups.

    Place is in units of `size` (metres in a room), so that one prior suits rooms and table tops; colour in -1..1.
    Orientation is the outer product of the normal, whose sign is unknown. `deep`: (S, D) features of a network, which
    are scaled so that two usual superpoints are one unit apart.
    """
    middle = (statistics.lower.min(axis=0) + statistics.upper.max(axis=0)) / 2 if len(statistics) else 0.0
    columns, groups = [(statistics.center - middle) / size], [FeatureGroup("xyz", 0, 3, 0.5)]
    if statistics.color is not None:
        columns.append(statistics.color)
        groups.append(FeatureGroup("rgb", 3, 6, 0.5))
    columns.append(statistics.orientation)
    start = groups[-1].stop
    groups.append(FeatureGroup("normal", start, start + 6, 0.7))
    if deep is not None:
        spread = np.sqrt(2.0 * deep.var(axis=0).sum())
        columns.append((deep - deep.mean(axis=0)) / max(float(spread), 1e-9))
        groups.append(FeatureGroup("deep", start + 6, start + 6 + deep.shape[1], 0.5))
    return np.hstack(columns), tuple(groups)
