"""Follows a run from the terminal until it ends: the same process that the window starts."""

import json
import sys
import time
from typing import Any

import psutil
from tqdm import tqdm

from gapro_annotator.commands.output import say
from gapro_annotator.errors import InputError
from gapro_annotator.training.launch import launch
from gapro_annotator.training.progress import RunState
from gapro_annotator.training.run_folder import RunFolder

_PAUSE = 0.3
_PATIENCE = 60.0
"""Seconds without a word of the process that was started; it speaks before it loads anything."""


def train_and_follow(run: RunFolder, *, aloud: bool) -> RunState:
    """Start a run, show how it goes, and wait for its end; Ctrl+C stops it and keeps the model.

    Raises
    ------
    InputError
        It failed, or its process died; the sentence says what to do.
    """
    begun = time.time()
    pid = launch(run)
    try:
        state = _follow(run, pid, begun)
    except KeyboardInterrupt:
        run.request_stop()
        if aloud:
            say("stopping; the model is kept (Ctrl+C again leaves the run alone)")
        state = _follow(run, pid, begun)
    if state.phase == "failed":
        raise InputError(f"{run.id}: {state.message}; the log is {run.log}")
    return state


def last_scores(run: RunFolder) -> dict[str, Any]:
    """Return the newest evaluation of a run; empty where there is none."""
    found: dict[str, Any] = {}
    if run.metrics.is_file():
        for line in run.metrics.read_text(encoding="utf-8").splitlines():
            try:
                record = json.loads(line)
            except ValueError:
                continue
            if record.get("kind") == "evaluation":
                found = record
    return found


def say_outcome(run: RunFolder, state: RunState) -> None:
    """Tell how a run ended, in a line or two."""
    say(f"run {run.id}: {state.phase} after {state.step:,} steps")
    scored = last_scores(run)
    if scored:
        scores = scored["scores"]
        figures = ", ".join(
            f"{name} {scores[key]:.1%}"
            for key, name in (("ap", "AP"), ("ap50", "AP50"), ("ap25", "AP25"))
            if scores.get(key) is not None
        )
        where = ", ".join(scored["scans"][:4]) + (" …" if len(scored["scans"]) > 4 else "")
        learnt = set(scored["scans"]) <= set(run.read_config().scans)
        caution = ", which it learnt from: hold some out to see what it can do elsewhere" if learnt else ""
        say(f"{figures} against {scored['against']} on {where}{caution}")
    if state.phase == "stopped":
        say(f"go on with --resume {run.id}")


def _follow(run: RunFolder, pid: int, begun: float) -> RunState:
    """Wait for the end of the process that was started then; what an earlier one left in the state says nothing."""
    heard = time.monotonic()
    with tqdm(
        desc="starting",
        total=1,
        leave=False,
        disable=not sys.stderr.isatty(),
        bar_format="{desc} {percentage:3.0f}%|{bar}| {postfix}",
    ) as bar:
        while True:
            lives = _lives(pid)  # asked first: what it said at its end is then there to be read
            state = run.read_state()
            if state is not None and (state.pid == pid or state.heartbeat >= begun):
                heard = time.monotonic()
                if state.ended:
                    return state
                lives = run.condition() != "dead"
                _show(bar, state)
            if not lives:
                raise InputError(
                    f"{run.id}: its process ended without a word (killed, or out of memory); "
                    f"go on with --resume {run.id}, the log is {run.log}"
                )
            if time.monotonic() - heard > _PATIENCE:
                raise InputError(
                    f"{run.id}: process {pid} was started and says nothing in {run.state}; "
                    f"check rights and room of the folder, the log is {run.log}"
                )
            time.sleep(_PAUSE)


def _lives(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def _show(bar: Any, state: RunState) -> None:
    bar.total, bar.n = max(state.total, 1), min(state.step, max(state.total, 1))
    left = "" if state.seconds_left is None else f"{_minutes(state.seconds_left)} left"
    number = f"round {state.round}: " if state.round else ""
    bar.set_description_str(f"{number}{state.message or state.phase}")
    bar.set_postfix_str(left)


def _minutes(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"
