"""What region merging compares: positions in point spacings, surface directions, colours, and who neighbours whom.

Nothing here knows a unit of length: a table top in millimetres and a house in metres give the same features.
"""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import KDTree

from gapro_annotator.arrays import Float64, Int64

NEIGHBORS_OF_NORMAL = 10
"""Points that a normal is fitted to, the point itself among them."""
NEIGHBORS_OF_GRAPH = 6
"""Nearest neighbours that a point is linked to, itself not counted."""
NEIGHBOR_OF_SPACING = 4
"""The spacing is the median distance to this neighbour."""
COLOR_WEIGHT = 20.0
LIGHTNESS_WEIGHT = 0.3
"""Lightness counts less than hue: shading changes it inside one object."""


@dataclass(frozen=True, eq=False, slots=True)
class CloudFeatures:
    """A cloud, ready to be merged.

    Parameters
    ----------
    position : (N, 3) float64
        In point spacings, relative to the cloud's centre.
    feature : (N, C) float64
        Squared distances are what it costs to merge: 6 columns of direction, and 3 of colour where it is known.
    edge : (E, 2) int64
        Neighbouring points, each pair once, the smaller row first.
    spacing : float
        Usual distance of neighbouring points, in the unit of the cloud.
    """

    position: Float64
    feature: Float64
    edge: Int64
    spacing: float

    @property
    def pieces(self) -> int:
        """Number of parts of the cloud that no edge connects."""
        points = len(self.position)
        ones = np.ones(len(self.edge), np.bool_)
        graph = coo_array((ones, (self.edge[:, 0], self.edge[:, 1])), shape=(points, points))
        return int(connected_components(graph, directed=False)[0])


def describe_cloud(xyz: Float64, rgb: Float64 | None) -> CloudFeatures:
    """Features of a cloud without coincident points; rgb 0..255 or None."""
    distance, neighbor = _nearest(xyz)
    spacing = _spacing(distance)
    position = (xyz - xyz.mean(axis=0)) / spacing
    direction = _direction(position, neighbor)
    feature = direction if rgb is None else np.hstack([direction, _color(rgb)])
    return CloudFeatures(position, np.ascontiguousarray(feature), _link(neighbor), spacing)


def _nearest(xyz: Float64) -> tuple[Float64, Int64]:
    """Distance and row of the nearest points of each point, itself first; (N, k)."""
    k = min(NEIGHBORS_OF_NORMAL, len(xyz))
    distance, neighbor = KDTree(xyz).query(xyz, k=k)
    return distance.reshape(len(xyz), k), neighbor.reshape(len(xyz), k).astype(np.int64)


def _spacing(distance: Float64) -> float:
    """Median distance to the fourth neighbour; 1 for a single point, whose features need no scale."""
    spacing = float(np.median(distance[:, min(NEIGHBOR_OF_SPACING, distance.shape[1] - 1)]))
    return spacing if spacing > 0 else 1.0


def _direction(position: Float64, neighbor: Int64) -> Float64:
    """Describe the normals so that n and -n are the same and |e - e'|² = 1 - (n·n')²; (N, 6)."""
    around = position[neighbor]  # (N, k, 3)
    around -= around.mean(axis=1, keepdims=True)
    _, vector = np.linalg.eigh(np.einsum("nki,nkj->nij", around, around, optimize=True))
    x, y, z = vector[:, :, 0].T  # the least spread is across the surface
    root2 = np.sqrt(2.0)
    return np.stack([x * x, y * y, z * z, root2 * x * y, root2 * x * z, root2 * y * z], axis=1) / root2


def _color(rgb: Float64) -> Float64:
    """CIE Lab of sRGB under D65, weighted; (N, 3)."""
    encoded = rgb / 255.0
    linear = np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)
    to_xyz = np.array(
        [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
    )
    relative = linear @ (to_xyz / to_xyz.sum(axis=1, keepdims=True)).T  # each row sums to one: white is (1, 1, 1)
    f = np.where(relative > (6 / 29) ** 3, np.cbrt(relative), relative / (3 * (6 / 29) ** 2) + 4 / 29)
    lab = np.stack([116 * f[:, 1] - 16, 500 * (f[:, 0] - f[:, 1]), 200 * (f[:, 1] - f[:, 2])], axis=1)
    return lab / 100 * np.sqrt([LIGHTNESS_WEIGHT * COLOR_WEIGHT, COLOR_WEIGHT, COLOR_WEIGHT])


def _link(neighbor: Int64) -> Int64:
    """Undirected union of the nearest neighbours of all points; (E, 2)."""
    near = neighbor[:, 1 : NEIGHBORS_OF_GRAPH + 1]
    start = np.repeat(np.arange(len(near)), near.shape[1])
    end = near.ravel()
    mutual = np.zeros(len(end), np.bool_)
    for column in near.T:
        mutual |= column[end] == start
    kept = (start < end) | ~mutual  # a mutual pair is listed from both sides
    start, end = start[kept], end[kept]
    return np.stack([np.minimum(start, end), np.maximum(start, end)], axis=1)
