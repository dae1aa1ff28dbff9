"""What the labelling thread does: loads the labeler there and keeps it, ready for the open scan. Knows no Qt."""

from importlib import import_module
from typing import TYPE_CHECKING

import numpy as np

from gapro_annotator.arrays import Float32, Int32
from gapro_annotator.labeling.experience import Experience
from gapro_annotator.labeling.request import LabelRequest, LabelResponse, Progress
from gapro_annotator.labels import UNCORRECTED
from gapro_annotator.scan import Scan
from gapro_annotator.session import Session

if TYPE_CHECKING:
    from gapro_annotator.labeling.labeler import Labeler


class LabelWork:
    """One labeler, made in the worker: torch takes seconds to load, and the window must not wait for it.

    One call at a time, but `experience`, which only reads.
    """

    def __init__(self) -> None:
        self._labeler: Labeler | None = None

    def load(self) -> None:
        """Load what labelling needs."""
        import_module("gapro_annotator.labeling.labeler")

    def ready(self, request: LabelRequest, progress: Progress) -> Float32 | None:
        """Do the costly part of a request; return what labels would teach, see `Labeler.ready`."""
        return self._own().ready(request, progress)

    def label(self, request: LabelRequest, progress: Progress) -> LabelResponse:
        """Answer a request; only the first about a scan is costly."""
        return self._own().label(request, progress)

    def experience(self, scan: Scan, correction: Int32) -> Experience | None:
        """What these corrections, (N,) int32, teach; None while the labeler is not ready for the scan."""
        labeler = self._labeler
        return labeler.experience(correction) if labeler is not None and labeler.scan is scan else None

    def _own(self) -> "Labeler":
        if self._labeler is None:
            from gapro_annotator.labeling.labeler import Labeler

            self._labeler = Labeler()
        return self._labeler


def regions_corrected(session: Session | None) -> int:
    """How many superpoints carry a person's label."""
    if session is None:
        return 0
    return len(np.unique(session.scan.superpoint[session.correction != UNCORRECTED]))
