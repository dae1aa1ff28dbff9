"""Who owns the superpoints that several boxes contest: the pairs solved, and their answers coupled."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from scipy.special import ndtr, ndtri

from gapro_annotator.arrays import Bool, Float64
from gapro_annotator.boxes import Boxes
from gapro_annotator.labeling.coupling import PairAnswer
from gapro_annotator.labeling.features import FeatureGroup
from gapro_annotator.labeling.gp import GaussianProcessProblem, Hyperparameters, solve
from gapro_annotator.labeling.pairs import BoxPair, PairRule, smaller_first
from gapro_annotator.labels import Decision

_SMALLER = 0.4
"""Head start of the smaller box, latent per unit of log volume ratio, added to the posterior mean.

It is a shift of the odds of what is contested, no prior mean of the process: the part that two boxes share is more of
the smaller one, and from what only one of them holds, which is what the process learns from, nothing follows of that.
As a prior mean, subtracted from the targets, the labels take it back, and it is worth nothing (docs/labeling.md).
"""
_MOST_SMALLER = 1.0
_TAUGHT_NOISE = 0.1
"""Noise of a person's label against that of a label from boxes."""
_CERTAINTY = {PairRule.NESTED: 0.9, PairRule.FALLBACK: 0.65}
"""How often the inner and the smaller box are right, measured."""
_PLAIN = {"xyz": 0.4, "rgb": 0.4, "normal": 0.7}
_DECISION = {
    PairRule.GAUSSIAN_PROCESS: Decision.GAUSSIAN_PROCESS,
    PairRule.NESTED: Decision.NESTED,
    PairRule.FALLBACK: Decision.FALLBACK,
}


@dataclass(frozen=True, eq=False, slots=True)
class SolvedPairs:
    """Answers of all pairs, and what was learnt for each (JSON-able)."""

    answers: list[PairAnswer]
    fitted: list[dict[str, Any]]
    """One entry a pair: its boxes' ids, rule and contested superpoints; of a Gaussian Process also hyper-parameters and
    `reused`, whether they come from an earlier answer or were learnt in this one."""


def solve_pairs(
    pairs: Sequence[BoxPair],
    boxes: Boxes,
    features: Float64,
    groups: Sequence[FeatureGroup],
    taught: Bool,
    *,
    fitted: dict[tuple[int, int], Hyperparameters],
    device: torch.device,
    step: Callable[[int], None],
) -> SolvedPairs:
    """Solve every pair.

    Parameters
    ----------
    pairs, boxes
        What contests what.
    features : (S, C) float64
        Features of the superpoints, in `groups`.
    taught : (S,) bool
        Superpoints of which a person said what no box did: surer evidence than a box.
    fitted
        Hyper-parameters by box ids, from an earlier answer.
    device, step
        As in `gp.solve`.
    """
    priors = [_prior(boxes, pair) for pair in pairs]
    asked = [row for row, pair in enumerate(pairs) if _is_solved(pair, taught)]
    problems = [_problem(pairs[row], features, taught, priors[row]) for row in asked]
    known = [_known(pairs[row], boxes, groups, fitted) for row in asked]
    posteriors = solve(problems, groups, fitted=known, device=device, step=step) if problems else []
    found = dict(zip(asked, posteriors, strict=True))
    answers: list[PairAnswer] = []
    learnt: list[dict[str, Any]] = []
    for row, (pair, prior) in enumerate(zip(pairs, priors, strict=True)):
        count = len(pair.contested)
        mean, variance, noise = (
            np.full(count, prior),
            np.ones(count),
            0.0 if pair.rule != PairRule.GAUSSIAN_PROCESS else 1.0,
        )
        entry: dict[str, Any] = {"boxes": _ids(pair, boxes), "rule": pair.rule.value, "contested": count}
        if row in found:
            posterior = found[row]
            mean, variance = posterior.mean + prior, posterior.variance
            if pair.rule == PairRule.GAUSSIAN_PROCESS:
                noise = posterior.hyperparameters.noise
                known_before = tuple(entry["boxes"]) in fitted
                entry |= _described(posterior.hyperparameters, groups) | {"reused": known_before}
        decision = Decision.GAUSSIAN_PROCESS if row in found else _DECISION[pair.rule]
        probability = ndtr(mean / np.sqrt(variance + noise))
        answers.append(PairAnswer(pair.first, pair.second, pair.contested, probability, mean, variance, decision))
        learnt.append(entry)
    return SolvedPairs(answers, learnt)


