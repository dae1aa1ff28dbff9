"""The paper's e and v, targets of its Eq. 3: how much each place belongs to an instance and how unsure that is.

At a point that the labeler decided, its instance gets (mean, variance) and its rival (-mean, variance): the process is
one, seen from two sides. Every other instance is determined there, (0, 0). In a box nothing is determined by a rule: a
point in one box only, a nested or a fallback one has a rival (background at least), a latent mean and a variance as
well, because such points are wrong as often as others (docs/decisions/0005). Determined are only

* what a person labelled: (1, 0) for that instance and (0, 0) for all others, whatever the labeler says;
* points in no box, and points of which the latent variance is 0: (1, 0) for their instance, (0, 0) for all others.

The methods other than 'gp' have no Gaussian Process: where they know no margin their mean is 0, which says nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gapro_annotator.arrays import Float32, Float64, Int32, Int64, check_array, check_finite, freeze
from gapro_annotator.errors import InvalidValueError
from gapro_annotator.labels import BACKGROUND, UNCORRECTED, PseudoLabels


@dataclass(frozen=True, eq=False, slots=True)
class PointMap:
    """Where one instance is or may be; at every point that is not listed it is certainly not (mean 0, variance 0).

    Parameters
    ----------
    box_id
        The instance.
    rows : (M,) int64
        Rows of the scan, ascending.
    mean : (M,) float32
        The paper's e: the latent mean, > 0 for this instance; 1 where a person says so.
    variance : (M,) float32
        The paper's v, of the latent; 0 where e is determined.
    """

    box_id: int
    rows: Int64
    mean: Float32
    variance: Float32

    def __post_init__(self) -> None:
        _check(self.mean, self.variance, (len(self.rows),))
        check_array("instance map rows", self.rows, np.int64, (None,))
        freeze(self.rows, self.mean, self.variance)


@dataclass(frozen=True, eq=False, slots=True)
class SuperpointMaps:
    """The same of all instances on superpoints, for a network that predicts one mask value for each.

    Parameters
    ----------
    box_id : (K,) int32
        The instances.
    mean, variance : (K, S) float32
        The paper's e and v; e is determined (0 or 1) where v is 0.
    """

    box_id: Int32
    mean: Float32
    variance: Float32

    def __post_init__(self) -> None:
        check_array("instance map box_id", self.box_id, np.int32, (None,))
        _check(self.mean, self.variance, (len(self.box_id), self.mean.shape[-1]))
        freeze(self.box_id, self.mean, self.variance)


def point_maps(pseudo: PseudoLabels, correction: Int32, box_ids: Int32) -> tuple[PointMap, ...]:
    """Turn the latent Gaussian Process towards each instance, point by point.

    The module's docstring says what is determined.

    Parameters
    ----------
    pseudo
        The labeler's answer.
    correction : (N,) int32
        A person's label of each point, -2 none (`Annotation.correction`).
    box_ids : (K,) int32
        The instances that are asked for (`Boxes.id`), each once.

    Returns
    -------
    tuple of PointMap
        In the order of `box_ids`. Memory follows the points in boxes: no points × boxes matrix.
    """
    check_array("correction", correction, np.int32, (len(pseudo),))
    check_array("box ids", box_ids, np.int32, (None,))
    if len(np.unique(box_ids)) != len(box_ids) or (box_ids < 0).any():
        raise InvalidValueError("box ids must be distinct and not negative; background has no map")
    known = pseudo.without_withdrawn(correction)
    person = correction != UNCORRECTED
    certain = person | (known.variance == 0)
    instance = np.where(person, correction, known.instance)
    mean = np.where(certain, np.float32(1), known.mean)
    variance = np.where(certain, np.float32(0), known.variance)
    own = np.flatnonzero(instance != BACKGROUND)
    other = np.flatnonzero(~certain & (known.rival >= 0))
    owner = np.concatenate([instance[own], known.rival[other]])
    rows = np.concatenate([own, other])
    signed = np.concatenate([mean[own], -mean[other]])
    order = np.lexsort((rows, owner))
    start, end = (np.searchsorted(owner[order], box_ids, side=side).tolist() for side in ("left", "right"))
    found = [order[a:b] for a, b in zip(start, end, strict=True)]
    return tuple(
        PointMap(box_id, rows[mine].astype(np.int64), signed[mine], variance[rows[mine]])
        for box_id, mine in zip(box_ids.tolist(), found, strict=True)
    )


def superpoint_maps(maps: Sequence[PointMap], superpoint: Int32) -> SuperpointMaps:
    """Gather point maps on superpoints.

    A superpoint gets the mean and the variance of the mixture of its points: e is the mean of theirs, v the mean of
    theirs plus the spread of their e. Where all points agree that is what each of them says; where a box face or a
    person's stroke cuts a superpoint, or only part of it is in the box, the disagreement counts as uncertainty.

    Parameters
    ----------
    maps
        Of K instances, from `point_maps`.
    superpoint : (N,) int32
        0..S-1, every number in use (`Scan.superpoint`).
    """
    check_array("superpoint", superpoint, np.int32, (None,))
    size = np.bincount(superpoint).astype(np.float64)
    e, v = (np.zeros((len(maps), len(size)), np.float32) for _ in range(2))
    for k, one in enumerate(maps):
        e[k], v[k] = _mixture(one, superpoint, size)
    return SuperpointMaps(np.array([one.box_id for one in maps], np.int32), e, v)


def _mixture(one: PointMap, superpoint: Int32, size: Float64) -> tuple[Float64, Float64]:
    """(S,) mean and variance over all points of each superpoint; those that are not listed are (0, 0)."""
    place = superpoint[one.rows]

    def total(weights: Float64 | Float32) -> Float64:
        return np.bincount(place, weights=weights, minlength=len(size)).astype(np.float64)

    mean = total(one.mean) / size
    # Around the mean, not as a difference of squares: where all points agree the spread must be 0, not rounding.
    spread = total((one.mean - mean[place]) ** 2) + (size - np.bincount(place, minlength=len(size))) * mean**2
    return mean, (total(one.variance) + spread) / size


def _check(mean: Float32, variance: Float32, shape: tuple[int, ...]) -> None:
    for name, array in (("mean", mean), ("variance", variance)):
        check_array(f"instance map {name}", array, np.float32, shape)
        check_finite(f"instance map {name}", array)
    if (variance < 0).any():
        raise InvalidValueError("instance map variance must not be negative")
