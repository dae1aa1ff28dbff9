"""The labels of an open scan in their layers: what the labeler says, and over it what people say (decision 1)."""

import numpy as np

from gapro_annotator.arrays import Int32, Int64, UInt8
from gapro_annotator.boxes import Boxes
from gapro_annotator.document import ScanDocument
from gapro_annotator.edit_rules import shown
from gapro_annotator.labels import BACKGROUND, UNCORRECTED, Annotation, Origin, PseudoLabels


class LabelLayers:
    """Pseudo labels, corrections, and what is seen of both: `instance` follows with each `refresh`.

    `correction`, `instance`: (N,) int32, changed in place; hand out read-only views of them.
    """

    def __init__(self, document: ScanDocument) -> None:
        rows, labels = len(document.scan), document.annotation
        self.correction: Int32 = labels.correction.copy() if labels else np.full(rows, UNCORRECTED, np.int32)
        self.pseudo: PseudoLabels | None = (
            document.pseudo.without_withdrawn(self.correction) if document.pseudo else None
        )
        self.instance: Int32 = np.full(rows, BACKGROUND, np.int32)
        self._unlabelled = self.instance.copy()  # what shows where there is neither pseudo label nor correction
        if labels is not None:
            by_nobody = labels.origin == Origin.PSEUDO_LABEL
            self._unlabelled[by_nobody] = labels.instance[by_nobody]
        self.refresh(None, document.boxes)

    @property
    def origin(self) -> UInt8:
        """(N,) uint8, an `Origin` for each point."""
        return np.where(self.correction == UNCORRECTED, Origin.PSEUDO_LABEL, Origin.PERSON).astype(np.uint8)

    @property
    def is_learnt(self) -> bool:
        """Whether the pseudo labels know all corrections, none that was withdrawn, and the boxes as they are."""
        if self.pseudo is None or {"withdrawn", "boxes_changed"} & self.pseudo.provenance.keys():
            return False
        return bool(np.array_equal(self.pseudo.learnt, self.correction))

    def annotation(self, boxes: Boxes) -> Annotation:
        """Pseudo labels and corrections together, as they are saved."""
        instance = self.instance.copy()
        return Annotation(instance, boxes.class_of(instance), self.origin)

    def refresh(self, points: Int64 | None, boxes: Boxes) -> None:
        """Work out what is seen of these rows, or of all."""
        where = slice(None) if points is None else points
        # Labels that came with the scan may name boxes that were removed since.
        known, below = (boxes, self._unlabelled) if self.pseudo is None else (None, self.pseudo.instance)
        self.instance[where] = shown(below[where], self.correction[where], known)
