"""The folder of a run, which is the whole interface between a training process and everyone else. Loads no torch."""

import json
import re
import socket
import time
from contextlib import suppress
from dataclasses import MISSING, dataclass, fields
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, TypeAlias, get_args

import psutil

from gapro_annotator.errors import InputError, reason_of
from gapro_annotator.store.atomic import sync_folder
from gapro_annotator.training.config import RunConfig, read_config, write_config
from gapro_annotator.training.progress import Phase, RunState

RUNS = "runs"
SILENCE = 60.0
"""Seconds without a heartbeat after which a run on another machine is not believed to be alive."""
_CLOCK_TOLERANCE = 2.0
_KINDS: dict[str, type | tuple[type, ...]] = {
    "pid": int,
    "process_started": (int, float),
    "host": str,
    "phase": str,
    "step": int,
    "total": int,
    "message": str,
    "heartbeat": (int, float),
    "seconds_left": (int, float, type(None)),
    "round": int,
}

Condition: TypeAlias = Literal["new", "running", "ended", "dead", "silent", "unreadable"]
"""Never started; a process works on it; it came to its end; its process was killed or crashed; on another machine,
and not heard of for a minute; the state file says nothing that can be understood and nobody holds the run."""
Wish: TypeAlias = Literal["go", "stop", "cancel"]


@dataclass(frozen=True, slots=True)
class RunFolder:
    """Where things lie in ``runs/<id>/``; they need not exist yet.

    Parameters
    ----------
    path
        The folder.
    """

    path: Path

    @property
    def id(self) -> str:
        """Name of the run."""
        return self.path.name

    @property
    def config(self) -> Path:
        """How it trains."""
        return self.path / "config.toml"

    @property
    def metrics(self) -> Path:
        """One JSON line per step, evaluation and note."""
        return self.path / "metrics.jsonl"

    @property
    def state(self) -> Path:
        """The newest word of the process."""
        return self.path / "state.json"

    @property
    def last(self) -> Path:
        """Newest checkpoint: weights, optimizer and place."""
        return self.path / "last.safetensors"

    @property
    def previous(self) -> Path:
        """The checkpoint before, in case the newest is damaged."""
        return self.path / "last.previous.safetensors"

    @property
    def best(self) -> Path:
        """Weights of the best evaluation: what 'export model' copies."""
        return self.path / "best.safetensors"

    @property
    def log(self) -> Path:
        """All that the process printed, tracebacks included."""
        return self.path / "log.txt"

    @property
    def features(self) -> Path:
        """Folder of the deep features, a file a scan."""
        return self.path / "features"

    @property
    def labels(self) -> Path:
        """Folder of the labels as they were when the run was made."""
        return self.path / "labels"

    @property
    def proposals(self) -> Path:
        """Folder of new pseudo labels that wait to be accepted."""
        return self.path / "proposals"

    @property
    def control(self) -> Path:
        """Folder of what others ask of the process, and of its lock."""
        return self.path / "control"

    @property
    def lock(self) -> Path:
        """Held by the process that works on the run."""
        return self.control / "lock"

    def read_config(self) -> RunConfig:
        """Read the configuration; InputError where it is missing or wrong."""
        return read_config(self.config)

    def read_state(self) -> RunState | None:
        """Return the newest state; None where there is none that can be understood."""
        try:
            return _state_of(json.loads(self.state.read_text(encoding="utf-8")))
        except (OSError, ValueError):
            return None

    def condition(self) -> Condition:
        """Say how the run is, whatever its last word was."""
        state = self.read_state()
        if state is None:
            return "unreadable" if self.state.exists() else "new"
        if state.ended:
            return "ended"
        if state.host != socket.gethostname():
            return "running" if abs(time.time() - state.heartbeat) < SILENCE else "silent"
        return "running" if self._is_its_process(state) else "dead"

    def request_stop(self) -> None:
        """Ask the process to end soon and to keep the model."""
        self._request("stop")

    def request_cancel(self) -> None:
        """Ask the process to give up; the folder stays."""
        self._request("cancel")

    def wish(self) -> Wish:
        """What was asked of the process and is not settled yet."""
        if (self.control / "cancel").exists():
            return "cancel"
        return "stop" if (self.control / "stop").exists() else "go"

    def forget_requests(self, *, older_than: float | None = None) -> None:
        """Settle what was asked; with a time (seconds since 1970) only what was asked before it."""
        for name in ("stop", "cancel"):
            request = self.control / name
            try:
                if older_than is None or request.stat().st_mtime < older_than:
                    request.unlink()
            except FileNotFoundError:
                pass

    def _request(self, name: str) -> None:
        try:
            self.control.mkdir(exist_ok=True)
            (self.control / name).touch()
        except OSError as error:
            raise InputError(f"{self.id}: cannot be asked to {name} ({reason_of(error)}); check the folder") from error

    def _is_its_process(self, state: RunState) -> bool:
        try:
            process = psutil.Process(state.pid)
            if process.status() == psutil.STATUS_ZOMBIE:
                return False
            if abs(process.create_time() - state.process_started) < _CLOCK_TOLERANCE:
                return True
            # The clock was set meanwhile, or the number went to another process: only ours names this run.
            recent = abs(time.time() - state.heartbeat) < SILENCE
            return recent and any(self.id in part for part in process.cmdline())
        except (psutil.Error, ValueError, OverflowError):
            return False


