"""Which deep features `label` lets the labeler see: a run's, read or computed, or none."""

from dataclasses import dataclass
from pathlib import Path

from gapro_annotator.arrays import Float32
from gapro_annotator.commands.output import warn
from gapro_annotator.errors import InputError
from gapro_annotator.project import Project
from gapro_annotator.scan import Scan
from gapro_annotator.store.deep_features import features_path, find_features, read_features
from gapro_annotator.store.fingerprint import scan_fingerprint

_MODEL = "best.safetensors"


@dataclass(frozen=True, slots=True)
class RunFeatures:
    """Deep features of a run.

    Parameters
    ----------
    run
        As the user named it.
    folder
        Its ``features/``.
    asked
        Whether the user named it; what the project merely remembers is done without where it is missing.
    """

    run: str
    folder: Path
    asked: bool

    def of(self, scan: Scan) -> Float32 | None:
        """(S, C) features of a scan: as the run left them, else computed with its network.

        Raises
        ------
        InputError
            The run that the user named neither has them nor a network.
        """
        try:
            return self._found(scan)
        except InputError:
            if self.asked:
                raise
        warn(f"run {self.run} has no features of {scan.name}; labelled without them")
        return None

    def _found(self, scan: Scan) -> Float32:
        model = self.folder.parent / _MODEL
        path = features_path(self.folder, scan.name)
        if path.exists() or not model.is_file():
            try:
                return read_features(self.folder, scan.name, scan.superpoint_count, scan_fingerprint(scan))
            except InputError:
                # Another scan of this name, or its superpoints changed since.
                if not model.is_file():
                    raise
        from gapro_annotator.training.trained import Trained  # loads torch and the network

        return Trained.open(self.folder.parent).features(scan)


def chosen_features(project: Project, asked: str | None, method: str) -> RunFeatures | None:
    """Return what `--features` asks for ('input': none), or what the project has labelled with since a run was taken.

    Raises
    ------
    InputError
        The run that was asked for has no features.
    """
    if asked == "input":
        return None
    if asked is not None:
        return RunFeatures(asked, find_features(project.folder, asked), asked=True)
    if not project.features or method != "gp":
        return None
    try:
        return RunFeatures(project.features, find_features(project.folder, project.features), asked=False)
    except InputError:
        warn(f"the project's run {project.features} has no features any more; labelled without them")
        return None
