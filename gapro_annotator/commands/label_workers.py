"""Several scans at a time: processes that start from one that has loaded torch, and work for this one until then."""

import multiprocessing
import os
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from contextlib import suppress
from importlib import import_module
from multiprocessing import forkserver
from threading import Thread
from types import TracebackType
from typing import Self

from gapro_annotator.commands.label_scan import Labelled, LabelWork, Measured
from gapro_annotator.commands.output import progress_bar
from gapro_annotator.errors import AnnotatorError

_LOADED = ["gapro_annotator.labeling.labeler", "gapro_annotator.commands.label_scan"]
"""What every worker needs: torch and its libraries."""
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
_SMALL = 64_000_000
"""Bytes of a scan's file: what was measured of larger ones takes longer to hand over than it is worth."""


class Workers:
    """Processes that label scans; they begin to load torch at once, and `label` waits for that at work.

    On Linux a fork server loads torch once and each worker starts as its copy: nothing there has run yet, so that no
    thread is lost in the copy. Elsewhere each worker loads torch by itself: Windows has no fork, and macOS's own
    libraries do not survive one.
    """

    def __init__(self, count: int) -> None:
        self._threads = max(1, (os.cpu_count() or 1) // count)
        self._before = {name: os.environ.get(name) for name in _THREADS}
        # Each worker has its share of the cores: more threads than cores are slower than one. Libraries read this when
        # they are loaded, so it must be known to the processes from their start.
        os.environ.update({name: str(self._threads) for name, value in self._before.items() if value is None})
        copies = sys.platform == "linux"
        context = multiprocessing.get_context("forkserver" if copies else "spawn")
        if copies:
            context.set_forkserver_preload(_LOADED)
            forkserver.ensure_running()
        self._pool = ProcessPoolExecutor(count, mp_context=context, initializer=_begin, initargs=(self._threads,))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown(cancel_futures=kind is not None)
        for name, value in self._before.items():
            if value is None:
                os.environ.pop(name, None)

    def label(self, work: LabelWork, names: list[str]) -> Iterator[tuple[str, Labelled]]:
        """Label scans and yield them as they are finished."""
        jobs = {self._pool.submit(work.label, name, measured=found): name for name, found in self._begun(work, names)}
        with progress_bar("Labelling") as bar:
            for done, job in enumerate(as_completed(jobs), 1):
                labelled = job.result()
                bar(done, len(names), jobs[job])
                yield jobs[job], labelled

    def _begun(self, work: LabelWork, names: list[str]) -> list[tuple[str, Measured | None]]:
        """Measure one scan after the other until the workers are there."""
        waiting: list[Future[None]] = []
        # The first process that is asked for is there once torch is loaded; until then the asking waits.
        starter = Thread(target=lambda: waiting.append(self._pool.submit(_nothing)), name="gapro-workers")
        starter.start()
        found: dict[str, Measured] = {}
        for name in names if work.config.method == "gp" else []:
            if not starter.is_alive() and all(one.done() for one in waiting):
                break
            with suppress(AnnotatorError, OSError):  # the worker meets it again and says so
                if (work.folder / "scans" / f"{name}.h5").stat().st_size < _SMALL:
                    found[name] = work.measure(name)
        starter.join()
        return [(name, found.get(name)) for name in names]


def _begin(threads: int) -> None:
    import torch

    for name in _LOADED:
        import_module(name)
    torch.set_num_threads(threads)


def _nothing() -> None:
    pass
