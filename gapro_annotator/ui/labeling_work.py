"""What the labelling thread does: loads the labeler there and keeps it, ready for the open scan. Knows no Qt."""

from dataclasses import replace
from enum import Enum
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from gapro_annotator.arrays import Float32, Int32
from gapro_annotator.errors import InputError
from gapro_annotator.labeling.experience import Experience
from gapro_annotator.labeling.request import LabelRequest, LabelResponse, Progress
from gapro_annotator.labels import UNCORRECTED
from gapro_annotator.scan import Scan
from gapro_annotator.session import Session
from gapro_annotator.store.deep_features import features_path, read_features
from gapro_annotator.store.fingerprint import scan_fingerprint

if TYPE_CHECKING:
    from gapro_annotator.labeling.labeler import Labeler


class Run(Enum):
    """What the thread is at."""

    WARM_UP = "gets ready for the open scan, answers nothing"
    LEARN = "learns from corrections, with the fitted hyper-parameters"
    REFIT = "the same, hyper-parameters learnt anew from corrections, too; nobody asked for it"
    LABEL = "labels the whole scan anew, because the user asked for it"


class LabelWork:
    """One labeler, made in the worker: torch takes seconds to load, and the window must not wait for it.

    One call at a time, but `experience`, which only reads.
    """

    def __init__(self) -> None:
        self._labeler: Labeler | None = None
        self._deep: tuple[Path, int, Scan, Float32] | None = None
        self.features: Path | None = None
        """Folder of the deep features (a run's) that the next requests are answered with; None for none."""
        self.problem = ""
        """Why the last request was answered without the deep features that the project asks for; empty where not."""

    def load(self) -> None:
        """Load what labelling needs."""
        import_module("gapro_annotator.labeling.labeler")

    def ready(self, request: LabelRequest, progress: Progress) -> Float32 | None:
        """Do the costly part of a request; return what labels would teach, see `Labeler.ready`."""
        return self._own().ready(self._with_deep(request), progress)

    def label(self, request: LabelRequest, progress: Progress) -> LabelResponse:
        """Answer a request; only the first about a scan is costly."""
        return self._own().label(self._with_deep(request), progress)

    def experience(self, scan: Scan, correction: Int32) -> Experience | None:
        """What these corrections, (N,) int32, teach; None while the labeler is not ready for the scan."""
        labeler = self._labeler
        return labeler.experience(correction) if labeler is not None and labeler.scan is scan else None

    def _with_deep(self, request: LabelRequest) -> LabelRequest:
        """Add the deep features of the scan: the same array as long as their file is the same."""
        folder = self.features
        self.problem = ""
        if folder is None or request.config.method != "gp":
            return request
        path, scan, last = features_path(folder, request.scan.name), request.scan, self._deep
        try:
            written = path.stat().st_mtime_ns
            if last is None or last[:2] != (path, written) or last[2] is not scan:
                last = (
                    path,
                    written,
                    scan,
                    read_features(folder, scan.name, scan.superpoint_count, scan_fingerprint(scan)),
                )
        except OSError:
            self.problem = f"Run {folder.parent.name} has no features of {scan.name}: labelled without them."
        except InputError as error:
            self.problem = f"Labelled without deep features: {error}"
        self._deep = None if self.problem else last
        return request if self._deep is None else replace(request, deep=self._deep[3])

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
