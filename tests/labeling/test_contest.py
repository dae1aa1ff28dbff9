"""Who owns what two boxes contest: the smaller box's head start, and what a person's label weighs."""

import numpy as np
import pytest
import torch

from gapro_annotator.boxes import Boxes
from gapro_annotator.labeling.contest import SolvedPairs, solve_pairs
from gapro_annotator.labeling.features import FeatureGroup
from gapro_annotator.labeling.gp import Hyperparameters
from gapro_annotator.labeling.pairs import BoxPair, PairRule

GROUPS = (FeatureGroup("xyz", 0, 3, 0.5),)
KNOWN = Hyperparameters((1.0,), 1.0, 0.5)
# One superpoint of each box on both sides of the contested one.
PLACES = np.array([[-1.0, 0, 0], [1.0, 0, 0], [0.0, 0, 0]])


def boxes_of(first: float, second: float) -> Boxes:
    """Two boxes of these volumes."""
    upper = np.array([[first, 1, 1], [second, 1, 1]], np.float32)
    return Boxes(np.array([2, 6], np.int32), np.zeros(2, np.int32), np.zeros((2, 3), np.float32), upper)


def solved(boxes: Boxes, *, taught: list[int], fitted: bool = True) -> SolvedPairs:
    pair = BoxPair(0, 1, PairRule.GAUSSIAN_PROCESS, np.array([2]), np.array([0]), np.array([1]))
    return solve_pairs(
        [pair],
        boxes,
        PLACES,
        GROUPS,
        np.isin(np.arange(3), taught),
        fitted={(2, 6): KNOWN} if fitted else {},
        device=torch.device("cpu"),
        step=lambda _done: None,
    )


@pytest.mark.parametrize(
    ("first", "second", "head_start"), [(1, 1, 0), (1, np.e, 0.4), (np.e, 1, -0.4), (1, 100, 1), (100, 1, -1)]
)
def test_smaller_box_has_a_head_start_that_ends_at_one(first: float, second: float, head_start: float):
    answer = solved(boxes_of(first, second), taught=[]).answers[0]
    assert answer.mean[0] == pytest.approx(head_start, abs=1e-6)
    assert (answer.probability[0] > 0.5) == (head_start > 0)


def test_label_of_a_person_weighs_as_one_with_a_tenth_of_the_noise():
    answer = solved(boxes_of(1, 1), taught=[0]).answers[0]
    kernel = np.exp(-0.5 * np.array([[0.0, 4.0], [4.0, 0.0]])) + np.diag([0.05, 0.5])
    cross = np.exp(-0.5 * np.ones(2))
    assert answer.mean[0] == pytest.approx(cross @ np.linalg.solve(kernel, [1.0, -1.0]))
    assert answer.mean[0] > 0.1


def test_what_was_learnt_and_what_was_reused_is_said():
    assert solved(boxes_of(1, 1), taught=[]).fitted[0]["reused"] is True
    assert solved(boxes_of(1, 1), taught=[], fitted=False).fitted[0]["reused"] is False
