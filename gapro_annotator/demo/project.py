"""The demo project: three generated rooms, labelled."""

from pathlib import Path

import numpy as np

from gapro_annotator.classes import Classes
from gapro_annotator.demo.room import CLASS_NAMES, generate_room
from gapro_annotator.errors import CancelledError
from gapro_annotator.labeling.request import LabelRequest, Progress
from gapro_annotator.labels import UNCORRECTED
from gapro_annotator.project import Project, is_project
from gapro_annotator.session import Session

ROOMS = {"room_1": 1, "room_2": 2, "room_3": 3}
"""Seed of each room of the demo."""
_STEPS = 100


def make_demo_project(folder: Path | str, *, progress: Progress | None = None, points: int = 100_000) -> Project:
    """Make the demo project where it is not there yet, label its rooms, and open it.

    A project that is complete is only opened; of one that was interrupted the missing rooms are made. Rooms that are
    there are never touched, whatever was corrected in them.

    Parameters
    ----------
    folder
        Where; made when it is missing.
    progress
        Called while a room is made; its False ends the job with CancelledError, and the finished rooms stay.
    points
        About how many each room gets.
    """
    folder = Path(folder)
    project = Project.open(folder) if is_project(folder) else Project.create(folder, Classes.of(CLASS_NAMES))
    have = project.scan_names()
    for number, (name, seed) in enumerate(ROOMS.items()):
        if name not in have:
            _make_room(project, name, seed, points, _part(progress, number, name))
    return project


def _make_room(project: Project, name: str, seed: int, points: int, report: Progress) -> None:
    """Generate, label and save one room; nothing of it is saved before all of it is done."""
    from gapro_annotator.labeling.labeler import label  # torch takes seconds to import; an existing demo needs none

    if not report(0, 1, "scanning the room"):
        raise CancelledError(f"{name}: making the demo was stopped; start it again to go on")
    document = generate_room(seed, name, points)
    session = Session(document)
    correction = np.full(len(document.scan), UNCORRECTED, np.int32)
    request = LabelRequest(
        scan=document.scan,
        boxes=document.boxes,
        correction=correction,
        config=project.labeler,
        revision=session.revision,
    )
    session.install(label(request, report).pseudo, request.revision)
    project.save(session.document())


def _part(progress: Progress | None, number: int, name: str) -> Progress:
    """Progress of one room as its share of all rooms, in hundredths of a room."""

    def report(done: int, total: int, what: str) -> bool:
        if progress is None:
            return True
        return progress(number * _STEPS + _STEPS * done // max(total, 1), len(ROOMS) * _STEPS, f"{name}: {what}")

    return report
