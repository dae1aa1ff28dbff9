"""From superpoints to points: a point is asked only about boxes that hold it."""

import numpy as np
import pytest
from scipy.special import ndtr

from gapro_annotator.boxes import Boxes
from gapro_annotator.labeling.spread import spread
from gapro_annotator.labeling.verdict import Verdicts
from gapro_annotator.labels import BACKGROUND, NO_RIVAL, UNCORRECTED, Decision, PseudoLabels
from gapro_annotator.scan import Scan

LONG, SHORT = 4, 9
IN_LONG, IN_BOTH, IN_SHORT, IN_NONE = slice(0, 9), slice(9, 13), slice(13, 17), slice(17, 21)


def plank(instance: int, rival: int, probability: float, decision: Decision) -> PseudoLabels:
    """One superpoint along x in two boxes that overlap, with a verdict of its own."""
    scan = Scan(
        name="plank",
        xyz=np.stack([np.arange(21), np.zeros(21), np.zeros(21)], axis=1).astype(np.float32),
        origin=np.zeros(3),
        superpoint=np.zeros(21, np.int32),
    )
    lower, upper = np.array([[0, 0, 0], [8.5, 0, 0]], np.float32), np.array([[12.5, 1, 1], [16.5, 1, 1]], np.float32)
    boxes = Boxes(np.array([LONG, SHORT], np.int32), np.zeros(2, np.int32), lower, upper)
    smallest = np.full(21, -1)
    smallest[IN_LONG], smallest[IN_BOTH], smallest[IN_SHORT] = 0, 1, 1
    verdicts = Verdicts.nothing(1)
    verdicts.instance[:], verdicts.rival[:], verdicts.probability[:] = instance, rival, probability
    verdicts.mean[:], verdicts.variance[:], verdicts.decision[:] = 5.0, 0.5, decision
    nothing = np.full(21, UNCORRECTED, np.int32)
    return spread(verdicts, scan, boxes, smallest_box=smallest, correction=nothing, provenance={})


def assert_asked_anew(pseudo: PseudoLabels, points: slice, instance: int, rival: int, probability: float) -> None:
    assert set(pseudo.instance[points].tolist()) == {instance}
    assert set(pseudo.rival[points].tolist()) == {rival}
    assert pseudo.probability[points] == pytest.approx(probability, abs=0.04)
    latent = ndtr(pseudo.mean / np.sqrt(1 + pseudo.variance))[points]
    np.testing.assert_allclose(latent, pseudo.probability[points], atol=1e-6)


def test_points_of_a_superpoint_that_sticks_out_are_background_against_their_own_box():
    pseudo = plank(BACKGROUND, LONG, 0.7, Decision.PARTLY_IN_BOX)
    assert_asked_anew(pseudo, IN_SHORT, BACKGROUND, SHORT, 0.6)
    assert set(pseudo.decision[IN_SHORT].tolist()) == {Decision.PARTLY_IN_BOX}
    for points in (IN_LONG, IN_BOTH):
        assert set(pseudo.rival[points].tolist()) == {LONG}
        assert pseudo.probability[points] == pytest.approx(0.7)
        assert set(pseudo.mean[points].tolist()) == {5.0}


def test_points_outside_the_box_of_their_object_are_their_own_boxs():
    pseudo = plank(LONG, BACKGROUND, 0.9, Decision.ONE_BOX)
    assert_asked_anew(pseudo, IN_SHORT, SHORT, BACKGROUND, 0.75)
    assert set(pseudo.decision[IN_SHORT].tolist()) == {Decision.PARTLY_IN_BOX}
    assert set(pseudo.instance[IN_LONG].tolist()) == {LONG}


def test_points_that_only_one_of_two_boxes_holds_are_no_longer_contested_by_the_other():
    pseudo = plank(LONG, SHORT, 0.6, Decision.GAUSSIAN_PROCESS)
    assert_asked_anew(pseudo, IN_LONG, LONG, BACKGROUND, 0.97)
    assert set(pseudo.rival[IN_BOTH].tolist()) == {SHORT}
    assert pseudo.probability[IN_BOTH] == pytest.approx(0.6)


def test_floor_keeps_its_decision_and_its_probability_whatever_box_holds_it():
    pseudo = plank(BACKGROUND, LONG, 0.98, Decision.STRUCTURE)
    assert_asked_anew(pseudo, IN_SHORT, BACKGROUND, SHORT, 0.98)
    assert set(pseudo.decision[IN_SHORT].tolist()) == {Decision.STRUCTURE}


@pytest.mark.parametrize(("instance", "rival"), [(BACKGROUND, LONG), (LONG, BACKGROUND), (SHORT, LONG)])
def test_points_in_no_box_are_contested_by_nobody(instance: int, rival: int):
    pseudo = plank(instance, rival, 0.9, Decision.ONE_BOX)
    assert set(pseudo.instance[IN_NONE].tolist()) == {BACKGROUND}
    assert set(pseudo.rival[IN_NONE].tolist()) == {NO_RIVAL}
    assert set(pseudo.decision[IN_NONE].tolist()) == {Decision.NO_BOX}
    assert not pseudo.mean[IN_NONE].any()
    assert not pseudo.variance[IN_NONE].any()
