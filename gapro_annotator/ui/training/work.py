"""What the panel has done in a thread: starting a run, taking over proposals, copying a model. Knows no Qt."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from gapro_annotator.errors import AnnotatorError, CancelledError, InputError, reason_of
from gapro_annotator.labeling.request import Progress
from gapro_annotator.project import Project
from gapro_annotator.self_training.accept import take_over
from gapro_annotator.store.atomic import replacing
from gapro_annotator.training.config import RunConfig
from gapro_annotator.training.launch import launch
from gapro_annotator.training.planning import make_run
from gapro_annotator.training.proposals import Diff, proposed_scans, read_diff, read_proposal
from gapro_annotator.training.run_folder import RunFolder
from gapro_annotator.ui.training.decided import Verdict, read_decided


@dataclass(frozen=True, slots=True)
class Proposed:
    """What a run proposes for one scan, without the labels themselves."""

    scan: str
    diff: Diff
    verdict: Verdict | None


@dataclass(frozen=True, slots=True)
class Accepted:
    """What became of 'accept all': the scans that took the labels, and why others did not."""

    scans: tuple[str, ...]
    refused: dict[str, str]


def start_run(folder: Path, config: RunConfig, progress: Progress) -> str:
    """Make a run in a project, give it the labels as they are on disk, start its process; return its id."""
    run = make_run(Project.open(folder), config, progress)
    if not progress(1, 1, "starting"):
        shutil.rmtree(run.path, ignore_errors=True)  # it never was one
        raise CancelledError("starting the run was stopped")
    launch(run)
    return run.id


def read_proposed(run: Path) -> list[Proposed]:
    """Return what a run proposes, a row a scan."""
    decided = read_decided(RunFolder(run).proposals)
    return [Proposed(scan, read_diff(run, scan), decided.get(scan)) for scan in proposed_scans(run)]


def accept_all(folder: Path, run: Path, scans: Sequence[str], annotator: str, progress: Progress) -> Accepted:
    """Give scans that are not open the labels that a run proposes, and save them; corrections stay on top.

    A scan with edits that are not in its file is left alone: they may be another window's.
    """
    project = Project.open(folder)
    taken: list[str] = []
    refused: dict[str, str] = {}
    for number, name in enumerate(scans):
        if not progress(number, len(scans), name):
            break
        try:
            if project.journal_path(name).exists():
                raise InputError("has edits that are not saved, perhaps in another window; open it and accept there")
            proposal = read_proposal(run, name)
            with project.editing(name, annotator) as session:
                take_over(session, proposal, run.name)
                project.save_session(session)
            taken.append(name)
        except AnnotatorError as error:
            refused[name] = str(error)
    return Accepted(tuple(taken), refused)


def export_model(run: Path, target: Path) -> Path:
    """Copy the best weights of a run, with its settings beside them; return the copy."""
    folder = RunFolder(run)
    try:
        for source, place in ((folder.best, target), (folder.config, target.with_suffix(".toml"))):
            with replacing(place) as temporary:
                shutil.copyfile(source, temporary)
    except OSError as error:
        raise InputError(f"{target}: cannot be written ({reason_of(error)}); choose another place") from error
    return target


def resume(run: Path) -> str:
    """Start the process of a run again; return its id."""
    folder = RunFolder(run)
    launch(folder)
    return folder.id
