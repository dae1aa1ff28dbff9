"""What corrections taught about the weights of the linear kernel, to be used for the other scans of a project."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from gapro_annotator.arrays import Float64
from gapro_annotator.labeling.posterior import Belief
from gapro_annotator.labeling.prior import LinearPrior

ELSEWHERE = 0.3
"""How much an answer counts in other scans: weights differ from scan to scan, and a slip must not spread. At 1 a single
wrong answer doubled the wrong points of another scan; at 0.3 twenty right ones help nearly as much (docs/labeling.md).
"""


@dataclass(frozen=True, eq=False, slots=True)
class Experience:
    """Information about the weights in natural parameters, which add up over scans.

    Parameters
    ----------
    precision : (C, C) float64 or None
        Fisher information of the corrections; None: no experience.
    shift : (C,) float64 or None
        Precision × weights that they speak for.
    scans, corrections
        How many scans with corrections it comes from, and how many comparisons; as the labeler hands it out, how many
        corrected regions.
    """

    precision: Float64 | None
    shift: Float64 | None
    scans: int
    corrections: int

    @classmethod
    def none(cls) -> "Experience":
        """Nothing was corrected yet."""
        return cls(None, None, 0, 0)

    @classmethod
    def of(cls, belief: Belief) -> "Experience":
        """What the corrections of one scan say of the weights, the residuals integrated out."""
        sites = belief.sites
        if sites is None or not len(sites.target):
            return cls.none()
        process = belief.process
        total = np.linalg.inv(sites.inverse)
        residual_and_noise = total - sites.design @ process.covariance @ sites.design.T
        weighted = np.linalg.solve(residual_and_noise, sites.design).T
        return cls(weighted @ sites.design, weighted @ sites.target, 1, len(sites.target))

    @classmethod
    def together(cls, parts: Mapping[str, "Experience"], *, but: str | None = None) -> "Experience":
        """Add up what several scans taught, by their names; `but` is left out: a scan does not teach itself."""
        by_length: dict[int, Experience] = {}
        for name in sorted(parts):
            part = parts[name]
            if name != but and part.shift is not None:
                length = len(part.shift)
                by_length[length] = by_length[length].plus(part) if length in by_length else part
        # Experience of an earlier version's traits has another length; what most corrections speak for counts.
        return max(by_length.values(), key=lambda part: part.corrections, default=cls.none())

    def plus(self, other: "Experience") -> "Experience":
        """Add what another scan taught about the same weights."""
        if self.precision is None or self.shift is None or other.precision is None or other.shift is None:
            return self if other.precision is None else other
        return Experience(
            self.precision + other.precision,
            self.shift + other.shift,
            self.scans + other.scans,
            self.corrections + other.corrections,
        )

    def applied_to(self, prior: LinearPrior, share: float = ELSEWHERE) -> tuple[Float64, Float64]:
        """Mean and covariance of the weights after this experience; the prior's where it is of other traits."""
        if self.precision is None or self.shift is None or len(self.shift) != len(prior.mean):
            return prior.mean, prior.covariance
        inverse = np.linalg.inv(prior.covariance)
        covariance = np.linalg.inv(inverse + share * self.precision)
        covariance = (covariance + covariance.T) / 2
        return covariance @ (inverse @ prior.mean + share * self.shift), covariance
