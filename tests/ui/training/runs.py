"""Run folders as the training process leaves them, without training."""

import json
import os
import socket
import time
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from safetensors.numpy import save_file

from gapro_annotator.evaluation.masks import MaskPrediction
from gapro_annotator.labels import BACKGROUND, UNCORRECTED, PseudoLabels
from gapro_annotator.project import Project
from gapro_annotator.session import Session
from gapro_annotator.store.fingerprint import boxed_fingerprint
from gapro_annotator.training.config import RunConfig
from gapro_annotator.training.metrics import MetricsWriter
from gapro_annotator.training.predictions import write_prediction
from gapro_annotator.training.progress import EvaluationMetrics, Phase, RunState, StepMetrics
from gapro_annotator.training.proposals import Proposal, difference, write_proposal
from gapro_annotator.training.run_folder import RunFolder, create_run

SCORES = {
    "ap": 0.41,
    "ap50": 0.615,
    "ap25": 0.8,
    "class_agnostic": {"ap": 0.5, "ap50": 0.7, "ap25": 0.9},
    "per_class": {"chair": {"ap": 0.4, "ap50": 0.6, "ap25": 0.8}, "table": {"ap": 0.42, "ap50": 0.63, "ap25": None}},
}


def make_run(project: Project, **settings: Any) -> RunFolder:
    """A run that nobody has started."""
    settings = {"minutes": 10.0, "scans": ("room",), **settings}
    return create_run(project.folder, RunConfig(**settings))


def say(run: RunFolder, phase: Phase, *, alive: bool = True, **state: Any) -> None:
    """Write the state of a run: this test's process works on it, or one that is gone."""
    started = psutil.Process().create_time() if alive else 1.0
    newest = RunState(
        pid=os.getpid(), process_started=started, host=socket.gethostname(), phase=phase,
        heartbeat=time.time() if alive else 1.0, **state,
    )  # fmt: skip
    run.state.write_text(json.dumps(asdict(newest)))


def steps(run: RunFolder, first: int, last: int, *, evaluated: Sequence[int] = (), better: float = 1.0) -> None:
    """Append steps first..last with a falling loss, and evaluations after some of them."""
    noise = np.random.default_rng(first)
    writer = MetricsWriter(run.metrics)
    for step in range(first, last + 1):
        loss = float(better * (3.0 * np.exp(-step / 150) + 0.4) * noise.uniform(0.8, 1.25))
        writer.append(
            StepMetrics(
                step=step, epoch=step // 16 + 1, seconds=1.4 * step, loss=loss, losses={"semantic": loss / 2},
                rate=3e-3, steps_per_second=0.71, data_share=0.03, memory_mb=812.0,
            )
        )  # fmt: skip
        if step in evaluated:
            gain = 1 - float(np.exp(-step / 200))
            scores = {**SCORES, **{key: gain * SCORES[key] for key in ("ap", "ap50", "ap25")}}
            writer.append(
                EvaluationMetrics(step=step, seconds=1.4 * step, scores=scores, against="labels", scans=["study"])
            )
    writer.close()


def model(run: RunFolder) -> None:
    """Weights that can be copied."""
    save_file({"weight": np.arange(4, dtype=np.float32)}, run.best)


def features(run: RunFolder, project: Project, scan: str, seed: int = 0) -> None:
    """Deep features of a scan."""
    count = project.load(scan).scan.superpoint_count
    run.features.mkdir(exist_ok=True)
    array = np.random.default_rng(seed).normal(size=(count, 4)).astype(np.float32)
    save_file({"features": array}, run.features / f"{scan}.safetensors")


def prediction(run: RunFolder, project: Project, scan: str) -> None:
    """A network that finds the labelled objects, but for one half of the last, and one thing that is none."""
    session = Session(project.load(scan))
    ids = [int(number) for number in np.unique(session.instance) if number != BACKGROUND]
    masks = [np.flatnonzero(session.instance == number).astype(np.int64) for number in ids]
    masks[-1] = masks[-1][: max(len(masks[-1]) // 4, 1)]
    masks.append(np.flatnonzero(session.instance == BACKGROUND).astype(np.int64)[:300])
    found = MaskPrediction(
        len(session.scan), tuple(masks), np.zeros(len(masks), np.int32), np.linspace(0.9, 0.3, len(masks))
    )
    write_prediction(run.path, scan, found)


def proposed(project: Project, scan: str) -> PseudoLabels:
    """Labels of a scan with the smallest object given to background."""
    session = Session(project.load(scan))
    assert session.pseudo is not None
    ids, counts = np.unique(session.pseudo.instance[session.pseudo.instance >= 0], return_counts=True)
    given_up = int(ids[counts.argmin()])
    instance = np.where(session.pseudo.instance == given_up, np.int32(BACKGROUND), session.pseudo.instance)
    probability = np.maximum(session.pseudo.probability, np.float32(0.9))
    return replace(session.pseudo, instance=instance, probability=probability, provenance={"method": "gp"})


def propose(run: RunFolder, project: Project, scan: str) -> PseudoLabels:
    """A proposal of these labels."""
    session = Session(project.load(scan))
    assert session.pseudo is not None
    after = proposed(project, scan)
    diff = difference(session.pseudo, after, session.correction, session.boxes, session.classes)
    made_for = boxed_fingerprint(session.scan, session.boxes)
    write_proposal(run.path, scan, Proposal(after, diff, 1, made_for))
    return after


def corrected(session: Session) -> np.ndarray:
    """(N,) bool, points with a person's label."""
    return np.asarray(session.correction != UNCORRECTED)


def folder_of(project: Project, run: RunFolder) -> Path:
    """Where a run lies."""
    return project.folder / "runs" / run.id
