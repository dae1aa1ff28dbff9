"""Keeps up with the runs of a project by reading their folders; works in the watching thread and knows no Qt."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from gapro_annotator.arrays import Float64, Int64
from gapro_annotator.errors import AnnotatorError
from gapro_annotator.training.config import RunConfig, read_config
from gapro_annotator.training.metrics import MetricsTail, Note
from gapro_annotator.training.predictions import predicted_scans
from gapro_annotator.training.progress import EvaluationMetrics, RunState, StepMetrics
from gapro_annotator.training.proposals import proposed_scans
from gapro_annotator.training.run_folder import Condition, RunFolder, runs_of

_LOG_BYTES = 16_384
_BITE = 1 << 19
_BREATH_S = 0.001
"""After each bite of a long file: reading lines holds the interpreter, and the window needs it too."""
_MOST_CURVES = 8
"""Of runs that were looked at and are not any more; the curve of another is read again when it is wanted."""
_NO_STEPS = np.zeros(0, np.int64)
_NO_VALUES = np.zeros(0)


@dataclass(frozen=True, eq=False, slots=True)
class Curve:
    """(M,) steps of a run, its seconds of training and its loss at each."""

    step: Int64 = field(default_factory=lambda: _NO_STEPS)
    seconds: Float64 = field(default_factory=lambda: _NO_VALUES)
    loss: Float64 = field(default_factory=lambda: _NO_VALUES)

    def __len__(self) -> int:
        return len(self.step)


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class RunView:
    """A run as it was last seen.

    Parameters
    ----------
    id, folder
        Its name and place.
    condition
        Whether a process works on it.
    config, state
        None where they cannot be read (yet).
    curve, last, evaluations
        Its metrics; empty unless they were asked for.
    log
        The end of its log.txt; empty unless it was asked for.
    notes
        What the process found worth saying, oldest first.
    has_model, has_features
        Whether there are weights to keep, and features for the labeler to see.
    predicted, proposed
        The scans that it has predictions and proposals for.
    """

    id: str
    folder: Path
    condition: Condition
    config: RunConfig | None = None
    state: RunState | None = None
    curve: Curve = field(default_factory=Curve)
    last: StepMetrics | None = None
    evaluations: tuple[EvaluationMetrics, ...] = ()
    log: str = ""
    notes: tuple[str, ...] = ()
    has_model: bool = False
    has_features: bool = False
    predicted: tuple[str, ...] = ()
    proposed: tuple[str, ...] = ()

    @property
    def running(self) -> bool:
        """Whether a process works on it."""
        return self.condition == "running"

    @property
    def resumable(self) -> bool:
        """Whether it can be taken up again: it came to no natural end, and nobody works on it."""
        ended = self.state.phase if self.condition == "ended" and self.state is not None else ""
        return not self.running and ended != "done"

    @property
    def network(self) -> str:
        """The name of its network; empty where unknown."""
        return self.config.network if self.config else ""


class _Rows:
    """Steps of a run, in arrays that grow by doubling: curves that were handed out share them and never change."""

    def __init__(self) -> None:
        self._count = 0
        self._step, self._seconds, self._loss = _NO_STEPS, _NO_VALUES, _NO_VALUES

    def add(self, steps: Sequence[StepMetrics]) -> Curve:
        """Append steps; return the whole."""
        first, self._count = self._count, self._count + len(steps)
        if self._count > len(self._step):
            size = max(1024, 2 * self._count)
            self._step = np.concatenate([self._step[:first], np.zeros(size - first, np.int64)])
            self._seconds = np.concatenate([self._seconds[:first], np.zeros(size - first)])
            self._loss = np.concatenate([self._loss[:first], np.zeros(size - first)])
        here = slice(first, self._count)
        self._step[here] = [one.step for one in steps]
        self._seconds[here] = [one.seconds for one in steps]
        self._loss[here] = [one.loss for one in steps]
        return Curve(self._step[: self._count], self._seconds[: self._count], self._loss[: self._count])


class _Track:
    """What was read of one run so far."""

    def __init__(self, run: RunFolder) -> None:
        self.run = run
        self.config: RunConfig | None = None
        self._tail: MetricsTail | None = None
        self._rows = _Rows()
        self.curve = Curve()
        self.last: StepMetrics | None = None
        self.evaluations: tuple[EvaluationMetrics, ...] = ()
        self.notes: tuple[str, ...] = ()

    def read_config(self) -> RunConfig | None:
        if self.config is None:
            try:
                self.config = read_config(self.run.config)
            except AnnotatorError:
                return None  # it is about to be written, or lost: nothing else of the run depends on it
        return self.config

    def follow(self) -> None:
        """Take in the metrics that were added."""
        begins = self._tail is None
        tail = self._tail = self._tail or MetricsTail(self.run.metrics)
        while (news := tail.read(_BITE)).records or news.restarted:
            if news.restarted or begins:
                self._rows, self.curve, self.last, self.evaluations, self.notes = _Rows(), Curve(), None, (), ()
                begins = False
            steps = [one for one in news.records if isinstance(one, StepMetrics)]
            if steps:
                self.curve, self.last = self._rows.add(steps), steps[-1]
            self.evaluations += tuple(one for one in news.records if isinstance(one, EvaluationMetrics))
            self.notes += tuple(one.text for one in news.records if isinstance(one, Note))
            time.sleep(_BREATH_S)

    @property
    def has_curve(self) -> bool:
        """Whether metrics were read and not let go of since."""
        return self._tail is not None

    def let_go(self) -> None:
        """Give the curve back; the newest figures stay."""
        self._tail, self._rows, self.curve = None, _Rows(), Curve()


class RunReader:
    """Reads the runs of one project again and again, each time only what was added."""

    def __init__(self, project: Path) -> None:
        self.project = project
        self._tracks: dict[str, _Track] = {}

    def read(self, wanted: frozenset[str]) -> tuple[RunView, ...]:
        """Return every run, newest first; metrics and log only of those that are wanted, and of the newest."""
        found = runs_of(self.project)
        full = wanted | ({found[0].id} if found else set[str]())
        there = {run.id for run in found}
        for gone in [name for name in self._tracks if name not in there]:
            del self._tracks[gone]
        views = tuple(self._view(run, full=run.id in full) for run in found)
        left = [track for name, track in self._tracks.items() if name not in full and track.has_curve]
        for track in left[: max(len(left) - _MOST_CURVES, 0)]:
            track.let_go()
        return views

    def _view(self, run: RunFolder, *, full: bool) -> RunView:
        track = self._tracks.get(run.id)
        if track is None:
            track = self._tracks[run.id] = _Track(run)
        if full:
            self._tracks[run.id] = self._tracks.pop(run.id)  # to the end: the first were not looked at for longest
            track.follow()
        return RunView(
            id=run.id,
            folder=run.path,
            condition=run.condition(),
            config=track.read_config(),
            state=run.read_state(),
            curve=track.curve,
            last=track.last,
            evaluations=track.evaluations,
            notes=track.notes,
            log=_end_of(run.log) if full else "",
            has_model=run.best.exists(),
            has_features=any(run.features.glob("*.safetensors")),
            predicted=tuple(predicted_scans(run.path)),
            proposed=tuple(proposed_scans(run.path)),
        )


def _end_of(path: Path) -> str:
    """The last lines of a text file; empty where there is none."""
    try:
        with path.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(size - _LOG_BYTES, 0))
            text = file.read().decode("utf-8", "replace")
    except OSError:
        return ""
    return text if size <= _LOG_BYTES else text.partition("\n")[2]
