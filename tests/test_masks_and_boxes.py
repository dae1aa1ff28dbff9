"""Masks that overlap, boxes around objects, and S3DIS's measures: by hand, and against naive twins."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gapro_annotator.classes import Classes
from gapro_annotator.errors import InvalidValueError
from gapro_annotator.evaluation import (
    InstancePrediction,
    MaskPrediction,
    Outcomes,
    Scores,
    format_table,
    pool_scores,
    score_labels,
    score_masks,
    score_prediction,
)
from gapro_annotator.evaluation.coverage import COVERAGE_MEASURES
from gapro_annotator.evaluation.hulls import box_iou
from gapro_annotator.evaluation.precision import PERCENTS
from gapro_annotator.labels import GroundTruth

CLASSES = Classes.of(["chair", "table"])
SMALLEST = 8


def masks(points: int, *found: tuple[range, int, float]) -> MaskPrediction:
    """(rows, class, confidence) of each object."""
    return MaskPrediction(
        points,
        tuple(np.array(rows, np.int64) for rows, _, _ in found),
        np.array([class_id for _, class_id, _ in found], np.int32),
        np.array([confidence for _, _, confidence in found], np.float64),
    )


def truth_of(instance: list[int], class_of: dict[int, int] | None = None) -> GroundTruth:
    semantic = [-1 if i < 0 else (class_of or {}).get(i, 0) for i in instance]
    return GroundTruth(np.array(instance, np.int32), np.array(semantic, np.int32))


def line(points: int) -> np.ndarray:
    """Points 1 m apart along x."""
    xyz = np.zeros((points, 3), np.float32)
    xyz[:, 0] = np.arange(points)
    return xyz


# By hand ------------------------------------------------------------------------------------------------------------


def test_masks_that_overlap_are_scored_each_with_its_own_confidence():
    # Objects 0..19 and 20..39. The surest mask is right, the next finds the same object again, the last is right.
    truth = truth_of([0] * 20 + [1] * 20)
    found = masks(40, (range(20), 0, 0.9), (range(15), 0, 0.6), (range(18, 40), 0, 0.3))
    scores = score_masks(found, truth, CLASSES, min_points=SMALLEST).to_dict()
    # Recall 1, 1/2, 1/2, 0 and precision 2/3, 1/2, 1, 1; each weighs half the step between its neighbours.
    assert scores["ap50"] == pytest.approx(2 / 3 * 0.25 + 1 / 2 * 0.25 + 1 * 0.25 + 1 * 0.25)
    assert scores["mean_iou"] == pytest.approx((1 + 20 / 22) / 2)
    assert scores["mprec"] == pytest.approx(2 / 3)
    assert scores["mrec"] == 1.0


def test_the_average_precision_of_pascal_voc_lies_below_the_envelope():
    # Right, wrong, right of three objects: recall 1/3 1/3 2/3, precision 1 1/2 2/3.
    outcomes = Outcomes(np.array([True, False, True]), np.array([0.9, 0.6, 0.3]), 1)
    assert outcomes.area_below_envelope() == pytest.approx(1 / 3 * 1 + 1 / 3 * 2 / 3)
    # Precision may rise with recall: wrong, right, right of two objects are 2/3 everywhere.
    outcomes = Outcomes(np.array([False, True, True]), np.array([0.9, 0.6, 0.3]), 0)
    assert outcomes.area_below_envelope() == pytest.approx(2 / 3)


def test_one_constant_confidence_is_one_point_of_the_curve():
    outcomes = Outcomes(np.array([True, False, True, False]), np.ones(4), 2)
    assert outcomes.area_below_envelope() == pytest.approx(2 / 4 * 2 / 4)
    assert Outcomes(outcomes.true[::-1], np.ones(4), 2).area_below_envelope() == outcomes.area_below_envelope()


def test_boxes_of_which_half_is_common():
    box = np.array([[[0, 0, 0], [2, 1, 1]]], np.float64)
    other = np.array([[[1, 0, 0], [3, 1, 1]], [[5, 0, 0], [6, 1, 1]]], np.float64)
    assert box_iou(box, other) == pytest.approx(np.array([[1 / 3, 0]]), abs=1e-5)
    flat = np.array([[[0, 0, 0], [2, 1, 0]]], np.float64)
    assert box_iou(flat, flat) == pytest.approx(1)
    assert box_iou(np.full((1, 2, 3), np.nan), flat).tolist() == [[0.0]]


def test_a_box_is_found_by_few_points_of_its_object():
    # Every third point of an object: the mask's IoU is 1/3, its box is nearly the object's.
    truth = truth_of([0] * 31 + [-1] * 9)
    found = masks(40, (range(0, 31, 3), 0, 0.5))
    scores = score_masks(found, truth, CLASSES, min_points=SMALLEST, xyz=line(40)).to_dict()
    assert (scores["ap50"], scores["box_ap50"], scores["class_agnostic"]["box_ap25"]) == (0.0, 1.0, 1.0)
    assert scores["per_class"]["chair"]["box_ap50"] == 1.0
    assert scores["per_class"]["table"]["box_ap50"] is None


def test_a_box_of_another_class_counts_only_class_agnostically():
    truth = truth_of([0] * 20 + [1] * 20, {0: 0, 1: 1})
    found = masks(40, (range(20), 1, 0.9), (range(20, 40), 1, 0.5))
    scores = score_masks(found, truth, CLASSES, min_points=SMALLEST, xyz=line(40)).to_dict()
    assert scores["class_agnostic"]["box_ap50"] == 1.0
    assert scores["per_class"]["chair"]["box_ap50"] == 0.0
    assert scores["per_class"]["table"]["box_ap50"] == pytest.approx(0.5)  # a wrong one is surer
    assert scores["box_ap50"] == pytest.approx(0.25)


def test_a_box_on_a_small_object_is_left_out():
    truth = truth_of([0] * 20 + [1] * 5 + [-1] * 15)
    found = masks(40, (range(20, 28), 0, 0.9), (range(20), 0, 0.5))
    scores = score_masks(found, truth, CLASSES, min_points=SMALLEST, xyz=line(40)).to_dict()
    assert scores["box_ap50"] == 1.0


def test_coverage_by_hand():
    # 30 points covered by 2/3, 10 points wholly, 20 points not at all.
    truth = truth_of([0] * 30 + [1] * 10 + [2] * 20)
    labels = np.array([5] * 20 + [-1] * 10 + [6] * 10 + [7] * 8 + [-1] * 12, np.int32)
    semantic = np.where(labels == 7, 1, np.minimum(labels, 0)).astype(np.int32)
    scores = score_labels(labels, semantic, truth.instance, truth.semantic, CLASSES, min_points=SMALLEST).to_dict()
    assert scores["mcov"] == pytest.approx((2 / 3 + 1 + 0) / 3)
    assert scores["mwcov"] == pytest.approx((2 / 3 * 30 + 10) / 60)
    assert (scores["mprec"], scores["mrec"]) == (1.0, pytest.approx(2 / 3))
    assert scores["class_agnostic"]["mcov"] == pytest.approx((2 / 3 + 1 + 8 / 20) / 3)
    assert scores["class_agnostic"]["mprec"] == pytest.approx(2 / 3)


def test_an_iou_of_exactly_one_half_counts_as_precise():
    truth = truth_of([0] * 20)
    scores = score_masks(masks(20, (range(10), 0, 1.0)), truth, CLASSES, min_points=SMALLEST).to_dict()
    assert (scores["mprec"], scores["mrec"], scores["ap50"]) == (1.0, 1.0, 0.0)


def test_pooling_averages_coverage_over_scans_and_sums_counts():
    # As ASIS does: a scan with one object weighs as much as a scan with three; precision and recall count objects.
    one = score_masks(masks(20, (range(20), 0, 1.0)), truth_of([0] * 20), CLASSES, min_points=SMALLEST)
    three = score_masks(
        masks(60, (range(10), 0, 1.0), (range(15, 25), 0, 0.5)),
        truth_of([0] * 20 + [1] * 20 + [2] * 20),
        CLASSES,
        min_points=SMALLEST,
        xyz=line(60),
    )
    nothing = score_masks(masks(9), truth_of([-1] * 9), CLASSES, min_points=SMALLEST)
    pooled = pool_scores([one, three, nothing]).to_dict()
    assert pooled["mcov"] == pytest.approx((1 + (1 / 2 + 1 / 5 + 0) / 3) / 2)
    assert pooled["mrec"] == pytest.approx(2 / 4)
    assert pooled["mprec"] == pytest.approx(2 / 3)
    assert pooled["box_ap50"] is None  # the places of one scan are not known
    assert three.to_dict()["box_ap50"] == 0.0


def test_boxes_of_several_scans_are_one_curve():
    good = score_masks(masks(20, (range(20), 0, 0.4)), truth_of([0] * 20), CLASSES, min_points=5, xyz=line(20))
    bad = score_masks(masks(20, (range(5), 0, 0.9)), truth_of([0] * 20), CLASSES, min_points=5, xyz=line(20))
    assert pool_scores([good, bad]).to_dict()["box_ap50"] == pytest.approx(1 / 2 * 1 / 2)


def test_no_prediction_and_an_empty_mask_score_nothing():
    truth = truth_of([0] * 20)
    for found in (masks(20), masks(20, (range(0), 0, 1.0))):
        scores = score_masks(found, truth, CLASSES, min_points=0, xyz=line(20)).to_dict()
        assert {scores[key] for key in ("ap", "box_ap50", "box_ap25", *COVERAGE_MEASURES)} == {0.0}


def test_masks_and_places_must_fit_the_scan():
    with pytest.raises(InvalidValueError, match="5 rows but the ground truth has 6"):
        score_masks(masks(5), truth_of([0] * 6), CLASSES)
    with pytest.raises(InvalidValueError, match="xyz must have the shape 6 × 3"):
        score_masks(masks(6), truth_of([0] * 6), CLASSES, xyz=line(5))


def test_the_table_has_columns_of_boxes_and_a_line_of_coverage():
    classes = Classes.of(["a cupboard of a rather long name"])
    truth = truth_of([0] * 20)
    scores = score_masks(masks(20, (range(20), 0, 1.0)), truth, classes, min_points=SMALLEST, xyz=line(20))
    text = format_table({"one scan": scores, "another": scores})
    assert max(map(len, text.splitlines())) <= 100
    assert text.splitlines()[0].split() == ["objects", "AP", "AP50", "AP25", "AP90", "BOX50", "BOX25"]
    assert "mCov 100.0 %  mWCov 100.0 %  mPrec 100.0 %  mRec 100.0 %" in text


# Against naive twins ------------------------------------------------------------------------------------------------


@st.composite
def scenes(draw: st.DrawFn) -> tuple[np.ndarray, MaskPrediction, GroundTruth]:
    seed = draw(st.integers(0, 10_000))
    random = np.random.default_rng(seed)
    rows = 120
    objects = draw(st.integers(0, 6))
    instance = np.sort(random.integers(-1, max(objects, 1), rows)).astype(np.int32) if objects else np.full(rows, -1)
    class_of = random.integers(-1, 2, 10)
    semantic = np.where(instance >= 0, class_of[instance], -1).astype(np.int32)
    count = draw(st.integers(0, 8))
    found = []
    for _ in range(count):
        start, length = random.integers(0, rows), random.integers(0, 40)
        kept = np.arange(start, min(start + length, rows))
        found.append(kept[random.random(len(kept)) < 0.9].astype(np.int64))
    confidence = random.choice([0.2, 0.5, 0.8], count)
    prediction = MaskPrediction(rows, tuple(found), random.integers(-1, 2, count).astype(np.int32), confidence)
    return random.random((rows, 3)).astype(np.float32), prediction, GroundTruth(instance.astype(np.int32), semantic)


def naive_outcomes(
    objects: list[np.ndarray], found: list[np.ndarray], confidence: list[float], void: np.ndarray, threshold: float
) -> tuple[list[tuple[bool, float]], int]:
    """ScanNet's matching with dense masks and loops."""
    visited: set[int] = set()
    result: list[tuple[bool, float]] = []
    missed = 0
    for true in [one for one in objects if one.sum() >= SMALLEST]:
        best: float | None = None
        for number, mask in enumerate(found):
            if number in visited or (mask & true).sum() / (mask | true).sum() <= threshold:
                continue
            if best is None:
                best = confidence[number]
                visited.add(number)
            else:
                result.append((False, min(best, confidence[number])))
                best = max(best, confidence[number])
        missed += best is None
        if best is not None:
            result.append((True, best))
    for number, mask in enumerate(found):
        if any((mask & true).sum() / (mask | true).sum() > threshold for true in objects):
            continue
        small = [true for true in objects if true.sum() < SMALLEST]
        ignored = (mask & void).sum() + sum((mask & true).sum() for true in small)
        if ignored / mask.sum() <= threshold:
            result.append((False, confidence[number]))
    return sorted(result), missed


