"""A scan with all that makes exports hard, and what must come out of it, worked out here point by point."""

import math
from dataclasses import dataclass, replace

import numpy as np

from gapro_annotator.boxes import Boxes
from gapro_annotator.classes import Classes
from gapro_annotator.document import ScanDocument
from gapro_annotator.labels import Annotation, PseudoLabels
from gapro_annotator.scan import Scan

POINTS = 480
SHARE = POINTS // 4
CHAIR, TABLE, HARP = 4, 7, 9
"""Box ids; points lie chair, table, harp, background, a quarter each."""
NAMES = ("harp", "Chair", "wall", "table")
HARP_CLASS, CHAIR_CLASS, TABLE_CLASS = 0, 1, 3
PERSON = np.array([0, 1, SHARE, 3 * SHARE])
"""Corrected: two chair points to the table, a table point to background, a background point to the harp."""


def turn() -> np.ndarray:
    """Source → aligned: 30° around Z, and a step."""
    c, s = math.cos(math.pi / 6), math.sin(math.pi / 6)
    return np.array([[c, -s, 0, 1.5], [s, c, 0, -2.5], [0, 0, 1, 0.25], [0, 0, 0, 1.0]])


def make_scan_document(
    name: str = "scene0707_00",
    *,
    colors: bool = True,
    normals: bool = True,
    mesh: bool = True,
    dropped: bool = True,
    aligned: bool = True,
    origin: tuple[float, float, float] = (0, 0, 0),
) -> ScanDocument:
    """Every third row was dropped, the first among them; superpoints hold five points and cross borders."""
    chance = np.random.default_rng(5)
    instance = np.repeat(np.array([CHAIR, TABLE, HARP, -1], np.int32), SHARE)
    labels, person = instance.copy(), np.zeros(POINTS, np.uint8)
    labels[PERSON], person[PERSON] = [TABLE, TABLE, -1, HARP], 1
    class_of = {CHAIR: CHAIR_CLASS, TABLE: TABLE_CLASS, HARP: HARP_CLASS, -1: -1}
    lower = np.array([[0, 0, 0], [1, 0, 0], [2, 0, 0]], np.float32)
    decided = np.where(instance >= 0, 2, 4).astype(np.uint8)
    source_row = np.flatnonzero(np.arange(2 * POINTS) % 3 != 0)[:POINTS]
    return ScanDocument(
        scan=Scan(
            name=name,
            xyz=(chance.random((POINTS, 3)) + np.repeat(np.arange(4), SHARE)[:, None] * [1, 0, 0]).astype(np.float32),
            origin=np.array(origin, np.float64),
            superpoint=(np.arange(POINTS, dtype=np.int32) + 2) // 5,
            rgb=chance.integers(0, 256, (POINTS, 3), dtype=np.uint8) if colors else None,
            normal=np.tile(np.array([1, 0, 0], np.float32), (POINTS, 1)) if normals else None,
            faces=np.arange(POINTS, dtype=np.int32).reshape(-1, 3) if mesh else None,
            source_row=source_row.astype(np.int64) if dropped else None,
            axis_alignment=turn() if aligned else None,
        ),
        boxes=Boxes(
            np.array([CHAIR, TABLE, HARP], np.int32),
            np.array([CHAIR_CLASS, TABLE_CLASS, HARP_CLASS], np.int32),
            lower,
            lower + np.float32(1),
        ),
        classes=Classes.of(NAMES),
        pseudo=PseudoLabels(
            instance,
            np.where(instance >= 0, -1, -2).astype(np.int32),
            chance.uniform(0.5, 0.99, POINTS).astype(np.float32),
            chance.normal(1, 0.5, POINTS).astype(np.float32),
            np.where(instance >= 0, chance.uniform(0.1, 2, POINTS), 0).astype(np.float32),
            decided,
            {"method": "gp"},
        ),
        annotation=Annotation(labels, np.array([class_of[i] for i in labels.tolist()], np.int32), person),
    )


@dataclass(frozen=True)
class Expected:
    """By source row: what the exports must say, in words that no format knows."""

    rows: int
    kept: np.ndarray
    xyz: np.ndarray
    box: np.ndarray
    class_name: list[str]
    rgb: np.ndarray | None
    probability: np.ndarray
    latent: np.ndarray
    point: np.ndarray


def expected(document: ScanDocument, frame: str = "source") -> Expected:
    """Work it out with plain loops."""
    scan, labels, pseudo = document.scan, document.annotation, document.pseudo
    assert labels is not None
    assert pseudo is not None
    rows = scan.source_row.tolist() if scan.source_row is not None else list(range(len(scan)))
    total = max(rows) + 1
    matrix = scan.axis_alignment if scan.axis_alignment is not None and frame == "source" else np.eye(4)
    at = dict(zip(rows, range(len(rows)), strict=True))
    point = np.array(
        [next(at[r] for r in [*range(row, -1, -1), *range(row, total)] if r in at) for row in range(total)]
    )
    kept = np.array([row in at for row in range(total)])
    world = np.concatenate([scan.xyz.astype(np.float64) + scan.origin, np.ones((len(scan), 1))], axis=1)
    source = np.linalg.solve(matrix, world.T).T[:, :3]
    box = np.where(kept, labels.instance[point], -1)
    person = labels.origin == 1
    return Expected(
        rows=total,
        kept=kept,
        xyz=source[point],
        box=box,
        class_name=[{CHAIR: "chair", TABLE: "table", HARP: "harp", -1: ""}[b] for b in box.tolist()],
        rgb=None if scan.rgb is None else scan.rgb[point],
        probability=np.where(kept, np.where(person, 1, pseudo.probability)[point], 0),
        latent=kept & (~person & (pseudo.variance > 0))[point],
        point=point,
    )


def number_of_box(box: np.ndarray, none: int) -> np.ndarray:
    """0, 1, 2 by rising box id."""
    return np.array([{CHAIR: 0, TABLE: 1, HARP: 2, -1: none}[b] for b in box.tolist()])


def with_wall_box(document: ScanDocument) -> ScanDocument:
    """The harp's box is a wall's."""
    class_id = document.boxes.class_id.copy()
    class_id[2] = 2
    return replace(document, boxes=replace(document.boxes, class_id=class_id))
