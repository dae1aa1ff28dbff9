"""Scores against cases worked by hand; docs/evaluation.md shows the same arithmetic."""

import json
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gapro_annotator.classes import Classes
from gapro_annotator.errors import InvalidValueError
from gapro_annotator.evaluation import (
    ALL_MEASURES,
    InstancePrediction,
    Outcomes,
    Scores,
    format_table,
    pool_scores,
    score_labels,
    score_prediction,
    to_json,
)
from gapro_annotator.labels import GroundTruth

CLASSES = Classes.of(["chair", "table"])


def runs(*parts: tuple[int, int]) -> np.ndarray:
    """(value, how often) one after another."""
    return np.concatenate([np.full(count, value, np.int32) for value, count in parts])


def score(
    labels: np.ndarray,
    truth: np.ndarray,
    *,
    class_of: dict[int, int] | None = None,
    true_class_of: dict[int, int] | None = None,
    confidence: dict[int, float] | None = None,
    min_points: int = 100,
) -> Scores:
    def semantic(instance: np.ndarray, known: dict[int, int] | None) -> np.ndarray:
        return np.array([-1 if i < 0 else (known or {}).get(i, 0) for i in instance.tolist()], np.int32)

    return score_labels(
        labels,
        semantic(labels, class_of),
        truth,
        semantic(truth, true_class_of if true_class_of is not None else class_of),
        CLASSES,
        confidence=confidence,
        min_points=min_points,
    )


def test_perfect_labels_score_one_everywhere():
    truth = runs((3, 150), (-1, 40), (7, 120))
    result = score(truth, truth, class_of={3: 0, 7: 1}).to_dict()
    assert all(result[key] == 1.0 for key in ("ap", "ap50", "ap25", "ap90", "mean_iou"))
    # Without places the boxes around the objects are not known.
    boxes = {"box_ap50": None, "box_ap25": None}
    assert result["class_agnostic"] == dict.fromkeys(ALL_MEASURES, 1.0) | boxes


def test_ap_counts_the_ten_thresholds_from_50_to_95_per_cent():
    # One object of 200 points, 145 of them labelled: IoU 0.725 lies above .50 .55 .60 .65 .70, five of ten.
    result = score(runs((1, 145), (-1, 55)), runs((1, 200))).to_dict()
    assert result["ap"] == pytest.approx(0.5)
    assert (result["ap50"], result["ap25"], result["ap90"]) == (1.0, 1.0, 0.0)
    assert result["mean_iou"] == pytest.approx(0.725)


def test_an_iou_equal_to_the_threshold_is_no_match():
    result = score(runs((1, 100), (-1, 100)), runs((1, 200))).to_dict()
    assert (result["ap50"], result["ap25"]) == (0.0, 1.0)


def test_threshold_95_is_among_the_ten():
    # IoU 0.94 passes nine thresholds and fails the tenth.
    assert score(runs((1, 188), (-1, 12)), runs((1, 200))).to_dict()["ap"] == pytest.approx(0.9)


def test_constant_confidence_gives_half_recall_times_one_plus_precision():
    # Four objects; labels 1 and 2 find theirs, 3 takes a third of object 3 and all of 4's points go to 3 as well.
    truth = runs((1, 300), (2, 300), (3, 300), (4, 300))
    labels = runs((1, 300), (2, 300), (-1, 200), (3, 100), (3, 100), (-1, 200))
    result = score(labels, truth).to_dict()
    recall, precision = 2 / 4, 2 / 3
    assert result["ap50"] == pytest.approx(recall * (1 + precision) / 2)
    assert result["class_agnostic"]["ap"] == pytest.approx(recall * (1 + precision) / 2)


@given(st.lists(st.booleans(), max_size=30), st.integers(0, 10), st.floats(-5, 5))
def test_the_integral_of_a_constant_confidence_is_that_formula(true: list[bool], missed: int, confidence: float):
    outcomes = Outcomes(np.array(true, np.bool_), np.full(len(true), confidence), missed)
    found = sum(true)
    recall, precision = (found / (found + missed), found / len(true)) if found else (0.0, 0.0)
    assert outcomes.average_precision() == pytest.approx(recall * (1 + precision) / 2)


