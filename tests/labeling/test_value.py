"""What a label would teach about the rest."""

import numpy as np
import pytest
from labeling_scenes import nothing, prepared, random_boxes, random_scan

from gapro_annotator.labeling.gain import gain_of
from gapro_annotator.labeling.pieces import Pieces
from gapro_annotator.labeling.posterior import Belief, Process, ResidualKernel
from gapro_annotator.labeling.traits import Candidates
from gapro_annotator.labeling.value import instance_sizes, value_of_labels
from gapro_annotator.labeling.verdict import Verdicts
from gapro_annotator.labels import BACKGROUND, UNCORRECTED


def scene(places: list[float], latent: float = 0.4) -> tuple[Belief, Verdicts, Pieces]:
    """Superpoints of 100 points each, all in box 0, that are alike where their places are near."""
    count = len(places)
    rows = np.arange(count)
    candidates = Candidates(rows, np.zeros(count, np.int64), np.ones(count), count)
    kernel = ResidualKernel(np.array(places)[:, None], [], 3.0, 0.0)
    design = np.full((count, 1), latent)
    belief = Process.of(design, np.ones(1), np.zeros((1, 1)), candidates, kernel).prior()
    pieces = Pieces(np.repeat(rows, 100), rows, np.full(count, 100), rows, rows, rows)
    probability = 1 / (1 + np.exp(-belief.mean))
    verdicts = Verdicts(
        np.zeros(count, np.int32),
        np.full(count, BACKGROUND, np.int32),
        probability,
        belief.mean,
        belief.variance,
        np.zeros(count, np.uint8),
        rows,
        np.full(count, -1),
    )
    return belief, verdicts, pieces


def value(places: list[float], correction: np.ndarray | None = None) -> np.ndarray:
    belief, verdicts, pieces = scene(places)
    free = np.full(100 * len(places), UNCORRECTED, np.int32)
    return value_of_labels(belief, verdicts, pieces, free if correction is None else correction)


def test_where_nothing_is_alike_a_label_teaches_nothing():
    assert value([0.0, 50.0, 100.0]) == pytest.approx(0, abs=1e-6)


def test_a_label_whose_like_are_many_teaches_more_than_one_whose_like_are_few():
    taught = value([0.0, 0.05, 0.1, 0.15, 0.2, 50.0, 50.1, 100.0])
    assert taught[:5].min() > 2 * taught[5:7].max()
    assert taught[5:7].min() > 0
    assert taught[7] == pytest.approx(0, abs=1e-6)


def test_what_is_labelled_already_gains_nothing():
    correction = np.full(400, UNCORRECTED, np.int32)
    correction[:100] = 0
    taught = value([0.0, 0.1, 0.2, 0.3], correction)
    assert taught[0] == 0
    assert (taught[1:] > 0).all()
    assert not value([0.0, 0.1, 0.2, 0.3], np.zeros(400, np.int32)).any()


@pytest.mark.parametrize("seed", range(2))
def test_value_is_never_negative_and_finite(seed):
    scan, boxes = random_scan(seed), random_boxes(seed)
    ready = prepared(scan, boxes)
    for correction in (nothing(scan), np.where(scan.superpoint < 9, np.int32(BACKGROUND), nothing(scan))):
        belief = ready.belief(ready.lessons(correction))
        taught = value_of_labels(belief, ready.verdicts(ready.lessons(correction), belief), ready.pieces, correction)
        assert taught.dtype == np.float32
        assert np.isfinite(taught).all()
        assert (taught >= 0).all()
        assert not taught[scan.superpoint[correction != UNCORRECTED]].any()


def test_sizes_are_those_of_the_instance_or_of_the_box_that_wants_it():
    _, verdicts, pieces = scene([0.0, 1.0, 2.0])
    verdicts.instance[2], verdicts.rival[2] = BACKGROUND, 0
    assert instance_sizes(verdicts, pieces).tolist() == [300, 300, 300]
    verdicts.instance[1] = 4
    assert instance_sizes(verdicts, pieces).tolist() == [200, 100, 200]


def test_mending_a_small_instance_is_worth_more_but_none_counts_as_smaller_than_fifty():
    gains = gain_of(np.full(4, 10.0), np.array([0, 50, 200, 5000]))
    assert gains[0] == gains[1] == pytest.approx(10 / np.sqrt(50))
    assert gains[1] == 2 * gains[2]
    assert gains[3] < gains[2]
    assert gain_of(np.zeros(1), np.array([9]))[0] == 0
