"""When enough was corrected since the newest run learnt, retraining is suggested; once, and it can be put off."""

from datetime import UTC, datetime
from pathlib import Path

import h5py
import numpy as np

from gapro_annotator.arrays import Int64
from gapro_annotator.errors import AnnotatorError
from gapro_annotator.labeling.request import Progress
from gapro_annotator.labels import NO_RIVAL, UNCORRECTED
from gapro_annotator.project import Project
from gapro_annotator.session import Session
from gapro_annotator.store.hdf5 import read_array, read_strings

ENOUGH_REGIONS = 30
ENOUGH_SHARE = 0.02
"""Of the points in or near boxes of the open scan."""
_FEWEST_REGIONS = 5
"""With fewer, even a large share is no news: in a small scan one region may be 2 %."""


def made_at(run: Path) -> datetime:
    """When a run was made: what was corrected before, it has learnt."""
    return datetime.fromtimestamp((run / "config.toml").stat().st_mtime, UTC)


def corrected_since(session: Session, moment: datetime | None) -> tuple[int, float]:
    """Count the regions of the open scan that were corrected since, and their share of the points in or near boxes."""
    recent = [record.edit.points for record in session.edits if moment is None or _time(record.time) > moment]
    points = np.unique(np.concatenate([np.zeros(0, np.int64), *recent]))
    points = points[session.correction[points] != UNCORRECTED]
    pseudo = session.pseudo
    near = int(((pseudo.instance >= 0) | (pseudo.rival != NO_RIVAL)).sum()) if pseudo is not None else 0
    return len(np.unique(session.scan.superpoint[points])), len(points) / near if near else 0.0


def corrected_elsewhere(folder: Path, besides: str, moment: datetime | None, progress: Progress) -> int:
    """Count the regions of the other scans that were corrected since, as their files say."""
    project = Project.open(folder)
    names = [name for name in project.scan_names() if name != besides]
    total = 0
    for number, name in enumerate(names):
        if not progress(number, len(names), name):
            break
        total += _corrected_in(project.scan_path(name), moment)
    return total


def is_enough(regions: int, share: float) -> bool:
    """Say whether a network would learn something new."""
    return regions >= ENOUGH_REGIONS or (share >= ENOUGH_SHARE and regions >= _FEWEST_REGIONS)


def in_words(regions: int, *, first: bool) -> str:
    """'32 regions were corrected since the last run learnt. Retrain, and …'."""
    since = "" if first else " since the last run learnt"
    return f"{regions:,} regions were corrected{since}: a network that learns from them makes better labels."


def _corrected_in(path: Path, moment: datetime | None) -> int:
    try:
        with h5py.File(path, "r") as file:
            times = read_strings(file, "edits/time")
            recent = [row for row, time in enumerate(times) if moment is None or _time(time) > moment]
            if not recent:
                return 0
            start, points = read_array(file, "edits/start"), read_array(file, "edits/points")
            origin, superpoint = read_array(file, "labels/origin"), read_array(file, "points/superpoint")
    except (OSError, KeyError, ValueError, RuntimeError, AnnotatorError):
        return 0  # a file that cannot be read says so when it is opened
    touched: Int64 = np.unique(np.concatenate([points[start[row] : start[row + 1]] for row in recent]))
    return len(np.unique(superpoint[touched[origin[touched] == 1]]))


def _time(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
