"""Which prediction found which object: overlaps counted once, matched at every threshold by ScanNet's rules."""

from dataclasses import dataclass

import numpy as np

from gapro_annotator.arrays import Bool, Float32, Float64, Int32, Int64, check_array
from gapro_annotator.errors import InvalidValueError
from gapro_annotator.evaluation.coverage import Coverage
from gapro_annotator.evaluation.hulls import box_iou, hulls_of_labels, hulls_of_masks, match_boxes
from gapro_annotator.evaluation.masks import MaskPrediction
from gapro_annotator.evaluation.precision import BOX_PERCENTS, PERCENTS, ClassScores, Outcomes
from gapro_annotator.evaluation.prediction import InstancePrediction, majority_class
from gapro_annotator.labels import BACKGROUND, GroundTruth

MIN_POINTS = 100
"""ScanNet's smallest region; smaller objects are not scored."""


@dataclass(frozen=True, eq=False, slots=True)
class Overlap:
    """Common points of G true objects and K predictions.

    Parameters
    ----------
    true_class, true_size : (G,)
        Most frequent class and number of points of each object of the ground truth.
    class_id, confidence, size : (K,)
        The same of each prediction.
    common : (G, K) int64
        Points that both have.
    unlabelled : (K,) int64
        Points of each prediction that no object of the ground truth has.
    true_box, box : (G, 2, 3), (K, 2, 3) float64
        Lower and upper corners of the boxes around them; None where no places are known.
    """

    true_class: Int32
    true_size: Int64
    class_id: Int32
    confidence: Float64
    size: Int64
    common: Int64
    unlabelled: Int64
    true_box: Float64 | None = None
    box: Float64 | None = None

    @classmethod
    def count(cls, prediction: InstancePrediction, truth: GroundTruth, xyz: Float32 | None = None) -> "Overlap":
        """Count the common points: one code per point, one pass, no points × objects matrix."""
        _check_rows(len(prediction.instance), truth, xyz)
        order = np.argsort(prediction.id)
        ids = prediction.id[order]
        true_ids = np.unique(truth.instance[truth.instance >= 0]).astype(np.int32)
        width = len(ids) + 1  # column 0: no prediction; row 0: no object
        code = _place(truth.instance, true_ids) * width + _place(prediction.instance, ids)
        table = np.bincount(code, minlength=(len(true_ids) + 1) * width).reshape(-1, width).astype(np.int64)
        return cls(
            majority_class(truth.instance, truth.semantic, true_ids),
            table[1:].sum(axis=1),
            prediction.class_id[order],
            prediction.confidence[order],
            table[:, 1:].sum(axis=0),
            table[1:, 1:],
            table[0, 1:],
            None if xyz is None else hulls_of_labels(xyz, truth.instance, true_ids),
            None if xyz is None else hulls_of_labels(xyz, prediction.instance, ids),
        )

    @classmethod
    def count_masks(cls, prediction: MaskPrediction, truth: GroundTruth, xyz: Float32 | None = None) -> "Overlap":
        """Count the common points of masks that may overlap: a pass over the points of each mask."""
        _check_rows(prediction.points, truth, xyz)
        true_ids = np.unique(truth.instance[truth.instance >= 0]).astype(np.int32)
        place = _place(truth.instance, true_ids)
        height = len(true_ids) + 1  # row 0: no object
        table = np.zeros((height, len(prediction)), np.int64)
        for number, mask in enumerate(prediction.rows):
            table[:, number] = np.bincount(place[mask], minlength=height)
        return cls(
            majority_class(truth.instance, truth.semantic, true_ids),
            np.bincount(place, minlength=height)[1:].astype(np.int64),
            prediction.class_id,
            prediction.confidence,
            table.sum(axis=0),
            table[1:],
            table[0],
            None if xyz is None else hulls_of_labels(xyz, truth.instance, true_ids),
            None if xyz is None else hulls_of_masks(xyz, prediction.rows),
        )

    @property
    def iou(self) -> Float64:
        """(G, K) intersection over union."""
        union = self.true_size[:, None] + self.size - self.common
        return self.common / np.maximum(union, 1)

    def of_class(self, class_id: int) -> "Overlap":
        """Only the objects and predictions of this class; points of objects without a class become unlabelled."""
        true, mine = self.true_class == class_id, self.class_id == class_id
        lost = self.common[self.true_class == BACKGROUND].sum(axis=0)
        return Overlap(
            self.true_class[true],
            self.true_size[true],
            self.class_id[mine],
            self.confidence[mine],
            self.size[mine],
            self.common[np.ix_(true, mine)],
            (self.unlabelled + lost)[mine],
            None if self.true_box is None else self.true_box[true],
            None if self.box is None else self.box[mine],
        )

    def score(self, min_points: int) -> ClassScores:
        """Match everything here as if it were of one class, at each threshold of `PERCENTS`."""
        counted = self.true_size >= min_points
        kept = np.flatnonzero(self.size >= min_points)
        iou = self.iou[:, kept]
        ignored = self.unlabelled[kept] + self.common[np.ix_(~counted, kept)].sum(axis=0)
        ignored_share = ignored / np.maximum(self.size[kept], 1)
        confidence = self.confidence[kept]
        outcomes = tuple(_match(iou, counted, ignored_share, confidence, percent / 100) for percent in PERCENTS)
        coverage = Coverage.of(iou, self.true_size, counted, ignored_share)
        return ClassScores(int(counted.sum()), outcomes, coverage, self._score_boxes(counted, kept))

    def _score_boxes(self, counted: Bool, kept: Int64) -> tuple[Outcomes, ...] | None:
        if self.true_box is None or self.box is None:
            return None
        iou = box_iou(self.true_box, self.box[kept])
        return tuple(match_boxes(iou, counted, self.confidence[kept], percent / 100) for percent in BOX_PERCENTS)


def _check_rows(rows: int, truth: GroundTruth, xyz: Float32 | None) -> None:
    if rows != len(truth):
        raise InvalidValueError(
            f"the labels have {rows:,} rows but the ground truth has {len(truth):,}; score labels of the same scan"
        )
    if xyz is not None:
        check_array("xyz", xyz, np.float32, (rows, 3))


def _place(instance: Int32, ids: Int32) -> Int64:
    """(N,) int64, 1 + the row of each instance in the sorted `ids`, 0 for background."""
    found = np.searchsorted(ids, instance).astype(np.int64) + 1
    return np.where(instance >= 0, found, 0)


def _match(iou: Float64, counted: Bool, ignored_share: Float64, confidence: Float64, threshold: float) -> Outcomes:
    """Match (G, K) overlaps above one threshold; of two that found one object the surer is right."""
    above = iou > threshold
    true: list[bool] = []
    score: list[float] = []
    missed = 0
    taken = np.zeros(iou.shape[1], np.bool_)
    for object_row in np.flatnonzero(counted):
        candidates = np.flatnonzero(above[object_row] & ~taken)
        if not candidates.size:
            missed += 1
            continue
        # As in ScanNet the first one is used up; the others of this object count as wrong here.
        taken[candidates[0]] = True
        ranked = np.sort(confidence[candidates])[::-1].tolist()
        true += [True] + [False] * (len(ranked) - 1)
        score += ranked
    wrong = ~above.any(axis=0) & (ignored_share <= threshold)
    true += [False] * int(wrong.sum())
    score += confidence[wrong].tolist()
    return Outcomes(np.array(true, np.bool_), np.array(score, np.float64), missed)
