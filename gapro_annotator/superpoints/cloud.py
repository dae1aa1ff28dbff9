"""Cloud → superpoints by region merging from single points, over voxels where the cloud is very large."""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from gapro_annotator.arrays import Float32, Int64, UInt8
from gapro_annotator.superpoints.features import CloudFeatures, describe_cloud
from gapro_annotator.superpoints.links import UNKNOWN, Links, carry_over, cheapest, pair_up, price
from gapro_annotator.superpoints.regions import Merges, single_points, unite
from gapro_annotator.superpoints.stars import merge_stars
from gapro_annotator.superpoints.thinning import thin
from gapro_annotator.superpoints.tree import MergeTree

_MANY = 100
_CRUMB = 50
"""A cloud in more than so many pieces of fewer than so many points on average is clustered, not truly in pieces."""

Report: TypeAlias = Callable[[int, int, str], None]

FEW = 0.02
"""Share of the regions; when fewer pairs merge in a round, the rest is left to `merge_stars`."""


def segment_cloud(xyz: Float32, rgb: UInt8 | None, count: int, report: Report) -> Int64:
    """Group the points of a cloud.

    Parameters
    ----------
    xyz : (N, 3) float32
        At least one point, any unit.
    rgb : (N, 3) uint8 or None
    count
        Groups wanted; a cloud in more separate pieces than that gets one for each.
    report
        Called between the steps; may raise to stop.

    Returns
    -------
    (N,) int64
        A number of its group for each point.
    """
    thinned = thin(xyz, rgb)
    report(0, len(thinned.xyz), "Superpoints: neighbours and normals")
    if count >= len(thinned.xyz):
        return thinned.cell
    cloud = describe_cloud(thinned.xyz, thinned.rgb)
    voxel = cloud.spacing
    while _is_clustered(cloud, count):
        voxel *= 2
        coarser = thin(xyz, rgb, voxel)
        if len(coarser.xyz) <= count:
            break
        report(0, len(coarser.xyz), "Superpoints: neighbours and normals")
        thinned, cloud = coarser, describe_cloud(coarser.xyz, coarser.rgb)
    return merge_regions(cloud, report).cut(count)[thinned.cell]


def _is_clustered(cloud: CloudFeatures, count: int) -> bool:
    """Whether the points lie in little clusters that are their own nearest neighbours: scans laid over each other.

    The graph falls into crumbs then, and normals are those of the noise.
    """
    pieces = cloud.pieces
    return pieces > max(count, _MANY) and len(cloud.position) < _CRUMB * pieces


def merge_regions(cloud: CloudFeatures, report: Report) -> MergeTree:
    """Merge, in rounds, every two regions that are each other's cheapest neighbour, until no two touch."""
    points = len(cloud.position)
    regions = single_points(cloud.position, cloud.feature)
    links = Links(cloud.edge, np.ones(len(cloud.edge), np.int64), np.full(len(cloud.edge), UNKNOWN))
    rounds: list[Merges] = []
    done = 0
    while len(links.pair):
        price(links, regions)
        if rounds and len(rounds[-1].height) < FEW * len(regions.size):
            rounds.append(merge_stars(links, regions, points + done))
            break
        new_row, pairing = pair_up(links, cheapest(links, regions.size))
        regions, merges = unite(regions, pairing, points + done)
        links = carry_over(links, new_row, regions.node >= points + done)
        rounds.append(merges)
        done += len(merges.height)
        report(done, points, "Superpoints: merging regions")
    return MergeTree(points, Merges(*(np.concatenate(column) for column in zip(*rounds, strict=True))))
