"""Masks that follow superpoints: no object border cuts a superpoint."""

import torch
from torch import Tensor


def most_voted(label: Tensor, superpoint: Tensor) -> Tensor:
    """Give every point the most frequent label of its superpoint.

    Parameters
    ----------
    label : (N,) int64
        -1 and up.
    superpoint : (N,) int64
        Any numbers.

    Returns
    -------
    (N,) int64
        Of equally frequent labels the smaller.
    """
    if not len(label):
        return label
    _, place = torch.unique(superpoint, return_inverse=True)
    width = int(label.max()) + 2
    pairs, votes = torch.unique(place * width + label + 1, return_counts=True)
    owner, voted = pairs // width, pairs % width - 1
    rank = votes * width - voted  # most votes first, then the smaller label
    best = torch.full((int(place.max()) + 1,), -(2**62), device=label.device)
    best.scatter_reduce_(0, owner, rank, "amax")
    won = rank == best[owner]
    best[owner[won]] = voted[won]
    return best[place]
