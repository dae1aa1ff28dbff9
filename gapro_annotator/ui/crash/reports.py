"""Reports of failures in a folder of their own, and the trace of a process that died."""

import faulthandler
import json
import os
import platform
import sys
import traceback
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, TextIO

import psutil

_KEPT = 20


@dataclass(frozen=True, slots=True)
class Death:
    """A process of ours that did not end by itself.

    Parameters
    ----------
    time
        When it had started, ISO 8601.
    open
        What was open in it.
    report
        The file with what is known of its end, None where there is nothing.
    """

    time: str
    open: str
    report: Path | None


class Reports:
    """The folder of reports; also notes that this process runs, and where the interpreter was if it dies.

    Parameters
    ----------
    folder
        Made where it is not there. Without the right to write, nothing is reported and nothing fails.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._trace: TextIO | None = None
        self._others = faulthandler.is_enabled()

    def start(self) -> list[Death]:
        """Note that this process runs, and return those that died since the last start; each is told once."""
        with suppress(OSError):
            self.folder.mkdir(parents=True, exist_ok=True)
            deaths = self._deaths()
            self.note_open("")
            self._trace = self._trace_of(os.getpid()).open("w", encoding="utf-8")
            faulthandler.enable(self._trace)
            return deaths
        return []

    def note_open(self, what: str) -> None:
        """Note what is open, for whoever reads why the process died."""
        started = psutil.Process().create_time()
        note = {"pid": os.getpid(), "started": started, "open": what}
        with suppress(OSError):
            self._note_of(os.getpid()).write_text(json.dumps(note), encoding="utf-8")

    def end(self) -> None:
        """Note that this process ended by itself."""
        if self._trace is not None:
            faulthandler.disable()
            if self._others:
                faulthandler.enable()
            self._trace.close()
            self._trace = None
        for path in (self._note_of(os.getpid()), self._trace_of(os.getpid())):
            with suppress(OSError):
                path.unlink(missing_ok=True)

    def write(self, error: BaseException, what_is_safe: str) -> Path | None:
        """Write a report of an error, and return where it is; None where it cannot be written."""
        now = datetime.now().astimezone()
        lines = [
            f"gapro-annotator {version('gapro-annotator')}, {now.isoformat(timespec='seconds')}",
            f"Python {platform.python_version()} on {platform.platform()}",
            f"PySide6 {version('PySide6-Essentials')}, pyvista {version('pyvista')}",
            what_is_safe,
            "",
            "".join(traceback.format_exception(error)),
        ]
        path = self.folder / f"report-{now:%Y%m%d-%H%M%S-%f}.txt"
        with suppress(OSError):
            path.write_text("\n".join(lines), encoding="utf-8")
            for old in sorted(self.folder.glob("report-*.txt"))[:-_KEPT]:
                old.unlink(missing_ok=True)
            return path
        return None

    def _deaths(self) -> list[Death]:
        found: list[Death] = []
        for note in sorted(self.folder.glob("running-*.json")):
            told = _read(note)
            pid, started = int(told.get("pid", 0)), float(told.get("started", 0.0))
            if _runs(pid, started):
                continue
            trace = self._trace_of(pid)
            report: Path | None = None
            if trace.is_file() and trace.stat().st_size:
                report = self.folder / f"report-died-{pid}-{int(started)}.txt"
                trace.replace(report)
            trace.unlink(missing_ok=True)
            note.unlink(missing_ok=True)
            time = datetime.fromtimestamp(started).astimezone().isoformat(timespec="minutes")
            found.append(Death(time, str(told.get("open", "")), report))
        return found

    def _note_of(self, pid: int) -> Path:
        return self.folder / f"running-{pid}.json"

    def _trace_of(self, pid: int) -> Path:
        return self.folder / f"trace-{pid}.txt"


def _read(note: Path) -> dict[str, Any]:
    try:
        value = json.loads(note.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}


def _runs(pid: int, started: float) -> bool:
    """Whether a process is there that began then: numbers of processes are given again."""
    try:
        return pid > 0 and abs(psutil.Process(pid).create_time() - started) < 2
    except psutil.Error:
        return False


def say_on_terminal(error: BaseException) -> None:
    """Print the details where a terminal is."""
    sys.__excepthook__(type(error), error, error.__traceback__)
