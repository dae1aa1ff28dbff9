"""What is seen from a pose, point by point: for tools that ask about many points at once.

It is computed, not read back from the graphics card: boxes and highlights hide nothing, and asking never has to wait
for a frame. All pixels are logical ones, those of Qt's events.
"""

from dataclasses import dataclass

import numpy as np

from gapro_annotator.arrays import Float32, Float64, Int32, Int64, UInt8
from gapro_annotator.ui.view.camera import Pose, pixels_per_metre
from gapro_annotator.ui.view.indexing import Indexing
from gapro_annotator.ui.view.picking import PointIndex, nearest_drawn
from gapro_annotator.ui.view.point_cloud import PointCloud
from gapro_annotator.ui.view.scene import Scene

_REACH = 4
"""Logical pixels that a point may lie beside the cursor."""


@dataclass(frozen=True, eq=False, slots=True)
class Picture:
    """The points of a cloud as they appear from a pose.

    Parameters
    ----------
    cloud, index, pose
        What was looked at, and from where.
    splat
        Diameter of a point in pixels at a depth of one metre, and its limits.
    seen : (N, 3) float32
        Place in the picture (pixels, y down) and depth (metres, 0 behind the camera).
    front : (h, w) float32
        Depth of what is in front, infinite where there is nothing.
    owner : (h, w) int32
        Row of the point in front, -1 none.
    sights
        The cloud's when it was drawn; points that were hidden then are as if behind the camera.
    """

    cloud: PointCloud
    index: PointIndex
    pose: Pose
    splat: tuple[float, float, float]
    seen: Float32
    front: Float32
    owner: Int32
    sights: int = 0

    @property
    def size(self) -> tuple[int, int]:
        """Width and height, pixels."""
        return self.front.shape[1], self.front.shape[0]

    def row_at(self, x: float, y: float) -> int:
        """Row of the point that is drawn at a place or up to a few pixels beside it; -1 none."""
        left, top = max(int(x) - _REACH, 0), max(int(y) - _REACH, 0)
        patch = self.front[top : max(int(y) + _REACH + 1, 0), left : max(int(x) + _REACH + 1, 0)]
        hit = nearest_drawn(patch, int(x) - left, int(y) - top)
        return -1 if hit is None else int(self.owner[top + hit[0], left + hit[1]])

    def rows_in(self, mask: UInt8, *, through: bool) -> Int64:
        """(M,) int64, rows of the points where a mask (h, w) is not zero: those in sight, or `through` all."""
        from gapro_annotator.ui.view.raster import rows_in_mask

        rows = rows_in_mask(self.seen, mask)
        return rows if through else self.in_sight(rows)

    def rows_near(self, places: Float32, radius: float, *, through: bool) -> Int64:
        """(M,) int64, rows of the points within a radius (metres) of any of these places (K, 3), ascending."""
        rows = self.index.within(places, radius)
        rows = rows[self.cloud.shown[rows]]
        return rows if through else self.in_sight(rows)

    def in_sight(self, rows: Int64) -> Int64:
        """Return those of the rows that nothing hides."""
        from gapro_annotator.ui.view.raster import in_front

        cloud = self.cloud.xyz, self.cloud.normal, self.seen
        camera = self.pose.position, pixels_per_metre(self.size[1], self.pose.angle), self.cloud.spacing
        return rows[in_front(rows, cloud, camera, self.splat, self.front)]


class Pictures:
    """Makes the picture of what is shown now, and keeps it as long as that stays so."""

    def __init__(self, scene: Scene, indexing: Indexing) -> None:
        self._scene, self._indexing = scene, indexing
        self.became_ready = indexing.became_ready
        self._last: Picture | None = None

    @property
    def is_ready(self) -> bool:
        """Whether questions about points are answered at once; False while a large scan's tree is built."""
        index = self._indexing.index
        return index is None or index.is_ready

    def now(self) -> Picture | None:
        """Return what is seen now; None where nothing is shown."""
        scene, index, last = self._scene, self._indexing.index, self._last
        if scene.cloud is None or index is None or not len(scene.cloud):
            self._last = None
            return None
        width, height = (max(round(length / scene.ratio), 1) for length in scene.pixels)
        splat = tuple(part / scene.ratio for part in (scene.splat.scale, scene.splat.lowest, scene.splat.highest))
        known = last is not None and _is_of(last, scene)
        if last is None or not known or last.size != (width, height) or last.splat != splat:
            self._last = last = take_picture(scene.cloud, index, scene.pose, (width, height), splat)
        return last

    def frame(self, points: Int64) -> bool:
        """Say whether most of these rows (M,), M > 0, lie within what is seen now, hidden or not."""
        picture = self.now()
        if picture is None:
            return False
        x, y, depth = picture.seen[points].T
        inside = (depth > 0) & (x >= 0) & (y >= 0) & (x < picture.size[0]) & (y < picture.size[1])
        return bool(inside.mean() > 0.5)


def _is_of(picture: Picture, scene: Scene) -> bool:
    """Whether a picture was taken of what is drawn, from where it is looked at."""
    return picture.cloud is scene.cloud and picture.sights == picture.cloud.sights and picture.pose is scene.pose


def take_picture(
    cloud: PointCloud,
    index: PointIndex,
    pose: Pose,
    size: tuple[int, int],
    splat: tuple[float, ...],
) -> Picture:
    """Draw a cloud from a pose into a picture of this width and height."""
    from gapro_annotator.ui.view.raster import draw, project_points

    limits = splat[0], splat[1], splat[2]
    axes: Float64 = np.ascontiguousarray(pose.axes)
    seen = project_points(cloud.xyz, pose.position, axes, size, pixels_per_metre(size[1], pose.angle))
    seen[~cloud.shown] = 0
    front = np.full((size[1], size[0]), np.inf, np.float32)
    owner = np.full((size[1], size[0]), -1, np.int32)
    draw(seen, limits, front, owner)
    return Picture(cloud, index, pose, limits, seen, front, owner, cloud.sights)
