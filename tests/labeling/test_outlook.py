"""Laws of the estimate of what is left, and cases worked by hand."""

import subprocess
import sys
from dataclasses import replace
from math import erf, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gapro_annotator.errors import InvalidValueError
from gapro_annotator.labeling.labeler import label
from gapro_annotator.labeling.outlook import Outlook, look_ahead
from gapro_annotator.labeling.review import expected_wrong_share, rank_regions
from gapro_annotator.labels import NO_RIVAL, UNCORRECTED, Decision, PseudoLabels

IDS = [2, 5, 9]
COLUMNS = ("instance", "rival", "probability", "mean", "variance", "decision")


def labels(instance: np.ndarray, rival: np.ndarray, probability: np.ndarray) -> PseudoLabels:
    rows = len(instance)
    return PseudoLabels(
        instance=instance.astype(np.int32),
        rival=rival.astype(np.int32),
        probability=probability.astype(np.float32),
        mean=np.ones(rows, np.float32),
        variance=np.ones(rows, np.float32),
        decision=np.full(rows, Decision.ONE_BOX, np.uint8),
    )


def random_scan(seed: int, rows: int = 300) -> tuple[PseudoLabels, np.ndarray, np.ndarray]:
    """Twenty superpoints with a verdict each, a few points of them in no box, some corrections."""
    rng = np.random.default_rng(seed)
    superpoint = np.concatenate([np.arange(20), rng.integers(0, 20, rows - 20)]).astype(np.int32)
    pair = np.array([rng.permutation([-1, *IDS])[:2] for _ in range(20)])[superpoint]
    pair[rng.random(rows) < 0.1] = [-1, NO_RIVAL]
    probability = rng.choice([0.5, 0.75, 0.875, 1.0], 20)[superpoint]
    correction = np.where(rng.random(rows) < 0.1, rng.choice([-1, *IDS], rows), UNCORRECTED).astype(np.int32)
    return labels(pair[:, 0], pair[:, 1], probability), correction, superpoint


def close(a: Outlook, b: Outlook) -> bool:
    numbers = ("wrong_points", "wrong_share", "mean_iou", "ap", "clicks_worth", "clicks_to_good")
    return all(getattr(a, name) == pytest.approx(getattr(b, name)) for name in numbers)


seeds = st.integers(0, 10_000)


@given(seeds)
def test_where_all_is_certain_nothing_is_left_and_every_score_is_one(seed: int):
    pseudo, correction, superpoint = random_scan(seed)
    certain = replace(pseudo, probability=np.ones(len(pseudo), np.float32))
    assert look_ahead(certain, correction, superpoint, min_points=1) == Outlook(0, 0, 1, 1, 0, 0)
    everything = np.where(correction == UNCORRECTED, pseudo.instance, correction)
    assert look_ahead(pseudo, everything, superpoint, min_points=1) == Outlook(0, 0, 1, 1, 0, 0)


@given(seeds)
def test_the_wrong_share_is_that_of_the_review_queue(seed: int):
    pseudo, correction, superpoint = random_scan(seed)
    outlook = look_ahead(pseudo, correction, superpoint)
    assert outlook.wrong_share == pytest.approx(expected_wrong_share(pseudo, correction))
    asked = ((pseudo.rival != NO_RIVAL) | (correction != UNCORRECTED)).sum()
    assert outlook.wrong_points == pytest.approx(outlook.wrong_share * asked)


@given(seeds, st.integers(0, 19), st.sampled_from([-1, *IDS]))
def test_a_correction_never_leaves_more_wrong_points_or_clicks_to_good(seed: int, superpoint_: int, answer: int):
    pseudo, correction, superpoint = random_scan(seed)
    before = look_ahead(pseudo, correction, superpoint)
    region = (superpoint == superpoint_) & (pseudo.rival != NO_RIVAL)
    after = look_ahead(pseudo, np.where(region, np.int32(answer), correction), superpoint)
    assert after.wrong_points <= before.wrong_points
    assert after.wrong_share <= before.wrong_share
    assert after.clicks_to_good <= before.clicks_to_good


@given(seeds)
def test_nothing_depends_on_the_order_of_points_or_the_numbers_of_superpoints(seed: int):
    pseudo, correction, superpoint = random_scan(seed)
    rng = np.random.default_rng(seed)
    order, names = rng.permutation(len(pseudo)), rng.permutation(20).astype(np.int32)
    shuffled = replace(pseudo, **{name: getattr(pseudo, name)[order] for name in COLUMNS})
    expected = look_ahead(pseudo, correction, superpoint, min_points=10)
    assert close(look_ahead(shuffled, correction[order], names[superpoint[order]], min_points=10), expected)


@given(seeds, st.sampled_from([0.0, 0.02, 0.1, 0.3]))
def test_answering_the_worthiest_regions_reaches_what_is_good_enough_and_one_less_does_not(seed: int, line: float):
    pseudo, correction, superpoint = random_scan(seed)
    clicks = look_ahead(pseudo, correction, superpoint, good_enough=line).clicks_to_good

    def share_after(answered: int) -> float:
        answers, doubt = correction.copy(), (1 - pseudo.probability) * (correction == UNCORRECTED)
        doubt[pseudo.rival == NO_RIVAL] = 0
        worth = np.bincount(superpoint, weights=doubt)
        for chosen in np.argsort(-worth)[:answered]:
            mine = (superpoint == chosen) & (pseudo.rival != NO_RIVAL) & (correction == UNCORRECTED)
            answers[mine] = pseudo.instance[mine]
        return expected_wrong_share(pseudo, answers)

    assert share_after(clicks) <= line + 1e-9
    if clicks:
        assert share_after(clicks - 1) > line


