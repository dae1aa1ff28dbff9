"""Objects that a network claims to have found: masks that may overlap, each with its own confidence."""

from dataclasses import dataclass

import numpy as np

from gapro_annotator.arrays import Float64, Int32, Int64, check_array, check_finite, freeze
from gapro_annotator.errors import InvalidValueError
from gapro_annotator.evaluation.prediction import InstancePrediction
from gapro_annotator.labels import BACKGROUND


@dataclass(frozen=True, eq=False, slots=True)
class MaskPrediction:
    """Found objects of one scan.

    Parameters
    ----------
    points
        N, the scan's number of points.
    rows
        K arrays (M,) int64, rows of the scan, ascending and distinct: the mask of each object.
    class_id : (K,) int32
    confidence : (K,) float64
        Higher is surer.

    Raises
    ------
    InvalidValueError
        A field breaks its contract.
    """

    points: int
    rows: tuple[Int64, ...]
    class_id: Int32
    confidence: Float64

    def __post_init__(self) -> None:
        check_array("predicted class_id", self.class_id, np.int32, (len(self.rows),))
        check_array("predicted confidence", self.confidence, np.float64, (len(self.rows),))
        check_finite("predicted confidence", self.confidence)
        for mask in self.rows:
            check_array("predicted mask", mask, np.int64, (None,))
            if mask.size and (mask[0] < 0 or mask[-1] >= self.points or (np.diff(mask) <= 0).any()):
                raise InvalidValueError(f"a predicted mask must hold ascending rows of 0..{self.points - 1}, each once")
        freeze(self.class_id, self.confidence, *self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def as_labels(self) -> InstancePrediction:
        """Give every point to the surest object that holds it (objects are numbered in their order here)."""
        instance = np.full(self.points, BACKGROUND, np.int32)
        for number in np.argsort(self.confidence, kind="stable").tolist():
            instance[self.rows[number]] = number
        return InstancePrediction(instance, np.arange(len(self), dtype=np.int32), self.class_id, self.confidence)
