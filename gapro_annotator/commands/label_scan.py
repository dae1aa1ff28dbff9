"""One scan of a project is opened, labelled and saved; the same in this process and in a worker."""

from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any, TypeAlias

from gapro_annotator.labeling.request import LabelerConfig, LabelRequest, Progress
from gapro_annotator.project import Project
from gapro_annotator.session import Session

if TYPE_CHECKING:
    from gapro_annotator.commands.label_features import RunFeatures
    from gapro_annotator.labeling.evidence import ScanEvidence
    from gapro_annotator.labeling.experience import Experience
    from gapro_annotator.store.experience_file import KeptExperience

Labelled: TypeAlias = "tuple[dict[str, Any], Experience | None]"
"""Figures of a scan, and what its corrections taught; None where the method does not learn from them."""


@dataclass(frozen=True, eq=False, slots=True)
class Measured:
    """What was measured of a scan in `seconds` before it is labelled."""

    of_scan: "ScanEvidence"
    seconds: float


@dataclass(frozen=True, eq=False, slots=True)
class LabelWork:
    """What is the same for all scans of one command.

    Parameters
    ----------
    folder
        The project.
    config
        How to label.
    kept
        What corrections taught; each scan sees what the others did.
    features
        A run's deep features, where the method is to see them.
    """

    folder: Path
    config: LabelerConfig
    kept: "KeptExperience"
    features: "RunFeatures | None" = None

    def measure(self, name: str) -> Measured:
        """Measure what needs no torch."""
        from gapro_annotator.labeling.evidence import scan_evidence

        scan = Project.open(self.folder).load(name).scan
        start = perf_counter()
        return Measured(scan_evidence(scan), perf_counter() - start)

    def label(self, name: str, *, progress: Progress | None = None, measured: Measured | None = None) -> Labelled:
        """Label a scan, keep its corrections, save it."""
        project = Project.open(self.folder)
        with project.editing(name, "label command") as session:
            labelled = self._label(name, session, progress, measured)
            project.save_session(session)
        return labelled

    def _label(self, name: str, session: Session, progress: Progress | None, measured: Measured | None) -> Labelled:
        from gapro_annotator.labeling.labeler import Labeler

        deep = None if self.features is None else self.features.of(session.scan)
        request = LabelRequest(
            scan=session.scan,
            boxes=session.boxes,
            correction=session.correction.copy(),
            config=self.config,
            learn_with_corrections=True,
            experience=self.kept.without(name),
            deep=deep,
            revision=session.revision,
        )
        before = measured if measured is not None and measured.of_scan.fits(session.scan) else None
        labeler = Labeler(None if before is None else replace(before.of_scan, scan=session.scan))
        response = labeler.label(request, progress)
        if self.features is not None and deep is not None:
            response.pseudo.provenance["run"] = self.features.run
        session.install(response.pseudo, response.revision)
        row = {
            "seconds": round(response.seconds + (0.0 if before is None else before.seconds), 3),
            "pairs": response.pairs,
            "undetermined": response.undetermined,
            "points": len(session.scan),
            "boxes": len(session.boxes),
        }
        return row, labeler.experience(session.correction) if self.config.method == "gp" else None
