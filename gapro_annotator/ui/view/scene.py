"""What VTK draws: the cloud, the boxes and the highlighted regions, kept in step with each other."""

from collections.abc import Callable

import numpy as np

from gapro_annotator.arrays import Float32, Float64, Int64, UInt8
from gapro_annotator.ui.colors import Color
from gapro_annotator.ui.view.box_lines import BoxLines
from gapro_annotator.ui.view.camera import Pose, light_of, pixels_per_metre, pose_at, unproject
from gapro_annotator.ui.view.canvas import Canvas
from gapro_annotator.ui.view.detail import AT_ONCE, STEP, LevelOfDetail
from gapro_annotator.ui.view.highlight import Highlight
from gapro_annotator.ui.view.picking import nearest_drawn
from gapro_annotator.ui.view.point_actor import Splat
from gapro_annotator.ui.view.point_cloud import Arrangement, PointCloud

USUAL_POINT_SIZE = 3.0
_LARGEST_POINT = 24.0
_REACH = 4
_MUCH = 0.3
"""Share of the points from which on a change is drawn by drawing all."""
# Discs this much wider than the spacing leave few holes in a surface, and do not yet hide its edges.
_COVER = 1.8


class Scene:
    """Everything in the picture; each method asks the canvas for one paint."""

    def __init__(self, canvas: Canvas) -> None:
        self._canvas = canvas
        self._highlights: dict[str, Highlight] = {}
        self.cloud: PointCloud | None = None
        self.boxes = BoxLines()
        self.pose = pose_at(np.zeros(3), np.radians(-60.0), np.radians(35.0), 5.0)
        self.point_size = USUAL_POINT_SIZE
        self.detail = LevelOfDetail()
        self.became_coarse: Callable[[], None] = lambda: None
        """Called when only a part of the cloud is drawn although the camera rests."""
        self.version = 0
        """Goes up with everything that changes how the cloud looks."""
        self._parts = self._level = self._known = 0
        canvas.add(self.boxes.actors)
        canvas.cloud_asked, canvas.cloud_painted = self._draw_parts, self._painted

    def show(self, xyz: Float32, rgba: UInt8, arranged: Arrangement | None = None) -> None:
        """Draw these points (N, 3) and nothing else; `arranged` is what is known of them already."""
        self.clear()
        self.cloud = PointCloud(xyz, rgba, arranged)
        self._canvas.set_extent(self.cloud.lower, self.cloud.upper)
        self._parts = self._known = 0
        self._level = self.detail.level(self.cloud.ends, -1)
        self._canvas.add_cloud(self.cloud.actors)
        self.fit_to_screen()

    def clear(self) -> None:
        """Draw nothing."""
        for which in list(self._highlights):
            self.set_highlight(which, None, (0, 0, 0), 0.0)
        none = np.zeros((0, 3), np.float32)
        self.boxes.show(none, none, np.zeros((0, 3), np.uint8))
        if self.cloud is not None:
            self._canvas.remove(self.cloud.actors)
        self.cloud = None
        self._canvas.refresh_cloud()

    def recolor(self, points: Int64 | None, rgba: UInt8) -> None:
        """Change the colours of these rows (None: all); what changed is drawn over what is there, where that does."""
        cloud = self.cloud
        if cloud is None:
            return
        hides = cloud.recolor(points, rgba)
        self.version += 1
        if points is None or hides or len(points) > _MUCH * len(cloud) or not self._draw_upon(cloud, points):
            self._known = 0
            self._renew()
        elif self.is_coarse:
            self.became_coarse()
        self._follow(cloud)

    def set_normals(self, normal: Float32) -> None:
        """Shade the points by their normals (N, 3)."""
        if self.cloud is not None:
            self.cloud.set_normals(normal)
            self._known = 0
            self._renew()
            self._follow(self.cloud)

    def set_highlight(
        self, which: str, points: Int64 | None, color: Color, rim: float, *, through: bool = False
    ) -> None:
        """Outline these rows, in place of those that had the same name before; None: outline nothing.

        `through` shows faintly what of them is hidden.
        """
        before = self._highlights.pop(which, None)
        if before is not None:
            self._canvas.remove(before.actors)
        if points is None or not len(points) or self.cloud is None:
            return
        shown = Highlight(self.cloud, points, color, rim, through=through)
        shown.set_light(light_of(self.pose))
        shown.set_size(self.splat, self.ratio)
        self._highlights[which] = shown
        self._canvas.add(shown.actors)

    def set_pose(self, pose: Pose, *, moving: bool) -> None:
        """Look from here; while the camera is moving a large cloud is drawn in part, until `draw_whole`."""
        if pose is self.pose and not moving:
            return
        lens, self.pose = self.pose.angle, pose
        if pose.angle != lens:
            self.fit_to_screen()  # points are as large as before
        light = light_of(pose)
        if self.cloud is not None:
            self.cloud.set_light(light)
            self._level = self.detail.level(self.cloud.ends, self._level)
        for shown in self._highlights.values():
            shown.set_light(light)
        self._canvas.set_pose(pose)
        if moving and self.cloud is not None:
            self.version += 1
            self._parts = self._level + 1
        else:
            self._renew()

    @property
    def is_coarse(self) -> bool:
        """Whether only a part of the cloud is drawn."""
        return self.cloud is not None and self._parts < len(self.cloud.ends)

    def draw_whole(self) -> None:
        """Draw the whole cloud again, if this machine can at once; otherwise `grow` is for it."""
        if self.cloud is not None and self.is_coarse and self._is_quick(self.cloud):
            self._parts = len(self.cloud.ends)
            self.version += 1
            self._canvas.refresh_cloud()

    def grow(self, first: int) -> int:
        """Draw a few more parts from this one on, unseen; after the last the whole cloud is shown.

        Returns the part to go on with.
        """
        cloud = self.cloud
        if cloud is None:
            return first
        begin = cloud.ends[first - 1] if first else 0
        last = first + 1
        while last < len(cloud.ends) and self.detail.seconds(cloud.ends[last] - begin) <= STEP:
            last += 1
        is_last = last == len(cloud.ends)
        cloud.draw_part_of_whole(first, last)
        if is_last:
            self._parts = self._known = last
        self._canvas.grow(first=first == 0, last=is_last)
        return last

    def drawn_at(self, x: float, y: float) -> tuple[float, float, float] | None:
        """Device pixel and depth of what is drawn at a widget position or up to a few pixels beside it."""
        column, row = int(x * self.ratio), int(y * self.ratio)
        depth, left, top = self._canvas.depths(column, row, round(_REACH * self.ratio))
        hit = nearest_drawn(depth, column - left, row - top)
        if hit is None:
            return None
        return left + hit[1] + 0.5, top + hit[0] + 0.5, float(depth[hit])

    def place_at(self, x: float, y: float) -> Float64:
        """(3,) float64, the place under a widget position; where nothing is drawn, as far away as the target."""
        found = self.drawn_at(x, y) if self.cloud is not None else None
        if found is None:
            found = (x * self.ratio, y * self.ratio, self.pose.distance)
        return unproject(self.pose, found, self.pixels)

    def fit_to_screen(self) -> None:
        """Follow the point size, the size of the widget and the screen's pixels."""
        if self.cloud is not None:
            self.cloud.set_size(self.splat)
        for shown in self._highlights.values():
            shown.set_size(self.splat, self.ratio)
        self.boxes.set_scale(self.ratio)
        self._canvas.refresh()
        self._renew()

    @property
    def ratio(self) -> float:
        """Device pixels in a logical pixel."""
        return self._canvas.devicePixelRatioF()

    @property
    def pixels(self) -> tuple[int, int]:
        """Width and height of the picture in device pixels."""
        return round(self._canvas.width() * self.ratio), round(self._canvas.height() * self.ratio)

    @property
    def splat(self) -> Splat:
        """How points are drawn: as large as their spacing in the room, never smaller than asked for."""
        spacing = self.cloud.spacing if self.cloud is not None else 0.0
        side = _COVER * spacing * self.point_size / USUAL_POINT_SIZE
        scale = side * pixels_per_metre(self.pixels[1], self.pose.angle)
        return Splat(scale, self.point_size * self.ratio, _LARGEST_POINT * self.ratio)

    def _is_quick(self, cloud: PointCloud) -> bool:
        return self.detail.seconds(len(cloud)) <= AT_ONCE

    def _renew(self) -> None:
        """Paint the cloud anew: whole if that is quick, otherwise coarse for the moment."""
        cloud = self.cloud
        if cloud is None:
            return
        self.version += 1
        if not self.is_coarse or self._parts == 0:
            self._parts = len(cloud.ends) if self._is_quick(cloud) else self._level + 1
        self._canvas.refresh_cloud()
        if self.is_coarse:
            self.became_coarse()

    def _draw_upon(self, cloud: PointCloud, points: Int64) -> bool:
        """Draw these rows over the picture of the cloud that is shown; False: it cannot be."""
        if not len(points):
            return True
        changed = cloud.changed_actor(points)
        cloud.draw(0, 0)
        return self._canvas.draw_upon(changed.actor)

    def _draw_parts(self) -> None:
        if self.cloud is not None:
            self.cloud.draw_level(max(self._parts, 1))

    def _painted(self, seconds: float) -> None:
        """Learn how quick this machine is, but not from frames that had to bring points to the graphics card."""
        if self.cloud is None:
            return
        if self._parts <= self._known:
            self.detail.note(self.cloud.ends[self._parts - 1], seconds)
        self._known = max(self._known, self._parts)

    def _follow(self, cloud: PointCloud) -> None:
        for shown in self._highlights.values():
            shown.follow(cloud)
        self._canvas.refresh()
