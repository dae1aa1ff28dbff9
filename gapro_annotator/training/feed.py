"""Batches, epoch after epoch, and how long the training waited for them."""

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from types import TracebackType
from typing import Any, Protocol, Self

from gapro_annotator.errors import InputError
from gapro_annotator.training.checkpoint import Place


class Data(Protocol):
    """What the loop learns from; a batch is made of seed, epoch and its number alone."""

    @property
    def steps_per_epoch(self) -> int:
        """Batches of an epoch, over all ranks."""
        ...

    def batches(self, epoch: int, skip: int = 0, rank: int = 0, ranks: int = 1) -> Iterator[Any]:
        """Give the batches of an epoch for one of several processes, the first `skip` of them left out."""
        ...


class Feed(AbstractContextManager["Feed"]):
    """Goes through the data from a place on.

    Parameters
    ----------
    data
        See there.
    place
        Where to begin.
    rank, ranks
        Of how many processes this is which.
    """

    def __init__(self, data: Data, place: Place, rank: int = 0, ranks: int = 1) -> None:
        self._data = data
        self._rank, self._ranks = rank, ranks
        self._iterator = self._open(place.epoch, place.batch)
        self._taken = place.batch
        self._epoch = place.epoch
        self._following: Iterator[Any] | None = None

    @property
    def steps_per_epoch(self) -> int:
        """Batches of an epoch for each process."""
        return max(1, -(-self._data.steps_per_epoch // self._ranks))

    def next(self) -> tuple[Any, float]:
        """Return the next batch of the epoch, None when there is none, and the seconds that it took to come."""
        started = time.perf_counter()
        batch = next(self._iterator, None)
        self._taken += 1
        if self._following is None and batch is not None and self._taken >= self.steps_per_epoch:
            # The last of an epoch: the next one is made meanwhile, or few scans would have the network wait.
            self._following = self._open(self._epoch + 1, 0)
        return batch, time.perf_counter() - started

    def turn(self, place: Place) -> Place:
        """Begin the next epoch; InputError where the last one had nothing in it."""
        if place.batch == 0:
            raise InputError("there is nothing to learn from; choose scans that have labels")
        following, self._following = self._following, None
        self.close()
        self._iterator = following if following is not None else self._open(place.epoch + 1, 0)
        self._epoch, self._taken = place.epoch + 1, 0
        return replace(place, epoch=place.epoch + 1, batch=0)

    def close(self) -> None:
        """End the threads that prepare batches."""
        for iterator in (self._iterator, self._following):
            close = getattr(iterator, "close", None)
            if close is not None:
                close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self.close()

    def _open(self, epoch: int, skip: int) -> Iterator[Any]:
        return iter(self._data.batches(epoch, skip, self._rank, self._ranks))
