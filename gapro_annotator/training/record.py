"""What the first process writes while it trains: metrics, state, checkpoints and the best model."""

import math
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import psutil
import torch
from lightning_fabric import Fabric
from torch import nn

from gapro_annotator.errors import InputError
from gapro_annotator.training.checkpoint import Place, load_model, save_checkpoint, save_model
from gapro_annotator.training.config import RunConfig
from gapro_annotator.training.metrics import MetricsWriter, Note, keep_until
from gapro_annotator.training.progress import EvaluationMetrics, StepMetrics
from gapro_annotator.training.run_folder import RunFolder
from gapro_annotator.training.schedule import seconds_left
from gapro_annotator.training.state import StateWriter

_WINDOW = 20
MOST_SKIPPED = 25
"""Batches in a row without a finite loss or gradient that end a run."""


class Record:
    """Writes a run down; the processes beside the first have one that writes nothing.

    Parameters
    ----------
    run, config, status
        See there.
    network, optimizer
        What checkpoints hold.
    place
        Where the run begins; what the metrics say beyond it is dropped.
    fabric
        Says whether this is the first process, and knows the loss scaler.
    """

    def __init__(
        self,
        run: RunFolder,
        config: RunConfig,
        status: StateWriter,
        network: nn.Module,
        optimizer: torch.optim.Optimizer,
        *,
        place: Place,
        fabric: Fabric,
    ) -> None:
        self._run, self._config, self._status = run, config, status
        self._network, self._optimizer = network, optimizer
        self._scaler = fabric.strategy.precision
        self._writes = fabric.global_rank == 0
        self._skipped_in_a_row = 0
        self._saved: Place | None = None
        self._saved_at = time.monotonic()
        self._pace: deque[tuple[float, float]] = deque(maxlen=_WINDOW)
        self._process = psutil.Process()
        self._metrics: MetricsWriter | None = None
        if self._writes:
            keep_until(run.metrics, place.step, place.evaluated)
            self._metrics = MetricsWriter(run.metrics)

    def step(
        self, place: Place, losses: Mapping[str, float] | None, rate: float, done: float, *, took: float, waited: float
    ) -> Place:
        """Count and write a step of so many seconds; without losses it was skipped. Many in a row end the run."""
        if losses is None:
            return self._skipped(place)
        self._skipped_in_a_row = 0
        place = replace(place, step=place.step + 1)
        self._pace.append((took, waited))
        total, waiting = (sum(column) for column in zip(*self._pace, strict=True))
        self._append(
            StepMetrics(
                step=place.step,
                epoch=place.epoch + 1,
                seconds=place.seconds,
                loss=sum(losses.values()),
                losses=dict(losses),
                rate=rate,
                steps_per_second=len(self._pace) / total if total > 0 else 0.0,
                data_share=waiting / total if total > 0 else 0.0,
                memory_mb=self._memory(),
                round=place.round,
            )
        )
        taken = place.step - place.first_step  # this one included, which `done` is not
        self._status.say(
            step=place.step,
            total=place.first_step + max(taken, round((taken - 1) / done)) if done > 0 else 0,
            seconds_left=seconds_left(place, done),
        )
        return place

    def _skipped(self, place: Place) -> Place:
        self._skipped_in_a_row += 1
        if self._skipped_in_a_row >= MOST_SKIPPED:
            raise InputError(
                f"{self._run.id}: {MOST_SKIPPED} batches in a row after step {place.step:,} gave no finite loss;"
                " use a lower rate or clip the gradient, and start a new run"
            )
        place = replace(place, skipped=place.skipped + 1)
        self.note(place, f"Skipped a batch after step {place.step:,}: its loss or gradient was not finite")
        return place

    def note(self, place: Place, text: str) -> None:
        """Write a sentence, also to the log."""
        self._append(Note(step=place.step, text=text, round=place.round))
        if self._writes:
            print(text, flush=True)  # noqa: T201 - the log of the process

    def checkpoint_if_due(self, place: Place) -> None:
        """Save now and then."""
        if time.monotonic() - self._saved_at >= self._config.checkpoint_seconds:
            self.checkpoint(place)

    def checkpoint(self, place: Place) -> None:
        """Save, unless this very place is saved already."""
        if self._writes and place != self._saved:
            save_checkpoint(self._run, place, self._network, self._optimizer, self._scaler.state_dict())
        self._saved, self._saved_at = place, time.monotonic()

    def evaluation(self, place: Place, found: Mapping[str, Any]) -> None:
        """Write the scores, and keep the model where it is the best so far."""
        scores = dict(found["scores"])
        self._append(
            EvaluationMetrics(
                step=place.step,
                seconds=place.seconds,
                scores=scores,
                against=found["against"],
                scans=list(found["scans"]),
                round=place.round,
            )
        )
        if self._writes and _rank(place.round, scores) >= self._best():
            save_model(self._run.best, self._network, self._config, place, scores)

    def keep_model(self, place: Place) -> None:
        """Make sure that there is a model to use, evaluated or not."""
        if self._writes and self._best() <= (place.round, -1.0, -1.0):
            save_model(self._run.best, self._network, self._config, place, {})

    def close(self) -> None:
        """End the lines."""
        if self._metrics is not None:
            self._metrics.close()

    def _append(self, record: StepMetrics | EvaluationMetrics | Note) -> None:
        if self._metrics is not None:
            self._metrics.append(record)

    def _best(self) -> tuple[float, float, float]:
        try:
            model = load_model(self._run.best)
        except InputError:
            return (-1.0, -1.0, -1.0)  # none yet, or one that cannot be used
        return _rank(model.round, model.scores)

    def _memory(self) -> float:
        if next(self._network.parameters()).is_cuda:
            return torch.cuda.max_memory_allocated() / 1e6
        return self._process.memory_info().rss / 1e6


def _rank(number: int, scores: Mapping[str, Any]) -> tuple[float, float, float]:
    """Order models: later rounds first, then AP50, then AP; a model without scores is the least of its round.

    Against the labels, also where ground truth is there: that is for measuring only, and must choose nothing.
    """
    judged: Mapping[str, Any] = scores.get("against_labels", scores)
    ap50, ap = (float(judged.get(name) or 0.0) if judged else -1.0 for name in ("ap50", "ap"))
    return (float(number), ap50 if math.isfinite(ap50) else -1.0, ap if math.isfinite(ap) else -1.0)