def test_distinct_confidences_are_integrated_as_scannet_does():
    # Ranked: right .9, wrong .6, right .3; one object missed, so three objects.
    # Curve from all kept to none: recall 2/3 1/3 1/3 0, precision 2/3 1/2 1 1; each precision weighs half the recall
    # step between its neighbours, the first one from its own recall: 1/6 · 2/3 + 1/6 · 1/2 + 1/6 · 1 + 1/6 · 1.
    outcomes = Outcomes(np.array([True, False, True]), np.array([0.9, 0.6, 0.3]), 1)
    assert outcomes.average_precision() == pytest.approx((2 / 3 + 1 / 2 + 1 + 1) / 6)


def test_only_the_order_of_confidences_counts():
    true = np.array([True, False, True, True, False])
    one = Outcomes(true, np.array([5.0, 4.0, 3.0, 3.0, 1.0]), 2).average_precision()
    assert Outcomes(true, np.array([0.9, 0.8, 0.5, 0.5, 0.1]), 2).average_precision() == one


def test_confidence_by_instance_reaches_the_score():
    truth = runs((1, 200), (2, 200))
    labels = runs((1, 200), (5, 100), (-1, 100))  # label 5 has IoU .5 with object 2: wrong
    sure_and_right = score(labels, truth, confidence={1: 0.9, 5: 0.1}).to_dict()["ap50"]
    sure_and_wrong = score(labels, truth, confidence={1: 0.1, 5: 0.9}).to_dict()["ap50"]
    # Right first: recall .5 .5 0, precision .5 1 1 → 0 + 1/4 + 1/4. Wrong first: recall .5 0 0, precision .5 0 1 → 1/8.
    assert sure_and_right == pytest.approx(0.5)
    assert sure_and_wrong == pytest.approx(0.125)


def test_a_small_object_is_neither_missed_nor_held_against_its_label():
    truth = runs((1, 200), (2, 99), (-1, 60))
    labels = runs((1, 200), (2, 99), (2, 60))  # label 2 covers 99 ignored and 60 unlabelled points
    result = score(labels, truth)
    assert result.class_agnostic.objects == 1
    assert result.to_dict()["ap"] == 1.0


def test_min_points_can_be_lowered():
    truth = runs((1, 200), (2, 60))
    assert score(runs((1, 200), (-1, 60)), truth, min_points=50).to_dict()["ap50"] == pytest.approx(0.5)


def test_a_small_prediction_is_dropped_instead_of_wrong():
    truth = runs((1, 300), (2, 300))
    labels = runs((1, 300), (9, 99), (2, 201))
    assert score(labels, truth).to_dict()["ap50"] == 1.0


def test_a_label_on_unlabelled_points_is_ignored_below_its_share():
    # Label 5: 120 of its 200 points (60 %) are background: ignored up to the threshold .55, wrong from .6 on.
    truth = runs((1, 200), (2, 300), (-1, 120))
    labels = runs((1, 200), (5, 80), (2, 220), (5, 120))
    result = score(labels, truth)
    true_counts = [len(outcome.true) for outcome in result.class_agnostic.outcomes[:4]]
    assert true_counts == [2, 2, 3, 3]


def test_a_label_of_the_wrong_class_counts_only_class_agnostically():
    truth = runs((1, 200))
    result = score(truth, truth, class_of={1: 1}, true_class_of={1: 0}).to_dict()
    assert result["class_agnostic"]["ap"] == 1.0
    assert result["ap"] == 0.0
    assert result["per_class"]["table"] == dict.fromkeys(ALL_MEASURES)


def test_two_labels_on_one_object_are_one_right_and_one_wrong():
    truth = runs((1, 300))
    result = score(runs((1, 150), (2, 150)), truth).to_dict()
    assert result["ap25"] == pytest.approx(1.0 * (1 + 1 / 2) / 2)
    assert result["mean_iou"] == pytest.approx(0.5)


def test_the_mean_is_over_classes_that_the_ground_truth_has():
    truth = runs((1, 200), (2, 200))
    labels = runs((1, 200), (-1, 200))
    both = score(labels, truth, class_of={1: 0, 2: 1}).to_dict()
    assert both["ap"] == pytest.approx(0.5)
    only_chairs = score(runs((1, 200), (8, 200)), runs((1, 200), (-1, 200)), class_of={1: 0, 8: 1}).to_dict()
    assert only_chairs["ap"] == 1.0


def test_a_scan_without_objects_has_no_scores():
    nothing = runs((-1, 50))
    result = to_json({"empty": score(nothing, nothing)})
    assert result["all"]["ap"] is None
    assert result["all"]["mean_iou"] is None
    assert result["scans"]["empty"]["class_agnostic"]["ap90"] is None


