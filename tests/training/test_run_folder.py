"""Run folders: names, and what they say of their process."""

import json
import os
import shutil
import subprocess
import sys
import threading
import time
from dataclasses import asdict, replace
from pathlib import Path

import psutil
import pytest
from tiny_runs import tiny_config

from gapro_annotator.errors import InputError
from gapro_annotator.training.config import write_config
from gapro_annotator.training.progress import RunState
from gapro_annotator.training.run_folder import RunFolder, create_run, find_run, runs_of
from gapro_annotator.training.state import StateWriter, state_of_process, write_state


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    return create_run(tmp_path, tiny_config())


def own_state(phase: str = "training") -> RunState:
    return replace(state_of_process(os.getpid(), "starting"), phase=phase)  # type: ignore[arg-type]


def test_many_runs_made_at_once_have_names_of_their_own(tmp_path: Path) -> None:
    made: list[RunFolder] = []
    threads = [
        threading.Thread(target=lambda: made.append(create_run(tmp_path, tiny_config(network="../a B/c"))))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({run.id for run in made}) == 8
    assert all(run.path.parent == tmp_path / "runs" and "a-b-c" in run.id for run in made)
    assert all(run.read_config().network == "../a B/c" for run in made)


def test_runs_are_listed_newest_first_and_found_by_id_or_folder(tmp_path: Path) -> None:
    assert runs_of(tmp_path) == []
    older, newer = create_run(tmp_path, tiny_config()), create_run(tmp_path, tiny_config())
    (tmp_path / "runs" / "half-made").mkdir()
    os.utime(older.config, (1, 1))
    older = RunFolder(older.path.rename(older.path.with_name("2020-01-01-0000-old")))
    assert runs_of(tmp_path) == [newer, older]
    assert find_run(tmp_path, newer.id) == find_run(tmp_path / "elsewhere", str(newer.path)) == newer
    for text in ("", "nothing", "half-made"):
        with pytest.raises(InputError, match=f"{newer.id}, {older.id}"):
            find_run(tmp_path, text)


def test_a_run_that_is_deleted_while_the_runs_are_listed_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stays, goes = create_run(tmp_path, tiny_config()), create_run(tmp_path, tiny_config())
    found = sorted(tmp_path.glob("runs/*/config.toml"))

    def glob(_folder: Path, _pattern: str) -> list[Path]:
        shutil.rmtree(goes.path)
        return found

    monkeypatch.setattr(Path, "glob", glob)
    assert runs_of(tmp_path) == [stays]


def test_a_run_that_is_resumed_with_another_end_stays_in_its_place(tmp_path: Path) -> None:
    older, newer = create_run(tmp_path, tiny_config()), create_run(tmp_path, tiny_config())
    older = RunFolder(older.path.rename(older.path.with_name("2020-01-01-0000-old")))
    write_config(older.config, tiny_config(epochs=9))
    assert runs_of(tmp_path) == [newer, older]


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"pid": 1}', '{"pid": "x", "phase": "training"}', "\x00\xff"])
def test_a_torn_state_is_no_state(run: RunFolder, text: str) -> None:
    assert run.condition() == "new"
    run.state.write_text(text, encoding="utf-8")
    assert run.read_state() is None
    assert run.condition() == "unreadable"


@pytest.mark.parametrize("change", [{"phase": "dancing"}, {"pid": True}, {"heartbeat": "now"}, {"message": None}])
def test_a_state_of_wrong_kinds_is_no_state_and_what_newer_versions_add_is_passed_over(
    run: RunFolder, change: dict[str, object]
) -> None:
    run.state.write_text(json.dumps({**asdict(own_state()), "mood": "good"}))
    assert run.read_state() == own_state() or run.condition() == "running"
    run.state.write_text(json.dumps({**asdict(own_state()), **change}))
    assert run.read_state() is None


def test_a_reused_pid_is_not_taken_for_the_run(run: RunFolder) -> None:
    write_state(run.state, own_state())
    assert run.condition() == "running"
    write_state(run.state, replace(own_state(), process_started=psutil.Process().create_time() - 500))
    assert run.condition() == "dead"


def test_a_clock_that_was_set_does_not_kill_a_run(run: RunFolder) -> None:
    process = subprocess.Popen([sys.executable, "-c", "input()", str(run.path)], stdin=subprocess.PIPE)
    while not psutil.Process(process.pid).cmdline():  # empty for a moment after the start
        time.sleep(0.001)
    state = state_of_process(process.pid, "training")
    write_state(run.state, replace(state, process_started=state.process_started - 3600))
    assert run.condition() == "running"
    process.communicate(b"\n")
    assert run.condition() == "dead"


def test_a_zombie_is_dead(run: RunFolder) -> None:
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    write_state(run.state, state_of_process(process.pid, "training"))
    process.kill()
    while psutil.Process(process.pid).status() != psutil.STATUS_ZOMBIE:
        time.sleep(0.01)
    assert run.condition() == "dead"
    process.communicate()


def test_a_run_on_another_machine_is_judged_by_its_heartbeat(run: RunFolder) -> None:
    state = replace(own_state(), host="another", pid=1)
    write_state(run.state, state)
    assert run.condition() == "running"
    write_state(run.state, replace(state, heartbeat=time.time() - 600))
    assert run.condition() == "silent"
    write_state(run.state, replace(state, phase="done"))
    assert run.condition() == "ended"


def test_requests_are_files_and_cancel_is_the_stronger(run: RunFolder) -> None:
    assert run.wish() == "go"
    run.request_stop()
    assert run.wish() == "stop"
    run.request_cancel()
    assert run.wish() == "cancel"
    run.forget_requests(older_than=time.time() - 60)
    assert run.wish() == "cancel"
    run.forget_requests()
    assert run.wish() == "go"
    with pytest.raises(InputError, match="cannot be asked to stop"):
        RunFolder(run.path / "gone").request_stop()


def test_a_phase_is_written_at_once_and_nobody_ever_reads_half_a_state(run: RunFolder) -> None:
    with StateWriter(run.state, heartbeat=0.001) as status:
        status.say(phase="training", message="x" * 50_000)
        for step in range(300):
            status.say(step=step)
            state = run.read_state()
            assert state is not None
            assert (state.phase, len(state.message)) == ("training", 50_000)
        status.say(phase="done", message="Finished")
        assert run.read_state().phase == "done"
    assert run.read_state().step == 299
    assert not list(run.path.glob(".*.tmp"))


def test_a_state_that_cannot_be_written_ends_nothing(tmp_path: Path) -> None:
    with StateWriter(tmp_path / "gone" / "state.json", heartbeat=0.001) as status:
        status.say(phase="training")
        time.sleep(0.02)
    assert status.state.phase == "training"


def test_what_the_window_reads_loads_no_torch() -> None:
    names = ("config", "run_folder", "progress", "metrics", "launch", "state", "failure", "process")
    lines = "; ".join(f"import gapro_annotator.training.{name}" for name in names)
    code = f"import sys; {lines}; sys.exit('torch' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
