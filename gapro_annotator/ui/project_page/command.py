"""Runs one of our commands in a process of its own: the window stays free, and stopping it is a kill."""

import sys
from collections.abc import Sequence

from PySide6.QtCore import QObject, QProcess, Signal

_PATIENCE_MS = 3_000


class CommandRun(QObject):
    """One command at a time; what it prints comes line by line."""

    said = Signal(str)
    """A line of its output."""
    done = Signal(str)
    """It did what it should; its last words."""
    failed = Signal(str)
    """It did not, or was stopped; its one sentence."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._process: QProcess | None = None
        self._errors: list[str] = []
        self._last = ""
        self._cancelled = False

    @property
    def running(self) -> bool:
        """Whether one is under way."""
        return self._process is not None

    def start(self, arguments: Sequence[str]) -> None:
        """Begin `gapro-annotator` with these arguments; only where none is running."""
        process = QProcess(self)
        self._process, self._errors, self._last, self._cancelled = process, [], "", False
        process.readyReadStandardOutput.connect(self._read)
        process.readyReadStandardError.connect(self._read_errors)
        process.finished.connect(self._finished)
        process.start(sys.executable, ["-P", "-u", "-m", "gapro_annotator", *arguments])

    def cancel(self) -> None:
        """Stop it: commands save a scan as a whole or not at all."""
        if self._process is not None:
            self._cancelled = True
            self._process.kill()

    def close(self) -> None:
        """Stop it and wait until it is gone."""
        process = self._process
        if process is not None:
            self._cancelled = True
            process.kill()
            process.waitForFinished(_PATIENCE_MS)

    def _read(self) -> None:
        if self._process is not None:
            for line in bytes(self._process.readAllStandardOutput().data()).decode("utf-8", "replace").splitlines():
                self._last = line
                self.said.emit(line)

    def _read_errors(self) -> None:
        if self._process is not None:
            text = bytes(self._process.readAllStandardError().data()).decode("utf-8", "replace")
            self._errors += [line for line in text.splitlines() if line.strip()]

    def _finished(self, code: int, _status: object) -> None:
        self._read()
        self._read_errors()
        process, self._process = self._process, None
        if process is not None:
            process.deleteLater()
        if self._cancelled:
            self.failed.emit("Stopped.")
        elif code == 0:
            self.done.emit(self._errors[-1] if self._errors else self._last)
        else:
            sentence = next((line for line in reversed(self._errors) if line.startswith("error: ")), "")
            self.failed.emit(sentence.removeprefix("error: ") or f"The command ended with code {code}.")
