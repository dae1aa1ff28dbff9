"""What is scored: objects that labels or a network claim to have found."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from gapro_annotator.arrays import Float64, Int32, check_array, check_finite, freeze
from gapro_annotator.errors import InvalidValueError
from gapro_annotator.labels import BACKGROUND


@dataclass(frozen=True, eq=False, slots=True)
class InstancePrediction:
    """Objects that somebody claims to have found in one scan.

    Parameters
    ----------
    instance : (N,) int32
        Per point one of `id`, or -1.
    id, class_id : (K,) int32
        The objects; one of class -1 is scored class-agnostically only.
    confidence : (K,) float64
        Higher is surer; only the order counts.

    Raises
    ------
    InvalidValueError
        A field breaks its contract.
    """

    instance: Int32
    id: Int32
    class_id: Int32
    confidence: Float64

    def __post_init__(self) -> None:
        check_array("predicted instance", self.instance, np.int32, (None,))
        check_array("predicted id", self.id, np.int32, (None,))
        check_array("predicted class_id", self.class_id, np.int32, (len(self.id),))
        check_array("predicted confidence", self.confidence, np.float64, (len(self.id),))
        check_finite("predicted confidence", self.confidence)
        if len(set(self.id.tolist())) != len(self.id) or (self.id < 0).any():
            raise InvalidValueError("predicted ids must be distinct and not negative")
        unknown = np.setdiff1d(self.instance, [BACKGROUND, *self.id.tolist()])
        if unknown.size:
            raise InvalidValueError(f"predicted instance {unknown[0]} is not among the predicted ids; add it there")
        freeze(self.instance, self.id, self.class_id, self.confidence)

    @classmethod
    def from_labels(
        cls, instance: Int32, semantic: Int32, confidence: Mapping[int, float] | None = None
    ) -> "InstancePrediction":
        """Take every label as an object of its most frequent class; one constant confidence unless told otherwise."""
        check_array("label semantic", semantic, np.int32, (len(instance),))
        ids = np.unique(instance[instance >= 0]).astype(np.int32)
        known = confidence or {}
        each = np.array([known.get(i, 1.0) for i in ids.tolist()], np.float64)
        return cls(instance, ids, majority_class(instance, semantic, ids), each)


def majority_class(instance: Int32, semantic: Int32, ids: Int32) -> Int32:
    """(K,) int32, the most frequent class among the points of each id (the smaller of equals); -1 where it has none."""
    result = np.full(len(ids), BACKGROUND, np.int32)
    inside = np.flatnonzero(instance >= 0)
    if not len(ids) or not inside.size:
        return result
    classes, column = np.unique(semantic[inside], return_inverse=True)
    code = np.searchsorted(ids, instance[inside]) * len(classes) + column
    votes = np.bincount(code, minlength=len(ids) * len(classes)).reshape(len(ids), len(classes))
    return np.where(votes.any(axis=1), classes[votes.argmax(axis=1)], result).astype(np.int32)
