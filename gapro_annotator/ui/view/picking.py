"""Which point is under the cursor."""

import threading
from collections.abc import Callable

import numpy as np
from scipy.spatial import KDTree

from gapro_annotator.arrays import Bool, Float32, Float64, Int64
from gapro_annotator.ui.view.camera import Pose, project, unproject
from gapro_annotator.ui.view.surface import point_normals

_CANDIDATES = 24
_QUICK = 300_000
"""Up to so many points looking at each of them is quick enough to do without the tree."""


class PointIndex:
    """Finds the rows near a place; its KD-tree is built in a thread, until then every point is looked at.

    Parameters
    ----------
    xyz : (N, 3) float32
        Metres; not changed while the index lives.
    normals_known
        Called in the thread with the index and its normals (N, 3) float32, once the tree is built.
    became_ready
        Called in the thread with the index when the tree is built.
    """

    def __init__(
        self,
        xyz: Float32,
        normals_known: Callable[["PointIndex", Float32], None],
        became_ready: Callable[["PointIndex"], None] = lambda _index: None,
    ) -> None:
        self.xyz = xyz
        self._tree: KDTree | None = None
        self._stop = threading.Event()
        self._normals_known, self._became_ready = normals_known, became_ready
        self._worker = threading.Thread(target=self._build, name="gapro-point-index", daemon=True)
        self._worker.start()

    def nearest(self, place: Float64, count: int = _CANDIDATES) -> Int64:
        """(K,) int64, the rows nearest to a place (3,), nearest first; K = min(count, N)."""
        count = min(count, len(self.xyz))
        if count == 0:
            return np.zeros(0, np.int64)
        tree = self._tree
        if tree is not None:
            return np.atleast_1d(tree.query(place, k=count)[1]).astype(np.int64)
        square = ((self.xyz - place.astype(np.float32)) ** 2).sum(axis=1)
        near = np.argpartition(square, count - 1)[:count]
        return near[np.argsort(square[near])].astype(np.int64)

    def within(self, places: Float32, radius: float) -> Int64:
        """(M,) int64, the rows within a radius (metres) of any of these places (K, 3), ascending."""
        tree = self._tree
        if tree is not None:
            found = tree.query_ball_point(places, radius)
            return np.unique(np.concatenate([np.asarray(rows, np.int64) for rows in found]))
        near = np.zeros(len(self.xyz), np.bool_)
        for place in places:
            near |= ((self.xyz - place) ** 2).sum(axis=1) <= radius**2
        return np.flatnonzero(near)

    def stop(self) -> None:
        """Have the thread end soon; the index can still be asked."""
        self._stop.set()

    @property
    def is_ready(self) -> bool:
        """Whether it answers at once."""
        return self._tree is not None or len(self.xyz) <= _QUICK

    @property
    def is_building(self) -> bool:
        """Whether the thread is at work."""
        return self._worker.is_alive()

    def join(self) -> None:
        """Wait for the thread."""
        self._worker.join()

    def _build(self) -> None:
        tree = KDTree(self.xyz, balanced_tree=False, compact_nodes=False)
        self._tree = tree
        if not self._stop.is_set():
            self._became_ready(self)
        normal = point_normals(self.xyz, tree, self._stop.is_set)
        if normal is not None and not self._stop.is_set():
            self._normals_known(self, normal)


def nearest_drawn(depth: Float32, x: int, y: int) -> tuple[int, int] | None:
    """Row and column of the drawn pixel nearest to (row y, column x) of a depth patch; None where there is none."""
    rows, columns = np.nonzero(np.isfinite(depth))
    if not rows.size:
        return None
    best = int(np.argmin((rows - y) ** 2 + (columns - x) ** 2))
    return int(rows[best]), int(columns[best])


def row_at(
    index: PointIndex,
    pose: Pose,
    pixel: tuple[float, float, float],
    size: tuple[int, int],
    reach: float,
    *,
    shown: Bool | None = None,
) -> int:
    """Return the point that was drawn at a pixel.

    A point is a square of one depth, so the place behind a pixel is off by up to half the square: among the points
    near it, the one whose square covers the pixel and whose depth is that of the pixel was drawn.

    Parameters
    ----------
    index
        Of the whole cloud.
    pose
        The camera of that picture.
    pixel
        x, y (device pixels, y down) and depth (metres).
    size
        Width and height of the picture.
    reach
        Half the side of a point's square, pixels.
    shown : (N,) bool or None
        Which points were drawn; None: all.
    """
    x, y, depth = pixel
    near = index.nearest(unproject(pose, pixel, size))
    if shown is not None:
        near = near[shown[near]]
    if not near.size:
        return -1
    seen = project(pose, index.xyz[near], size)
    covers = (np.abs(seen[:, :2] - (x, y)) <= reach + 1).all(axis=1)
    error = np.abs(seen[:, 2] - depth)
    if not covers.any():
        return int(near[0])
    return int(near[covers][np.argmin(error[covers])])
