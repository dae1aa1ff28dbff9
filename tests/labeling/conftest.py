"""Small rooms whose truth is known: two pieces of furniture whose boxes overlap, on a floor, before a wall."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pytest

from gapro_annotator.boxes import Boxes
from gapro_annotator.labeling.request import LabelerConfig, LabelRequest
from gapro_annotator.labels import UNCORRECTED
from gapro_annotator.scan import Scan

SOFA, TABLE, CLUTTER = 3, 7, 99
_SPACING = 0.05
_CELL = 0.4

# (object or -1, colour, lower, upper) of cuboids that are seen from outside.
_SOFA_COLOR, _TABLE_COLOR = (190, 60, 50), (60, 80, 190)
_CUBOIDS = [
    (SOFA, _SOFA_COLOR, (1.0, 0.5, 0.0), (3.0, 0.9, 0.8)),
    (SOFA, _SOFA_COLOR, (1.0, 0.9, 0.0), (1.4, 1.7, 0.8)),
    (TABLE, _TABLE_COLOR, (1.8, 1.1, 0.0), (3.6, 1.6, 0.5)),
]
_STACK = [
    (CLUTTER, (60, 200, 60), (1.5 + 0.3 * step, 0.92, 0.55), (1.75 + 0.3 * step, 1.05, 0.75)) for step in range(4)
]


@dataclass(frozen=True, eq=False)
class Room:
    """A scan with its boxes and its truth."""

    scan: Scan
    boxes: Boxes
    truth: np.ndarray

    def request(self, **options: object) -> LabelRequest:
        fields: dict = {"correction": np.full(len(self.scan), UNCORRECTED, np.int32)} | options
        method = fields.pop("method", "gp")
        return LabelRequest(scan=self.scan, boxes=self.boxes, config=LabelerConfig(method=method), **fields)

    def with_scan(self, **fields: object) -> "Room":
        return replace(self, scan=replace(self.scan, **fields))


def _sheet(lower: np.ndarray, upper: np.ndarray, axis: int, at: float) -> np.ndarray:
    others = [a for a in range(3) if a != axis]
    steps = [np.arange(lower[a] + _SPACING / 2, upper[a], _SPACING) for a in others]
    grid = np.stack(np.meshgrid(*steps, indexing="ij"), axis=-1).reshape(-1, 2)
    points = np.empty((len(grid), 3))
    points[:, others] = grid
    points[:, axis] = at
    return points


def _faces(lower: np.ndarray, upper: np.ndarray) -> list[np.ndarray]:
    sides = [_sheet(lower, upper, axis, end[axis]) for axis in (0, 1) for end in (lower, upper)]
    return [*sides, _sheet(lower, upper, 2, upper[2])]


def _build(*, clutter: bool) -> Room:
    random = np.random.default_rng(5)
    surfaces = [
        (-1, (150, 140, 130), _sheet(np.zeros(3), np.array([4.0, 4.0, 0.0]), 2, 0.0)),
        (-1, (220, 220, 215), _sheet(np.zeros(3), np.array([4.0, 0.0, 2.2]), 1, 0.0)),
    ]
    for owner, color, lower, upper in _CUBOIDS + (_STACK if clutter else []):
        surfaces += [(owner, color, face) for face in _faces(np.array(lower), np.array(upper))]
    xyz = np.concatenate([points for _, _, points in surfaces])
    truth = np.concatenate([np.full(len(points), owner) for owner, _, points in surfaces]).astype(np.int32)
    surface = np.concatenate([np.full(len(points), row) for row, (_, _, points) in enumerate(surfaces)])
    color = np.concatenate([np.tile(color, (len(points), 1)) for _, color, points in surfaces])
    code = np.column_stack([surface, np.floor(xyz / _CELL).astype(int)])
    _, superpoint = np.unique(code, axis=0, return_inverse=True)
    noisy = xyz + random.normal(0, 0.002, xyz.shape)
    bounds = [(noisy[truth == owner].min(axis=0), noisy[truth == owner].max(axis=0)) for owner in (SOFA, TABLE)]
    scan = Scan(
        name="room",
        xyz=noisy.astype(np.float32),
        origin=np.zeros(3),
        rgb=np.clip(color + random.normal(0, 8, color.shape), 0, 255).astype(np.uint8),
        superpoint=superpoint.reshape(-1).astype(np.int32),
    )
    for lower, _ in bounds:
        lower[2] = -0.01  # a person's box stands on the floor, and so holds some of it
    boxes = Boxes(
        id=np.array([SOFA, TABLE], np.int32),
        class_id=np.array([0, 1], np.int32),
        lower=np.array([b[0] for b in bounds], np.float32),
        upper=np.array([b[1] for b in bounds], np.float32),
    )
    return Room(scan, boxes, np.where(truth == CLUTTER, -1, truth).astype(np.int32))


@pytest.fixture(scope="session")
def room() -> Room:
    """A corner sofa (box 3) with a table (box 7) in its nook."""
    return _build(clutter=False)


@pytest.fixture(scope="session")
def cluttered_room() -> Room:
    """The same with four green things, not boxed, behind the table and wholly inside the sofa's box."""
    return _build(clutter=True)


@pytest.fixture(scope="session")
def green() -> Callable[[Room], np.ndarray]:
    """Which points of a room belong to the green clutter."""
    return lambda room: (room.scan.rgb[:, 1] > 150) & (room.scan.rgb[:, 0] < 120)
