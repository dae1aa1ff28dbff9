"""The lines of ``metrics.jsonl``: written by the training process, followed by everyone else. Loads no torch."""

import json
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeAlias

from gapro_annotator.training.progress import EvaluationMetrics, StepMetrics


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Something worth knowing about a run: a line of kind "note".

    Parameters
    ----------
    step, round
        When it was said.
    text
        One sentence.
    """

    step: int
    text: str
    round: int = 0


Record: TypeAlias = StepMetrics | EvaluationMetrics | Note
_KINDS: dict[str, type[Record]] = {"step": StepMetrics, "evaluation": EvaluationMetrics, "note": Note}
_NAMES = {kind: name for name, kind in _KINDS.items()}


class MetricsWriter:
    """Appends lines; every line is out of the process when `append` returns.

    Parameters
    ----------
    path
        The file; made when missing.
    """

    def __init__(self, path: Path) -> None:
        # Unbuffered and in one write: a kill leaves whole lines, or one that is torn at the end.
        self._file = path.open("ab", buffering=0)

    def append(self, record: Record) -> None:
        """Add a line."""
        line = json.dumps({"kind": _NAMES[type(record)], **asdict(record)}, allow_nan=True)
        self._file.write(f"{line}\n".encode())

    def close(self) -> None:
        """Make the lines durable, and end."""
        if not self._file.closed:
            os.fsync(self._file.fileno())
            self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self.close()


def keep_until(path: Path, step: int, evaluated: int) -> None:
    """Drop what was written after a checkpoint, so that a resumed curve neither doubles nor jumps.

    Parameters
    ----------
    path
        The file; may be missing.
    step
        The last step in the checkpoint.
    evaluated
        The last step of which the checkpoint knows an evaluation.
    """
    if not path.exists():
        return
    kept = 0
    with path.open("rb+") as file:
        for line in file:
            record = parse(line)
            limit = evaluated if isinstance(record, EvaluationMetrics) else step
            if not line.endswith(b"\n") or (record is not None and record.step > limit):
                break
            kept += len(line)
        file.truncate(kept)
        os.fsync(file.fileno())


def parse(line: bytes) -> Record | None:
    """Read a line; None where it is none of ours. What newer versions add is passed over."""
    try:
        said: Any = json.loads(line)
        kind: Callable[..., Record] = _KINDS[said["kind"]]
        known = {one.name for one in fields(_KINDS[said["kind"]])}
        record = kind(**{name: value for name, value in said.items() if name in known})
    except (ValueError, KeyError, TypeError):
        return None
    return record if type(record.step) is int else None


@dataclass(frozen=True, slots=True)
class News:
    """What a file has said since it was last read.

    Parameters
    ----------
    records
        In their order.
    restarted
        Whether they are the whole file, which is no longer the one that was read before: forget what it said.
    """

    records: list[Record]
    restarted: bool


class MetricsTail:
    """Follows a file while it grows.

    Parameters
    ----------
    path
        The file; may come later.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._offset = 0
        self._line = b""  # the last whole line that was read, to know the file by

    def read(self, most: int = 1 << 24) -> News:
        """Return the lines that are new; `most` bytes at a time (a longer file takes several calls)."""
        try:
            with self._path.open("rb") as file:
                restarted = self._is_another(file.read, file.seek)
                if restarted:
                    self._offset, self._line = 0, b""
                file.seek(self._offset)
                text = file.read(most)
        except FileNotFoundError:
            restarted = self._offset > 0
            self._offset, self._line = 0, b""
            return News([], restarted)
        # What follows the last line break is still being written.
        whole = text[: text.rfind(b"\n") + 1]
        if whole:
            self._offset += len(whole)
            self._line = whole[whole.rfind(b"\n", 0, -1) + 1 :]
        records = [record for line in whole.splitlines() if (record := parse(line)) is not None]
        return News(records, restarted)

    def _is_another(self, read: Callable[[int], bytes], seek: Callable[[int], int]) -> bool:
        """Whether the file was cut before the place that was read up to, perhaps grown again."""
        seek(self._offset - len(self._line))
        return read(len(self._line)) != self._line
