"""Work that is the same for every row, on all cores at once.

Plain threads and compiled code that lets go of the interpreter, not numba's own parallel loops: those cannot be called
from two threads at once, or break programs that fork, depending on which library numba found. Each row is worked out
alone and by the same instructions, so the result is the same to the last bit whatever the number of threads.
"""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

WORTHWHILE = 20_000
"""Rows; with fewer a thread costs more than it saves."""


def available_threads() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):  # a container may have fewer than the machine
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def share_out(work: Callable[[int, int], None], rows: int) -> None:
    """Call ``work(start, stop)`` for ranges that make up 0..rows, at the same time where it is worthwhile.

    `work` may write to its own rows alone.
    """
    parts = min(available_threads(), rows // WORTHWHILE)
    if parts < 2:
        work(0, rows)
        return
    bounds = [rows * part // parts for part in range(parts + 1)]
    with ThreadPoolExecutor(parts) as pool:
        for done in [pool.submit(work, start, stop) for start, stop in pairwise(bounds)]:
            done.result()
