"""Processes that are killed, stopped and started twice; each a real one, forked with its libraries loaded."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
import torch
from tiny_runs import STEPS, tiny_config

from gapro_annotator.errors import InputError
from gapro_annotator.training.checkpoint import load_checkpoint, load_model
from gapro_annotator.training.launch import launch
from gapro_annotator.training.metrics import MetricsTail, Note
from gapro_annotator.training.progress import EvaluationMetrics, StepMetrics
from gapro_annotator.training.run_folder import RunFolder, create_run

HERE = Path(__file__).parent
MOST_BETWEEN = 4 * STEPS // 10
"""Steps between two kills, so that there are at least ten in four epochs."""
Start = Callable[[RunFolder], psutil.Process]


@pytest.fixture(scope="module")
def start() -> Iterator[Start]:
    server = subprocess.Popen(
        [sys.executable, str(HERE / "fork_server.py")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(HERE.parents[1]), str(HERE)])},
    )
    assert server.stdin is not None
    assert server.stdout is not None
    assert server.stdout.readline() == "ready\n"

    def start_one(run: RunFolder) -> psutil.Process:
        print(run.path, file=server.stdin, flush=True)
        return psutil.Process(int(server.stdout.readline()))

    yield start_one
    server.stdin.close()
    server.wait()
    server.stdout.close()


def wait_for(what: Callable[[], object], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)


def finish(process: psutil.Process) -> None:
    wait_for(lambda: gone(process))


def phase_of(run: RunFolder) -> str:
    state = run.read_state()
    return state.phase if state else ""


def gone(process: psutil.Process) -> bool:
    return not process.is_running()


def newest_step(records: list[object]) -> int:
    return max((record.step for record in records if isinstance(record, StepMetrics)), default=0)


def test_a_run_that_is_killed_again_and_again_ends_as_if_nothing_had_happened(tmp_path: Path, start: Start) -> None:
    slow = {"delay": 0.005, "ballast": 300_000}
    config = tiny_config(epochs=4, options=slow, checkpoint_seconds=0.0, evaluate_minutes=0.004)
    whole, killed = create_run(tmp_path, config), create_run(tmp_path, config)
    undisturbed = start(whole)
    luck = random.Random(5)  # noqa: S311 - no secret
    tail, kills = MetricsTail(killed.metrics), 0
    shown: list[object] = []
    while kills < 10 and phase_of(killed) != "done":
        process = start(killed)
        # Not after a time alone: a quick machine would be done before it was killed often enough.
        end, last = time.monotonic() + luck.uniform(0.05, 0.45), newest_step(shown) + luck.randint(1, MOST_BETWEEN)
        while (time.monotonic() < end and newest_step(shown) < last) and not gone(process):
            load_checkpoint(killed)  # raises where none of the checkpoints is whole
            if killed.last.exists():
                assert load_checkpoint(RunFolder(killed.path)) is not None
            news = tail.read()
            shown = news.records if news.restarted else shown + news.records
        if not gone(process):
            process.kill()
            finish(process)
            assert killed.condition() in {"dead", "ended", "new"}
            kills += 1
    finish(start(killed))
    finish(undisturbed)
    assert kills >= 5
    assert phase_of(killed) == phase_of(whole) == "done", killed.log.read_text()
    news = tail.read()
    shown = news.records if news.restarted else shown + news.records
    assert shown == MetricsTail(killed.metrics).read().records  # who follows sees what is there
    curves = [
        [r for r in MetricsTail(run.metrics).read().records if isinstance(r, StepMetrics)] for run in (killed, whole)
    ]
    assert [r.step for r in curves[0]] == list(range(1, 4 * STEPS + 1))  # no gap, no double
    assert [(r.step, r.epoch, r.losses, r.rate) for r in curves[0]] == [
        (r.step, r.epoch, r.losses, r.rate) for r in curves[1]
    ]
    scored = [r.step for r in shown if isinstance(r, EvaluationMetrics)]
    assert scored == sorted(set(scored))
    assert scored[-1] == 4 * STEPS
    ends = [load_checkpoint(run) for run in (killed, whole)]
    assert all(torch.equal(ends[0].model[name], ends[1].model[name]) for name in ends[1].model)
    assert not list(killed.path.glob(".*.tmp"))


def test_stop_by_file_or_signal_keeps_the_model_and_the_run_goes_on_later(tmp_path: Path, start: Start) -> None:
    run = create_run(tmp_path, tiny_config(epochs=3, options={"delay": 0.01}))
    for ask in (lambda _: run.request_stop(), lambda process: process.send_signal(signal.SIGTERM)):
        process = start(run)
        wait_for(lambda: phase_of(run) == "training")
        assert run.condition() == "running"
        time.sleep(0.1)
        ask(process)
        finish(process)
        assert phase_of(run) == "stopped"
        assert run.condition() == "ended"
        assert load_model(run.best).scores == {}
        assert run.wish() == "go"  # what was asked is settled
    finish(start(run))
    assert phase_of(run) == "done"
    records = MetricsTail(run.metrics).read().records
    assert [r.step for r in records if isinstance(r, StepMetrics)] == list(range(1, 3 * STEPS + 1))
    assert sum(isinstance(r, Note) and r.text.startswith("Resumed") for r in records) == 2
    assert load_model(run.best).scores["ap50"] > 0


def test_cancel_keeps_the_folder(tmp_path: Path, start: Start) -> None:
    run = create_run(tmp_path, tiny_config(epochs=50, options={"delay": 0.01}))
    process = start(run)
    wait_for(lambda: phase_of(run) == "training")
    run.request_cancel()
    finish(process)
    assert phase_of(run) == "cancelled"
    assert not run.best.exists()
    assert run.config.exists()
    assert run.metrics.exists()


def test_a_request_that_a_killed_process_left_is_not_meant_for_the_next(tmp_path: Path, start: Start) -> None:
    run = create_run(tmp_path, tiny_config(epochs=1))
    run.request_cancel()
    os.utime(run.control / "cancel", (time.time() - 60,) * 2)
    finish(start(run))
    assert phase_of(run) == "done"


def test_two_processes_never_work_on_one_run(tmp_path: Path, start: Start) -> None:
    run = create_run(tmp_path, tiny_config(epochs=50, options={"delay": 0.01}))
    first = start(run)
    wait_for(lambda: phase_of(run) == "training")
    second = start(run)
    finish(second)
    assert "is being trained by another process" in run.log.read_text()
    with pytest.raises(InputError, match=f"is being trained by process {first.pid}"):
        launch(run)
    state = run.read_state()
    assert state is not None
    assert (state.pid, state.phase) == (first.pid, "training")
    run.request_stop()
    finish(first)
    assert phase_of(run) == "stopped"


def test_the_heart_beats_while_a_step_takes_long(tmp_path: Path, start: Start) -> None:
    run = create_run(tmp_path, tiny_config(epochs=1, options={"delay": 6.0}))
    process = start(run)
    wait_for(lambda: phase_of(run) == "training")
    before = run.read_state()
    wait_for(lambda: (now := run.read_state()) and before and now.heartbeat > before.heartbeat + 1.5, seconds=10)
    assert run.read_state().step == 0
    process.kill()
    finish(process)
    assert run.condition() == "dead"
