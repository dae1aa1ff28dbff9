"""What can be seen from a pose: a coarse picture of depths, drawn with numpy."""

import numpy as np
from scipy.ndimage import minimum_filter

from gapro_annotator.arrays import Bool, Float32, Float64, Int64
from gapro_annotator.ui.view.camera import Pose, pixels_per_metre, project

_CELLS = 72
"""Most rows of the coarse picture."""
_NEAR = 0.5
"""Points nearer than this share of the target's distance are drawn larger."""


class Sight:
    """The depth of what is in front in each cell of the picture.

    Parameters
    ----------
    pose
        The camera.
    crowd : (K, 3) float32
        What may hide something, metres.
    spacing
        Between neighbours of the crowd, metres. The cells are so large that such a crowd fills them.
    aspect
        Width / height of the picture.
    """

    def __init__(self, pose: Pose, crowd: Float32, spacing: float, aspect: float) -> None:
        self._pose, self._spacing, self._aspect = pose, spacing, aspect
        side = 1.25 * spacing * pixels_per_metre(1.0) / pose.distance
        self._rows = int(np.clip(1 / max(side, 1e-6), 8, _CELLS))
        self._columns = max(round(self._rows * aspect), 4)
        place, depth, inside = self._places(crowd)
        near = inside & (depth < _NEAR * pose.distance)
        self._front = self._draw(place[inside], depth[inside])
        if near.any():
            close = minimum_filter(self._draw(place[near], depth[near]).reshape(self._rows, self._columns), 3)
            self._front = np.minimum(self._front, close.ravel())

    def visible(self, points: Float32) -> Bool:
        """(M,) bool, which points (M, 3) are in the picture and not hidden."""
        place, depth, inside = self._places(points)
        # A slanted surface has several depths in one cell.
        cell = depth / pixels_per_metre(self._rows)
        hidden = self._front[place] < depth - np.maximum(3 * self._spacing, 1.5 * cell)
        return inside & ~hidden

    def share_nearer(self, distance: float) -> float:
        """Return the share of the picture that is filled by things nearer than this (metres)."""
        return float((self._front < distance).mean())

    def _draw(self, place: Int64, depth: Float64) -> Float64:
        front = np.full(self._rows * self._columns, np.inf)
        np.minimum.at(front, place, depth)
        return front

    def _places(self, points: Float32) -> tuple[Int64, Float64, Bool]:
        """Cells of points, their depths, and which of them are in the picture."""
        size = (float(self._columns), float(self._rows))
        x, y, depth = project(self._pose, points, size).T
        with np.errstate(invalid="ignore"):
            inside = (depth > 0) & (x >= 0) & (y >= 0) & (x < self._columns) & (y < self._rows)
        column, row = np.where(inside, x, 0).astype(np.int64), np.where(inside, y, 0).astype(np.int64)
        return row * self._columns + column, depth, inside


def sample(xyz: Float32, most: int) -> tuple[Float32, float]:
    """At most so many of the points, the same ones each time, and how much wider apart they are."""
    if len(xyz) <= most:
        return xyz, 1.0
    return xyz[np.random.default_rng(0).integers(0, len(xyz), most)], float(np.sqrt(len(xyz) / most))
