"""How far reading or writing has come, for somebody who waits; and the way to stop it."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TypeAlias

from gapro_annotator.errors import CancelledError

Watch: TypeAlias = Callable[[int, int], bool]
"""Takes bytes done and bytes to do, and answers whether to go on."""


@dataclass(slots=True)
class _Watched:
    tell: Watch
    done: int = 0
    total: int = 0


# In a context variable, so that the layers between need not hand it on: each thread has its own.
_watched: ContextVar[_Watched | None] = ContextVar("watched", default=None)


@contextmanager
def watched(tell: Watch) -> Generator[None]:
    """Have `tell` called while files are read and written within; False from it ends that with CancelledError."""
    token = _watched.set(_Watched(tell))
    try:
        yield
    finally:
        _watched.reset(token)


def is_watched() -> bool:
    """Whether anybody waits."""
    return _watched.get() is not None


def expect(count: int) -> None:
    """So many bytes more are to be read or written."""
    watch = _watched.get()
    if watch is not None:
        watch.total += count


def passed(count: int) -> None:
    """So many bytes were read or written.

    Raises
    ------
    CancelledError
        Whoever waits does not want to any longer.
    """
    watch = _watched.get()
    if watch is not None:
        watch.done += count
        if not watch.tell(min(watch.done, watch.total), watch.total):
            raise CancelledError("stopped; nothing was changed")
