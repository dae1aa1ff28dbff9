"""What mending points is worth: the less, the larger their instance."""

import numpy as np

from gapro_annotator.arrays import Float64, Int64

_POWER = 0.5
"""0 counts points, 1 counts instances; between them clicks raise average precision most (docs/labeling.md)."""
_LEAST_SIZE = 50
"""Points; mending a smaller instance counts no more."""


def gain_of(points: Float64, instance_size: Int64) -> Float64:
    """Worth of mending so many points of instances of these sizes (points): points / √size."""
    return points / np.maximum(instance_size, _LEAST_SIZE) ** _POWER
