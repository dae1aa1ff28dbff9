"""The borders between the regions of a cloud: what merging across them costs, and which pairs merge; compiled."""

from typing import NamedTuple

import numpy as np
from numba import njit

from gapro_annotator.arrays import Bool, Float64, Int64
from gapro_annotator.superpoints.regions import Pairing, Regions, smallest_eigenvalue, union_spread
from gapro_annotator.superpoints.threads import share_out

PLANE_WEIGHT = 10.0
"""What it costs that a union is less flat than its parts, against how different their directions and colours are."""
BORDER_EXPONENT = 0.3
"""How much a long common border makes a merge cheaper."""
FREE = 1e-9
"""Lower costs are rounding errors: they count as zero, so that ties are seen as ties."""
UNKNOWN = -1.0
"""Cost of a link that must be computed again."""


class Links(NamedTuple):
    """L links between regions that touch.

    Parameters
    ----------
    pair : (L, 2) int64
        Rows of the two regions, the smaller first; no pair twice.
    length : (L,) int64
        Neighbouring pairs of points across this border.
    cost : (L,) float64
        Of merging; `UNKNOWN` where it must be computed again.
    """

    pair: Int64
    length: Int64
    cost: Float64


def price(links: Links, regions: Regions) -> None:
    """Compute the unknown costs, in place."""
    share_out(lambda start, stop: price_some(links, regions, start, stop), len(links.pair))


@njit(cache=True, nogil=True)
def price_some(links: Links, regions: Regions, start: int, stop: int) -> None:
    """Compute the unknown costs of the links from `start` to before `stop`, in place."""
    for k in range(start, stop):
        if links.cost[k] == UNKNOWN:
            price_one(links, regions, k)


@njit(cache=True, nogil=True)
def price_one(links: Links, regions: Regions, k: int) -> None:
    """Compute the cost of one link, in place."""
    size, feature = regions.size, regions.feature
    a, b = links.pair[k, 0], links.pair[k, 1]
    difference = 0.0
    for c in range(feature.shape[1]):
        difference += (feature[a, c] - feature[b, c]) ** 2
    cost = size[a] * size[b] / (size[a] + size[b]) * difference
    if size[a] + size[b] > 3:
        rough = smallest_eigenvalue(union_spread(regions, a, b))
        cost += PLANE_WEIGHT * max(0.0, rough - regions.rough[a] - regions.rough[b])
    links.cost[k] = cost / links.length[k] ** BORDER_EXPONENT if cost > FREE else 0.0


@njit(cache=True)
def cheapest(links: Links, size: Int64) -> Int64:
    """Row of the cheapest link of each region, -1 where it has none; (R,)."""
    best = np.full(len(size), -1, np.int64)
    for k in range(len(links.pair)):
        for side in range(2):
            region = links.pair[k, side]
            if best[region] < 0 or is_better(links, size, k, best[region]):
                best[region] = k
    return best


@njit(cache=True)
def is_better(links: Links, size: Int64, k: int, rival: int) -> bool:
    """Say which of two links is merged first: the cheaper, then the one of fewer points, then any, without pattern."""
    if links.cost[k] != links.cost[rival]:
        return bool(links.cost[k] < links.cost[rival])
    a, b, c, d = links.pair[k, 0], links.pair[k, 1], links.pair[rival, 0], links.pair[rival, 1]
    if size[a] + size[b] != size[c] + size[d]:
        return bool(size[a] + size[b] < size[c] + size[d])
    return bool(scramble(a, b) < scramble(c, d))


@njit(cache=True)
def scramble(a: int, b: int) -> np.uint64:
    """A number without pattern for a pair: with ties in row order, a flat floor would merge as one long chain."""
    mixed = (np.uint64(a) * np.uint64(0x9E3779B97F4A7C15)) ^ (np.uint64(b) * np.uint64(0xC2B2AE3D27D4EB4F))
    mixed ^= mixed >> np.uint64(29)
    mixed *= np.uint64(0xBF58476D1CE4E5B9)
    return mixed ^ (mixed >> np.uint64(32))


@njit(cache=True)
def pair_up(links: Links, best: Int64) -> tuple[Int64, Pairing]:
    """Row of each region in the next round, the same for two that merge, and what each of those rows is made of."""
    new_row = np.full(len(best), -1, np.int64)
    first, second, cost = np.empty_like(best), np.full(len(best), -1, np.int64), np.zeros(len(best))
    rows = 0
    for region in range(len(best)):
        if new_row[region] >= 0:
            continue
        new_row[region] = rows
        first[rows] = region
        k = best[region]
        if k >= 0:
            partner = links.pair[k, 0] + links.pair[k, 1] - region
            if best[partner] == k:
                new_row[partner] = rows
                second[rows] = partner
                cost[rows] = links.cost[k]
        rows += 1
    return new_row, Pairing(first[:rows].copy(), second[:rows].copy(), cost[:rows].copy())


@njit(cache=True)
def carry_over(links: Links, new_row: Int64, merged: Bool) -> Links:
    """Links of the next round, parallel ones as one; costs stay known where neither side has just `merged` (R,)."""
    member, start = group_by_region(links, new_row, len(merged))
    pair, length, cost = np.empty((len(member), 2), np.int64), np.empty(len(member), np.int64), np.empty(len(member))
    latest = np.full(len(merged), -1, np.int64)  # latest link whose larger region is this one
    count = 0
    for region in range(len(merged)):
        oldest = count
        for k in member[start[region] : start[region + 1]]:
            other = max(new_row[links.pair[k, 0]], new_row[links.pair[k, 1]])
            if latest[other] >= oldest:
                length[latest[other]] += links.length[k]
                continue
            latest[other] = count
            pair[count, 0], pair[count, 1] = region, other
            length[count] = links.length[k]
            cost[count] = UNKNOWN if merged[region] or merged[other] else links.cost[k]
            count += 1
    return Links(pair[:count].copy(), length[:count].copy(), cost[:count].copy())


@njit(cache=True)
def group_by_region(links: Links, new_row: Int64, rows: int) -> tuple[Int64, Int64]:
    """Links that stay, ordered by their smaller new region, and where each region's begin; (L',) and (R' + 1,)."""
    start = np.zeros(rows + 1, np.int64)
    for k in range(len(links.pair)):
        a, b = new_row[links.pair[k, 0]], new_row[links.pair[k, 1]]
        if a != b:
            start[min(a, b) + 1] += 1
    start = np.cumsum(start)
    member = np.empty(start[rows], np.int64)
    fill = start.copy()
    for k in range(len(links.pair)):
        a, b = new_row[links.pair[k, 0]], new_row[links.pair[k, 1]]
        if a != b:
            member[fill[min(a, b)]] = k
            fill[min(a, b)] += 1
    return member, start
