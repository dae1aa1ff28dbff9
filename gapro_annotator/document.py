"""Everything that one scan file holds, as one value."""

from dataclasses import dataclass

from gapro_annotator.boxes import Boxes
from gapro_annotator.classes import Classes
from gapro_annotator.errors import InvalidValueError
from gapro_annotator.labels import Annotation, EditRecord, GroundTruth, PseudoLabels
from gapro_annotator.oriented_boxes import OrientedBoxes
from gapro_annotator.scan import Scan


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class ScanDocument:
    """One scan with its boxes and labels: what the store saves and opens.

    Parameters
    ----------
    scan, boxes, classes
        What was recorded, what was drawn, and what the classes are called.
    pseudo : PseudoLabels or None
        None until the scan was labelled.
    annotation : Annotation or None
        None until the scan was labelled or corrected.
    ground_truth : GroundTruth or None
        For measuring only.
    oriented : OrientedBoxes or None
        Boxes as their source turned them; what edits did to boxes since is not in it.
    edits
        The append-only log of corrections, oldest first.
    created : str
        UTC time in ISO 8601; empty until it was first saved.
    """

    scan: Scan
    boxes: Boxes
    classes: Classes
    pseudo: PseudoLabels | None = None
    annotation: Annotation | None = None
    ground_truth: GroundTruth | None = None
    oriented: OrientedBoxes | None = None
    edits: tuple[EditRecord, ...] = ()
    created: str = ""

    def __post_init__(self) -> None:
        rows = len(self.scan)
        for what, value in (
            ("pseudo labels", self.pseudo),
            ("labels", self.annotation),
            ("ground truth", self.ground_truth),
        ):
            if value is not None and len(value) != rows:
                raise InvalidValueError(
                    f"{self.scan.name}: {what} have {len(value):,} rows but the scan has {rows:,} points"
                )

    @property
    def next_box_id(self) -> int:
        """The least id that no box ever had: the log of edits is never shortened, so it knows all that were removed."""
        known = [self.boxes.id, *(record.edit.boxes.ids for record in self.edits if record.edit.boxes)]
        if self.ground_truth is not None:
            known.append(self.ground_truth.instance)
        return max((int(ids.max(initial=-1)) for ids in known), default=-1) + 1
