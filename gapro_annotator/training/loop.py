"""The training loop: `train`, from top to bottom. What it needs lies in `start`, `feed`, `ranks` and `record`."""

import math
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any, Literal, Protocol, TypeAlias

import torch
from lightning_fabric import Fabric
from torch import nn

from gapro_annotator.errors import InputError
from gapro_annotator.training.checkpoint import Place
from gapro_annotator.training.config import RunConfig
from gapro_annotator.training.feed import Data, Feed
from gapro_annotator.training.ranks import Loss, Sealed, agreed, mean_over_ranks, seed, start_fabric
from gapro_annotator.training.record import Record
from gapro_annotator.training.run_folder import RunFolder, Wish
from gapro_annotator.training.schedule import learning_rate, progress
from gapro_annotator.training.start import take_up
from gapro_annotator.training.state import StateWriter

Outcome: TypeAlias = Literal["done", "stopped", "cancelled"]
_OUTCOMES: dict[Wish, Outcome] = {"go": "done", "stop": "stopped", "cancel": "cancelled"}


class Evaluate(Protocol):
    """Scores a network on the held-out scans: `scores`, `against` and `scans` of `EvaluationMetrics`."""

    def __call__(
        self, network: Any, data: Any, config: RunConfig, device: torch.device, should_stop: Callable[[], bool]
    ) -> Mapping[str, Any] | None:
        """Return the scores; None where there is nothing to score, or when asked to stop."""
        ...


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Job:
    """What one round of training needs.

    Parameters
    ----------
    run, config
        See there.
    data, evaluate, build
        What is learnt from, what scores, and what makes the network.
    status
        Where phases are told.
    wish
        What was asked of the process meanwhile.
    round
        Of self-training, 0 outside it.
    """

    run: RunFolder
    config: RunConfig
    data: Data
    evaluate: Evaluate
    build: Callable[[RunConfig], nn.Module]
    status: StateWriter
    wish: Callable[[], Wish]
    round: int = 0


def train(job: Job) -> Outcome:
    """Train one round, from its start or newest checkpoint, to its end or until someone asks otherwise."""
    config, status = job.config, job.status
    fabric = start_fabric(config)
    seed(config.seed)
    network = job.build(config)
    optimizer = torch.optim.AdamW(
        network.parameters(), lr=config.optimizer.rate, weight_decay=config.optimizer.weight_decay
    )
    place, checkpoint, beginning = take_up(job.run, config, network, job.round)
    loss, stepper = fabric.setup(Loss(network), optimizer)
    if checkpoint is not None:
        optimizer.load_state_dict(checkpoint.optimizer)
        fabric.strategy.precision.load_state_dict(checkpoint.precision)
    record = Record(job.run, config, status, network, optimizer, place=place, fabric=fabric)
    with closing(record), Feed(job.data, place, fabric.global_rank, fabric.world_size) as feed:
        record.note(place, beginning)
        status.say(phase="training", message="", step=place.step, round=place.round)
        while True:
            batch, waited = feed.next()
            wish, seconds, has_batch = agreed(fabric, job.wish(), place.seconds, has_batch=batch is not None)
            place = replace(place, seconds=seconds)
            done = progress(config, place, feed.steps_per_epoch)
            if wish != "go" or done >= 1:
                break
            if not has_batch:
                place = feed.turn(place)
                continue
            if _evaluation_is_due(config, place):
                place = _evaluated(job, fabric, network, place, record)
            started = time.perf_counter()
            seed(config.seed, place.step, place.skipped, fabric.global_rank)
            rate = _set_rate(optimizer, learning_rate(config, place, done))
            losses = _step(fabric, loss, stepper, batch, config)
            took = waited + time.perf_counter() - started
            place = replace(place, batch=place.batch + 1, seconds=place.seconds + took)
            place = record.step(place, losses, rate, done, took=took, waited=waited)
            record.checkpoint_if_due(place)
        return _finish(job, fabric, network, place, record, wish=wish)


def _set_rate(optimizer: torch.optim.Optimizer, rate: float) -> float:
    for group in optimizer.param_groups:
        group["lr"] = rate
    return rate


def _step(fabric: Fabric, loss: Any, stepper: Any, batch: Any, config: RunConfig) -> dict[str, float] | None:
    """Take one step; return the parts of the loss, or None where loss or gradient was not finite and nothing moved."""
    # Running statistics move in the forward pass already.
    before = [buffer.clone() for buffer in loss.buffers()]
    parts: dict[str, torch.Tensor] = loss(Sealed(batch.to(fabric.device)))
    values = torch.stack([part.detach().float() for part in parts.values()])
    means: list[float] = mean_over_ranks(fabric, values).tolist()
    if not math.isfinite(sum(means)):
        return _undone(loss, before)
    stepper.zero_grad()
    fabric.backward(torch.stack(list(parts.values())).sum())
    limit = config.optimizer.clip or math.inf
    norm = fabric.clip_gradients(loss, stepper, max_norm=limit, error_if_nonfinite=False)
    finite = norm is None or bool(torch.isfinite(norm))
    # At float16 the scaler must see overflowing gradients: it skips the step itself and scales down.
    if finite or config.precision == "16-mixed":
        stepper.step()
    return dict(zip(parts, means, strict=True)) if finite else _undone(loss, before)


def _undone(loss: Any, before: list[torch.Tensor]) -> None:
    """Put the buffers back to what they were before a step that was not taken."""
    with torch.no_grad():
        for buffer, value in zip(loss.buffers(), before, strict=True):
            buffer.copy_(value)


def _evaluation_is_due(config: RunConfig, place: Place) -> bool:
    if config.evaluate_minutes <= 0 or place.evaluated == place.step:
        return False
    return place.seconds - max(place.evaluated_seconds, place.first_seconds) >= 60 * config.evaluate_minutes


def _evaluated(job: Job, fabric: Fabric, network: nn.Module, place: Place, record: Record) -> Place:
    """Score the network where this is the first process; the others wait for it at their next step."""
    record.checkpoint(place)
    found: Mapping[str, Any] | None = None
    if fabric.global_rank == 0:
        job.status.say(phase="evaluating")
        network.eval()
        with torch.no_grad():
            found = job.evaluate(network, job.data, job.config, fabric.device, lambda: job.wish() != "go")
        network.train()
        job.status.say(phase="training")
        if found is None and job.wish() != "go":
            return place
    after = replace(place, evaluated=place.step, evaluated_seconds=place.seconds)
    if found:
        record.evaluation(after, found)
    record.checkpoint(after)
    return after


def _finish(job: Job, fabric: Fabric, network: nn.Module, place: Place, record: Record, *, wish: Wish) -> Outcome:
    """Leave the run as was asked: scored, resumable with its model, or as it is."""
    if place.step == 0 and wish == "go":
        raise InputError(f"{job.run.id}: has nothing to do; give it more epochs or minutes")
    if wish == "go" and place.evaluated != place.step:
        place = _evaluated(job, fabric, network, place, record)
        if place.evaluated != place.step:
            wish = job.wish()
    if wish != "cancel":
        record.checkpoint(place)
        record.keep_model(place)
    return _OUTCOMES[wish]
