"""From probabilities of pairs of boxes to one winner and one rival for each superpoint."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gapro_annotator.arrays import Float64, Int64
from gapro_annotator.labels import Decision

_SUREST = 0.98
"""No pair is surer than this: a superpoint can always cross the border between two objects."""


@dataclass(frozen=True, eq=False, slots=True)
class PairAnswer:
    """What one pair of boxes says of the superpoints that it contests.

    Parameters
    ----------
    first, second : int
        Rows of the boxes.
    superpoint : (m,) int64
        The contested superpoints.
    probability : (m,) float64
        That it is the first box's, given that it is one of the two's.
    mean, variance : (m,) float64
        Of the latent; > 0 favours the first box.
    decision
        What decided.
    """

    first: int
    second: int
    superpoint: Int64
    probability: Float64
    mean: Float64
    variance: Float64
    decision: Decision


@dataclass(frozen=True, eq=False, slots=True)
class Ownership:
    """Of the superpoints that several boxes contest: winner against runner-up.

    Parameters
    ----------
    superpoint : (m,) int64
        Each contested superpoint once.
    winner, runner_up : (m,) int64
        Rows of boxes.
    probability, second_probability : (m,) float64
        That it is the winner's or the runner-up's, given that it belongs to one of its boxes.
    mean, variance : (m,) float64
        Latent of the pair, signed towards the winner.
    decision : (m,) uint8
        What decided between the two.
    """

    superpoint: Int64
    winner: Int64
    runner_up: Int64
    probability: Float64
    second_probability: Float64
    mean: Float64
    variance: Float64
    decision: np.ndarray


def couple(answers: Sequence[PairAnswer]) -> Ownership:
    """Couple the pairwise probabilities of each superpoint: p_i ∝ 1 / (Σ_j 1/r_ij - (k - 2)) (Price et al., 1995).

    For two boxes it is the pair's own probability; for more it weighs all pairs and knows no order of the boxes.
    """
    if not answers:
        none, empty = np.zeros(0, np.int64), np.zeros(0)
        return Ownership(none, none, none, empty, empty, empty, empty, np.zeros(0, np.uint8))
    by_superpoint: dict[int, list[tuple[PairAnswer, int]]] = {}
    for answer in answers:
        for place, superpoint in enumerate(answer.superpoint.tolist()):
            by_superpoint.setdefault(superpoint, []).append((answer, place))
    rows = [_coupled(superpoint, by_superpoint[superpoint]) for superpoint in sorted(by_superpoint)]
    columns = list(zip(*rows, strict=True))
    whole = [np.array(column, np.int64) for column in columns[:3]]
    real = [np.array(column, np.float64) for column in columns[3:7]]
    return Ownership(whole[0], whole[1], whole[2], *real, decision=np.array(columns[7], np.uint8))


def _coupled(
    superpoint: int, duels: list[tuple[PairAnswer, int]]
) -> tuple[int, int, int, float, float, float, float, int]:
    contenders: list[int] = []
    for answer, _ in duels:  # in order of the box ids, so that ties do not follow the rows
        contenders += [row for row in (answer.first, answer.second) if row not in contenders]
    inverse = dict.fromkeys(contenders, 2.0 - len(contenders))
    for answer, place in duels:
        first = float(np.clip(answer.probability[place], 1 - _SUREST, _SUREST))
        inverse[answer.first] += 1 / first
        inverse[answer.second] += 1 / (1 - first)
    share = {row: 1 / inverse[row] for row in contenders}
    total = sum(share.values())
    winner, runner_up = sorted(contenders, key=lambda row: -share[row])[:2]
    answer, place = next(duel for duel in duels if {duel[0].first, duel[0].second} == {winner, runner_up})
    mean = float(answer.mean[place]) * (1.0 if answer.first == winner else -1.0)
    chances = share[winner] / total, share[runner_up] / total
    return superpoint, winner, runner_up, *chances, mean, float(answer.variance[place]), int(answer.decision)
