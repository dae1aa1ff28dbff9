"""From latents to pieces, and from pieces to points: a piece is asked only about the boxes that hold it."""

from dataclasses import replace

import numpy as np
import pytest
from labeling_laws import assert_lawful
from labeling_scenes import boxes_of, nothing, prepared

from gapro_annotator.boxes import Boxes
from gapro_annotator.labeling.posterior import Belief
from gapro_annotator.labeling.prepared import PreparedScan
from gapro_annotator.labeling.verdict import IN_NO_BOX, decide, spread
from gapro_annotator.labels import BACKGROUND, NO_RIVAL, UNCORRECTED, Decision, PseudoLabels
from gapro_annotator.scan import Scan

LONG, SHORT = 4, 9
IN_LONG, IN_BOTH, IN_SHORT, IN_NONE = slice(0, 9), slice(9, 13), slice(13, 17), slice(17, 21)
SCAN = Scan(
    name="plank",
    xyz=np.stack([np.arange(21), np.zeros(21), np.zeros(21)], axis=1).astype(np.float32),
    origin=np.zeros(3),
    superpoint=np.zeros(21, np.int32),
)
BOXES = replace(boxes_of(((0, 0, 0), (12.5, 1, 1)), ((8.5, 0, 0), (16.5, 1, 1))), id=np.array([LONG, SHORT], np.int32))


@pytest.fixture(scope="module")
def plank() -> PreparedScan:
    """One superpoint along x in two boxes that overlap."""
    return prepared(SCAN, BOXES, slack=False)


def labels(plank: PreparedScan, long: float, short: float, correction: np.ndarray | None = None) -> PseudoLabels:
    """Points' labels if these were the latents of the two boxes."""
    prior = plank.process.prior()
    belief = Belief(plank.process, np.array([long, short]), prior.variance, prior.cross, prior.gain, None)
    verdicts = decide(belief, plank.pieces, plank.candidates, plank.evidence)
    return spread(verdicts, plank.pieces, nothing(SCAN) if correction is None else correction, {})


def assert_points(pseudo: PseudoLabels, points: slice, instance: int, rival: int, probability: float) -> None:
    assert set(pseudo.instance[points].tolist()) == {instance}
    assert set(pseudo.rival[points].tolist()) == {rival}
    np.testing.assert_allclose(pseudo.probability[points], probability, atol=1e-6)


def softmax(*latents: float) -> np.ndarray:
    weight = np.exp([*latents, 0.0])
    return weight / weight.sum()


def test_each_piece_weighs_the_boxes_that_hold_it_and_background(plank):
    pseudo = labels(plank, 2.0, 1.0)
    assert_points(pseudo, IN_LONG, LONG, BACKGROUND, softmax(2)[0])
    assert_points(pseudo, IN_BOTH, LONG, SHORT, softmax(2, 1)[0])
    assert_points(pseudo, IN_SHORT, SHORT, BACKGROUND, softmax(1)[0])
    np.testing.assert_allclose(pseudo.mean[IN_BOTH], 1)
    np.testing.assert_allclose(pseudo.mean[IN_SHORT], 1)


def test_background_has_the_likelier_box_as_rival(plank):
    pseudo = labels(plank, -2.0, -1.0)
    assert_points(pseudo, IN_LONG, BACKGROUND, LONG, softmax(-2)[1])
    assert_points(pseudo, IN_BOTH, BACKGROUND, SHORT, softmax(-2, -1)[2])
    np.testing.assert_allclose(pseudo.mean[IN_BOTH], 1)


def test_a_box_has_background_as_rival_where_that_is_likelier_than_the_other(plank):
    assert_points(labels(plank, 2.0, -1.0), IN_BOTH, LONG, BACKGROUND, softmax(2, -1)[0])


@pytest.mark.parametrize(("long", "short"), [(9.0, 9.0), (-9.0, -9.0), (40.0, 900.0)])
def test_points_in_no_box_are_background_contested_by_nobody(plank, long, short):
    pseudo = labels(plank, long, short)
    assert_points(pseudo, IN_NONE, BACKGROUND, NO_RIVAL, IN_NO_BOX)
    assert set(pseudo.decision[IN_NONE].tolist()) == {Decision.NO_BOX}
    assert not pseudo.mean[IN_NONE].any()
    assert not pseudo.variance[IN_NONE].any()
    assert pseudo.probability.max() < 1
    assert (pseudo.variance[:17] > 0).all()


def test_decision_follows_how_much_lies_in_how_many_boxes(plank):
    assert set(labels(plank, 1.0, 1.0).decision[:17].tolist()) == {Decision.PARTLY_IN_BOX}
    whole = prepared(SCAN, boxes_of(((-1, -1, -1), (30, 1, 1))), slack=False, planes=False)
    assert set(whole.answer(nothing(SCAN)).decision.tolist()) == {Decision.ONE_BOX}


def two(first: tuple, second: tuple) -> Boxes:
    return boxes_of(first, second)


@pytest.mark.parametrize(
    ("second", "decision"),
    [
        (((-1, -1, -1), (30, 1, 1)), Decision.FALLBACK),
        (((-1, -1, -1), (300, 1, 1)), Decision.NESTED),
    ],
)
def test_boxes_with_nothing_of_their_own_are_decided_by_rule(second, decision):
    ready = prepared(SCAN, two(((-1, -1, -1), (30, 1, 1)), second), slack=False, planes=False)
    belief = replace(ready.process.prior(), mean=np.array([2.0, 1.0]))
    assert set(decide(belief, ready.pieces, ready.candidates, ready.evidence).decision.tolist()) == {decision}


def test_a_persons_points_are_certain_and_keep_what_was_believed_as_rival(plank):
    correction = nothing(SCAN)
    correction[[0, 9, 20]] = BACKGROUND, LONG, SHORT
    pseudo = labels(plank, 2.0, 1.0, correction)
    person = correction != UNCORRECTED
    assert pseudo.instance[person].tolist() == [BACKGROUND, LONG, SHORT]
    assert pseudo.rival[person].tolist() == [LONG, SHORT, BACKGROUND]
    assert (pseudo.probability[person] == 1).all()
    assert not pseudo.variance[person].any()
    assert (pseudo.decision[person] == Decision.PERSON).all()
    assert pseudo.probability[~person].max() < 1


def test_rest_of_a_superpoint_follows_who_labelled_most_of_it_as_far_as_the_box_reaches(plank):
    correction = nothing(SCAN)
    correction[:13] = LONG
    pseudo = plank.answer(correction)
    assert_lawful(pseudo, correction, BOXES)
    assert not (pseudo.instance[IN_SHORT] == LONG).any()
    assert not (pseudo.rival[IN_SHORT] == LONG).any()
    assert set(pseudo.instance[IN_NONE].tolist()) == {BACKGROUND}
    correction[IN_BOTH] = UNCORRECTED
    rest = plank.answer(correction)
    assert set(rest.instance[IN_BOTH].tolist()) == {LONG}
    assert (rest.probability[IN_BOTH] >= 0.949).all()
    assert set(rest.decision[IN_BOTH].tolist()) == {Decision.GAUSSIAN_PROCESS}


def test_rest_of_what_a_person_called_background_has_a_box_that_holds_it_as_rival(plank):
    correction = nothing(SCAN)
    correction[:10] = BACKGROUND
    pseudo = plank.answer(correction)
    assert set(pseudo.instance.tolist()) == {BACKGROUND}
    assert set(pseudo.rival[IN_SHORT].tolist()) == {SHORT}
    assert set(pseudo.rival[slice(10, 13)].tolist()) <= {LONG, SHORT}
