"""A project of generated rooms, labelled: what the benchmarks of training learn from."""

import tempfile
from pathlib import Path

import numpy as np
import torch

from gapro_annotator.classes import Classes
from gapro_annotator.demo.room import CLASS_NAMES, generate_room
from gapro_annotator.labeling.labeler import Labeler
from gapro_annotator.labeling.request import LabelRequest
from gapro_annotator.labels import UNCORRECTED
from gapro_annotator.project import Project, is_project
from gapro_annotator.session import Session


def kept_rooms(name: str) -> Path:
    """Where a project of rooms is kept for the next benchmark."""
    return Path(tempfile.gettempdir()) / name


def room_project(folder: Path, seeds: range, points: int) -> Project:
    """Make the rooms that are not there yet; about 3 s each on two idle cores."""
    project = Project.open(folder) if is_project(folder) else Project.create(folder, Classes.of(CLASS_NAMES))
    have = set(project.scan_names())
    labeler = Labeler()
    torch.set_num_threads(1)
    for seed in seeds:
        name = f"room_{seed}"
        if name in have:
            continue
        document = generate_room(seed, name, points)
        session = Session(document)
        correction = np.full(len(document.scan), UNCORRECTED, np.int32)
        request = LabelRequest(scan=document.scan, boxes=document.boxes, correction=correction)
        session.install(labeler.label(request).pseudo, session.revision)
        project.save(session.document())
    return project
