"""Which deep features `label` lets the labeler see: a run's, read or computed, or none."""

from dataclasses import dataclass
from pathlib import Path

from gapro_annotator.arrays import Float32
from gapro_annotator.commands.output import warn
from gapro_annotator.errors import InputError
from gapro_annotator.project import Project
from gapro_annotator.scan import Scan
from gapro_annotator.store.deep_features import features_path, find_features, read_features

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
    """

    run: str
    folder: Path

    def of(self, scan: Scan) -> Float32:
        """(S, C) features of a scan: as the run left them, else computed with its network.

        Raises
        ------
        InputError
            The run neither has them nor a network.
        """
        model = self.folder.parent / _MODEL
        path = features_path(self.folder, scan.name)
        if path.exists() or not model.is_file():
            try:
                return read_features(self.folder, scan.name, scan.superpoint_count)
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
        return RunFeatures(asked, find_features(project.folder, asked))
    if not project.features or method != "gp":
        return None
    try:
        return RunFeatures(project.features, find_features(project.folder, project.features))
    except InputError:
        warn(f"the project's run {project.features} has no features any more; labelled without them")
        return None
