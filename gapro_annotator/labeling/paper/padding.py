"""Arrays of unlike length in one batch."""

from collections.abc import Sequence

import numpy as np
import torch

from gapro_annotator.arrays import Float64


def padded(arrays: Sequence[Float64], device: torch.device) -> tuple[torch.Tensor, torch.Tensor]:
    """Return (P, n, C) with zeros below the shorter arrays, and (P, n) 1 where there is a row."""
    longest = max(len(array) for array in arrays)
    values, used = np.zeros((len(arrays), longest, arrays[0].shape[1])), np.zeros((len(arrays), longest))
    for row, array in enumerate(arrays):
        values[row, : len(array)], used[row, : len(array)] = array, 1.0
    return torch.from_numpy(values).to(device), torch.from_numpy(used).to(device)
