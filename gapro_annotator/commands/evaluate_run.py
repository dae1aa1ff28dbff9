"""`evaluate --what RUN`: a trained network against ground truth."""

from collections.abc import Sequence
from pathlib import Path

from gapro_annotator.document import ScanDocument
from gapro_annotator.errors import InputError
from gapro_annotator.evaluation import Scores, score_masks
from gapro_annotator.project import Project
from gapro_annotator.training.predictions import write_prediction
from gapro_annotator.training.run_folder import find_run, runs_of


class RunScorer:
    """Scores what a run's network finds, scan by scan.

    Parameters
    ----------
    project
        Whose scans are scored; the network's classes are matched with its by name.
    what
        A run's id or folder, also of another project, or an exported model.
    """

    def __init__(self, project: Project, what: str) -> None:
        from gapro_annotator.training.trained import Trained  # loads torch

        model = Path(what)
        run = None if model.is_file() else find_run(project.folder, what)
        self._trained: Trained = Trained.open(model if run is None else run.path)
        self._classes = project.classes
        self._own = run is not None and any(run.path == one.path.resolve() for one in runs_of(project.folder))
        self._folder = model if run is None else run.path
        unknown = [name for name in self._trained.config.classes if name not in project.classes.name]
        if len(unknown) == len(self._trained.config.classes):
            raise InputError(
                f"{what}: knows none of the classes of {project.folder} ({', '.join(project.classes.name) or 'none'}); "
                "name a run of a project with the same classes"
            )

    @property
    def learnt_from(self) -> Sequence[str]:
        """Names of the scans that the network learnt from, where it is a run of this project."""
        return self._trained.config.scans if self._own else ()

    def score(self, document: ScanDocument, min_points: int) -> Scores:
        """Find the objects of a scan and score them, each with its own confidence."""
        if document.ground_truth is None:
            raise InputError(f"{document.scan.name}: no ground truth; import with --ground-truth FILE to measure")
        found = self._trained.predict(document.scan, self._classes)
        if self._own:
            write_prediction(self._folder, document.scan.name, found)
        return score_masks(found, document.ground_truth, self._classes, min_points=min_points, xyz=document.scan.xyz)
