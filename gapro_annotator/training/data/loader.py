"""The scans of a run as batches, made in a thread while the network computes."""

import queue
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from gapro_annotator.training.config import RunConfig
from gapro_annotator.training.data.batch import Batch
from gapro_annotator.training.data.collate import plain_batch, training_batch
from gapro_annotator.training.data.scan_data import ScanData, scan_data
from gapro_annotator.training.data.snapshot import LabeledScan, read_labels

_AHEAD = 3
_KEPT_WHOLE = 20
"""Held-out scans of which voxels and pairs are kept."""
_KEPT_BYTES = 2_000_000_000
"""Scans that are kept in memory between epochs."""


class TrainingData:
    """Training scans and held-out scans of a run.

    Parameters
    ----------
    labels
        Folder of the snapshot.
    config
        Of the run; all its scans are in the snapshot.
    """

    def __init__(self, labels: Path, config: RunConfig) -> None:
        self._labels = labels
        self._config = config
        self._kept: OrderedDict[str, ScanData] = OrderedDict()
        self._whole: dict[str, Batch] = {}
        self._lock = threading.Lock()

    @classmethod
    def open(cls, labels: Path, config: RunConfig) -> "TrainingData":
        """Open a snapshot."""
        return cls(labels, config)

    @property
    def steps_per_epoch(self) -> int:
        """Steps in which every training scan is seen once, on one process."""
        return max(1, -(-len(self._config.scans) // self._config.data.batch))

    @property
    def scored_scans(self) -> tuple[str, ...]:
        """What evaluations score: the held-out scans, or where there are none those that were learnt from."""
        return self._config.validation or self._config.scans

    def batches(self, epoch: int, skip: int = 0, rank: int = 0, ranks: int = 1) -> Iterator[Batch]:
        """Make the batches of one epoch.

        Parameters
        ----------
        epoch
            With the run's seed it decides order and augmentation, so that a resumed run sees what it would have seen.
        skip
            Batches of the epoch that were done before.
        rank, ranks
            Every process takes its share of the scans; all get equally many batches.
        """
        names = np.random.default_rng([self._config.seed, epoch]).permutation(self._config.scans).tolist()
        size = self._config.data.batch
        whole = -(-len(names) // (size * ranks)) * size * ranks
        filled = [names[i % len(names)] for i in range(whole)] if ranks > 1 else names
        mine = filled[rank::ranks]
        parts = [mine[i : i + size] for i in range(0, len(mine), size)]

        def make(number: int) -> Batch:
            random = np.random.default_rng([self._config.seed, epoch, number, rank])
            return training_batch([self._scan(name) for name in parts[number]], self._config, random)

        return _Ahead(make, range(skip, len(parts)))

    def plain(self, name: str) -> Batch:
        """Make a batch of one whole scan as it is; held-out scans are kept, they are scored again and again."""
        with self._lock:
            kept = self._whole.get(name)
        if kept is not None:
            return kept
        batch = plain_batch([self._scan(name)], self._config)
        if name in self._config.validation[:_KEPT_WHOLE]:
            batch = replace(batch, pairs={})
            with self._lock:
                self._whole[name] = batch
        return batch

    def labeled(self, name: str) -> LabeledScan:
        """Read what the snapshot holds of a scan."""
        return read_labels(self._labels, name)

    def _scan(self, name: str) -> ScanData:
        with self._lock:
            if name in self._kept:
                self._kept.move_to_end(name)
                return self._kept[name]
        data = scan_data(self.labeled(name), self._config)
        with self._lock:
            self._kept[name] = data
            while len(self._kept) > 1 and sum(one.nbytes for one in self._kept.values()) > _KEPT_BYTES:
                self._kept.popitem(last=False)
        return data


class _Ahead:
    """Makes batches in a thread, a few ahead of what is asked for, from when it is made.

    An exception comes out where its batch would.
    """

    def __init__(self, make: Callable[[int], Batch], numbers: range) -> None:
        self._make = make
        self._numbers = numbers
        self._ready: queue.Queue[Batch | Exception | None] = queue.Queue(_AHEAD)
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._work, name="batches", daemon=True)
        self._thread.start()

    def __iter__(self) -> "_Ahead":
        return self

    def __next__(self) -> Batch:
        item = None if self._ended.is_set() else self._ready.get()
        if item is None or isinstance(item, Exception):
            self.close()
            raise StopIteration if item is None else item
        return item

    def close(self) -> None:
        """End the thread."""
        self._ended.set()
        self._thread.join()

    def _work(self) -> None:
        try:
            for number in self._numbers:
                if not self._put(self._make(number)):
                    return
            self._put(None)
        except Exception as error:  # noqa: BLE001 - it is raised again where the batch is asked for
            self._put(error)

    def _put(self, item: Batch | Exception | None) -> bool:
        while not self._ended.is_set():
            try:
                self._ready.put(item, timeout=0.1)
            except queue.Full:
                continue
            return True
        return False
