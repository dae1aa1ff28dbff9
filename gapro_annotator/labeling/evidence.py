"""What is measured of a scan and of its boxes before anything is decided; neither knows a person's corrections."""

from dataclasses import dataclass

import numpy as np

from gapro_annotator.arrays import Bool, Float64, Int64
from gapro_annotator.boxes import Boxes, SortedPoints
from gapro_annotator.labeling.contacts import Contacts, contacts_of
from gapro_annotator.labeling.occupancy import Occupancy, occupancy_of
from gapro_annotator.labeling.request import LabelerConfig
from gapro_annotator.labeling.scale import size_of, spacing_of
from gapro_annotator.labeling.slack import box_error, loosened
from gapro_annotator.labeling.structure import Plane, find_planes, owned_pieces, structure_of
from gapro_annotator.labeling.superpoint_statistics import SuperpointStatistics, superpoint_statistics
from gapro_annotator.labeling.unboxed import unboxed_share
from gapro_annotator.scan import Scan

_SLACK = 2.0
"""Boxes are loosened by this many of their standard errors."""


@dataclass(frozen=True, eq=False, slots=True)
class ScanEvidence:
    """What does not depend on the boxes: measured once for a scan.

    `spacing`: usual distance of neighbouring points, metres.
    """

    scan: Scan
    points: SortedPoints
    spacing: float
    statistics: SuperpointStatistics
    contacts: Contacts

    def fits(self, scan: Scan) -> bool:
        """Whether a scan has the points that were measured, and their colours and superpoints."""
        pairs = ((getattr(self.scan, name), getattr(scan, name)) for name in ("xyz", "superpoint", "rgb"))
        return all(one is other or np.array_equal(one, other) for one, other in pairs)


@dataclass(frozen=True, eq=False, slots=True)
class BoxEvidence:
    """What boxes and planes say.

    Parameters
    ----------
    of_scan
        What was measured before.
    boxes
        The boxes, loosened by how far off they are.
    error
        Estimated standard error of the faces of the boxes as given, metres.
    size
        Size of the objects against those of a room.
    occupancy
        Which superpoints lie in which boxes.
    undetermined
        Points in two or more of the boxes as given.
    smallest_box : (N,) int64
        Row of the smallest box that holds each point, -1 none.
    outside : (S,) float64
        Share of each superpoint that lies in no box.
    planes
        Floor, ceiling, walls.
    on_plane : (S,) bool
        Superpoints on one of them.
    owned : (M,) bool
        For the pairs of `occupancy`: pieces of a plane that a thin box on it owns.
    structure : (S,) bool
        Superpoints on a plane that no thin box owns.
    unboxed
        How much stands about unboxed (`unboxed_share`).
    """

    of_scan: ScanEvidence
    boxes: Boxes
    error: float
    size: float
    occupancy: Occupancy
    undetermined: int
    smallest_box: Int64
    outside: Float64
    planes: list[Plane]
    on_plane: Bool
    owned: Bool
    structure: Bool
    unboxed: float


def scan_evidence(scan: Scan) -> ScanEvidence:
    """Measure a scan."""
    statistics = superpoint_statistics(scan)
    spacing = spacing_of(scan.xyz)
    contacts = contacts_of(scan.xyz, scan.superpoint, spacing, statistics)
    return ScanEvidence(scan, SortedPoints.of(scan.xyz), spacing, statistics, contacts)


def box_evidence(of_scan: ScanEvidence, boxes: Boxes, config: LabelerConfig) -> BoxEvidence:
    """Measure the boxes against the scan: how far off they are, what lies in them, where floor and walls are."""
    scan, statistics = of_scan.scan, of_scan.statistics
    size = size_of(boxes)
    occupancy = occupancy_of(scan, boxes, statistics, of_scan.spacing, of_scan.points)
    undetermined = occupancy.shared_points(len(scan))  # by the boxes as they were given
    error = box_error(boxes, statistics, occupancy, size) if config.slack else 0.0
    if error > 0:
        boxes = loosened(boxes, _SLACK * error)
        occupancy = occupancy_of(scan, boxes, statistics, of_scan.spacing, of_scan.points)
    smallest_box = occupancy.smallest_box(len(scan))
    outside = np.bincount(scan.superpoint, smallest_box < 0, len(statistics)) / np.maximum(statistics.size, 1)
    planes = find_planes(statistics, outside, size) if config.planes else []
    on_plane, owners = structure_of(statistics, planes, boxes, size)
    owned = owned_pieces(statistics, planes, owners, size, superpoint=occupancy.superpoint, box=occupancy.box)
    structure = on_plane.copy()
    structure[occupancy.superpoint[owned & (occupancy.share >= occupancy.threshold)]] = False
    return BoxEvidence(
        of_scan=of_scan,
        boxes=boxes,
        error=error,
        size=size,
        occupancy=occupancy,
        undetermined=undetermined,
        smallest_box=smallest_box,
        outside=outside,
        planes=planes,
        on_plane=on_plane,
        owned=owned,
        structure=structure,
        unboxed=unboxed_share(boxes, statistics, occupancy, outside, structure),
    )
