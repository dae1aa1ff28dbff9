"""The end of merging picks the cheapest pair of all: compared with a list that is searched and priced in full."""

import numpy as np
import pytest
from clouds_and_meshes import adjusted_rand_index, purity, two_boxes_on_a_floor

from gapro_annotator.superpoints import cloud, compute_superpoints, stars
from gapro_annotator.superpoints.links import UNKNOWN, Links, price
from gapro_annotator.superpoints.regions import Merges, Regions, single_points, unite_two


def random_web(seed: int, count: int = 60) -> tuple[Links, Regions]:
    """Regions of a single point each, and links between near ones; priced."""
    generator = np.random.default_rng(seed)
    position = generator.random((count, 3)) * 5
    distance = np.linalg.norm(position[:, None] - position[None], axis=2)
    near = np.argsort(distance, axis=1)[:, 1:5]
    pairs = sorted({(min(i, int(j)), max(i, int(j))) for i in range(count) for j in near[i]})
    regions = single_points(position, generator.random((count, 4)))
    links = Links(np.array(pairs), generator.integers(1, 4, len(pairs)), np.full(len(pairs), UNKNOWN))
    price(links, regions)
    return links, regions


def cheapest_first_twin(links: Links, regions: Regions) -> list[tuple[frozenset[int], float]]:
    """The points of each union in the order it is made, and what it cost; every link is priced in every step."""
    members = {k: frozenset([k]) for k in range(len(regions.size))}
    length = {tuple(pair): int(n) for pair, n in zip(links.pair.tolist(), links.length.tolist(), strict=True)}
    unions = []
    while length:
        table = Links(np.array(list(length)), np.array(list(length.values())), np.full(len(length), UNKNOWN))
        price(table, regions)
        best = int(np.argmin(table.cost))
        a, b = table.pair[best].tolist()
        unite_two(regions, a, b, regions, a)
        members[a] |= members.pop(b)
        unions.append((members[a], float(table.cost[best])))
        old, length = length, {}
        for pair, n in old.items():
            x, y = sorted(a if k == b else k for k in pair)
            if x != y:
                length[x, y] = length.get((x, y), 0) + n
    return unions


def members_of(merges: Merges, points: int) -> list[frozenset[int]]:
    made = [frozenset([k]) for k in range(points)]
    for left, right in zip(merges.left.tolist(), merges.right.tolist(), strict=True):
        made.append(made[left] | made[right])
    return made[points:]


@pytest.mark.parametrize("seed", range(4))
def test_the_cheapest_pair_is_always_next(seed: int) -> None:
    links, regions = random_web(seed)
    expected = cheapest_first_twin(*random_web(seed))
    merges = stars.merge_stars(links, regions, len(regions.size))
    assert members_of(merges, len(regions.size)) == [union for union, _ in expected]
    highest: dict[frozenset[int], float] = {}
    for union, cost in expected:
        highest[union] = max([cost, *(height for part, height in highest.items() if part < union)])
    assert merges.height == pytest.approx(list(highest.values()))


def test_rounds_to_the_end_and_stars_early_on_give_nearly_the_same_superpoints(monkeypatch: pytest.MonkeyPatch) -> None:
    xyz, rgb, truth = two_boxes_on_a_floor()
    answers = []
    for share in (0.0, 0.02, 1.0):
        monkeypatch.setattr(cloud, "FEW", share)
        answers.append(compute_superpoints(xyz, rgb=rgb, count=300))
    assert min(purity(answer, truth) for answer in answers) > 0.99
    assert adjusted_rand_index(answers[0], answers[1]) > 0.9
    assert adjusted_rand_index(answers[0], answers[2]) > 0.8
