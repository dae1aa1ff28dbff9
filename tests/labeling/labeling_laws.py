"""What holds for every answer of the labeler, whatever the scene."""

import json

import numpy as np

from gapro_annotator.boxes import Boxes
from gapro_annotator.labels import BACKGROUND, NO_RIVAL, UNCORRECTED, Decision, PseudoLabels

ARRAYS = ("instance", "rival", "probability", "mean", "variance", "decision")


def assert_equal(a: PseudoLabels, b: PseudoLabels, tolerance: float = 0.0) -> None:
    for name in ARRAYS:
        np.testing.assert_allclose(getattr(a, name), getattr(b, name), atol=tolerance, err_msg=name)


def holds(boxes: Boxes, xyz: np.ndarray, box_id: np.ndarray) -> np.ndarray:
    """Whether the box of this id holds each point; what is no box holds everything."""
    row = boxes.row_of(box_id)
    return (row < 0) | ((xyz >= boxes.lower[row]) & (xyz <= boxes.upper[row])).all(axis=1)


def assert_lawful(pseudo: PseudoLabels, correction: np.ndarray, boxes: Boxes) -> None:
    """What holds for every answer, whatever the scene."""
    person = correction != UNCORRECTED
    assert (pseudo.instance[person] == correction[person]).all()
    assert ((pseudo.decision == Decision.PERSON) == person).all()
    assert ((pseudo.probability == 1) == person).all()
    assert np.isin(pseudo.instance, [*boxes.id.tolist(), BACKGROUND]).all()
    assert (pseudo.instance != pseudo.rival).all()
    assert (pseudo.variance[person] == 0).all()
    certain = (pseudo.variance == 0) & ~person
    assert (pseudo.rival[certain] == NO_RIVAL).all()
    json.dumps(pseudo.provenance, allow_nan=False)