def read_fitted(
    provenance: dict[str, Any] | None, groups: Sequence[FeatureGroup]
) -> dict[tuple[int, int], Hyperparameters]:
    """Return the hyper-parameters that an earlier answer's provenance holds; whatever does not fit is left out."""
    found: dict[tuple[int, int], Hyperparameters] = {}
    for entry in (provenance or {}).get("pairs", []):
        scales = entry.get("lengthscales", {})
        if set(scales) == {group.name for group in groups} and {"outputscale", "noise"} <= set(entry):
            lengths = tuple(float(scales[group.name]) for group in groups)
            first, second = entry["boxes"]
            found[int(first), int(second)] = Hyperparameters(
                lengths, float(entry["outputscale"]), float(entry["noise"])
            )
    return found


def _is_solved(pair: BoxPair, taught: Bool) -> bool:
    """A rule decides without evidence; once a person labelled something in it, a Gaussian Process does."""
    if pair.rule == PairRule.GAUSSIAN_PROCESS:
        return True
    return bool(taught[pair.training_first].any() or taught[pair.training_second].any())


def _prior(boxes: Boxes, pair: BoxPair) -> float:
    """Return the latent that speaks for the first box: a shift of the posterior, or a rule's prior mean."""
    if pair.rule == PairRule.GAUSSIAN_PROCESS:
        one, two = (max(float(boxes.volume[row]), 1e-12) for row in (pair.first, pair.second))
        return float(np.clip(_SMALLER * np.log(two / one), -_MOST_SMALLER, _MOST_SMALLER))
    favour = 1.0 if smaller_first(boxes, pair.first, pair.second) else -1.0
    return favour * float(ndtri(_CERTAINTY[pair.rule]))


def _problem(pair: BoxPair, features: Float64, taught: Bool, prior: float) -> GaussianProcessProblem:
    """Turn a pair into ±1 regression; where a rule speaks, only a person's labels are evidence against it.

    A rule is a prior mean, and so is subtracted from the targets; the head start of the smaller box is not.
    """
    train = np.concatenate([pair.training_first, pair.training_second])
    target = np.concatenate([np.ones(len(pair.training_first)), -np.ones(len(pair.training_second))])
    noise = np.where(taught[train], _TAUGHT_NOISE, 1.0)
    if pair.rule != PairRule.GAUSSIAN_PROCESS:
        sure = taught[train]
        train, target, noise = train[sure], 2.0 * target[sure] - prior, noise[sure]
    middle = features[pair.contested].mean(axis=0)
    return GaussianProcessProblem(features[train] - middle, target, noise, features[pair.contested] - middle)


def _known(
    pair: BoxPair, boxes: Boxes, groups: Sequence[FeatureGroup], fitted: dict[tuple[int, int], Hyperparameters]
) -> Hyperparameters | None:
    if pair.rule != PairRule.GAUSSIAN_PROCESS:  # a few clicks are too few to learn from
        return Hyperparameters(tuple(_PLAIN[group.name] for group in groups), 1.0, 0.5)
    first, second = _ids(pair, boxes)
    return fitted.get((first, second))


def _ids(pair: BoxPair, boxes: Boxes) -> list[int]:
    return [int(boxes.id[pair.first]), int(boxes.id[pair.second])]


def _described(hyper: Hyperparameters, groups: Sequence[FeatureGroup]) -> dict[str, Any]:
    scales = {group.name: length for group, length in zip(groups, hyper.lengthscales, strict=True)}
    return {"lengthscales": scales, "outputscale": hyper.outputscale, "noise": hyper.noise}
