"""Following a run from the terminal: it ends with the run, whatever becomes of its process."""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from pathlib import Path

import psutil
import pytest

from gapro_annotator.commands import following
from gapro_annotator.commands.following import train_and_follow
from gapro_annotator.errors import InputError
from gapro_annotator.training.config import RunConfig
from gapro_annotator.training.progress import RunState
from gapro_annotator.training.run_folder import RunFolder, create_run
from gapro_annotator.training.state import state_of_process, write_state


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    return create_run(tmp_path, RunConfig(epochs=1))


@pytest.fixture
def process(run: RunFolder, monkeypatch: pytest.MonkeyPatch) -> Iterator[subprocess.Popen[bytes]]:
    """What is launched: it sleeps, and says nothing by itself."""
    started = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)", str(run.path)])
    monkeypatch.setattr(following, "launch", lambda _run: started.pid)
    monkeypatch.setattr(following, "_PAUSE", 0.01)
    yield started
    started.kill()
    started.wait()


def at_each_pause(monkeypatch: pytest.MonkeyPatch, *acts: Callable[[], object]) -> None:
    """Do one thing in each of the pauses of the loop."""
    left, sleep = list(acts), time.sleep

    def pause(seconds: float) -> None:
        if left:
            left.pop(0)()
        sleep(seconds)

    monkeypatch.setattr(time, "sleep", pause)


def state_of(process: subprocess.Popen[bytes]) -> RunState:
    return state_of_process(process.pid, "training")


def earlier_end(run: RunFolder) -> None:
    """The state that an earlier process of the run left: done."""
    old = RunState(
        pid=1, process_started=1.0, host=socket.gethostname(), phase="done", step=7, heartbeat=time.time() - 100
    )
    run.state.write_text(json.dumps(asdict(old)))


def interrupt() -> None:
    raise KeyboardInterrupt


def test_ctrl_c_stops_the_run_and_waits_for_its_end(
    run: RunFolder,
    process: subprocess.Popen[bytes],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    write_state(run.state, state_of(process))

    def stopped() -> None:
        assert run.wish() == "stop"
        write_state(run.state, replace(state_of(process), phase="stopped", step=3))

    at_each_pause(monkeypatch, interrupt, stopped)
    assert train_and_follow(run, aloud=True).step == 3
    assert "the model is kept" in capsys.readouterr().out


def test_a_second_ctrl_c_leaves_the_run_alone(
    run: RunFolder, process: subprocess.Popen[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    write_state(run.state, state_of(process))
    at_each_pause(monkeypatch, interrupt, interrupt)
    with pytest.raises(KeyboardInterrupt):
        train_and_follow(run, aloud=False)
    assert process.poll() is None


@pytest.mark.parametrize("spoke", ["heard", ""])
def test_a_process_that_is_killed_ends_in_a_sentence(
    run: RunFolder, process: subprocess.Popen[bytes], monkeypatch: pytest.MonkeyPatch, spoke: str
) -> None:
    if spoke:
        write_state(run.state, state_of(process))
    else:
        earlier_end(run)

    def killed() -> None:
        process.kill()
        while psutil.Process(process.pid).status() != psutil.STATUS_ZOMBIE:
            pass

    at_each_pause(monkeypatch, killed)
    with pytest.raises(InputError, match=f"ended without a word .* go on with --resume {run.id}"):
        train_and_follow(run, aloud=False)


def test_the_end_of_an_earlier_process_is_not_taken_for_this_one(
    run: RunFolder, process: subprocess.Popen[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    earlier_end(run)
    at_each_pause(monkeypatch, lambda: write_state(run.state, replace(state_of(process), phase="done", step=20)))
    assert train_and_follow(run, aloud=False).step == 20


def test_a_process_that_never_says_anything_is_not_waited_for_for_ever(
    run: RunFolder, process: subprocess.Popen[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "_PATIENCE", 0.1, raising=False)
    with pytest.raises(InputError, match=f"process {process.pid} was started and says nothing"):
        train_and_follow(run, aloud=False)


def test_a_failure_is_told_with_its_log(run: RunFolder, process: subprocess.Popen[bytes]) -> None:
    write_state(run.state, replace(state_of(process), phase="failed", message="no room"))
    with pytest.raises(InputError, match=r"no room; the log is .*log\.txt"):
        train_and_follow(run, aloud=False)
