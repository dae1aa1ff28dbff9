"""Object or background: what the boxes say of each superpoint that they touch, and what corrections add to it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, ndtri

from gapro_annotator.arrays import Bool, Float64, Int32, Int64
from gapro_annotator.boxes import Boxes
from gapro_annotator.labeling.features import FeatureGroup
from gapro_annotator.labeling.occupancy import USUAL_THRESHOLD, Occupancy
from gapro_annotator.labeling.superpoint_statistics import SuperpointStatistics
from gapro_annotator.labels import BACKGROUND, UNCORRECTED

# A superpoint that sticks out of its box is mostly floor, wall or clutter.
_SHARES = (0.0, 0.3, 0.6, USUAL_THRESHOLD, 0.9, 0.97, 1.0)
_OBJECT = (0.03, 0.08, 0.3, 0.5, 0.7, 0.93, 1.0)
_EXACT_SHARES = (0.0, 0.3, 0.8, 0.999, 1.0)
_EXACT_OBJECT = (0.02, 0.06, 0.2, 0.5, 1.0)
# One that lies wholly inside is still clutter now and then: the less it is of all that lies in the box, the oftener;
# hardly ever where everything has a box. Shares of right points, measured on the tuning scans, rounded down.
_PARTS = (0.001, 0.005, 0.02, 0.06, 0.2, 0.5)
_TIDY_OBJECT = (0.97, 0.985, 0.99, 0.995, 0.997, 0.997)
_CLUTTERED_OBJECT = (0.7, 0.78, 0.92, 0.98, 0.995, 0.996)
_TIDY, _CLUTTERED = 0.02, 0.06
"""What stands about unboxed, against what lies in boxes: below, everything has a box; above, only furniture has one."""
_STRUCTURE = 0.03
"""Probability that what lies in a floor or wall plane belongs to the object."""
_WHOLLY = 0.99
_FULL = 0.5
"""Boxes whose volumes sum up to more of the space that they span leave too little room between them."""
_PERSON_SHARE = 0.5
"""From this share of corrected points on, a superpoint is what the person said."""


def unboxed_share(
    boxes: Boxes, statistics: SuperpointStatistics, occupancy: Occupancy, outside: Float64, structure: Bool
) -> float:
    """Say how much stands unboxed among the boxes, against what lies in them; floor and walls count as neither.

    It tells, without any label, whether every thing has a box or only the furniture: what lies unboxed between the
    boxes lies unboxed in them, too. Boxes with little room between them tell nothing and count as furniture's.

    Parameters
    ----------
    boxes, statistics, occupancy
        What lies where.
    outside : (S,) float64
        Share of each superpoint that lies in no box.
    structure : (S,) bool
        Superpoints in a floor, wall or ceiling.
    """
    inside = np.zeros(len(statistics), bool)
    inside[occupancy.superpoint[occupancy.share >= occupancy.threshold]] = True
    boxed = float(statistics.size[inside & ~structure].sum())
    if not boxed:
        return _CLUTTERED
    lower, upper = boxes.lower.min(axis=0), boxes.upper.max(axis=0)
    if boxes.volume.sum() > _FULL * np.prod(upper - lower):
        return _CLUTTERED
    among = ((statistics.center >= lower) & (statistics.center <= upper)).all(axis=1)
    return float(statistics.size[among & (outside > _WHOLLY) & ~structure].sum()) / boxed


def object_prior(occupancy: Occupancy, size: Int64, structure: Bool, unboxed: float) -> Float64:
    """Return the probability (S,) that a superpoint belongs to an object; 0.5 where it is just inside its box.

    Parameters
    ----------
    occupancy
        How much of each superpoint lies in its boxes.
    size : (S,) int64
        Points of each superpoint.
    structure : (S,) bool
        Superpoints in a floor, wall or ceiling that no box owns.
    unboxed
        The scan's `unboxed_share`.
    """
    share, box = occupancy.greatest_share(len(size))
    exact = occupancy.threshold > USUAL_THRESHOLD
    base = np.interp(share, _EXACT_SHARES if exact else _SHARES, _EXACT_OBJECT if exact else _OBJECT)
    part = np.where(box >= 0, size, 1) / np.maximum(np.append(_content(occupancy, size), 1)[box], 1)
    cluttered = np.interp(unboxed, (_TIDY, _CLUTTERED), (0.0, 1.0))
    objects = (1 - cluttered) * np.array(_TIDY_OBJECT) + cluttered * np.array(_CLUTTERED_OBJECT)
    most = np.interp(np.log(part), np.log(_PARTS), objects)
    probability = np.where(base > 0.5, 0.5 + (base - 0.5) * (2 * most - 1), base)
    return np.where(structure, np.minimum(probability, _STRUCTURE), probability)


def _content(occupancy: Occupancy, size: Int64) -> Int64:
    """(B,) points of the superpoints that lie inside each box."""
    inside = occupancy.share >= occupancy.threshold
    content = np.zeros(len(occupancy.members), np.int64)
    np.add.at(content, occupancy.box[inside], size[occupancy.superpoint[inside]])
    return content


@dataclass(frozen=True, eq=False, slots=True)
class Teaching:
    """What a person said of whole superpoints: (S,) int32 box id, -1 background, -2 nothing."""

    label: Int32

    @property
    def taught(self) -> Int64:
        """Superpoints that a person labelled."""
        return np.flatnonzero(self.label != UNCORRECTED)


def teaching_of(correction: Int32, superpoint: Int32, size: Int64) -> Teaching:
    """Return what the corrections say of superpoints that are mostly corrected, and corrected alike."""
    label = np.full(len(size), UNCORRECTED, np.int32)
    rows = np.flatnonzero(correction != UNCORRECTED)
    if not len(rows):
        return Teaching(label)
    pairs = np.stack([superpoint[rows].astype(np.int64), correction[rows].astype(np.int64)])
    (which, said), count = np.unique(pairs, axis=1, return_counts=True)
    most = count >= _PERSON_SHARE * size[which]
    # Two labels of exactly half a superpoint each: the greater id stays, whatever the order of the points.
    label[which[most]] = said[most]
    return Teaching(label)


@dataclass(frozen=True, eq=False, slots=True)
class ObjectBelief:
    """The latent 'object, not background' of each superpoint: (S,) mean > 0 says object, and (S,) variance."""

    mean: Float64
    variance: Float64

    @property
    def probability(self) -> Float64:
        """(S,) that the superpoint belongs to an object."""
        return ndtr(self.mean / np.sqrt(1.0 + self.variance))


_OUTPUTSCALE = 1.0
_LENGTHSCALES = {"xyz": 0.5, "rgb": 0.2, "normal": 1.0}
_SIZE_LENGTHSCALE = 1.5
"""Of the log number of points: a crumb says little of a table top."""
_SAID = 1.5
"""The latent of a superpoint that a person labelled: strong enough to turn what is near and alike, not the body."""
_NOISE = 0.05
_MOST_TAUGHT = 1500


def latent_of(probability: Float64) -> tuple[Float64, Float64]:
    """Return mean and variance of the latent that says this probability where nothing was observed yet."""
    latent = ndtri(np.clip(probability, 1e-4, 1 - 1e-4)) * np.sqrt(1.0 + _OUTPUTSCALE)
    return latent, np.full(np.shape(probability), _OUTPUTSCALE)


def object_belief(
    prior: Float64,
    features: Float64,
    groups: Sequence[FeatureGroup],
    *,
    size: Int64,
    structure: Bool,
    teaching: Teaching,
) -> ObjectBelief:
    """Condition the prior on a person's corrections: a Gaussian Process whose only observations they are.

    The prior mean is the latent of `prior`; the kernel makes what lies near and looks alike follow a correction, and
    leaves everything else as it was.
    """
    latent, variance = latent_of(prior)
    taught = np.flatnonzero((teaching.label != UNCORRECTED) & ~structure)[-_MOST_TAUGHT:]
    if not len(taught):
        return ObjectBelief(latent, variance)
    columns = [features[:, group.start : group.stop] / _LENGTHSCALES[group.name] for group in groups]
    scaled = np.hstack([*columns, np.log(np.maximum(size, 1))[:, None] / _SIZE_LENGTHSCALE])
    said = np.where(teaching.label[taught] == BACKGROUND, -_SAID, _SAID)
    # What agrees with the prior already must not push it further.
    residual = np.where(said > 0, np.maximum(said - latent[taught], 0.0), np.minimum(said - latent[taught], 0.0))
    kernel = _radial(scaled[taught], scaled[taught]) + _NOISE * np.eye(len(taught))
    cross = _radial(scaled, scaled[taught]) * ~structure[:, None]
    solved = np.linalg.solve(kernel, np.column_stack([residual, cross.T]))
    mean = latent + cross @ solved[:, 0]
    variance = np.maximum(_OUTPUTSCALE - np.einsum("st,ts->s", cross, solved[:, 1:]), 1e-6)
    return ObjectBelief(mean, variance)


def _radial(a: Float64, b: Float64) -> Float64:
    square = (a * a).sum(axis=1)[:, None] + (b * b).sum(axis=1)[None, :] - 2 * a @ b.T
    return _OUTPUTSCALE * np.exp(-0.5 * np.maximum(square, 0.0))


def candidates_of(occupancy: Occupancy, structure: Bool, owned: Bool) -> tuple[Int64, Int64]:
    """Return superpoints and the boxes that they may belong to, sorted by superpoint, the likeliest box last.

    A box is a candidate where the superpoint lies inside it; failing that, the box that holds most of it. The likeliest
    is the one that holds most; of equals, the smallest.
    """
    free = ~structure[occupancy.superpoint] | owned
    inside = (occupancy.share >= occupancy.threshold) & free
    count = len(structure)
    has = np.zeros(count, bool)
    has[occupancy.superpoint[inside]] = True
    _, best_box = occupancy.greatest_share(count)
    best = (best_box[occupancy.superpoint] == occupancy.box) & ~has[occupancy.superpoint]
    keep = inside | best
    superpoint, box = occupancy.superpoint[keep], occupancy.box[keep]
    order = np.lexsort((-occupancy.rank[box], occupancy.share[keep], superpoint))
    return superpoint[order], box[order]
