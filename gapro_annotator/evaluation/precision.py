"""Average precision from what became of the predictions."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gapro_annotator.arrays import Bool, Float64
from gapro_annotator.evaluation.coverage import COVERAGE_MEASURES, Coverage, pool_coverage

PERCENTS = (*range(50, 100, 5), 25)
"""IoU thresholds in per cent: the ten that AP is the mean of, then the lone 25."""
MEASURES = ("ap", "ap50", "ap25", "ap90")
BOX_PERCENTS = (50, 25)
"""The same for the boxes around objects."""
BOX_MEASURES = ("box_ap50", "box_ap25")
ALL_MEASURES = (*MEASURES, *BOX_MEASURES, *COVERAGE_MEASURES)


@dataclass(frozen=True, eq=False, slots=True)
class Outcomes:
    """What became of the predictions of one class at one IoU threshold.

    Parameters
    ----------
    true : (P,) bool
        Whether each counted prediction found an object.
    confidence : (P,) float64
    missed
        Objects that no prediction found.
    """

    true: Bool
    confidence: Float64
    missed: int

    def average_precision(self) -> float:
        """Area under the precision-recall curve, integrated as ScanNet does."""
        if not self.true.any():
            return 0.0
        order = np.argsort(self.confidence, kind="stable")
        found_below = np.concatenate([[0], np.cumsum(self.true[order])])
        # One point of the curve for each distinct confidence: keep the predictions from this row on.
        first = np.unique(self.confidence[order], return_index=True)[1]
        found = found_below[-1] - found_below[first]
        # The curve ends in an artificial point: nothing is predicted, recall 0, precision 1.
        precision = np.append(found / (len(order) - first), 1.0)
        recall = np.append(found / (found_below[-1] + self.missed), 0.0)
        steps = np.convolve(np.concatenate([recall[:1], recall, [0.0]]), [-0.5, 0.0, 0.5], "valid")
        return float(precision @ steps)

    def area_below_envelope(self) -> float:
        """Area under the precision-recall curve as PASCAL VOC (2010 on) takes it: precision never falls with recall.

        Predictions of one confidence are one point of the curve, so that their order does not count.
        """
        if not self.true.any():
            return 0.0
        order = np.argsort(-self.confidence, kind="stable")
        last = np.append(np.flatnonzero(np.diff(self.confidence[order])), len(order) - 1)
        found = np.cumsum(self.true[order])[last]
        recall = found / (found[-1] + self.missed)
        envelope = np.maximum.accumulate((found / (last + 1))[::-1])[::-1]
        return float(np.diff(recall, prepend=0.0) @ envelope)


@dataclass(frozen=True, eq=False, slots=True)
class ClassScores:
    """What became of one class.

    Parameters
    ----------
    objects
        How many the ground truth has.
    outcomes
        One per entry of `PERCENTS`.
    coverage
        As S3DIS measures.
    boxes
        Outcomes of the boxes around objects, one per entry of `BOX_PERCENTS`; None where no places are known.
    """

    objects: int
    outcomes: tuple[Outcomes, ...]
    coverage: Coverage
    boxes: tuple[Outcomes, ...] | None = None

    def measures(self) -> dict[str, float | None]:
        """Everything of `ALL_MEASURES` as fractions; None where the ground truth has no such object."""
        result: dict[str, float | None] = dict.fromkeys(ALL_MEASURES)
        if not self.objects:
            return result
        at = {p: o.average_precision() for p, o in zip(PERCENTS, self.outcomes, strict=True)}
        mean = float(np.mean([at[percent] for percent in range(50, 100, 5)]))
        result.update({"ap": mean, "ap50": at[50], "ap25": at[25], "ap90": at[90]})
        if self.boxes is not None:
            result.update({k: o.area_below_envelope() for k, o in zip(BOX_MEASURES, self.boxes, strict=True)})
        return result | self.coverage.measures()


def pool_classes(parts: Sequence[ClassScores]) -> ClassScores:
    """Put the outcomes of one class in several scans together; boxes only where every scan has them."""
    boxes = [p.boxes for p in parts if p.boxes is not None]
    return ClassScores(
        sum(p.objects for p in parts),
        _pool_outcomes([p.outcomes for p in parts], len(PERCENTS)),
        pool_coverage([p.coverage for p in parts]),
        _pool_outcomes(boxes, len(BOX_PERCENTS)) if parts and len(boxes) == len(parts) else None,
    )


def _pool_outcomes(parts: Sequence[tuple[Outcomes, ...]], thresholds: int) -> tuple[Outcomes, ...]:
    return tuple(
        Outcomes(
            np.concatenate([np.zeros(0, np.bool_), *(p[at].true for p in parts)]),
            np.concatenate([np.zeros(0), *(p[at].confidence for p in parts)]),
            sum(p[at].missed for p in parts),
        )
        for at in range(thresholds)
    )
