"""A scan that was made ready: corrections move it, and taking them back gives the former labels to the last bit."""

from dataclasses import replace

import numpy as np
import pytest
from labeling_laws import assert_equal, assert_lawful
from labeling_scenes import nothing, prepared

from gapro_annotator.demo import generate_room
from gapro_annotator.document import ScanDocument
from gapro_annotator.labeling.prepared import PreparedScan, first_guess
from gapro_annotator.labeling.traits import Candidates
from gapro_annotator.labels import BACKGROUND, UNCORRECTED, Decision

SWITCHES = (
    "slack",
    "planes",
    "contacts",
    "likeness",
    "process",
    "graph",
    "learn_hyperparameters",
    "teach_alike",
    "teach_near",
)


@pytest.fixture(scope="module")
def generated() -> ScanDocument:
    return generate_room(3, points=8000)


@pytest.fixture(scope="module")
def ready(generated) -> PreparedScan:
    return prepared(generated.scan, generated.boxes)


def corrected(generated: ScanDocument, seed: int, superpoints: int) -> np.ndarray:
    """Some superpoints with boxes, labelled as they truly are."""
    assert generated.ground_truth is not None
    boxed = np.unique(generated.scan.superpoint[generated.boxes.count_per_point(generated.scan.xyz) > 0])
    chosen = np.random.default_rng(seed).choice(boxed, superpoints, replace=False)
    truth = generated.ground_truth.instance
    return np.where(np.isin(generated.scan.superpoint, chosen), truth, np.int32(UNCORRECTED)).astype(np.int32)


@pytest.mark.parametrize("superpoints", [1, 5, 40])
def test_corrections_stay_and_are_certain(generated, ready, superpoints):
    correction = corrected(generated, superpoints, superpoints)
    assert_lawful(ready.answer(correction), correction, ready.evidence.boxes)


def test_taking_corrections_back_gives_the_former_labels_to_the_last_bit(generated, ready):
    first, second = corrected(generated, 1, 4), corrected(generated, 2, 4)
    before, one = ready.answer(nothing(generated.scan)), ready.answer(first)
    both = np.where(second != UNCORRECTED, second, first)
    assert (ready.answer(both).instance != before.instance).any()
    assert_equal(ready.answer(first), one)
    assert_equal(ready.answer(nothing(generated.scan)), before)
    assert_equal(prepared(generated.scan, generated.boxes).answer(first), one)


def test_evidence_never_undecides_a_correction(generated, ready):
    """Whatever else is labelled, also if it contradicts, what a person labelled stays."""
    random = np.random.default_rng(0)
    correction = nothing(generated.scan)
    ids = [*generated.boxes.id.tolist(), BACKGROUND]
    for superpoint in random.choice(generated.scan.superpoint_count, 30, replace=False):
        before = correction.copy()
        points = (generated.scan.superpoint == superpoint) & (correction == UNCORRECTED)
        correction[points] = random.choice(ids)
        pseudo = ready.answer(correction)
        kept = before != UNCORRECTED
        assert (pseudo.instance[kept] == before[kept]).all()
        assert (pseudo.probability[kept] == 1).all()
        assert (pseudo.decision[kept] == Decision.PERSON).all()


def doubtful(ready: PreparedScan) -> int:
    """A superpoint in one piece of which nobody is sure."""
    verdicts, pieces = ready.before, ready.pieces
    alone = np.bincount(pieces.superpoint)[pieces.superpoint] == 1
    doubt = np.where(alone & (pieces.size >= 20), 1 - verdicts.probability, -1)
    return int(pieces.superpoint[doubt.argmax()])


def test_a_brush_on_a_tenth_of_a_superpoint_keeps_its_points_and_moves_the_rest_a_little(generated, ready):
    superpoint = doubtful(ready)
    points = np.flatnonzero((generated.scan.superpoint == superpoint) & (ready.pieces.of_point >= 0))
    before = ready.answer(nothing(generated.scan))
    said = int(before.rival[points[0]])
    latents = []
    for share in (0.1, 0.4, 1.0):
        correction = nothing(generated.scan)
        labelled, rest = np.split(points, [max(1, int(share * len(points)))])
        correction[labelled] = said
        pseudo = ready.answer(correction)
        assert (pseudo.instance[labelled] == said).all()
        assert (pseudo.probability[labelled] == 1).all()
        assert (pseudo.probability[rest] < 1).all()
        assert len({*pseudo.instance[rest].tolist()}) <= 1
        belief = ready.belief(ready.lessons(correction))
        row = ready.candidates.superpoint == superpoint
        latents.append(np.abs(belief.mean - ready.process.mean)[row].max())
    assert 0 < latents[0] < latents[1] < latents[2]


