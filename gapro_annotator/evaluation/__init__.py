"""How good labels or predictions are: ScanNet's average precision, per class and class-agnostic, and mean IoU.

The rules are those of ScanNet's instance benchmark; `docs/evaluation.md` tells them with worked cases. In short: an
object of the ground truth below `min_points` is neither asked for nor held against anybody, predictions below it are
dropped, a wrong prediction that lies mostly on unlabelled points is ignored, and several scans are pooled match by
match. With one constant confidence the benchmark's integral comes out as AP = r(1 + p)/2 for recall r and precision p.

`calibration` asks of the labeler's probabilities whether they are honest, and `plots` draws that (the only part that
loads matplotlib).
"""

from gapro_annotator.evaluation.calibration import JudgedPoints, judge, pool_judged
from gapro_annotator.evaluation.calibration_table import format_calibration
from gapro_annotator.evaluation.masks import MaskPrediction
from gapro_annotator.evaluation.overlap import MIN_POINTS
from gapro_annotator.evaluation.precision import ALL_MEASURES, BOX_MEASURES, MEASURES, ClassScores, Outcomes
from gapro_annotator.evaluation.prediction import InstancePrediction
from gapro_annotator.evaluation.scores import (
    Scores,
    pool_scores,
    score_labels,
    score_masks,
    score_prediction,
    to_json,
)
from gapro_annotator.evaluation.table import format_table

__all__ = [
    "ALL_MEASURES",
    "BOX_MEASURES",
    "MEASURES",
    "MIN_POINTS",
    "ClassScores",
    "InstancePrediction",
    "JudgedPoints",
    "MaskPrediction",
    "Outcomes",
    "Scores",
    "format_calibration",
    "format_table",
    "judge",
    "pool_judged",
    "pool_scores",
    "score_labels",
    "score_masks",
    "score_prediction",
    "to_json",
]
