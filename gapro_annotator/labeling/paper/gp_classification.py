"""`gp-classification` (the paper's D3): variational classification of superpoints, pair after pair, as published."""

from collections.abc import Callable, Sequence
from typing import Any

from gapro_annotator.labeling.paper.classification import classify
from gapro_annotator.labeling.paper.features import superpoint_features
from gapro_annotator.labeling.paper.gp_regression import problem_of
from gapro_annotator.labeling.paper.overlaps import Pair
from gapro_annotator.labeling.paper.problem import PairAnswer
from gapro_annotator.labeling.paper.process_flow import decide_elements, device_of, provenance_of
from gapro_annotator.labeling.paper.room import PaperRoom, occupancy_of, room_of_superpoints
from gapro_annotator.labeling.paper.verdicts import Verdicts
from gapro_annotator.labeling.progress import Steps
from gapro_annotator.labeling.request import LabelRequest

MOST_SUPERPOINTS = 150
"""Superpoints of one box that a pair learns from, evenly over the box; each is an inducing point."""


def decide_by_classification(request: LabelRequest, steps: Steps) -> tuple[Verdicts, PaperRoom, dict[str, Any]]:
    """Return verdicts of the superpoints, what the room is, and the provenance."""
    room = room_of_superpoints(request)
    features = superpoint_features(request, room.size, room.scale)
    learn, device = request.config.hyperparameters == "learnt", device_of(request)

    def solve(pairs: Sequence[Pair], step: Callable[[int], None]) -> list[PairAnswer]:
        answers: list[PairAnswer] = []
        for pair in pairs:
            problem = problem_of(pair, features, MOST_SUPERPOINTS)
            answers += classify([problem], [problem.train], learn=learn, device=device)
            step(len(answers))
        return answers

    verdicts, told = decide_elements(request, room, solve, steps)
    return verdicts, room, provenance_of(request, features, told) | {"occupancy": occupancy_of(request)}