def test_a_correction_moves_what_is_near_and_alike_most(generated, ready):
    superpoint = doubtful(ready)
    correction = nothing(generated.scan)
    correction[generated.scan.superpoint == superpoint] = BACKGROUND
    moved = np.abs(ready.belief(ready.lessons(correction)).mean - ready.process.mean)
    own = int(np.flatnonzero(ready.candidates.superpoint == superpoint)[0])
    prior = ready.process.covariance_with(np.array([own]))[:, 0] / np.sqrt(
        ready.process.variance * ready.process.variance[own]
    )
    order = np.argsort(prior)
    assert moved[order[-10:]].mean() > 2 * moved[order[:10]].mean()


def test_without_teaching_a_correction_moves_nothing_but_itself(generated):
    still = prepared(generated.scan, generated.boxes, teach_alike=False, teach_near=False)
    correction = corrected(generated, 3, 6)
    before, after = still.answer(nothing(generated.scan)), still.answer(correction)
    others = ~np.isin(generated.scan.superpoint, generated.scan.superpoint[correction != UNCORRECTED])
    assert (before.instance[others] == after.instance[others]).all()
    np.testing.assert_allclose(before.probability[others], after.probability[others], atol=1e-6)
    assert_lawful(after, correction, still.evidence.boxes)


@pytest.mark.parametrize("switch", SWITCHES)
def test_every_ingredient_can_be_switched_off(generated, switch):
    correction = corrected(generated, 4, 3)
    without = prepared(generated.scan, generated.boxes, **{switch: False})
    pseudo = without.answer(correction)
    assert_lawful(pseudo, correction, without.evidence.boxes)
    assert ("process" in pseudo.provenance) == (switch != "process")


@pytest.mark.parametrize("switch", ["slack", "planes", "contacts", "likeness", "process", "graph"])
def test_each_ingredient_says_something(generated, switch):
    """A switch that changes nothing would be a switch that is not wired."""
    random = np.random.default_rng(6)
    noise = random.normal(0, 0.02, (2, len(generated.boxes), 3)).astype(np.float32)
    given = generated.boxes
    boxes = replace(given, lower=given.lower - abs(noise[0]), upper=given.upper + noise[1].clip(0))
    latents = [prepared(generated.scan, boxes, **settings).process.mean for settings in ({}, {switch: False})]
    assert len(latents[0]) != len(latents[1]) or np.abs(latents[0] - latents[1]).max() > 1e-3


def test_teaching_by_likeness_alone_reaches_far_and_by_nearness_alone_does_not(generated):
    correction = corrected(generated, 5, 3)
    moved = {}
    for switch in ("teach_alike", "teach_near"):
        one = prepared(generated.scan, generated.boxes, **{switch: False})
        moved[switch] = np.abs(one.belief(one.lessons(correction)).mean - one.process.mean)
    assert np.median(moved["teach_near"]) > np.median(moved["teach_alike"])


def test_first_guess_is_a_softmax_over_boxes_and_background():
    candidates = Candidates(np.array([0, 0, 2]), np.array([0, 1, 0]), np.ones(3), 3)
    guess = first_guess(np.array([1.0, 800.0, -1.0]), candidates)
    np.testing.assert_allclose(guess, [0, 1, np.exp(-1) / (1 + np.exp(-1))], atol=1e-12)


def test_very_large_blocks_ask_the_largest_superpoints_and_label_all(generated, monkeypatch):
    monkeypatch.setattr("gapro_annotator.labeling.ownership._MOST_NODES", 40)
    monkeypatch.setattr("gapro_annotator.labeling.ownership._MOST_IN_BLOCK", 30)
    capped = prepared(generated.scan, generated.boxes)
    answers = capped.ownership.traits.values
    assert 0 < np.isnan(answers[:, 0]).mean() < 1
    assert np.isfinite(capped.process.mean).all()
    assert_lawful(capped.answer(nothing(generated.scan)), nothing(generated.scan), generated.boxes)
