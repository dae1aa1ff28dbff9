"""The labels as they were when the scan was opened, for the view to colour."""

from dataclasses import dataclass

from gapro_annotator.arrays import Int32
from gapro_annotator.boxes import Boxes
from gapro_annotator.classes import Classes
from gapro_annotator.labels import PseudoLabels
from gapro_annotator.scan import Scan
from gapro_annotator.session import Session


@dataclass(frozen=True, eq=False, slots=True)
class Opened:
    """What the colours of the view are made of: a `Session` has the same names for what holds now.

    Parameters
    ----------
    scan, boxes, classes, pseudo
        As when the scan was opened.
    instance, correction : (N,) int32
        The labels that were shown, and what a person had said, -2 none.
    """

    scan: Scan
    boxes: Boxes
    classes: Classes
    pseudo: PseudoLabels | None
    instance: Int32
    correction: Int32

    @classmethod
    def of(cls, session: Session) -> "Opened":
        """Keep what holds now."""
        labels = session.instance.copy(), session.correction.copy()
        return cls(session.scan, session.boxes, session.classes, session.pseudo, *labels)
