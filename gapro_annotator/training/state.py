"""Keeps ``state.json`` fresh: phases at once, a heartbeat every two seconds. Loads no torch."""

import json
import os
import socket
import threading
import time
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psutil

from gapro_annotator.training.progress import Phase, RunState

HEARTBEAT = 2.0


def state_of_process(pid: int, phase: Phase, message: str = "") -> RunState:
    """Make the state of a process of this machine."""
    started = psutil.Process(pid).create_time()
    return RunState(
        pid=pid,
        process_started=started,
        host=socket.gethostname(),
        phase=phase,
        message=message,
        heartbeat=time.time(),
    )


def write_state(path: Path, state: RunState) -> None:
    """Replace the file as a whole. Not synced to the disk: after a power cut the process is dead, whatever it says."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}.tmp")
    try:
        temporary.write_text(json.dumps(asdict(state)), encoding="utf-8")
        _replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


class StateWriter:
    """What a process says of itself, from ``with`` to its end.

    Parameters
    ----------
    path
        The file; None to write nothing (the processes beside the first).
    heartbeat
        Seconds between two writings.
    """

    def __init__(self, path: Path | None, heartbeat: float = HEARTBEAT) -> None:
        self._path = path
        self._heartbeat = heartbeat
        self._state = state_of_process(os.getpid(), "starting")
        self._lock = threading.Lock()
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="gapro-heartbeat", daemon=True)

    @property
    def state(self) -> RunState:
        """As it was last said."""
        return self._state

    def say(self, **what: Any) -> None:
        """Change fields of the state; a new phase or message is written at once, the rest with the next heartbeat."""
        before = self._state
        self._state = replace(before, **what)
        if (before.phase, before.message) != (self._state.phase, self._state.message):
            self._write()

    def __enter__(self) -> Self:
        self._write()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self._end.set()
        self._thread.join()
        self._write()

    def _beat(self) -> None:
        while not self._end.wait(self._heartbeat):
            self._write()

    def _write(self) -> None:
        if self._path is None:
            return
        # A full disk must not end the training: the next heartbeat tries again.
        with self._lock, suppress(OSError):
            write_state(self._path, replace(self._state, heartbeat=time.time()))


def _replace(temporary: Path, path: Path) -> None:
    for _ in range(20):
        try:
            temporary.replace(path)
        except PermissionError:  # Windows, while someone reads the file
            time.sleep(0.01)
        else:
            return
    temporary.replace(path)
