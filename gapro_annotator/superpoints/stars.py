"""The end of merging, compiled: where a few large regions take in their many small neighbours one after the other.

Rounds are good where many pairs merge at once. A wall with thousands of neighbours merges with one of them in each
round, and every round looks at all links again: half of the time for the last percent of the merges. Here the cheapest
link of all is next, and what is not near a merge is not looked at.
"""

import heapq
from typing import NamedTuple, TypeAlias

import numpy as np
from numba import njit

from gapro_annotator.arrays import Bool, Int64
from gapro_annotator.superpoints.links import Links, price_one, scramble
from gapro_annotator.superpoints.regions import Merges, Regions, unite_two

GROWTH = 1.01
"""While a region has grown by less since all of its links were priced, only those are priced that are to be used."""

Ticket: TypeAlias = tuple[float, int, np.uint64, int, int]
"""What the queue orders links by: cost, then points, then no pattern, as in `is_better`; then the link, and its try."""


class Web(NamedTuple):
    """Which links each region has, and which of their prices hold.

    Parameters
    ----------
    first : (R,) int64
        The first link of each region, -1 for none; link k is 2k at the first region of its pair, 2k + 1 at the second.
    following : (2L,) int64
        The next link of the same region.
    alive : (L,) bool
        False once the two regions are one, or another link joins them.
    tried, priced : (L,) int64
        How often each link was put into the queue, and `changes` of its two regions when it was priced.
    changes, grown_from : (R,) int64
        Merges that made this region, and its points when all of its links were priced.
    to : (R,) int64
        Room for a note: the link from the region in hand to this one, -1 for none.
    """

    first: Int64
    following: Int64
    alive: Bool
    tried: Int64
    priced: Int64
    changes: Int64
    grown_from: Int64
    to: Int64


def merge_stars(links: Links, regions: Regions, next_node: int) -> Merges:
    """Merge the cheapest pair until no two regions touch; overwrites `links` and `regions`."""
    count, ways = len(regions.size), len(links.pair)
    web = Web(
        first=np.full(count, -1, np.int64),
        following=np.full(2 * ways, -1, np.int64),
        alive=np.ones(ways, np.bool_),
        tried=np.zeros(ways, np.int64),
        priced=np.zeros(ways, np.int64),
        changes=np.zeros(count, np.int64),
        grown_from=regions.size.copy(),
        to=np.full(count, -1, np.int64),
    )
    merges = Merges(np.empty(count, np.int64), np.empty(count, np.int64), np.empty(count))
    done = merge_all(links, regions, web, merges, next_node)
    return Merges(merges.left[:done], merges.right[:done], merges.height[:done])


@njit(cache=True)
def merge_all(links: Links, regions: Regions, web: Web, merges: Merges, next_node: int) -> int:
    """Write all merges; how many there are."""
    spin(links, web)
    queue = [ticket(links, regions, web, k) for k in range(len(links.pair))]
    heapq.heapify(queue)
    done = 0
    while queue:
        cost, k = next_link(queue, web)
        if k < 0:
            break
        a, b = links.pair[k, 0], links.pair[k, 1]
        if web.priced[k] != web.changes[a] + web.changes[b]:
            renew(links, regions, web, queue, k)
            if links.cost[k] > cost:
                continue
        if regions.size[a] < regions.size[b]:
            a, b = b, a
        merges.left[done], merges.right[done] = regions.node[a], regions.node[b]
        merges.height[done] = max(links.cost[k], regions.height[a], regions.height[b])
        unite_two(regions, a, b, regions, a)
        regions.height[a], regions.node[a] = merges.height[done], next_node + done
        web.changes[a] += web.changes[b] + 1
        web.alive[k] = False
        take_over(links, regions, web, queue, (a, b))
        done += 1
    return done


@njit(cache=True)
def spin(links: Links, web: Web) -> None:
    """List the links of each region."""
    for half in range(len(web.following) - 1, -1, -1):
        region = links.pair[half // 2, half % 2]
        web.following[half] = web.first[region]
        web.first[region] = half


@njit(cache=True)
def ticket(links: Links, regions: Regions, web: Web, k: int) -> Ticket:
    """Make the latest ticket of a link."""
    a, b = links.pair[k, 0], links.pair[k, 1]
    points = int(regions.size[a] + regions.size[b])
    return links.cost[k], points, scramble(min(a, b), max(a, b)), k, web.tried[k]


@njit(cache=True)
def next_link(queue: list[Ticket], web: Web) -> tuple[float, int]:
    """Cost and number of the cheapest link whose ticket is still good, number -1 when there is none."""
    while queue:
        best = heapq.heappop(queue)
        if web.alive[best[3]] and web.tried[best[3]] == best[4]:
            return best[0], best[3]
    return 0.0, -1


@njit(cache=True)
def renew(links: Links, regions: Regions, web: Web, queue: list[Ticket], k: int) -> None:
    """Price a link again and put it into the queue; earlier tickets are void."""
    price_one(links, regions, k)
    web.priced[k] = web.changes[links.pair[k, 0]] + web.changes[links.pair[k, 1]]
    web.tried[k] += 1
    heapq.heappush(queue, ticket(links, regions, web, k))


@njit(cache=True)
def take_over(links: Links, regions: Regions, web: Web, queue: list[Ticket], pair: tuple[int, int]) -> None:
    """Give the grown region of the pair the links of the other, parallel ones as one, and price what must be priced."""
    a, b = pair
    note_links(links, web, a)
    half = web.first[b]
    while half >= 0:
        after = web.following[half]
        k, other = int(half // 2), links.pair[half // 2, 1 - half % 2]
        if web.alive[k]:
            known = int(web.to[other])
            if known >= 0:
                links.length[known] += links.length[k]
                web.alive[k] = False
            else:
                links.pair[k, half % 2] = a
                web.following[half] = web.first[a]
                web.first[a] = half
            renew(links, regions, web, queue, k if known < 0 else known)
        half = after
    all_links = regions.size[a] >= GROWTH * web.grown_from[a]
    if all_links:
        web.grown_from[a] = regions.size[a]
    half = web.first[a]
    while half >= 0:
        k, other = int(half // 2), links.pair[half // 2, 1 - half % 2]
        web.to[other] = -1
        if all_links and web.priced[k] != web.changes[a] + web.changes[other]:
            renew(links, regions, web, queue, k)
        half = web.following[half]


@njit(cache=True)
def note_links(links: Links, web: Web, a: int) -> None:
    """Note at each neighbour of region a which link leads there; drops dead links from its list."""
    last = -1
    half = web.first[a]
    while half >= 0:
        if web.alive[half // 2]:
            web.to[links.pair[half // 2, 1 - half % 2]] = half // 2
            last = half
        elif last < 0:
            web.first[a] = web.following[half]
        else:
            web.following[last] = web.following[half]
        half = web.following[half]
