"""`gp-regression` (the paper's D2): Gaussian Process regression on ±1 labels of superpoints, one process a pair."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from gapro_annotator.labeling.paper.features import SeenFeatures, superpoint_features
from gapro_annotator.labeling.paper.overlaps import Pair
from gapro_annotator.labeling.paper.problem import Hyperparameters, PairAnswer, PairProblem
from gapro_annotator.labeling.paper.process_flow import decide_elements, device_of, provenance_of
from gapro_annotator.labeling.paper.regression import FIXED, regress
from gapro_annotator.labeling.paper.room import PaperRoom, occupancy_of, room_of_superpoints
from gapro_annotator.labeling.paper.sampling import evenly
from gapro_annotator.labeling.paper.verdicts import Verdicts
from gapro_annotator.labeling.progress import Steps
from gapro_annotator.labeling.request import LabelRequest

MOST_SUPERPOINTS = 200
"""Superpoints of one box that a pair learns from, evenly over the box."""


def decide_by_regression(request: LabelRequest, steps: Steps) -> tuple[Verdicts, PaperRoom, dict[str, Any]]:
    """Return verdicts of the superpoints, what the room is, and the provenance."""
    room = room_of_superpoints(request)
    features = superpoint_features(request, room.size, room.scale)
    earlier = _earlier(request, features)
    ids = request.boxes.id

    def solve(pairs: Sequence[Pair], step: Callable[[int], None]) -> list[PairAnswer]:
        known = [earlier.get((int(ids[pair.first]), int(ids[pair.second]))) for pair in pairs]
        if request.config.hyperparameters == "fixed":
            known = [FIXED] * len(pairs)
        problems = [problem_of(pair, features, MOST_SUPERPOINTS) for pair in pairs]
        return regress(problems, known, device=device_of(request), step=step)

    verdicts, told = decide_elements(request, room, solve, steps)
    for pair in told:
        if "noise" in pair:
            pair["reused"] = request.config.hyperparameters == "learnt" and tuple(pair["boxes"]) in earlier
    return verdicts, room, provenance_of(request, features, told) | {"occupancy": occupancy_of(request)}


def problem_of(pair: Pair, features: SeenFeatures, most: int) -> PairProblem:
    """Take up to `most` training elements of each box."""
    one, two = (evenly(rows, features.place, most) for rows in (pair.train_first, pair.train_second))
    label = np.concatenate([np.ones(len(one)), -np.ones(len(two))])
    return PairProblem(features.values[np.concatenate([one, two])], label, features.values[pair.tested])


def _earlier(request: LabelRequest, features: SeenFeatures) -> dict[tuple[int, int], Hyperparameters]:
    """Return what an earlier answer of this method, from the same features, learnt for each pair of box ids."""
    earlier = request.fitted or {}
    same = {"method": "gp-regression", "features": list(features.names), "hyperparameters": "learnt"}
    if any(earlier.get(key) != value for key, value in same.items()):
        return {}
    found: dict[tuple[int, int], Hyperparameters] = {}
    for pair in earlier.get("pairs", []):
        values = [pair.get(name) for name in ("lengthscale", "outputscale", "noise")]
        if all(isinstance(value, float) and value > 0 for value in values):
            first, second = pair["boxes"]
            found[first, second] = Hyperparameters(*values)
    return found
