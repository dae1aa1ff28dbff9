"""Scans of any size for benchmarks: generated rooms side by side, labelled from their ground truth in seconds."""

import numpy as np

from gapro_annotator.arrays import Int32
from gapro_annotator.boxes import Boxes
from gapro_annotator.document import ScanDocument
from gapro_annotator.labels import NO_RIVAL, Annotation, Decision, GroundTruth, PseudoLabels
from gapro_annotator.scan import Scan


def tiled(room: ScanDocument, points: int) -> ScanDocument:
    """Return copies of a room side by side, cut off at so many points."""
    count = -(-points // len(room.scan))
    across = int(np.ceil(np.sqrt(count)))
    step = np.array([*(np.ptp(room.scan.xyz[:, :2], axis=0) + 0.5), 0], np.float32)
    assert room.scan.rgb is not None
    assert room.ground_truth is not None
    shifts = [step * np.array([tile % across, tile // across, 0], np.float32) for tile in range(count)]
    ids = int(room.boxes.id.max()) + 1
    truth = np.concatenate([_moved(room.ground_truth.instance, ids * tile) for tile in range(count)])[:points]
    pieces = [room.scan.superpoint + room.scan.superpoint_count * tile for tile in range(count)]
    superpoint = np.unique(np.concatenate(pieces)[:points], return_inverse=True)[1].astype(np.int32).ravel()
    xyz = np.concatenate([room.scan.xyz + shift for shift in shifts])[:points]
    rgb = np.tile(room.scan.rgb, (count, 1))[:points]
    boxes = Boxes(
        id=np.concatenate([room.boxes.id + ids * tile for tile in range(count)]).astype(np.int32),
        lower=np.concatenate([room.boxes.lower + shift for shift in shifts]),
        upper=np.concatenate([room.boxes.upper + shift for shift in shifts]),
        class_id=np.tile(room.boxes.class_id, count),
    )
    of_class = np.tile(room.ground_truth.semantic, count)[:points]
    return ScanDocument(
        scan=Scan(name=f"scan_{points}", xyz=xyz, origin=np.zeros(3), superpoint=superpoint, rgb=rgb),
        boxes=boxes,
        classes=room.classes,
        ground_truth=GroundTruth(truth, of_class),
    )


def labelled(document: ScanDocument) -> ScanDocument:
    """Return it with labels as the labeler might have made them: right, doubtful in a tenth of the superpoints."""
    assert document.ground_truth is not None
    instance, superpoint = document.ground_truth.instance, document.scan.superpoint
    rng = np.random.default_rng(0)
    doubtful = (rng.random(document.scan.superpoint_count) < 0.1)[superpoint] & (instance >= 0)
    probability = np.where(doubtful, rng.uniform(0.5, 0.95, document.scan.superpoint_count)[superpoint], 0.995)
    pseudo = PseudoLabels(
        instance=instance.copy(),
        rival=np.where(doubtful, -1, NO_RIVAL).astype(np.int32),
        probability=probability.astype(np.float32),
        mean=np.where(doubtful, 0.5, 3).astype(np.float32),
        variance=np.ones(len(instance), np.float32),
        decision=np.where(doubtful, Decision.GAUSSIAN_PROCESS, Decision.ONE_BOX).astype(np.uint8),
    )
    semantic, origin = document.ground_truth.semantic.copy(), np.zeros(len(instance), np.uint8)
    annotation = Annotation(instance=instance.copy(), semantic=semantic, origin=origin)
    return ScanDocument(
        scan=document.scan, boxes=document.boxes, classes=document.classes, pseudo=pseudo, annotation=annotation
    )


def _moved(instance: Int32, by: int) -> Int32:
    return np.where(instance >= 0, instance + by, instance).astype(np.int32)
