"""The latents of all candidates, given the prior, and given what a person said: closed form, exact for its sites.

The latent of candidate (s, b), 'superpoint s is box b's', is φ(s, b)·w + r(s) + r(s, b): a linear kernel over its
traits with the learnt prior of w, and two residuals over place, looks and the graph, one for all boxes of a superpoint
and one for each. Background's latent is 0. A person's label is a set of comparisons between latents, each with a
probit likelihood, whose Gaussian sites parallel expectation propagation finds (Rasmussen and Williams 2006, 3.6).
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import log_ndtr

from gapro_annotator.arrays import Float64, Int64
from gapro_annotator.labeling.teaching import Comparisons
from gapro_annotator.labeling.traits import Candidates

_SWEEPS = 3
_SLOPE = 1.702
"""σ(u) ≈ Φ(u / 1.702): the softmax of the prior is logistic, the sites are probit."""
_LEAST_CURVATURE = 1e-6


@dataclass(frozen=True, eq=False, slots=True)
class ResidualKernel:
    """Covariance of the residuals r(s): place and looks, and the graph.

    Parameters
    ----------
    scaled : (S, D) float64
        Place, colour, orientation and size of the superpoints, in units of their length scales.
    graph : list of (superpoints (n,), kernel (n, n))
        Graph kernels of the neighbourhoods, ones on the diagonal; each superpoint lies in one of them at most.
    scale
        Variance of r(s) + r(s, b): half of it each.
    graph_share
        How much of it follows the graph.
    """

    scaled: Float64
    graph: list[tuple[Int64, Float64]]
    scale: float
    graph_share: float

    def between(self, one: Int64, other: Int64) -> Float64:
        """(a, b) covariance, of unit scale, between two lists of superpoints."""
        x, y = self.scaled[one], self.scaled[other]
        square = (x * x).sum(axis=1)[:, None] + (y * y).sum(axis=1)[None] - 2 * x @ y.T
        kernel = (1.0 - self.graph_share) * np.exp(-0.5 * np.maximum(square, 0.0))
        if not self.graph_share:
            return kernel
        for superpoints, graph in self.graph:
            rows, columns = _places(superpoints, one), _places(superpoints, other)
            here, there = np.flatnonzero(rows >= 0), np.flatnonzero(columns >= 0)
            kernel[np.ix_(here, there)] += self.graph_share * graph[np.ix_(rows[here], columns[there])]
        return kernel


@dataclass(frozen=True, eq=False, slots=True)
class Process:
    """The prior of the latents.

    Parameters
    ----------
    design : (R, C) float64
        Standardised traits and the bias.
    weights : (C,), covariance : (C, C) float64
        Prior of the weights.
    candidates
        Which rows are which.
    residual
        Kernel of the residuals; None leaves them out.
    mean, variance : (R,) float64
        Of the latents; `Process.of` works them out.
    """

    design: Float64
    weights: Float64
    covariance: Float64
    candidates: Candidates
    residual: ResidualKernel | None
    mean: Float64
    variance: Float64

    @classmethod
    def of(
        cls,
        design: Float64,
        weights: Float64,
        covariance: Float64,
        candidates: Candidates,
        residual: ResidualKernel | None,
    ) -> "Process":
        """Make the prior from its kernels."""
        variance = ((design @ covariance) * design).sum(axis=1) + (residual.scale if residual else 0.0)
        return cls(design, weights, covariance, candidates, residual, design @ weights, np.maximum(variance, 1e-9))

    def prior(self) -> "Belief":
        """What is believed before any correction."""
        none = np.zeros((len(self.design), 0))
        return Belief(self, self.mean, self.variance, none, none, None)

    def covariance_with(self, rows: Int64) -> Float64:
        """(R, n) covariance of all candidates with the candidates `rows`."""
        found = self.design @ (self.covariance @ self.design[rows].T)
        if self.residual is None or not len(rows):
            return found
        superpoint, box = self.candidates.superpoint, self.candidates.box
        mine, place = np.unique(superpoint, return_inverse=True)
        theirs, column = np.unique(superpoint[rows], return_inverse=True)
        kernel = self.residual.between(mine, theirs)[np.ix_(place, column)]
        same = box[:, None] == box[rows][None]
        return found + (0.5 * self.residual.scale) * kernel * (1.0 + same)

    def learn(self, comparisons: Comparisons) -> "Belief":
        """Condition on what a person said."""
        prior = self.prior()
        if not len(comparisons):
            return prior
        rows, pick = _picked(comparisons)
        cross = self.covariance_with(rows) @ pick
        inner = pick.T @ cross[rows]
        mean = pick.T @ prior.mean[rows]
        precision, target = _sites(mean, inner, comparisons.weight)
        kept = precision > 0
        noise = np.diag(1.0 / precision[kept])
        inverse = np.linalg.inv(inner[np.ix_(kept, kept)] + noise).astype(np.float64)
        gain = cross[:, kept] @ inverse
        sites = Sites(pick[:, kept].T @ self.design[rows], inverse, noise, target[kept])
        return Belief(
            self,
            prior.mean + gain @ (target - mean)[kept],
            np.maximum(prior.variance - (gain * cross[:, kept]).sum(axis=1), 1e-9),
            cross[:, kept],
            gain,
            sites,
        )


@dataclass(frozen=True, eq=False, slots=True)
class Sites:
    """What corrections observed, as Gaussian observations of the linear part plus residuals.

    `design`: (O, C) traits compared; `inverse`: (O, O) of prior covariance plus noise; `noise`: (O, O); `target`: (O,).
    """

    design: Float64
    inverse: Float64
    noise: Float64
    target: Float64


@dataclass(frozen=True, eq=False, slots=True)
class Belief:
    """The latents of all candidates: (R,) mean and variance, and how corrections moved them."""

    process: Process
    mean: Float64
    variance: Float64
    cross: Float64
    gain: Float64
    sites: Sites | None

    def variance_of_difference(self, one: Int64, other: Int64) -> Float64:
        """(n,) variance of the latent of `one` minus that of `other`; -1 is background."""
        first, second = one >= 0, other >= 0
        both = first & second
        variance = np.where(first, self.variance[one], 0.0) + np.where(second, self.variance[other], 0.0)
        shared = self._paired(one[both], other[both])
        variance[both] -= 2.0 * shared
        return np.maximum(variance, 1e-9)

    def _paired(self, one: Int64, other: Int64) -> Float64:
        """(n,) posterior covariance of each of `one` with the one of `other` beside it, of the same superpoint."""
        process = self.process
        prior = ((process.design[one] @ process.covariance) * process.design[other]).sum(axis=1)
        if process.residual is not None:
            prior = prior + 0.5 * process.residual.scale
        return prior - (self.gain[one] * self.cross[other]).sum(axis=1)


def _places(superpoints: Int64, asked: Int64) -> Int64:
    """Place of each asked superpoint in a sorted list; -1 where it is not in it."""
    if not len(superpoints):
        return np.full(len(asked), -1, np.int64)
    place = np.minimum(np.searchsorted(superpoints, asked), len(superpoints) - 1)
    return np.where(superpoints[place] == asked, place, -1)


def _picked(comparisons: Comparisons) -> tuple[Int64, Float64]:
    """Return the candidates that are compared, (n,), and (n, O) which of them each comparison adds and takes off."""
    both = np.concatenate([comparisons.greater, comparisons.lesser])
    rows = np.unique(both[both >= 0])
    pick = np.zeros((len(rows), len(comparisons)))
    for sign, side in ((1.0, comparisons.greater), (-1.0, comparisons.lesser)):
        real = np.flatnonzero(side >= 0)
        pick[np.searchsorted(rows, side[real]), real] = sign
    return rows, pick


def _sites(mean: Float64, covariance: Float64, weight: Float64) -> tuple[Float64, Float64]:
    """Find the Gaussian sites of the comparisons: (O,) precisions, 0 where one says nothing new, and (O,) targets.

    The weight tempers a site: a tenth of a superpoint is a tenth of a lesson.
    """
    precision, target = np.zeros(len(mean)), np.zeros(len(mean))
    for _ in range(_SWEEPS):
        now, spread = _conditioned(mean, covariance, precision, target)
        # Cavities: the marginals without each site's own part.
        cavity_precision = np.maximum(1.0 / spread - precision, 1e-9)
        cavity = (now / spread - precision * target) / cavity_precision
        variance = 1.0 / cavity_precision
        slope = np.sqrt(_SLOPE**2 + variance)
        z = cavity / slope
        ratio = np.exp(-0.5 * z * z - 0.5 * np.log(2 * np.pi) - log_ndtr(z))
        first, curvature = ratio / slope, np.maximum(ratio * (z + ratio) / slope**2, 0.0)
        says = curvature > _LEAST_CURVATURE
        safe = np.where(says, curvature, 1.0)
        target = np.where(says, cavity + first / safe, 0.0)
        precision = np.where(says, weight * safe / np.maximum(1.0 - safe * variance, 1e-6), 0.0)
    return precision, target


def _conditioned(mean: Float64, covariance: Float64, precision: Float64, target: Float64) -> tuple[Float64, Float64]:
    """Mean and variance of each comparison, given all sites."""
    known = precision > 0
    if not known.any():
        return mean, np.maximum(np.diag(covariance), 1e-9)  # nothing moves where every switch of teaching is off
    cross = covariance[:, known]
    gain = np.linalg.solve(cross[known] + np.diag(1.0 / precision[known]), cross.T).T
    spread = np.diag(covariance) - (gain * cross).sum(axis=1)
    return mean + gain @ (target - mean)[known], np.maximum(spread, 1e-9)
