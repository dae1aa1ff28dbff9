"""A scene that the paper's processes must get right: the things are far apart, only their boxes meet."""

from dataclasses import replace

import numpy as np
import pytest

from gapro_annotator.boxes import Boxes
from gapro_annotator.scan import Scan

SOFA, TABLE = 3, 7


@pytest.fixture(scope="session")
def apart(room):
    """A red bar that stands across its box (3), and a blue block (7) that reaches into the empty corner of it."""
    random = np.random.default_rng(8)
    along = random.uniform(0, 2, 2500)
    bar = np.column_stack([along, along, random.uniform(0.3, 1, 2500)]) + random.uniform(-0.1, 0.1, (2500, 3))
    block = random.uniform([1.3, -0.6, 0.3], [2.6, 0.4, 1], (2500, 3))
    floor = np.column_stack(
        [random.uniform(-0.5, 3, 2000), random.uniform(-1, 2.5, 2000), random.uniform(0, 0.02, 2000)]
    )
    xyz = np.concatenate([bar, block, floor])
    truth = np.repeat([SOFA, TABLE, -1], [2500, 2500, 2000]).astype(np.int32)
    color = np.repeat([[200, 40, 40], [40, 60, 200], [120, 120, 120]], [2500, 2500, 2000], axis=0)
    code = np.column_stack([truth, np.floor(xyz / 0.2).astype(int)])
    _, superpoint = np.unique(code, axis=0, return_inverse=True)
    sides = [(xyz[truth == owner].min(axis=0), xyz[truth == owner].max(axis=0)) for owner in (SOFA, TABLE)]
    scan = Scan(
        name="room",
        xyz=xyz.astype(np.float32),
        origin=np.zeros(3),
        rgb=(color + random.integers(-20, 20, color.shape)).astype(np.uint8),
        superpoint=superpoint.reshape(-1).astype(np.int32),
    )
    lower, upper = (np.array(side, np.float32) for side in zip(*sides, strict=True))
    boxes = Boxes(np.array([SOFA, TABLE], np.int32), np.zeros(2, np.int32), lower, upper)
    return replace(room, scan=scan, boxes=boxes, truth=truth)
