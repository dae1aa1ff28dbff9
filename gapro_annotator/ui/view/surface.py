"""What the points tell of the surface that they lie on."""

from collections.abc import Callable

import numpy as np
from scipy.spatial import KDTree

from gapro_annotator.arrays import Float32

_SAMPLE = 20_000
_NEIGHBOURS = 10
_CHUNK = 50_000


def point_spacing(xyz: Float32) -> float:
    """Return the usual distance between neighbours on a surface, metres, from a sample: 15 ms for any cloud."""
    rng = np.random.default_rng(0)
    sample = xyz[rng.integers(0, len(xyz), _SAMPLE)] if len(xyz) > _SAMPLE else xyz
    if len(sample) < 2:
        return 0.0
    near = KDTree(sample).query(sample[:1000], k=2)[0][:, 1]
    near = near[near > 0]
    # A random sample of a surface has its next neighbour at half the side of the square that each point has to itself;
    # that side shrinks with the square root of how many points there are.
    return 2 * float(np.median(near)) * float(np.sqrt(len(sample) / len(xyz))) if near.size else 0.0


def point_normals(xyz: Float32, tree: KDTree, stopped: Callable[[], bool]) -> Float32 | None:
    """Return the direction in which each point's neighbours spread least.

    Parameters
    ----------
    xyz : (N, 3) float32
        Metres.
    tree
        Of the same points.
    stopped
        Asked now and then; True gives up.

    Returns
    -------
    (N, 3) float32 or None
        Unit vectors of either sign; None where it was stopped.
    """
    normal = np.zeros(xyz.shape, np.float32)
    count = min(_NEIGHBOURS, len(xyz))
    if count < 3:
        return normal
    for start in range(0, len(xyz), _CHUNK):
        if stopped():
            return None
        rows = tree.query(xyz[start : start + _CHUNK], k=count)[1]
        offset = xyz[rows] - xyz[rows].mean(axis=1, keepdims=True)  # (chunk, K, 3)
        spread = np.einsum("nki,nkj->nij", offset, offset).astype(np.float64)
        normal[start : start + _CHUNK] = np.linalg.eigh(spread)[1][:, :, 0]
    return normal
