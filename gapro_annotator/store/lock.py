"""Who has a scan open for editing: one at a time, over windows, programs and machines."""

import glob
import json
import os
import socket
import threading
import time
import uuid
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psutil
from filelock import FileLock, Timeout

from gapro_annotator.errors import StoreError, reason_of

HEARTBEAT = 20.0
"""Seconds between two signs of life in a lock file."""
SILENCE = 120.0
"""Seconds without a sign of life after which a lock of another machine is taken for a dead one's."""
_CLOCK_TOLERANCE = 2.0


class LockedError(StoreError):
    """Somebody else has the scan open for editing, or it cannot be locked here."""


@dataclass(frozen=True, slots=True)
class Holder:
    """What a lock file says.

    Parameters
    ----------
    who, host, pid
        Who works on the scan, on which machine, in which process.
    process_started
        When that process began (seconds of the epoch): a number that was given to another process is told by this.
    time : str
        When the scan was opened (UTC, ISO 8601).
    opening
        Tells one opening from another of the same process.
    """

    who: str
    host: str
    pid: int
    process_started: float
    time: str
    opening: str

    def __str__(self) -> str:
        try:
            since = datetime.fromisoformat(self.time).astimezone().strftime("%Y-%m-%d %H:%M")
        except ValueError:
            since = "an unknown time"
        return f"{self.who or 'somebody'} on {self.host} has it open for editing since {since}"


def lock_path_of(scan_file: Path) -> Path:
    """Where it stands who has a scan open."""
    return scan_file.with_name(f"{scan_file.name}.lock")


class ScanLock:
    """Holds a scan for editing until `release` or the end of the process; made by `ScanLock.take`.

    Two things make it: the operating system's lock on ``.<name>.h5.guard``, which ends with its process whatever
    happens, and ``<name>.h5.lock``, which says who it is and, by a heartbeat, that a process on a machine that does
    not share such locks is still there.

    Parameters
    ----------
    path
        The scan file.
    guard, holder
        The operating system's lock, held (None where the file system has none), and what the lock file says.
    """

    def __init__(self, path: Path, guard: FileLock | None, holder: Holder) -> None:
        self.path = path
        self.holder = holder
        self._guard = guard
        self._over = threading.Event()
        self._beating = threading.Thread(target=self._beat_on, name="scan-lock", daemon=True)

    @classmethod
    def take(cls, path: Path, who: str) -> Self:
        """Lock a scan file.

        Raises
        ------
        LockedError
            Somebody else has it, or nothing can be written beside it.
        """
        lock = cls(path, _take_guard(path), _holder_here(who))
        try:
            other = _holder_of(path)
            if other is not None and _is_alive(path, other):
                raise LockedError(f"{path}: {other}; close it there, or wait")
            lock.beat()
        except OSError as error:
            lock.release()
            raise LockedError(f"{path}: cannot be locked for editing ({reason_of(error)}); check rights") from error
        except LockedError:
            lock._let_go()
            raise
        lock._beating.start()
        _sweep(path)
        return lock

    def beat(self) -> None:
        """Write the lock file anew: its time of change is the sign of life."""
        temporary = self.path.with_name(f".{self.path.name}.lock.{self.holder.opening}.tmp")
        try:
            temporary.write_text(json.dumps(asdict(self.holder)), encoding="utf-8")
            temporary.replace(lock_path_of(self.path))
        finally:
            temporary.unlink(missing_ok=True)

    def confirm(self) -> None:
        """Raise LockedError where another took the scan over meanwhile, as after this machine slept."""
        other = _holder_of(self.path)
        if other is not None and other.opening != self.holder.opening:
            raise LockedError(f"{self.path}: {other}; open the scan again (F5)")

    @property
    def is_ours(self) -> bool:
        """Whether nobody took it over."""
        other = _holder_of(self.path)
        return other is None or other.opening == self.holder.opening

    def release(self) -> None:
        """Let others edit."""
        self._over.set()
        if self._beating.is_alive():
            self._beating.join()
        with suppress(OSError):
            other = _holder_of(self.path)
            if other is not None and other.opening == self.holder.opening:
                lock_path_of(self.path).unlink(missing_ok=True)
        self._let_go()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()

    def _let_go(self) -> None:
        if self._guard is not None:
            self._guard.release()

    def _beat_on(self) -> None:
        while not self._over.wait(HEARTBEAT):
            with suppress(OSError, StoreError):  # a folder that comes back is written to again
                self.confirm()
                self.beat()


def holder_of(path: Path) -> Holder | None:
    """Who has a scan open for editing, as far as it can be seen without taking it; None where nobody has."""
    holder = _holder_of(path)
    return holder if holder is not None and (holder.pid == os.getpid() or _is_alive(path, holder)) else None


def _sweep(path: Path) -> None:
    """Remove what saves left that were killed; whoever holds the lock is the only one who saves."""
    with suppress(OSError):
        for left in path.parent.glob(f".{glob.escape(path.name)}.*.tmp"):
            number = left.suffixes[-2].removeprefix(".")
            if not (number.isdecimal() and psutil.pid_exists(int(number))):
                left.unlink(missing_ok=True)


def _take_guard(path: Path) -> FileLock | None:
    """Take the operating system's lock; None where the file system has none, and the lock file alone must do."""
    guard = FileLock(path.with_name(f".{path.name}.guard"), timeout=0, thread_local=False)
    try:
        guard.acquire()
    except Timeout as error:
        other = _holder_of(path)
        said = str(other) if other is not None else "another program has it open for editing"
        raise LockedError(f"{path}: {said}; close it there, or wait") from error
    except NotImplementedError:
        return None
    except OSError as error:
        raise LockedError(f"{path}: cannot be locked for editing ({reason_of(error)}); check rights") from error
    return guard


def _holder_here(who: str) -> Holder:
    return Holder(
        who=who,
        host=socket.gethostname(),
        pid=os.getpid(),
        process_started=psutil.Process().create_time(),
        time=datetime.now(UTC).isoformat(timespec="seconds"),
        opening=uuid.uuid4().hex,
    )


def _holder_of(path: Path) -> Holder | None:
    """What the lock file says; None where there is none, or nothing that can be understood."""
    try:
        said: dict[str, Any] = json.loads(lock_path_of(path).read_text(encoding="utf-8"))
        return Holder(
            str(said["who"]),
            str(said["host"]),
            int(said["pid"]),
            float(said["process_started"]),
            str(said["time"]),
            str(said["opening"]),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _is_alive(path: Path, holder: Holder) -> bool:
    """Whether the process behind a lock file is still there."""
    if holder.host == socket.gethostname():
        return holder.pid != os.getpid() and _runs(holder)
    return abs(_age(path)) < SILENCE


def _runs(holder: Holder) -> bool:
    try:
        process = psutil.Process(holder.pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            return False
        return abs(process.create_time() - holder.process_started) < _CLOCK_TOLERANCE
    except psutil.AccessDenied:
        return True
    except (psutil.Error, ValueError, OverflowError):
        return False


def _age(path: Path) -> float:
    """Seconds since the last sign of life, by the clock of the machine that keeps the folder: ours may be wrong."""
    probe = path.with_name(f".{path.name}.{uuid.uuid4().hex}.tmp")
    try:
        probe.touch()
        now = probe.stat().st_mtime
        return now - lock_path_of(path).stat().st_mtime
    except OSError:  # a folder that cannot be written to: nothing is taken over there anyway
        with suppress(OSError):
            return time.time() - lock_path_of(path).stat().st_mtime
        return SILENCE
    finally:
        with suppress(OSError):
            probe.unlink(missing_ok=True)
