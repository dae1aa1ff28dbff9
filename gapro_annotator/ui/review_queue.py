"""The order in which regions are reviewed: it never jumps under the region that is being looked at."""

from collections.abc import Callable, Iterator

import numpy as np

from gapro_annotator.arrays import Int32, Int64
from gapro_annotator.labeling.review import Region
from gapro_annotator.labels import UNCORRECTED


class ReviewQueue:
    """Regions in review order with a place in it.

    What was passed keeps its place above the current region, decided or not; a new ranking only reorders what is below.
    A region is decided when a person has labelled each of its points, so undo reopens it by itself.
    """

    def __init__(self) -> None:
        self.regions: list[Region] = []
        self.place = -1
        self._reached = -1
        """The furthest place since the last ranking: whatever lies below it is as the ranking found it, open."""

    def __len__(self) -> int:
        return len(self.regions)

    def __iter__(self) -> Iterator[Region]:
        return iter(self.regions)

    @property
    def current(self) -> Region | None:
        """The region at the place; None before the first."""
        return self.regions[self.place] if 0 <= self.place < len(self.regions) else None

    def restart(self, ranked: list[Region]) -> None:
        """Begin with a new ranking, before its first region."""
        self.regions = list(ranked)
        self.place = self._reached = -1

    def rerank(self, ranked: list[Region], correction: Int32) -> bool:
        """Take over a new ranking below the current region; above it only bring what is known up to date.

        Regions above that are open but no longer in doubt are dropped.

        Returns
        -------
        bool
            False where the current region is open but the ranking lacks it: it is in no doubt any more.
        """
        fresh: dict[int, list[Region]] = {}
        for region in ranked:
            fresh.setdefault(region.superpoint, []).append(region)
        head: list[Region] = []
        taken: set[int] = set()
        place = self.place
        for row, region in enumerate(self.regions[: self.place + 1]):
            same = (
                None if decided(region, correction) else _counterpart(region, fresh.get(region.superpoint, []), taken)
            )
            if same is None and not decided(region, correction) and row != self.place:
                place -= 1
                continue
            head.append(same or region)
            if same is not None:
                taken.add(id(same))
        self.regions = head + [region for region in ranked if id(region) not in taken]
        self.place = self._reached = place
        current = self.current
        return current is None or id(current) in taken or decided(current, correction)

    def go(self, step: int, correction: Int32, admits: Callable[[Region], bool] | None = None) -> Region | None:
        """Move to the next (+1) or previous (-1) open region that is admitted; None, without moving, where none is."""
        row = self.place + step
        while 0 <= row < len(self.regions):
            region = self.regions[row]
            if not decided(region, correction) and (admits is None or admits(region)):
                self._move(row)
                return self.regions[row]
            row += step
        return None

    def replace_current(self, region: Region) -> None:
        """Say anew what is known about the current region."""
        self.regions[self.place] = region

    def go_to(self, row: int) -> Region:
        """Move to a row of the list."""
        self._move(row)
        return self.regions[row]

    def decided(self, correction: Int32) -> list[bool]:
        """Say of each region whether it is decided, with the corrections that were last ranked by."""
        passed = self._reached + 1
        return [decided(region, correction) for region in self.regions[:passed]] + [False] * (len(self) - passed)

    def _move(self, row: int) -> None:
        self.place = row
        self._reached = max(self._reached, row)

    def row_of(self, points: Int64) -> int:
        """Row of the region that holds the first of these points; -1 where none does."""
        first = int(points[0])
        for row, region in enumerate(self.regions):
            at = int(np.searchsorted(region.points, first))
            if at < len(region.points) and int(region.points[at]) == first:
                return row
        return -1


def decided(region: Region, correction: Int32) -> bool:
    """Whether a person has labelled each point of the region."""
    return not bool((correction[region.points] == UNCORRECTED).any())


def _counterpart(region: Region, fresh: list[Region], taken: set[int]) -> Region | None:
    """Return the region of a new ranking that shares most points with this one; its candidates may have changed."""
    free = [candidate for candidate in fresh if id(candidate) not in taken]
    shared = [len(np.intersect1d(candidate.points, region.points, assume_unique=True)) for candidate in free]
    best = int(np.argmax(shared)) if shared else 0
    return free[best] if shared and shared[best] else None
