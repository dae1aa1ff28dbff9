"""What the paper's processes know before any of them is asked: floor, boxes, and how large the scan is."""

from dataclasses import dataclass

import numpy as np

from gapro_annotator.arrays import Bool, Float32, Float64, Int32, Int64
from gapro_annotator.labeling.paper.features import superpoint_means
from gapro_annotator.labeling.paper.membership import Membership, superpoints_inside, taught_superpoints
from gapro_annotator.labeling.paper.verdicts import smallest_holder
from gapro_annotator.labeling.request import LabelRequest
from gapro_annotator.labeling.scale import size_of
from gapro_annotator.labels import UNCORRECTED

PUBLISHED_OCCUPANCY = 0.999
_SLAB = 0.10
"""Height of the floor's slab, metres in a room."""
_LOWEST = 0.01
"""The share of the points below which z is not believed: a scan has strays under its floor."""


@dataclass(frozen=True, eq=False, slots=True)
class PaperRoom:
    """A scan as the paper's processes see it, by points or by superpoints.

    Parameters
    ----------
    size : (S,) int64
        Points of each superpoint.
    scale : float
        The scan's size against a room's: 1 in rooms.
    holder : (N,) int32
        Id of the smallest box that holds each point, -1 none.
    undetermined : int
        Points in two or more boxes.
    floor : (E,) bool
        Elements in the slab above the lowest point that no person labelled: background.
    membership : Membership
        Of the other elements.
    """

    size: Int64
    scale: float
    holder: Int32
    undetermined: int
    floor: Bool
    membership: Membership


def room_of_points(request: LabelRequest) -> PaperRoom:
    """Every point is an element."""
    scan, boxes = request.scan, request.boxes
    size, scale, members = _size(request), size_of(boxes), boxes.members(scan.xyz)
    floor = _in_slab(scan.xyz, scan.xyz[:, 2].astype(np.float64), scale) & (request.correction == UNCORRECTED)
    count = Membership.of(boxes, members, len(scan))
    membership = count.without(floor).taught(request.correction)
    holder = smallest_holder(boxes, members, len(scan))
    return PaperRoom(size, scale, holder, int((count.count >= 2).sum()), floor, membership)


def room_of_superpoints(request: LabelRequest) -> PaperRoom:
    """Every superpoint is an element, inside a box from the configured share of its points on."""
    scan, boxes = request.scan, request.boxes
    size, scale, members = _size(request), size_of(boxes), boxes.members(scan.xyz)
    taught = taught_superpoints(request.correction, scan.superpoint, size)
    height = superpoint_means(scan.xyz[:, 2:].astype(np.float64), scan.superpoint, size)[:, 0]
    floor = _in_slab(scan.xyz, height, scale) & (taught == UNCORRECTED)
    inside = superpoints_inside(members, scan.superpoint, size, occupancy_of(request))
    membership = Membership.of(boxes, inside, len(size)).without(floor).taught(taught)
    shared = int((Membership.of(boxes, members, len(scan)).count >= 2).sum())
    return PaperRoom(size, scale, smallest_holder(boxes, members, len(scan)), shared, floor, membership)


def occupancy_of(request: LabelRequest) -> float:
    """Return the configured share, or the published one."""
    wanted = request.config.occupancy
    return PUBLISHED_OCCUPANCY if wanted is None else wanted


def _size(request: LabelRequest) -> Int64:
    return np.bincount(request.scan.superpoint, minlength=request.scan.superpoint_count).astype(np.int64)


def _in_slab(xyz: Float32, height: Float64, scale: float) -> Bool:
    """Whether these heights lie in the slab above the lowest believed point."""
    if not len(xyz):
        return np.zeros(len(height), bool)
    return height < float(np.quantile(xyz[:, 2], _LOWEST)) + _SLAB * scale
