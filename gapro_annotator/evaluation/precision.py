"""Average precision from what became of the predictions."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gapro_annotator.arrays import Bool, Float64

PERCENTS = (*range(50, 100, 5), 25)
"""IoU thresholds in per cent: the ten that AP is the mean of, then the lone 25."""
MEASURES = ("ap", "ap50", "ap25", "ap90")


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


@dataclass(frozen=True, eq=False, slots=True)
class ClassScores:
    """The outcomes of one class: how many objects the ground truth has, and one `Outcomes` per entry of `PERCENTS`."""

    objects: int
    outcomes: tuple[Outcomes, ...]

    def measures(self) -> dict[str, float | None]:
        """AP, AP50, AP25 and AP90 as fractions; None where the ground truth has no such object."""
        if not self.objects:
            return dict.fromkeys(MEASURES)
        at = {p: o.average_precision() for p, o in zip(PERCENTS, self.outcomes, strict=True)}
        mean = float(np.mean([at[percent] for percent in range(50, 100, 5)]))
        return {"ap": mean, "ap50": at[50], "ap25": at[25], "ap90": at[90]}


def pool_classes(parts: Sequence[ClassScores]) -> ClassScores:
    """Put the outcomes of one class in several scans together."""
    outcomes = [
        Outcomes(
            np.concatenate([np.zeros(0, np.bool_), *(p.outcomes[at].true for p in parts)]),
            np.concatenate([np.zeros(0), *(p.outcomes[at].confidence for p in parts)]),
            sum(p.outcomes[at].missed for p in parts),
        )
        for at in range(len(PERCENTS))
    ]
    return ClassScores(sum(p.objects for p in parts), tuple(outcomes))
