"""What the labeler knows of each superpoint: its size, place, colour and flatness."""

from dataclasses import dataclass

import numpy as np

from gapro_annotator.arrays import Bool, Float64, Int64
from gapro_annotator.scan import Scan

FLAT = 0.08
"""A superpoint is flat where the smallest of its three variances is below this share of the middle one."""


@dataclass(frozen=True, eq=False, slots=True)
class SuperpointStatistics:
    """Moments of the points of each superpoint, float64, metres in the scan's frame.

    Parameters
    ----------
    size : (S,) int64
        Number of points.
    center : (S, 3)
    scatter : (S, 3, 3)
        Covariance of the points, m².
    lower, upper : (S, 3)
        Corners of the superpoint's own box.
    normal : (S, 3)
        Unit eigenvector of the smallest variance; its sign means nothing.
    flat : (S,) bool
        Whether `normal` means something.
    color : (S, 3) or None
        Mean colour in -1..1.
    """

    size: Int64
    center: Float64
    scatter: Float64
    lower: Float64
    upper: Float64
    normal: Float64
    flat: Bool
    color: Float64 | None

    def __len__(self) -> int:
        return len(self.size)

    @property
    def orientation(self) -> Float64:
        """(S, 6), the outer product of the normal, which knows no sign: ‖o - o'‖² = 1 - (n·n')²; 0 where not flat."""
        x, y, z = self.normal.T
        root = np.sqrt(2.0)
        outer = np.stack([x * x, y * y, z * z, root * x * y, root * x * z, root * y * z], axis=1) / root
        return outer * self.flat[:, None]


def superpoint_statistics(scan: Scan) -> SuperpointStatistics:
    """Sum up the points of each superpoint."""
    superpoint, count = scan.superpoint, scan.superpoint_count
    size = np.bincount(superpoint, minlength=count)
    middle = scan.xyz.mean(axis=0, dtype=np.float64) if len(scan) else np.zeros(3)
    xyz = scan.xyz.astype(np.float64) - middle  # second moments lose their digits far from zero
    center = _mean(xyz, superpoint, size)
    scatter = _scatter(xyz, superpoint, size, center)
    variance, axes = np.linalg.eigh(scatter)
    flat = (size >= 4) & (variance[:, 1] > 0) & (variance[:, 0] < FLAT * variance[:, 1])
    order = np.argsort(superpoint, kind="stable")
    starts = np.concatenate([[0], np.cumsum(size)[:-1]]) if count else np.zeros(0, np.int64)
    ordered = scan.xyz[order].astype(np.float64)
    return SuperpointStatistics(
        size=size.astype(np.int64),
        center=center + middle,
        scatter=scatter,
        lower=np.minimum.reduceat(ordered, starts) if count else ordered,
        upper=np.maximum.reduceat(ordered, starts) if count else ordered,
        normal=axes[:, :, 0],
        flat=flat,
        color=None if scan.rgb is None else _mean(scan.rgb / 127.5 - 1.0, superpoint, size),
    )


def _mean(values: Float64, superpoint: np.ndarray, size: np.ndarray) -> Float64:
    columns = [np.bincount(superpoint, values[:, c], len(size)) for c in range(values.shape[1])]
    return np.stack(columns, axis=1) / np.maximum(size, 1)[:, None]


def _scatter(xyz: Float64, superpoint: np.ndarray, size: np.ndarray, center: Float64) -> Float64:
    scatter = np.empty((len(size), 3, 3))
    for i in range(3):
        for j in range(i + 1):
            product = np.bincount(superpoint, xyz[:, i] * xyz[:, j], len(size)) / np.maximum(size, 1)
            scatter[:, i, j] = scatter[:, j, i] = product - center[:, i] * center[:, j]
    return scatter