def test_pooling_puts_matches_together_and_does_not_average_scans():
    good = score(runs((1, 200)), runs((1, 200)))
    truth = runs((1, 200), (2, 200), (3, 200))
    bad = score(runs((1, 100), (-1, 100), (2, 100), (-1, 100), (-1, 200)), truth)
    pooled = pool_scores([good, bad]).to_dict()
    recall, precision = 1 / 4, 1 / 3
    assert pooled["ap50"] == pytest.approx(recall * (1 + precision) / 2)
    assert pooled["mean_iou"] == pytest.approx((1 + 0.5 + 0.5 + 0) / 4)


def test_renumbering_the_labels_changes_nothing():
    generator = np.random.default_rng(4)
    truth = np.repeat(generator.integers(-1, 8, 60), 50).astype(np.int32)
    labels = np.where(generator.random(3000) < 0.85, truth, generator.integers(-1, 8, 3000)).astype(np.int32)
    renumbered = np.where(labels >= 0, 1000 - 37 * labels, -1).astype(np.int32)
    assert to_json({"a": score(labels, truth)}) == to_json({"a": score(renumbered, truth)})


def test_wrong_points_inside_boxes_are_a_share_of_the_points_inside_boxes():
    truth = runs((1, 100), (-1, 100))
    labels = runs((1, 90), (-1, 10), (1, 30), (-1, 70))
    in_boxes = np.arange(200) < 160
    semantic, true_semantic = np.minimum(labels, 0), np.minimum(truth, 0)
    result = score_labels(labels, semantic, truth, true_semantic, CLASSES, in_boxes=in_boxes)
    assert result.to_dict()["wrong_in_boxes"] == pytest.approx(40 / 160)
    assert pool_scores([result, result]).to_dict()["wrong_in_boxes"] == pytest.approx(40 / 160)
    assert "wrong_in_boxes" not in pool_scores([result, score(labels, truth)]).to_dict()


def test_the_json_is_json_and_has_every_key():
    truth = runs((1, 200), (2, 200))
    result = to_json({"a": score(truth, truth), "b": score(truth, runs((1, 400)))})
    assert json.loads(json.dumps(result, allow_nan=False)) == result
    keys = {"ap", "ap50", "ap25", "ap90", "box_ap50", "box_ap25", "mcov", "mwcov", "mprec", "mrec"}
    assert set(result["all"]) == keys | {"class_agnostic", "mean_iou", "per_class"}
    assert set(result["all"]["class_agnostic"]) == keys
    assert set(result["all"]["per_class"]) == {"chair", "table"}
    assert list(result["scans"]) == ["a", "b"]


def test_the_table_shows_classes_their_mean_and_the_class_agnostic_scores():
    truth = runs((1, 200), (2, 200))
    text = format_table({"a": score(runs((1, 145), (-1, 255)), truth, class_of={1: 0, 2: 1})})
    lines = {line[:16].strip(): line.split()[-4:] for line in text.splitlines() if line}
    assert lines["chair"] == ["50.0", "100.0", "100.0", "0.0"]
    assert lines["table"] == ["0.0", "0.0", "0.0", "0.0"]
    assert lines["mean of classes"] == ["25.0", "50.0", "50.0", "0.0"]
    assert lines["class-agnostic"] == ["25.0", "50.0", "50.0", "0.0"]
    assert "mean IoU 36.2 %" in text


def test_predictions_name_every_instance_and_fit_the_scan():
    with pytest.raises(InvalidValueError, match="predicted instance 2"):
        InstancePrediction(runs((2, 5)), np.array([1], np.int32), np.array([0], np.int32), np.ones(1))
    labels, truth = InstancePrediction.from_labels(runs((1, 5)), runs((0, 5))), runs((1, 6))
    with pytest.raises(InvalidValueError, match="5 rows but the ground truth has 6"):
        score_prediction(labels, GroundTruth(truth, truth), CLASSES)


def test_a_large_scan_is_scored_in_a_moment():
    generator = np.random.default_rng(0)
    truth = generator.integers(-1, 60, 150_000).astype(np.int32)
    labels = np.where(generator.random(150_000) < 0.9, truth, -1).astype(np.int32)
    semantic = np.where(truth >= 0, truth % 2, -1).astype(np.int32)
    started = time.perf_counter()
    score_labels(labels, semantic, truth, semantic, CLASSES)
    assert time.perf_counter() - started < 0.5
