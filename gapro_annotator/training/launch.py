"""Starts the process of a run and leaves it alone: it outlives whoever started it. Loads no torch."""

import os
import subprocess
import sys
from contextlib import suppress

import psutil

from gapro_annotator.errors import InputError, reason_of
from gapro_annotator.training.run_folder import RunFolder
from gapro_annotator.training.state import state_of_process, write_state

NICENESS = 10
_children: list[subprocess.Popen[bytes]] = []


def launch(run: RunFolder) -> int:
    """Start or resume a run in a process of its own, at low priority.

    Parameters
    ----------
    run
        Made by `create_run`; its newest checkpoint is taken up.

    Returns
    -------
    int
        The number of the process.

    Raises
    ------
    InputError
        The run is worked on already, has no usable configuration, or its process cannot be started.
    """
    if run.condition() == "running":
        state = run.read_state()
        where = f"process {state.pid} on {state.host}" if state else "another process"
        raise InputError(f"{run.id}: is being trained by {where}; stop it first")
    config = run.read_config()
    run.forget_requests()
    _children[:] = [child for child in _children if child.poll() is None]  # those that ended leave no zombies
    # Rounds label as well, which is none of the network's business: they have a process of their own kind.
    module = "gapro_annotator.self_training" if config.rounds else "gapro_annotator.training"
    command = [sys.executable, "-P", "-m", module, str(run.path.resolve())]
    environment = {**os.environ, **thread_limits(thread_count(config.threads)), "PYTHONUNBUFFERED": "1"}
    try:
        with run.log.open("ab") as log:
            child = _start(command, environment, log.fileno())
    except OSError as error:
        raise InputError(f"{run.id}: training cannot be started ({reason_of(error)}); see {run.log}") from error
    _children.append(child)
    # Said here and not by the process itself, which needs seconds to load: who looks at once sees a run that starts.
    with suppress(psutil.Error, OSError):
        _lower_priority(child.pid)
        write_state(run.state, state_of_process(child.pid, "starting", "Loading the libraries"))
    return child.pid


def thread_count(wanted: int, processes: int = 1) -> int:
    """Return the threads of a process: as wanted, or all cores but one shared out to the processes of a machine."""
    if wanted > 0:
        return wanted
    cores = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
    return max(1, (cores - 1) // processes)


def rank_of_process() -> int:
    """Return which of the processes of ``torchrun`` this is; 0 without it."""
    return int(os.environ.get("RANK", "0")) if "WORLD_SIZE" in os.environ else 0


def processes_here() -> int:
    """Return how many processes of the run share this machine."""
    return int(os.environ.get("LOCAL_WORLD_SIZE", "1")) if "WORLD_SIZE" in os.environ else 1


def thread_limits(count: int) -> dict[str, str]:
    """Return the environment that holds the numeric libraries to so many threads."""
    return {f"{library}_NUM_THREADS": str(count) for library in ("OMP", "MKL", "OPENBLAS", "NUMBA")}


def _start(command: list[str], environment: dict[str, str], output: int) -> subprocess.Popen[bytes]:
    if sys.platform == "win32":
        flags = (
            subprocess.DETACHED_PROCESS | subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.BELOW_NORMAL_PRIORITY_CLASS
        )
        return subprocess.Popen(  # noqa: S603 - our own module, by the interpreter that runs
            command, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output, creationflags=flags
        )
    return subprocess.Popen(  # noqa: S603 - our own module, by the interpreter that runs
        command, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
    )


def _lower_priority(pid: int) -> None:
    if sys.platform == "win32":
        return  # asked for at the start
    process = psutil.Process(pid)
    # Before its libraries start threads, which inherit it.
    process.nice(min(19, process.nice() + NICENESS))
    if sys.platform == "linux":
        process.ionice(psutil.IOPRIO_CLASS_BE, 7)