def test_two_regions_worked_by_hand():
    # Object 2: 100 certain points and 50 that are background with probability 1/4.
    superpoint = np.repeat([0, 1], [100, 50]).astype(np.int32)
    pseudo = labels(np.full(150, 2), np.full(150, -1), np.repeat([1.0, 0.75], [100, 50]))
    free = np.full(150, UNCORRECTED, np.int32)
    outlook = look_ahead(pseudo, free, superpoint)
    assert outlook.wrong_points == 12.5
    assert outlook.wrong_share == pytest.approx(12.5 / 150)
    # 0.5 % of 150 points is less than 12.5; one answer leaves nothing.
    assert (outlook.clicks_worth, outlook.clicks_to_good) == (1, 1)
    assert look_ahead(pseudo, free, superpoint, worth_of_size=0.1).clicks_worth == 0
    # Margin at t: 137.5 - 150 t, standard deviation 50 sqrt(3/16); union is certain.
    deviation = 50 * sqrt(3 / 16)
    above = [0.5 + 0.5 * erf((137.5 - 150 * t / 100) / deviation / sqrt(2)) for t in range(50, 100, 5)]
    assert outlook.ap == pytest.approx(np.mean([p * (1 + p) / 2 for p in above]))
    assert outlook.mean_iou is not None
    assert 0.85 < outlook.mean_iou < 137.5 / 150


def test_doubt_about_a_rival_lowers_the_iou_of_both():
    superpoint = np.repeat([0, 1, 2], [200, 200, 100]).astype(np.int32)
    instance, rival = np.repeat([2, 5, 2], [200, 200, 100]), np.repeat([-1, -1, 5], [200, 200, 100])
    free = np.full(500, UNCORRECTED, np.int32)

    def iou(probability: float) -> float:
        said = np.repeat([1.0, 1.0, probability], [200, 200, 100])
        found = look_ahead(labels(instance, rival, said), free, superpoint).mean_iou
        assert found is not None
        return found

    assert iou(1.0) == 1
    assert iou(0.9) > iou(0.7) > iou(0.5)
    # A coin toss: (250/300 + 200/250) / 2 to first order.
    assert iou(0.5) == pytest.approx((250 / 300 + 200 / 250) / 2, abs=0.03)


def test_small_instances_and_scans_without_any_have_no_scores():
    superpoint = np.zeros(50, np.int32)
    free = np.full(50, UNCORRECTED, np.int32)
    small = look_ahead(labels(np.full(50, 2), np.full(50, -1), np.full(50, 0.5)), free, superpoint)
    assert (small.mean_iou, small.ap, small.wrong_points) == (None, None, 25)
    nothing = labels(np.full(50, -1), np.full(50, NO_RIVAL), np.full(50, 0.999))
    assert look_ahead(nothing, free, superpoint) == Outlook(0, 0, None, None, 0, 0)
    none = np.zeros(0, np.int32)
    assert look_ahead(labels(none, none, none), none, none) == Outlook(0, 0, None, None, 0, 0)


def test_a_withdrawn_correction_is_in_doubt_again():
    pseudo = labels(np.full(200, 2), np.full(200, -1), np.ones(200))
    learnt = replace(pseudo, decision=np.full(200, Decision.PERSON, np.uint8))
    free = np.full(200, UNCORRECTED, np.int32)
    assert look_ahead(learnt, free, np.zeros(200, np.int32)).wrong_points == 100


def test_clicks_of_a_labelled_room_are_regions_of_its_queue(room):
    pseudo = label(room.request()).pseudo
    free = np.full(len(room.scan), UNCORRECTED, np.int32)
    regions = rank_regions(room.scan, pseudo, free)
    sizes = [int((pseudo.instance == box).sum()) for box in room.boxes.id]
    of_size = float(np.median([region.worth for region in regions])) / float(np.median(sizes))
    outlook = look_ahead(pseudo, free, room.scan.superpoint, worth_of_size=of_size)
    assert outlook.wrong_points == pytest.approx(sum(region.worth for region in regions))
    worth = [region.worth for region in regions if region.worth >= of_size * np.median(sizes)]
    assert 0 < outlook.clicks_worth == len(worth) < len(regions)
    by_worth = sorted((region.worth for region in regions), reverse=True)
    left = sum(by_worth[outlook.clicks_to_good :])
    assert left <= 0.02 * sum(len(region.points) for region in regions) * (1 + 1e-9)


def test_what_does_not_fit_is_refused():
    pseudo, correction, superpoint = random_scan(0)
    with pytest.raises(InvalidValueError, match="correction"):
        look_ahead(pseudo, correction[:-1].copy(), superpoint)
    with pytest.raises(InvalidValueError, match="superpoint"):
        look_ahead(pseudo, correction, superpoint[:-1].copy())
    with pytest.raises(InvalidValueError, match="share from 0 to 1"):
        look_ahead(pseudo, correction, superpoint, good_enough=2)


def test_the_outlook_loads_without_torch():
    code = "import sys, gapro_annotator.labeling.outlook; print('torch' in sys.modules, 'scipy' in sys.modules)"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.split() == ["False", "False"]
