"""What is left to correct, without ground truth: expected wrong points, IoU and AP, clicks worth making. No torch.

The points of a region (one superpoint, instance and rival) are taken to be right together, with the mean of their
probabilities, or to belong to the rival together; regions independently of each other. Then intersection minus t times
union of an instance with the object of its box is a sum of independent terms for every threshold t, and is taken for
normal: P(IoU > t) = Φ(mean / standard deviation). The mean IoU is the integral of that over t, and AP the mean of
r(1 + p)/2 over t = .50, .55, … .95, recall and precision from the expected number of instances found. It is as good as
the probabilities are: objects that reach beyond their box and errors that nobody doubts are not foreseen. How well it
came true: docs/labeling.md, benchmarks/outlook.py.
"""

from dataclasses import dataclass
from math import erf, sqrt

import numpy as np

from gapro_annotator.arrays import Bool, Float64, Int32, Int64, check_array
from gapro_annotator.errors import InvalidValueError
from gapro_annotator.labels import NO_RIVAL, UNCORRECTED, PseudoLabels

GOOD_ENOUGH = 0.02
"""Expected share of wrong points in or near boxes below which a scan may be left, where a project says no other."""
WORTH_OF_SIZE = 0.005
"""A region is worth a click from this share of the median instance's size on, in expected wrong points."""
MIN_POINTS = 100
"""ScanNet's smallest region, as where labels are scored."""
_AP_THRESHOLDS = np.arange(50, 100, 5) / 100
_IOU_STEPS = (np.arange(100) + 0.5) / 100


@dataclass(frozen=True, slots=True)
class ReviewConfig:
    """What a project asks of a scan's labels.

    Parameters
    ----------
    good_enough
        Expected share of wrong points, 0..1, in or near boxes from which on a scan may be left.

    Raises
    ------
    InvalidValueError
        It is no share.
    """

    good_enough: float = GOOD_ENOUGH

    def __post_init__(self) -> None:
        if not _is_share(self.good_enough):
            raise InvalidValueError(f"review good_enough must be a number from 0 to 1, not {self.good_enough!r}")


def _is_share(value: object) -> bool:
    """Whether it is one; from a settings file it may be anything."""
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1


@dataclass(frozen=True, slots=True)
class Outlook:
    """What is expected of the labels as they are, and how much work is left.

    Parameters
    ----------
    wrong_points
        Expected number of wrong points among those in or near boxes; what a person labelled is right.
    wrong_share
        The same as a share, 0..1, of the points in or near boxes (as `expected_wrong_share`).
    mean_iou, ap
        Expected mean IoU, and class-agnostic AP with one constant confidence, of the instances, 0..1; None without any.
    clicks_worth
        Regions that are each expected to hold enough wrong points to be worth a look.
    clicks_to_good
        Regions to answer, the worthiest first, until the expected share of wrong points is good enough. Fewer where
        the labeler learns from the answers.
    good_enough
        The share that this is.
    """

    wrong_points: float
    wrong_share: float
    mean_iou: float | None
    ap: float | None
    clicks_worth: int
    clicks_to_good: int
    good_enough: float = GOOD_ENOUGH


def look_ahead(
    pseudo: PseudoLabels,
    correction: Int32,
    superpoint: Int32,
    *,
    good_enough: float = GOOD_ENOUGH,
    worth_of_size: float = WORTH_OF_SIZE,
    min_points: int = MIN_POINTS,
) -> Outlook:
    """Estimate how good the labels are and what further corrections would bring.

    The module's docstring tells how. Nothing is drawn at random.

    Parameters
    ----------
    pseudo
        The labeler's answer.
    correction : (N,) int32
        A person's label of each point, -2 none.
    superpoint : (N,) int32
        Of each point (`Scan.superpoint`).
    good_enough
        Share of wrong points, 0..1, that `clicks_to_good` aims at.
    worth_of_size
        See `WORTH_OF_SIZE`; for `clicks_worth`.
    min_points
        Smaller instances do not count in IoU and AP.
    """
    check_array("correction", correction, np.int32, (len(pseudo),))
    check_array("superpoint", superpoint, np.int32, (len(pseudo),))
    if not 0 <= good_enough <= 1 or worth_of_size < 0:
        raise InvalidValueError("good_enough must be a share from 0 to 1 and worth_of_size must not be negative")
    regions = _Regions.of(pseudo.without_withdrawn(correction), correction, superpoint)
    doubt = regions.size * (1 - regions.probability)
    asked = int(regions.size[regions.contested | regions.person].sum())
    worth = np.sort(doubt[regions.contested & (doubt > 0)])[::-1]
    ids, labelled = regions.instances()
    typical = float(np.median(labelled[labelled > 0])) if labelled.any() else 0.0
    wrong = float(worth.sum())
    return Outlook(
        wrong_points=wrong,
        wrong_share=wrong / asked if asked else 0.0,
        **_expected_scores(regions, ids, labelled, min_points),
        clicks_worth=int((worth >= worth_of_size * typical).sum()),
        clicks_to_good=_clicks_to(worth, wrong - good_enough * asked),
        good_enough=good_enough,
    )


