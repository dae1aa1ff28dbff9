"""S3DIS's measures of instances as ASIS defined them: coverage, and precision and recall at IoU 0.5."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gapro_annotator.arrays import Bool, Float64, Int64

COVERAGE_MEASURES = ("mcov", "mwcov", "mprec", "mrec")
_ENOUGH = 0.5


@dataclass(frozen=True, eq=False, slots=True)
class Coverage:
    """How the objects of one class are covered.

    Parameters
    ----------
    mean, weighted : (R,) float64
        A row for each scan that has objects: mean over them of the best IoU that a prediction reaches, plain and
        weighted by the objects' points.
    found
        Objects that a prediction has with an IoU of at least 0.5.
    objects, predictions
        How many there are.
    """

    mean: Float64
    weighted: Float64
    found: int
    objects: int
    predictions: int

    @classmethod
    def of(cls, iou: Float64, size: Int64, counted: Bool, ignored_share: Float64) -> "Coverage":
        """Measure (G, K) IoUs of one scan.

        Parameters
        ----------
        iou : (G, K) float64
        size : (G,) int64
            Points of the objects.
        counted : (G,) bool
            Objects that are asked for.
        ignored_share : (K,) float64
            Share of each prediction that lies where nobody can tell; a wrong one counts only if it is at most 0.5.
        """
        best = iou.max(axis=1, initial=0.0)[counted]
        fits = iou >= _ENOUGH
        found = int((best >= _ENOUGH).sum())
        # Several may fit one object, which is found once; two objects share one only where it is half of each.
        right_or_spare = max(int(fits[counted].any(axis=0).sum()), found)
        wrong = int((~fits.any(axis=0) & (ignored_share <= _ENOUGH)).sum())
        if not best.size:
            return cls(np.zeros(0), np.zeros(0), 0, 0, wrong)
        weighted = np.array([np.average(best, weights=np.maximum(size[counted], 1))])
        return cls(np.array([best.mean()]), weighted, found, len(best), right_or_spare + wrong)

    def measures(self) -> dict[str, float | None]:
        """MCov and mWCov (means over the scans), mPrec and mRec as fractions; None without objects."""
        if not self.objects:
            return dict.fromkeys(COVERAGE_MEASURES)
        return {
            "mcov": float(self.mean.mean()),
            "mwcov": float(self.weighted.mean()),
            "mprec": self.found / self.predictions if self.predictions else 0.0,
            "mrec": self.found / self.objects,
        }


def pool_coverage(parts: Sequence[Coverage]) -> Coverage:
    """Put several scans together: a row of coverage each, counts summed."""
    return Coverage(
        np.concatenate([np.zeros(0), *(p.mean for p in parts)]),
        np.concatenate([np.zeros(0), *(p.weighted for p in parts)]),
        sum(p.found for p in parts),
        sum(p.objects for p in parts),
        sum(p.predictions for p in parts),
    )
