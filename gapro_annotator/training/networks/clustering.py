"""Clusters of voxels that may share voxels: made from places and classes, compared, and thinned."""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from gapro_annotator.arrays import Bool, Float64, Int64
from gapro_annotator.training.networks.components import radius_components


@dataclass(frozen=True, eq=False, slots=True)
class Clusters:
    """K clusters of voxels in a batch, E memberships in all.

    Parameters
    ----------
    voxel, cluster : (E,) int64
        Which voxel lies in which cluster; clusters ascend.
    class_row, scan : (K,) int64
        Class of each cluster, and the scan in which it lies.
    """

    voxel: Int64
    cluster: Int64
    class_row: Int64
    scan: Int64

    def __len__(self) -> int:
        return len(self.class_row)

    def beside(self, other: "Clusters") -> "Clusters":
        """Number the clusters of another way to cluster after these."""
        return Clusters(
            np.concatenate([self.voxel, other.voxel]),
            np.concatenate([self.cluster, other.cluster + len(self)]),
            np.concatenate([self.class_row, other.class_row]),
            np.concatenate([self.scan, other.scan]),
        )

    def of(self, kept: Int64) -> "Clusters":
        """Only these clusters, in this order."""
        new = np.full(len(self), -1)
        new[kept] = np.arange(len(kept))
        cluster = new[self.cluster]
        member = np.flatnonzero(cluster >= 0)
        member = member[np.argsort(cluster[member], kind="stable")]
        return Clusters(self.voxel[member], cluster[member], self.class_row[kept], self.scan[kept])

    def sums(self, values: Float64) -> Float64:
        """(K,) sums of the values (V,) of their voxels."""
        return np.bincount(self.cluster, weights=values[self.voxel], minlength=len(self)).astype(np.float64)

    def members(self, voxels: int) -> csr_array:
        """(K, V) sparse, 1 where a voxel lies in a cluster."""
        return csr_array((np.ones(len(self.voxel)), (self.cluster, self.voxel)), shape=(len(self), voxels))


def cluster_voxels(
    xyz: Float64, scan: Int64, class_row: Int64, points: Int64, *, radius: float, least: int
) -> Clusters:
    """Join neighbouring voxels of one class and scan.

    Parameters
    ----------
    xyz : (V, 3) float64
    scan, class_row : (V,) int64
        Voxels of class -1 are in no cluster.
    points : (V,) int64
        How many points each voxel has.
    radius
        Neighbours are at most so far apart, metres.
    least
        Clusters of fewer points are dropped.
    """
    rows = np.flatnonzero(class_row >= 0)
    group = np.unique(scan[rows] * (class_row.max(initial=0) + 1) + class_row[rows], return_inverse=True)[1]
    label = radius_components(xyz[rows], radius, group.astype(np.int64))
    size = np.bincount(label, weights=points[rows])
    kept = np.flatnonzero(size >= least)
    first = rows[np.unique(label, return_index=True)[1]]
    found = Clusters(rows, label, class_row[first], scan[first])
    return found.of(kept)


def overlap_with(clusters: Clusters, voxel: Int64, instance: Int64, instances: int, voxels: int) -> Float64:
    """(K, I) IoU of the points of clusters and instances.

    Parameters
    ----------
    clusters
    voxel, instance : (N,) int64
        Of the points that count; instance -1 for none.
    instances, voxels
        I and V.
    """
    inside = instance >= 0
    one = np.ones(int(inside.sum()))
    owned = csr_array((one, (voxel[inside], instance[inside])), shape=(voxels, instances))
    common = csr_array(clusters.members(voxels) @ owned).toarray()  # (K, I)
    size = clusters.sums(np.bincount(voxel, minlength=voxels).astype(np.float64))
    union = size[:, None] + np.bincount(instance[inside], minlength=instances) - common
    return common / np.maximum(union, 1)


def suppress(clusters: Clusters, score: Float64, points: Int64, most_iou: float) -> Int64:
    """Non-maximum suppression: keep a cluster unless it overlaps a surer one that is kept.

    Parameters
    ----------
    clusters, score : (K,) float64
    points : (V,) int64
        How many points each voxel has; IoU is of points.
    most_iou
        Overlap up to which both are kept.

    Returns
    -------
    (L,) int64
        Clusters, surest first, of equals the first.
    """
    members = clusters.members(len(points))
    weighted = csr_array((points[members.indices].astype(np.float64), members.indices, members.indptr), members.shape)
    common = csr_array(weighted @ members.T).toarray()  # (K, K)
    size = common.diagonal()
    iou = common / np.maximum(size[:, None] + size - common, 1)
    left: Bool = np.ones(len(clusters), np.bool_)
    kept: list[int] = []
    for number in np.argsort(-score, kind="stable").tolist():
        if left[number]:
            kept.append(number)
            left &= iou[number] <= most_iou
    return np.array(kept, np.int64)