def runs_of(project_folder: Path) -> list[RunFolder]:
    """Return the runs of a project, newest first."""
    made: list[tuple[str, int, Path]] = []
    for path in (project_folder / RUNS).glob("*/config.toml"):
        with suppress(OSError):  # one that is deleted meanwhile is none
            made.append((path.parent.name[:15], path.stat().st_mtime_ns, path.parent))
    return [RunFolder(folder) for *_, folder in sorted(made, reverse=True)]


def create_run(project_folder: Path, config: RunConfig) -> RunFolder:
    """Make the folder of a new run, with its configuration, under a name that no other has.

    Raises
    ------
    InputError
        The folder cannot be written.
    """
    time_of_day = datetime.now().astimezone().strftime("%Y-%m-%d-%H%M")
    network = re.sub(r"[^a-z0-9]+", "-", config.network.lower()).strip("-") or "network"
    runs = project_folder / RUNS
    try:
        runs.mkdir(exist_ok=True)
        run = RunFolder(_new_folder(runs, f"{time_of_day}-{network}"))
        run.control.mkdir()
        write_config(run.config, config)
        sync_folder(runs)
    except OSError as error:
        raise InputError(f"{runs}: a run cannot be made ({reason_of(error)}); check rights and room") from error
    return run


def find_run(project_folder: Path, text: str) -> RunFolder:
    """Return the run of an id in this project, or of a folder in any.

    Raises
    ------
    InputError
        There is none.
    """
    for folder in (project_folder / RUNS / text, Path(text)):
        if text and (folder / "config.toml").is_file():
            return RunFolder(folder.resolve())
    known = ", ".join(run.id for run in runs_of(project_folder)) or "none yet"
    raise InputError(f"there is no run {text!r}; {project_folder} has {known}, and the folder of a run does too")


def _new_folder(runs: Path, name: str) -> Path:
    number = 1
    while True:
        folder = runs / (name if number == 1 else f"{name}-{number}")
        try:
            folder.mkdir()
        except FileExistsError:
            number += 1
        else:
            return folder


def _state_of(said: Any) -> RunState:
    """Make the value of what a file says; ValueError where it is no state. What newer versions add is passed over."""
    if not isinstance(said, dict):
        raise ValueError("no table")
    values: dict[str, Any] = {}
    for one in fields(RunState):
        if one.name not in said:
            if one.default is MISSING:
                raise ValueError(f"no {one.name}")
            continue
        value = said[one.name]
        if not isinstance(value, _KINDS[one.name]) or isinstance(value, bool):
            raise ValueError(f"{one.name} is {value!r}")
        values[one.name] = value
    if values["phase"] not in get_args(Phase):
        raise ValueError(f"phase is {values['phase']!r}")
    return RunState(**values)
