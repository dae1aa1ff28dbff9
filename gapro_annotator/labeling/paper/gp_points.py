"""`gp-points` (the paper's D1): variational classification of points instead of superpoints."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from gapro_annotator.arrays import Float64
from gapro_annotator.labeling.paper.classification import classify
from gapro_annotator.labeling.paper.features import SeenFeatures, point_features
from gapro_annotator.labeling.paper.gp_regression import problem_of
from gapro_annotator.labeling.paper.overlaps import Pair
from gapro_annotator.labeling.paper.problem import PairAnswer
from gapro_annotator.labeling.paper.process_flow import decide_elements, device_of, provenance_of
from gapro_annotator.labeling.paper.room import PaperRoom, room_of_points
from gapro_annotator.labeling.paper.sampling import evenly
from gapro_annotator.labeling.paper.verdicts import Verdicts
from gapro_annotator.labeling.progress import Steps
from gapro_annotator.labeling.request import LabelRequest

MOST_POINTS = 250
"""Points of one box that a pair learns from, evenly over the box."""
INDUCING_POINTS = 30
"""Of one box."""
_TOGETHER = 16
"""Pairs in one batch."""


def decide_points(request: LabelRequest, steps: Steps) -> tuple[Verdicts, PaperRoom, dict[str, Any]]:
    """Return verdicts of the points, what the room is, and the provenance."""
    room = room_of_points(request)
    features = point_features(request, room.size, room.scale)
    learn, device = request.config.hyperparameters == "learnt", device_of(request)

    def solve(pairs: Sequence[Pair], step: Callable[[int], None]) -> list[PairAnswer]:
        problems = [problem_of(pair, features, MOST_POINTS) for pair in pairs]
        sites = [_sites(pair, features) for pair in pairs]
        answers: dict[int, PairAnswer] = {}
        by_size = sorted(range(len(pairs)), key=lambda row: (len(problems[row].label), row))
        for start in range(0, len(pairs), _TOGETHER):
            rows = by_size[start : start + _TOGETHER]
            batch = [problems[row] for row in rows]
            solved = classify(batch, [sites[row] for row in rows], learn=learn, device=device)
            answers.update(zip(rows, solved, strict=True))
            step(len(answers))
        return [answers[row] for row in range(len(pairs))]

    verdicts, told = decide_elements(request, room, solve, steps)
    limits = {"points_of_a_box": MOST_POINTS, "inducing_points_of_a_box": INDUCING_POINTS}
    return verdicts, room, provenance_of(request, features, told) | limits


def _sites(pair: Pair, features: SeenFeatures) -> Float64:
    """(M, C), features of the inducing points."""
    sides = (pair.train_first, pair.train_second)
    return features.values[np.concatenate([evenly(rows, features.place, INDUCING_POINTS) for rows in sides])]
