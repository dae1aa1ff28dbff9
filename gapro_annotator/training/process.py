"""The process of a run: takes the run, tells how it is, does the work, ends in a state that says how it went."""

import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, TypeAlias

import psutil
from filelock import FileLock, Timeout

from gapro_annotator.errors import AnnotatorError, CancelledError, InputError, reason_of
from gapro_annotator.training.config import RunConfig
from gapro_annotator.training.failure import sentence_of
from gapro_annotator.training.launch import processes_here, rank_of_process, thread_count, thread_limits
from gapro_annotator.training.run_folder import RunFolder, Wish
from gapro_annotator.training.state import StateWriter

if TYPE_CHECKING:
    from gapro_annotator.training.loop import Outcome

_FAILED = "failed-"
_MESSAGES: dict[str, str] = {
    "done": "Finished",
    "stopped": "Stopped on request; the model is kept, and the run can be resumed",
    "cancelled": "Given up on request; the folder is kept",
}


@dataclass(frozen=True, eq=False, slots=True)
class Desk:
    """What the work of a run is given.

    Parameters
    ----------
    run, config
        See there.
    status
        Where phases are told.
    wish
        What was asked of the process meanwhile.
    """

    run: RunFolder
    config: RunConfig
    status: StateWriter
    wish: Callable[[], Wish]


Work: TypeAlias = "Callable[[Desk], Outcome]"


def main(arguments: Sequence[str] | None = None) -> int:
    """Train the run whose folder is given; return 0 unless it failed, 2 on wrong usage."""
    given = sys.argv[1:] if arguments is None else arguments
    if len(given) != 1:
        print("usage: python -P -m gapro_annotator.training RUN_DIR", file=sys.stderr)  # noqa: T201 - of the command
        return 2
    return work_on(RunFolder(Path(given[0]).resolve()), train_run)


def train_run(desk: Desk) -> "Outcome":
    """Train the network of a run on its snapshot of the labels, and leave its features and predictions."""
    outcome = train_round(desk, desk.run.labels)
    if outcome != "cancelled" and not leave_outcome(desk, desk.run.labels):
        return "cancelled" if desk.wish() == "cancel" else "stopped"
    return outcome


def train_round(desk: Desk, labels: Path, number: int = 0) -> "Outcome":
    """Train one round, `number` from 1 (0 outside self-training), on labels in a folder as of a snapshot."""
    from gapro_annotator.training.data.loader import TrainingData
    from gapro_annotator.training.device import choose_device
    from gapro_annotator.training.evaluate import evaluate
    from gapro_annotator.training.loop import Job, train
    from gapro_annotator.training.networks.registry import build_network

    desk.status.say(phase="preparing", message="Reading the scans", round=number)
    choose_device(desk.config.device)  # what is missing is said before anything is read
    return train(
        Job(
            run=desk.run,
            config=desk.config,
            data=TrainingData.open(labels, desk.config),
            evaluate=evaluate,
            build=build_network,
            status=desk.status,
            wish=desk.wish,
            round=number,
        )
    )


def leave_outcome(desk: Desk, labels: Path) -> bool:
    """Write deep features and predictions of all scans of a run, by its best model; False where it was cancelled.

    A run that was stopped leaves them too: they are what it was for.
    """
    from gapro_annotator.training.data.loader import TrainingData
    from gapro_annotator.training.outcome import write_outcome
    from gapro_annotator.training.trained import Trained

    if rank_of_process() != 0:
        return True
    trained = Trained.open(desk.run.path, desk.config.device)
    stopped = desk.wish() == "stop"

    def report(_done: int, _total: int, scan: str) -> bool:
        desk.status.say(phase="features", message=f"Features and predictions of {scan}", seconds_left=None)
        wish = desk.wish()
        return wish == "go" or (stopped and wish == "stop")

    data = TrainingData.open(labels, desk.config)
    return write_outcome(desk.run.path, trained.network, data, config=desk.config, device=trained.device, report=report)


def work_on(run: RunFolder, work: Work) -> int:
    """Do the work of a run as its only process (under ``torchrun``: beside others); return the exit code."""
    first = rank_of_process() == 0
    try:
        config = run.read_config()
        os.environ.update(thread_limits(thread_count(config.threads, processes_here())))
        with _held(run, first=first), StateWriter(run.state if first else None) as status:
            return _settled(run, config, status, work, first=first)
    except AnnotatorError as error:
        print(f"error: {error}", file=sys.stderr)  # noqa: T201 - the log of the process
        return 1


def _settled(run: RunFolder, config: RunConfig, status: StateWriter, work: Work, *, first: bool) -> int:
    """Work, and say how it ended."""
    with _stop_on_signal(run) as wish:
        try:
            outcome = work(Desk(run, config, status, wish))
            status.say(phase=outcome, message=_MESSAGES[outcome], seconds_left=None)
        except CancelledError:
            outcome = "cancelled" if wish() == "cancel" else "stopped"
            status.say(phase=outcome, message=_MESSAGES[outcome], seconds_left=None)
        except Exception as error:  # noqa: BLE001 - whatever it is, the state must say it
            traceback.print_exc()
            sentence = sentence_of(error, run, config)
            if first:
                status.say(phase="failed", message=_said_by_others(run) or sentence, seconds_left=None)
            else:
                (run.control / f"{_FAILED}{rank_of_process()}").write_text(sentence, encoding="utf-8")
            return 1
        finally:
            if first:
                run.forget_requests()
    return 0


def _said_by_others(run: RunFolder) -> str:
    """What ended the processes beside the first, whose own failure is then only a lost connection."""
    said = [path.read_text(encoding="utf-8") for path in sorted(run.control.glob(f"{_FAILED}*"))]
    return said[0] if said else ""


@contextmanager
def _held(run: RunFolder, *, first: bool) -> Generator[None]:
    """Keep other processes from the run; InputError where one has it. The system frees it however we end."""
    if not first:
        yield
        return
    try:
        run.control.mkdir(exist_ok=True)
        lock = FileLock(run.lock, blocking=False)
        lock.acquire()
    except Timeout as error:
        raise InputError(f"{run.id}: is being trained by another process; stop it first") from error
    except OSError as error:
        raise InputError(f"{run.path}: cannot be taken ({reason_of(error)}); check rights and room") from error
    try:
        state = run.read_state()
        if state is not None and state.pid != os.getpid() and run.condition() == "running":
            raise InputError(f"{run.id}: is being trained by process {state.pid} on {state.host}; stop it first")
        # Requests that a killed process left behind were not meant for this one.
        run.forget_requests(older_than=psutil.Process().create_time() - 2.0)
        _remove_leftovers(run)
        yield
    finally:
        lock.release()


def _remove_leftovers(run: RunFolder) -> None:
    for path in (*run.path.glob(".*.tmp"), *run.control.glob(f"{_FAILED}*")):
        path.unlink(missing_ok=True)


@contextmanager
def _stop_on_signal(run: RunFolder) -> Generator[Callable[[], Wish]]:
    """Give what was asked of the process: by a file in control/, or to stop by a signal."""
    signalled = threading.Event()

    def note(_number: int, _frame: FrameType | None) -> None:
        signalled.set()

    def wish() -> Wish:
        asked = run.wish()
        return "stop" if asked == "go" and signalled.is_set() else asked

    # SIGINT is Ctrl-C on a process in the foreground; signals reach the main thread alone.
    main_thread = threading.current_thread() is threading.main_thread()
    before = {number: signal.signal(number, note) for number in (signal.SIGTERM, signal.SIGINT) if main_thread}
    try:
        yield wish
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
