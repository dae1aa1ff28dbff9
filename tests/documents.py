"""One small document with every field in use, for tests of files and commands."""

import numpy as np

from gapro_annotator.boxes import Boxes
from gapro_annotator.classes import Classes
from gapro_annotator.document import ScanDocument
from gapro_annotator.labels import Annotation, EditRecord, GroundTruth, LabelEdit, PseudoLabels
from gapro_annotator.scan import Scan


def make_document(name: str = "room", rows: int = 6) -> ScanDocument:
    """A row of points from a chair (box 4) into a table (box 7), the last two corrected by a person."""
    instance = np.full(rows, 4, np.int32)
    instance[rows // 2 :] = 7
    corrected = np.zeros(rows, np.uint8)
    corrected[-2:] = 1
    labels = instance.copy()
    labels[-2:] = [4, -1]
    semantic = np.where(labels == 4, 0, np.where(labels == 7, 1, -1)).astype(np.int32)
    last = np.array([rows - 2, rows - 1])
    edit = LabelEdit("Give to chair", last, np.array([-2, -2], np.int32), np.array([4, -1], np.int32))
    return ScanDocument(
        scan=Scan(
            name=name,
            xyz=np.linspace(0, 1, rows * 3, dtype=np.float32).reshape(rows, 3),
            origin=np.array([4e5, 5e6, 12.0]),
            superpoint=np.arange(rows, dtype=np.int32) // 2,
            rgb=np.arange(rows * 3, dtype=np.uint8).reshape(rows, 3),
            normal=np.ones((rows, 3), np.float32),
            faces=np.array([[0, 1, 2], [1, 2, 3]], np.int32),
            source_row=np.arange(rows) * 2,
            axis_alignment=np.eye(4),
        ),
        boxes=Boxes(
            np.array([4, 7], np.int32),
            np.array([0, 1], np.int32),
            np.zeros((2, 3), np.float32),
            np.ones((2, 3), np.float32),
        ),
        classes=Classes.of(["chair", "Tisch, größer"]),
        pseudo=PseudoLabels(
            instance,
            np.full(rows, -2, np.int32),
            np.full(rows, 0.75, np.float32),
            np.full(rows, 1.5, np.float32),
            np.full(rows, 0.25, np.float32),
            np.full(rows, 2, np.uint8),
            {"method": "gp", "pairs": [{"a": 4, "b": 7, "lengthscale": 0.3}], "seed": 0},
        ),
        annotation=Annotation(labels, semantic, corrected),
        ground_truth=GroundTruth(instance.copy(), np.where(instance == 4, 0, 1).astype(np.int32)),
        edits=(EditRecord("2026-11-22T10:00:00.000+00:00", "Ann", edit),),
        created="2026-11-22T09:00:00.000000+00:00",
    )
