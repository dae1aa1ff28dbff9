"""Scans without meaning for the laws that hold for every scan, and short ways to what is measured of one."""

from dataclasses import replace

import numpy as np

from gapro_annotator.boxes import Boxes
from gapro_annotator.document import ScanDocument
from gapro_annotator.labeling.prepared import PreparedScan, prepare
from gapro_annotator.labeling.progress import Steps
from gapro_annotator.labeling.request import LabelerConfig, LabelRequest
from gapro_annotator.labels import UNCORRECTED
from gapro_annotator.scan import Scan


def boxes_of(*corners: tuple[tuple[float, ...], tuple[float, ...]]) -> Boxes:
    """Boxes 0, 1, 2 … with these corners."""
    lower, upper = np.array([c[0] for c in corners], np.float32), np.array([c[1] for c in corners], np.float32)
    ids = np.arange(len(corners), dtype=np.int32)
    return Boxes(ids, ids.copy(), lower.reshape(-1, 3), upper.reshape(-1, 3))


def random_scan(seed: int, points: int = 1500, superpoints: int = 40) -> Scan:
    """Points in a unit cube, each with the nearest of some seeds as its superpoint."""
    random = np.random.default_rng(seed)
    xyz = random.random((points, 3))
    seeds = random.random((superpoints, 3))
    nearest = ((xyz[:, None] - seeds[None]) ** 2).sum(axis=2).argmin(axis=1)
    _, superpoint = np.unique(nearest, return_inverse=True)
    return Scan(
        name="random",
        xyz=xyz.astype(np.float32),
        origin=np.zeros(3),
        rgb=random.integers(0, 256, (points, 3)).astype(np.uint8),
        superpoint=superpoint.reshape(-1).astype(np.int32),
    )


def random_boxes(seed: int, count: int = 5) -> Boxes:
    """Boxes that overlap in a unit cube."""
    random = np.random.default_rng(1000 + seed)
    lower = random.uniform(0, 0.7, (count, 3))
    return boxes_of(*zip(lower, lower + random.uniform(0.2, 0.6, (count, 3)), strict=True))


def prepared(scan: Scan, boxes: Boxes, **settings: object) -> PreparedScan:
    """Make a scan ready for corrections."""
    return prepare(scan, boxes, LabelerConfig(device="cpu", **settings), Steps(None, scan.name))  # type: ignore[arg-type]


def nothing(scan: Scan) -> np.ndarray:
    """No corrections."""
    return np.full(len(scan), UNCORRECTED, np.int32)


def request_of(room: ScanDocument, *, boxes: Boxes | None = None, **fields: object) -> LabelRequest:
    """Ask for the labels of a generated room."""
    known: dict = {"correction": nothing(room.scan)} | fields
    return LabelRequest(scan=room.scan, boxes=room.boxes if boxes is None else boxes, **known)


def with_points(room: ScanDocument, order: np.ndarray) -> ScanDocument:
    """The points of a room in another order, without its mesh and its truth."""
    scan = room.scan
    fields = {name: getattr(scan, name) for name in ("xyz", "rgb", "normal", "superpoint", "source_row")}
    taken = {name: None if values is None else values[order] for name, values in fields.items()}
    return replace(room, scan=replace(scan, faces=None, **taken), ground_truth=None)