def naive_boxes(
    xyz: np.ndarray, objects: list[np.ndarray], found: list[np.ndarray], confidence: list[float], threshold: float
) -> float:
    """PASCAL VOC's average precision, one prediction after another, at the ends of equal confidences."""

    def overlap(a: np.ndarray, b: np.ndarray) -> float:
        low = np.maximum(xyz[a].min(0), xyz[b].min(0)).astype(float)
        high = np.minimum(xyz[a].max(0), xyz[b].max(0)).astype(float)
        common = np.prod(np.clip(high - low, 0, None))
        sizes = [np.prod(np.ptp(xyz[one].astype(float), axis=0)) for one in (a, b)]
        return common / (sum(sizes) - common)

    taken: set[int] = set()
    curve: list[tuple[float, bool]] = []
    for number in sorted(range(len(found)), key=lambda row: -confidence[row]):
        overlaps = [overlap(true, found[number]) for true in objects]
        best = int(np.argmax(overlaps)) if overlaps else -1
        if best >= 0 and overlaps[best] > threshold:
            if objects[best].sum() < SMALLEST:
                continue
            curve.append((confidence[number], best not in taken))
            taken.add(best)
        else:
            curve.append((confidence[number], False))
    total = sum(one.sum() >= SMALLEST for one in objects)
    points = []
    for level in sorted({c for c, _ in curve}, reverse=True):
        kept = [right for c, right in curve if c >= level]
        points.append((sum(kept) / total, sum(kept) / len(kept)))
    area, before = 0.0, 0.0
    for place, (recall, _) in enumerate(points):
        area += (recall - before) * max(precision for _, precision in points[place:])
        before = recall
    return area


