"""What a run says of itself: ``state.json`` and the lines of ``metrics.jsonl``. Loads no torch."""

from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

Phase: TypeAlias = Literal[
    "starting", "preparing", "training", "evaluating", "features", "labeling", "done", "stopped", "cancelled", "failed"
]
ENDED: frozenset[str] = frozenset({"done", "stopped", "cancelled", "failed"})
"""Phases after which nothing comes any more: finished, model kept on request, given up on request, broken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunState:
    """The newest word of a run; replaced as a whole at every heartbeat.

    Parameters
    ----------
    pid, process_started, host
        The process that works on it; a pid alone is used again by others.
    phase, step, total
        What it does, and how far it is; total 0 where unknown.
    message
        One sentence for the person who waits; after a failure what happened, where, and what to do.
    heartbeat
        Seconds since 1970 when this was written.
    seconds_left
        Estimate; None where unknown.
    round
        Of self-training, from 1; 0 otherwise.
    """

    pid: int
    process_started: float
    host: str
    phase: Phase
    step: int = 0
    total: int = 0
    message: str = ""
    heartbeat: float = 0.0
    seconds_left: float | None = None
    round: int = 0

    @property
    def ended(self) -> bool:
        """Whether nothing comes any more."""
        return self.phase in ENDED


@dataclass(frozen=True, slots=True, kw_only=True)
class StepMetrics:
    """One step of training: a line of kind "step".

    Parameters
    ----------
    step, epoch, round
        From 1; round 0 outside self-training.
    seconds
        Training time so far, pauses of a stopped run left out.
    loss, losses
        Sum, and its parts by name.
    rate
        Learning rate.
    steps_per_second, data_share, memory_mb
        Over the last steps: speed, share of the time spent waiting for data, resident memory (device memory on CUDA).
    """

    step: int
    epoch: int
    seconds: float
    loss: float
    losses: dict[str, float] = field(default_factory=dict[str, float])
    rate: float = 0.0
    steps_per_second: float = 0.0
    data_share: float = 0.0
    memory_mb: float = 0.0
    round: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationMetrics:
    """One evaluation: a line of kind "evaluation".

    Parameters
    ----------
    step, seconds, round
        As in `StepMetrics`.
    scores
        The "all" of ``evaluate --json``: ap, ap50, ap25, box_ap50, box_ap25, class_agnostic, per_class, ...
    against
        'ground truth' or 'labels': what the held-out scans were scored against.
    scans
        Their names.
    """

    step: int
    seconds: float
    scores: dict[str, Any]
    against: str
    scans: list[str]
    round: int = 0
