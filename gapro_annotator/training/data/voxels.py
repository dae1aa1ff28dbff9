"""Points into voxels."""

from dataclasses import dataclass

import numpy as np

from gapro_annotator.arrays import Float32, Int64

_BITS = 21
"""Of each coordinate in a voxel's code: two million voxels along an axis."""


@dataclass(frozen=True, eq=False, slots=True)
class Voxels:
    """V voxels of N points.

    Parameters
    ----------
    coordinates : (V, 3) int64
        From 0.
    point_to_voxel : (N,) int64
    order, start : (N,), (V,) int64
        Points sorted by voxel, and where each voxel begins among them.
    """

    coordinates: Int64
    point_to_voxel: Int64
    order: Int64
    start: Int64

    def __len__(self) -> int:
        return len(self.coordinates)

    def mean(self, values: Float32) -> Float32:
        """(V, C) mean of (N, C) values of the points."""
        size = np.diff(self.start, append=len(self.order))
        total = np.add.reduceat(values[self.order], self.start, axis=0, dtype=np.float32)
        return (total / size[:, None]).astype(np.float32)


def voxels_of(xyz: Float32, voxel: float) -> Voxels:
    """Put (N, 3) points, N >= 1, into voxels of edge `voxel`."""
    cell = np.floor(xyz / np.float32(voxel)).astype(np.int64)
    cell -= cell.min(axis=0)
    code = (cell[:, 0] << 2 * _BITS) | (cell[:, 1] << _BITS) | cell[:, 2]
    order = np.argsort(code, kind="stable")
    ranked = code[order]
    first = np.flatnonzero(np.concatenate([[True], ranked[1:] != ranked[:-1]]))
    point_to_voxel = np.empty(len(code), np.int64)
    point_to_voxel[order] = np.cumsum(np.concatenate([[0], (ranked[1:] != ranked[:-1]).astype(np.int64)]))
    return Voxels(cell[order[first]], point_to_voxel, order.astype(np.int64), first.astype(np.int64))
