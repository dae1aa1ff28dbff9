"""Real processes of the module: detached, nice to the window, and several of them under torchrun."""

import os
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from tiny_runs import STEPS, tiny_config

from gapro_annotator.errors import InputError
from gapro_annotator.training.checkpoint import load_checkpoint
from gapro_annotator.training.launch import NICENESS, launch, thread_count, thread_limits
from gapro_annotator.training.metrics import MetricsTail
from gapro_annotator.training.progress import StepMetrics
from gapro_annotator.training.run_folder import RunFolder, create_run

HERE = Path(__file__).parent


def test_a_launched_run_outlives_its_parent_at_low_priority_and_ends_in_a_sentence(tmp_path: Path) -> None:
    run = create_run(tmp_path, tiny_config(threads=3))  # without any scan: it will fail, and say why
    run.request_cancel()  # of an earlier life
    code = (
        "import sys; from pathlib import Path; from gapro_annotator.training.launch import launch\n"
        "from gapro_annotator.training.run_folder import RunFolder\n"
        "print(launch(RunFolder(Path(sys.argv[1]))))"
    )
    # The parent is gone, with its whole session, when this returns.
    parent = subprocess.run(
        [sys.executable, "-c", code, str(run.path)], stdout=subprocess.PIPE, check=True, start_new_session=True
    )
    pid = int(parent.stdout)
    process = psutil.Process(pid)
    assert run.condition() == "running"
    assert run.read_state().pid == pid
    assert run.wish() == "go"
    assert os.getsid(pid) == pid != os.getsid(0)
    assert process.environ()["OMP_NUM_THREADS"] == "3"
    assert process.nice() >= min(19, psutil.Process().nice() + NICENESS)
    with pytest.raises(InputError, match=f"is being trained by process {pid}"):
        launch(run)
    end = time.monotonic() + 60
    while run.condition() == "running" and time.monotonic() < end:
        time.sleep(0.05)
    state = run.read_state()
    assert state is not None
    assert (state.pid, state.phase) == (pid, "failed"), run.log.read_text()
    assert state.message
    assert "Traceback" in run.log.read_text()


def test_a_run_without_a_usable_configuration_is_not_launched(tmp_path: Path) -> None:
    run = create_run(tmp_path, tiny_config())
    run.config.write_text("epochs = ")
    with pytest.raises(InputError, match=r"config\.toml: cannot be read"):
        launch(run)
    assert run.read_state() is None


def test_a_core_is_left_for_the_window() -> None:
    cores = len(os.sched_getaffinity(0))
    assert thread_count(0) == max(1, cores - 1)
    assert thread_count(0, 64) == 1
    assert thread_count(7) == 7
    assert set(thread_limits(2).values()) == {"2"}


def test_two_processes_learn_what_one_does_with_the_whole_batch(tmp_path: Path) -> None:
    alone = {"noise": 0.0, "bad": [4]}  # noise differs between ranks; one of them meets a NaN
    config = tiny_config(epochs=1, options=alone, evaluate_minutes=0.0001)
    one, two = create_run(tmp_path, config), create_run(tmp_path, config)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(HERE.parents[1]), str(HERE)])}
    script = str(HERE / "tiny_runs.py")
    torchrun = ["-m", "torch.distributed.run", "--standalone", "--nproc_per_node", "2"]
    for run, before in ((one, []), (two, torchrun)):
        done = subprocess.run(
            [sys.executable, *before, script, str(run.path)],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
    curves = [steps_of(run) for run in (one, two)]
    assert [step.step for step in curves[1]] == list(range(1, STEPS))  # only the first process writes
    assert [step.loss for step in curves[1]] == pytest.approx([step.loss for step in curves[0]], rel=1e-4)
    ends = [load_checkpoint(run) for run in (one, two)]
    assert ends[0] is not None
    assert ends[1] is not None
    assert ends[1].place.skipped == 1
    for name, value in ends[0].model.items():
        if name == "mean":
            continue  # running statistics are of the first process's half, as batch norm's are
        assert value.numpy() == pytest.approx(ends[1].model[name].numpy(), abs=1e-6)
    assert one.read_state().phase == two.read_state().phase == "done"


def steps_of(run: RunFolder) -> list[StepMetrics]:
    return [record for record in MetricsTail(run.metrics).read().records if isinstance(record, StepMetrics)]
