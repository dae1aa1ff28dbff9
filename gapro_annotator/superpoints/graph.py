"""Who neighbours whom, compiled."""

import numpy as np
from numba import njit

from gapro_annotator.arrays import Int64
from gapro_annotator.superpoints.threads import share_out


def link_neighbors(near: Int64) -> Int64:
    """Undirected union of the nearest neighbours (N, k) of all points; (E, 2), the smaller row first, no pair twice."""
    count = np.zeros(len(near) + 1, np.int64)
    nothing = np.empty((0, 2), np.int64)
    share_out(lambda start, stop: _list_links(near, count[1:], nothing, start, stop), len(near))
    place = np.cumsum(count)
    edge = np.empty((place[-1], 2), np.int64)
    share_out(lambda start, stop: _list_links(near, place, edge, start, stop), len(near))
    return edge


@njit(cache=True, nogil=True)
def _list_links(near: Int64, place: Int64, edge: Int64, start: int, stop: int) -> None:
    """Write each point's links from its place on; without edges to write to, count them instead."""
    counting = len(edge) == 0
    for point in range(start, stop):
        written = 0
        for other in near[point]:
            if point > other and contains(near[other], point):
                continue  # listed by the other one
            if not counting:
                edge[place[point] + written, 0] = min(point, other)
                edge[place[point] + written, 1] = max(point, other)
            written += 1
        if counting:
            place[point] = written


@njit(cache=True, nogil=True)
def contains(rows: Int64, wanted: int) -> bool:
    """Say whether the row is among these."""
    for row in rows:  # noqa: SIM110 (any() with a generator is not compiled)
        if row == wanted:
            return True
    return False