def _clicks_to(worth: Float64, excess: float) -> int:
    """Return how many of the worthiest regions hold the wrong points that are too many."""
    if excess <= 0:
        return 0
    return min(int(np.searchsorted(np.cumsum(worth), excess)) + 1, len(worth))


@dataclass(frozen=True, eq=False, slots=True)
class _Regions:
    """(R,) columns: points of one superpoint with one instance and one rival; a person's points have no rival."""

    instance: Int32
    rival: Int32
    size: Float64
    probability: Float64
    person: Bool

    @classmethod
    def of(cls, pseudo: PseudoLabels, correction: Int32, superpoint: Int32) -> "_Regions":
        """Group the points that anybody contests or labelled, or that lie on an object."""
        corrected = correction != UNCORRECTED
        instance = np.where(corrected, correction, pseudo.instance)
        rival = np.where(corrected, np.int32(NO_RIVAL), pseudo.rival)
        used = np.flatnonzero(corrected | (instance >= 0) | (rival != NO_RIVAL))
        width = int(max(instance.max(initial=0), rival.max(initial=0))) + 3
        place = (superpoint[used].astype(np.int64) * width + instance[used] + 2) * width + rival[used] + 2
        _, first, group = np.unique(place * 2 + corrected[used], return_index=True, return_inverse=True)
        size = np.bincount(group, minlength=len(first)).astype(np.float64)
        said = np.where(corrected[used], 1.0, pseudo.probability[used].astype(np.float64))
        total = np.bincount(group, weights=said, minlength=len(first))
        one = used[first]
        return cls(instance[one], rival[one], size, np.minimum(total / size, 1.0), corrected[one])

    @property
    def contested(self) -> Bool:
        return self.rival != NO_RIVAL

    def instances(self) -> tuple[Int32, Float64]:
        """Return the (K,) box ids that occur as instance or rival, and how many points are labelled with each."""
        both = np.concatenate([self.instance, self.rival])
        ids = np.unique(both[both >= 0]).astype(np.int32)
        return ids, _sum_by(self.instance, ids, self.size)


def _sum_by(owner: Int32, ids: Int32, weight: Float64) -> Float64:
    """(K,) sums of the weights of each id; others are left out."""
    mine = owner >= 0
    place: Int64 = np.searchsorted(ids, owner[mine]).astype(np.int64)
    return np.bincount(place, weights=weight[mine], minlength=len(ids)).astype(np.float64)


def _expected_scores(regions: _Regions, ids: Int32, labelled: Float64, min_points: int) -> dict[str, float | None]:
    right = regions.size * regions.probability
    lost = regions.size - right
    chance = regions.size**2 * regions.probability * (1 - regions.probability)
    common, missing = _sum_by(regions.instance, ids, right), _sum_by(regions.rival, ids, lost)
    counted = common + missing >= min_points
    if not counted.any():
        return {"mean_iou": None, "ap": None}
    spread = _sum_by(regions.instance, ids, chance), _sum_by(regions.rival, ids, chance)

    def above(threshold: Float64) -> Float64:
        """(K, T) probability that the IoU of each instance lies above each threshold."""
        margin = common[:, None] - threshold * (labelled + missing)[:, None]
        deviation = np.sqrt(spread[0][:, None] + threshold**2 * spread[1][:, None])
        return _normal_cdf(margin, deviation)

    claims = labelled >= min_points
    found = above(_AP_THRESHOLDS)[counted & claims].sum(axis=0)
    recall, precision = found / counted.sum(), found / max(int(claims.sum()), 1)
    return {
        "mean_iou": float(above(_IOU_STEPS)[counted].mean()),
        "ap": float((recall * (1 + precision) / 2).mean()),
    }


def _normal_cdf(margin: Float64, deviation: Float64) -> Float64:
    """Probability that a normal variable of this mean lies above 0; a certain one does or does not."""
    sure = deviation < 1e-9
    score = margin / np.where(sure, 1.0, deviation * sqrt(2))
    smooth = np.array([0.5 + 0.5 * erf(x) for x in score.ravel().tolist()]).reshape(score.shape)
    return np.where(sure, margin > 0, smooth).astype(np.float64)
