"""The scores of one scan or of several pooled, and their JSON form."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from gapro_annotator.arrays import Bool, Float32, Float64, Int32, check_array
from gapro_annotator.classes import Classes
from gapro_annotator.evaluation.masks import MaskPrediction
from gapro_annotator.evaluation.overlap import MIN_POINTS, Overlap
from gapro_annotator.evaluation.precision import ALL_MEASURES, ClassScores, pool_classes
from gapro_annotator.evaluation.prediction import InstancePrediction
from gapro_annotator.labels import BACKGROUND, GroundTruth


@dataclass(frozen=True, eq=False, slots=True)
class Scores:
    """The scores of one scan, or of several pooled.

    Parameters
    ----------
    per_class
        By class name.
    class_agnostic
        All objects as one class.
    iou : (G,) float64
        For each scored object of the ground truth, the IoU with the label that fits it best, whatever its class; 0
        where no label touches it. Where label ids are box ids this is the label of the same id, unless that is lost.
    wrong, in_boxes
        Points that carry a wrong instance among those inside at least one box, and the number of the latter; None
        where no boxes were given.
    """

    per_class: dict[str, ClassScores]
    class_agnostic: ClassScores
    iou: Float64
    wrong: int | None = None
    in_boxes: int | None = None

    def to_dict(self) -> dict[str, Any]:
        """Everything as JSON-able fractions 0-1, None where undefined."""
        per_class = {name: scores.measures() for name, scores in self.per_class.items()}
        result: dict[str, Any] = {}
        for key in ALL_MEASURES:
            known = [value for measures in per_class.values() if (value := measures[key]) is not None]
            result[key] = float(np.mean(known)) if known else None
        result["class_agnostic"] = self.class_agnostic.measures()
        result["mean_iou"] = float(self.iou.mean()) if self.iou.size else None
        if self.wrong is not None and self.in_boxes is not None:
            result["wrong_in_boxes"] = self.wrong / self.in_boxes if self.in_boxes else None
        result["per_class"] = per_class
        return result


def score_labels(
    instance: Int32,
    semantic: Int32,
    gt_instance: Int32,
    gt_semantic: Int32,
    classes: Classes,
    *,
    confidence: Mapping[int, float] | None = None,
    min_points: int = MIN_POINTS,
    in_boxes: Bool | None = None,
    xyz: Float32 | None = None,
) -> Scores:
    """Score the labels of one scan against its ground truth.

    Parameters
    ----------
    instance, semantic, gt_instance, gt_semantic : (N,) int32
        Instance (box id) and class id per point, -1 background.
    classes
        Names the class ids.
    confidence
        By instance id. None gives all labels one constant, as pseudo labels and annotations are scored.
    min_points
        Smaller objects are not scored.
    in_boxes : (N,) bool or None
        Points inside at least one box (``boxes.count_per_point(xyz) > 0``), for the share of wrong points among them.
    xyz : (N, 3) float32 or None
        Places, for the score of the boxes around objects.
    """
    return score_prediction(
        InstancePrediction.from_labels(instance, semantic, confidence),
        GroundTruth(gt_instance, gt_semantic),
        classes,
        min_points=min_points,
        in_boxes=in_boxes,
        xyz=xyz,
    )


def score_prediction(
    prediction: InstancePrediction,
    truth: GroundTruth,
    classes: Classes,
    *,
    min_points: int = MIN_POINTS,
    in_boxes: Bool | None = None,
    xyz: Float32 | None = None,
) -> Scores:
    """Score the predicted objects of one scan, each with its own confidence; options as in `score_labels`."""
    scores = _scores(Overlap.count(prediction, truth, xyz), classes, min_points)
    if in_boxes is None:
        return scores
    check_array("in_boxes", in_boxes, np.bool_, (len(truth),))
    wrong = int((prediction.instance[in_boxes] != truth.instance[in_boxes]).sum())
    return replace(scores, wrong=wrong, in_boxes=int(in_boxes.sum()))


def score_masks(
    prediction: MaskPrediction,
    truth: GroundTruth,
    classes: Classes,
    *,
    min_points: int = MIN_POINTS,
    xyz: Float32 | None = None,
) -> Scores:
    """Score found objects that may overlap; options as in `score_labels`, but for the share of wrong points."""
    return _scores(Overlap.count_masks(prediction, truth, xyz), classes, min_points)


def _scores(overlap: Overlap, classes: Classes, min_points: int) -> Scores:
    unnamed = np.setdiff1d(overlap.true_class, [BACKGROUND, *classes.id.tolist()])
    ids = [*classes.id.tolist(), *unnamed.tolist()]
    per_class = {classes.name_of(i): overlap.of_class(i).score(min_points) for i in ids}
    best = overlap.iou.max(axis=1, initial=0.0)[overlap.true_size >= min_points]
    return Scores(per_class, overlap.score(min_points), best)


def pool_scores(scores: Sequence[Scores]) -> Scores:
    """Pool the matches of several scans as ScanNet does: one precision-recall curve a class, not a mean of scans."""
    names = list(dict.fromkeys(name for one in scores for name in one.per_class))
    per_class = {name: pool_classes([s.per_class[name] for s in scores if name in s.per_class]) for name in names}
    agnostic = pool_classes([s.class_agnostic for s in scores])
    iou = np.concatenate([np.zeros(0), *(s.iou for s in scores)])
    wrong = [s.wrong for s in scores if s.wrong is not None]
    in_boxes = [s.in_boxes for s in scores if s.in_boxes is not None]
    if not scores or len(wrong) < len(scores):
        return Scores(per_class, agnostic, iou)
    return Scores(per_class, agnostic, iou, sum(wrong), sum(in_boxes))


def to_json(scores: Mapping[str, Scores]) -> dict[str, Any]:
    """Return ``{"scans": {name: {...}}, "all": {...}}``, fractions 0-1, None where the ground truth has no object."""
    return {
        "scans": {name: one.to_dict() for name, one in scores.items()},
        "all": pool_scores(list(scores.values())).to_dict(),
    }
