"""What region merging compares: positions in point spacings, surface directions, colours, and who neighbours whom.

Nothing here knows a unit of length: a table top in millimetres and a house in metres give the same features.
"""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import KDTree

from gapro_annotator.arrays import Float64, Int64
from gapro_annotator.superpoints.colors import weighted_lab
from gapro_annotator.superpoints.graph import link_neighbors
from gapro_annotator.superpoints.normals import directions
from gapro_annotator.superpoints.threads import available_threads

NEIGHBORS_OF_NORMAL = 10
"""Points that a normal is fitted to, the point itself among them."""
NEIGHBORS_OF_GRAPH = 6
"""Nearest neighbours that a point is linked to, itself not counted."""
NEIGHBOR_OF_SPACING = 4
"""The spacing is the median distance to this neighbour."""


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
    direction = directions(position, neighbor)
    feature = direction if rgb is None else np.hstack([direction, weighted_lab(rgb)])
    return CloudFeatures(
        position, np.ascontiguousarray(feature), link_neighbors(neighbor[:, 1 : NEIGHBORS_OF_GRAPH + 1]), spacing
    )


def _nearest(xyz: Float64) -> tuple[Float64, Int64]:
    """Distance and row of the nearest points of each point, itself first; (N, k)."""
    k = min(NEIGHBORS_OF_NORMAL, len(xyz))
    tree = KDTree(xyz, balanced_tree=False)  # scans need no balance, and it takes as long as the rest of building
    distance, neighbor = tree.query(xyz, k=k, workers=available_threads())
    return distance.reshape(len(xyz), k), neighbor.reshape(len(xyz), k).astype(np.int64)


def _spacing(distance: Float64) -> float:
    """Median distance to the fourth neighbour; 1 for a single point, whose features need no scale."""
    spacing = float(np.median(distance[:, min(NEIGHBOR_OF_SPACING, distance.shape[1] - 1)]))
    return spacing if spacing > 0 else 1.0
