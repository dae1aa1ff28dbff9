"""Small labelled scans to learn from."""

import numpy as np

from gapro_annotator.boxes import Boxes
from gapro_annotator.classes import Classes
from gapro_annotator.document import ScanDocument
from gapro_annotator.labels import Annotation, Decision, GroundTruth, Origin, PseudoLabels
from gapro_annotator.scan import Scan
from gapro_annotator.training.config import AugmentationConfig, DataConfig, RunConfig
from gapro_annotator.training.data.snapshot import LabeledScan

CLASSES = ("crate", "ball")
STILL = AugmentationConfig(jitter=0, flip=False, rotate="none", elastic=(), color=0)


def scene(seed: int = 0, name: str = "scene", instances: int = 3, points: int = 400) -> ScanDocument:
    """A floor with crates and balls that stand apart: pseudo labels are right, each with its own probability."""
    random = np.random.default_rng(seed)
    floor = np.column_stack([random.uniform(0, 4, (points, 2)), np.zeros(points)])
    xyz, instance, rgb = [floor], [np.full(points, -1)], [np.full((points, 3), 120)]
    boxes: list[tuple[np.ndarray, np.ndarray]] = []
    kinds: list[int] = []
    for number in range(instances):
        middle = np.array([0.6 + 1.2 * (number % 3), 0.7 + 1.3 * (number // 3), 0.35])
        kind = (seed + number) % 2
        inside = random.uniform(-0.3, 0.3, (points // 2, 3))
        if kind:
            inside *= 0.3 / np.linalg.norm(inside, axis=1, keepdims=True)
        xyz.append(middle + inside)
        instance.append(np.full(len(inside), 10 + number))
        rgb.append(np.tile([[200, 60, 40], [40, 80, 220]][kind], (len(inside), 1)))
        boxes.append((middle + inside.min(axis=0), middle + inside.max(axis=0)))
        kinds.append(3 + 4 * kind)  # class ids are not rows
    places = np.concatenate(xyz).astype(np.float32)
    ids = np.concatenate(instance).astype(np.int32)
    # Superpoints: cells of 20 cm, parted by instance.
    cell = np.floor(places / 0.2).astype(np.int64) + 50
    _, superpoint = np.unique(
        ((ids + 1) * 200 + cell[:, 0]) * 40_000 + cell[:, 1] * 200 + cell[:, 2], return_inverse=True
    )
    scan = Scan(
        name=name,
        xyz=places,
        origin=np.zeros(3),
        superpoint=superpoint.astype(np.int32),
        rgb=np.concatenate(rgb).astype(np.uint8),
    )
    lower, upper = (np.array([box[side] for box in boxes], np.float32).reshape(-1, 3) for side in (0, 1))
    drawn = Boxes(np.arange(10, 10 + instances, dtype=np.int32), np.array(kinds, np.int32), lower, upper)
    semantic = drawn.class_of(ids)
    pseudo = PseudoLabels(
        ids,
        np.where(ids >= 0, -1, -2).astype(np.int32),
        np.where(ids >= 0, random.uniform(0.6, 0.99, len(ids)), 1).astype(np.float32),
        np.where(ids >= 0, 1.5, 1).astype(np.float32),
        np.where(ids >= 0, 0.2, 0).astype(np.float32),
        np.where(ids >= 0, Decision.GAUSSIAN_PROCESS, Decision.NO_BOX).astype(np.uint8),
        {"method": "gp"},
    )
    classes = Classes(np.array([3, 7], np.int32), CLASSES, np.array([[1, 2, 3], [4, 5, 6]], np.uint8))
    return ScanDocument(
        scan=scan,
        boxes=drawn,
        classes=classes,
        pseudo=pseudo,
        annotation=Annotation(ids, semantic, np.full(len(ids), Origin.PSEUDO_LABEL, np.uint8)),
        ground_truth=GroundTruth(ids, semantic),
    )


def config(**changes: object) -> RunConfig:
    """A run on `scene`s: 10 cm voxels, a tiny network, nothing augmented unless told."""
    usual = {
        "options": {"width": 8, "levels": 3, "blocks": 1, "least_points": 20},
        "data": DataConfig(voxel=0.1, features=("rgb", "height")),
        "augmentation": STILL,
        "scans": ("scene",),
        "classes": CLASSES,
        "class_ids": (3, 7),
        "epochs": 1,
    }
    return RunConfig(**{**usual, **changes})  # type: ignore[arg-type]


def labeled(seed: int = 0, *, instances: int = 3, **changes: object) -> LabeledScan:
    """The same scene as a snapshot has it."""
    document = scene(seed, instances=instances)
    kept = {
        "scan": document.scan,
        "boxes": document.boxes,
        "pseudo": document.pseudo,
        "annotation": document.annotation,
        "ground_truth": document.ground_truth,
    }
    return LabeledScan(**{**kept, **changes})  # type: ignore[arg-type]