def naive_coverage(objects: list[np.ndarray], found: list[np.ndarray], void: np.ndarray) -> dict[str, float]:
    def iou(a: np.ndarray, b: np.ndarray) -> float:
        return float((a & b).sum() / (a | b).sum())

    counted = [one for one in objects if one.sum() >= SMALLEST]
    best = [max([iou(true, mask) for mask in found], default=0.0) for true in counted]
    size = [int(true.sum()) for true in counted]
    small = [true for true in objects if true.sum() < SMALLEST]
    held = 0
    for mask in found:
        nobody = ((mask & void).sum() + sum((mask & true).sum() for true in small)) / mask.sum()
        right = any(iou(true, mask) >= 0.5 for true in counted)
        held += right or (nobody <= 0.5 and not any(iou(true, mask) >= 0.5 for true in small))
    right = sum(one >= 0.5 for one in best)
    held = max(held, right)
    return {
        "mcov": float(np.mean(best)),
        "mwcov": float(np.dot(best, size) / sum(size)),
        "mprec": right / held if held else 0.0,
        "mrec": right / len(counted),
    }


@given(scenes())
@settings(deadline=None, max_examples=150)
def test_overlapping_masks_score_as_the_naive_twins_say(scene: tuple[np.ndarray, MaskPrediction, GroundTruth]):
    xyz, prediction, truth = scene
    scores = score_masks(prediction, truth, CLASSES, min_points=SMALLEST, xyz=xyz)
    objects = {i: truth.instance == i for i in np.unique(truth.instance[truth.instance >= 0]).tolist()}
    class_of = {i: int(truth.semantic[one].max()) for i, one in objects.items()}
    dense = [np.isin(np.arange(len(truth)), rows) for rows in prediction.rows]
    for name, wanted in (("class-agnostic", None), ("chair", 0), ("table", 1)):
        mine = [i for i in objects if wanted is None or class_of[i] == wanted]
        kept = [k for k, m in enumerate(dense) if m.sum() >= SMALLEST and wanted in {None, prediction.class_id[k]}]
        void = truth.instance == -1
        for i, one in objects.items():
            if wanted is not None and class_of[i] == -1:
                void |= one
        arguments = ([objects[i] for i in mine], [dense[k] for k in kept], prediction.confidence[kept].tolist())
        actual = scores.class_agnostic if wanted is None else scores.per_class[name]
        for percent, outcome in zip(PERCENTS, actual.outcomes, strict=True):
            pairs, missed = naive_outcomes(*arguments, void, percent / 100)
            assert sorted(zip(outcome.true.tolist(), outcome.confidence.tolist(), strict=True)) == pairs
            assert outcome.missed == missed
        if not any(objects[i].sum() >= SMALLEST for i in mine):
            continue
        measures = actual.measures()
        for key, threshold in (("box_ap50", 0.5), ("box_ap25", 0.25)):
            assert measures[key] == pytest.approx(naive_boxes(xyz, *arguments, threshold))
        expected = naive_coverage(arguments[0], arguments[1], void)
        assert {key: measures[key] for key in COVERAGE_MEASURES} == pytest.approx(expected)


@given(scenes())
@settings(deadline=None, max_examples=50)
def test_masks_without_common_points_score_as_labels_do(scene: tuple[np.ndarray, MaskPrediction, GroundTruth]):
    xyz, prediction, truth = scene
    labels = prediction.as_labels()
    apart = MaskPrediction(
        len(truth),
        tuple(np.flatnonzero(labels.instance == i) for i in range(len(prediction))),
        prediction.class_id,
        prediction.confidence,
    )
    one: Scores = score_masks(apart, truth, CLASSES, min_points=SMALLEST, xyz=xyz)
    other = score_prediction(
        InstancePrediction(labels.instance, labels.id, labels.class_id, labels.confidence),
        truth,
        CLASSES,
        min_points=SMALLEST,
        xyz=xyz,
    )
    assert one.to_dict() == other.to_dict()
