"""What VTK draws: the cloud, the boxes and the highlighted regions, kept in step with each other."""

import numpy as np

from gapro_annotator.arrays import Float32, Float64, Int64, UInt8
from gapro_annotator.ui.colors import Color
from gapro_annotator.ui.view.box_lines import BoxLines
from gapro_annotator.ui.view.camera import Pose, light_of, pixels_per_metre, pose_at, unproject
from gapro_annotator.ui.view.canvas import Canvas
from gapro_annotator.ui.view.highlight import Highlight
from gapro_annotator.ui.view.picking import nearest_drawn
from gapro_annotator.ui.view.point_actor import Splat
from gapro_annotator.ui.view.point_cloud import PointCloud

USUAL_POINT_SIZE = 3.0
_LARGEST_POINT = 24.0
_REACH = 4
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
        canvas.add(self.boxes.actors)

    def show(self, xyz: Float32, rgba: UInt8) -> None:
        """Draw these points (N, 3) and nothing else."""
        self.clear()
        self.cloud = PointCloud(xyz, rgba)
        self._canvas.set_extent(self.cloud.lower, self.cloud.upper)
        self._canvas.add(self.cloud.actors)
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
        self._canvas.refresh()

    def recolor(self, points: Int64 | None, rgba: UInt8) -> None:
        """Change the colours of these rows (None: all)."""
        if self.cloud is not None:
            self.cloud.recolor(points, rgba)
            self._follow(self.cloud)

    def set_normals(self, normal: Float32) -> None:
        """Shade the points by their normals (N, 3)."""
        if self.cloud is not None:
            self.cloud.set_normals(normal)
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
        lens, self.pose = self.pose.angle, pose
        if pose.angle != lens:
            self.fit_to_screen()  # points are as large as before
        light = light_of(pose)
        if self.cloud is not None:
            self.cloud.set_light(light)
            if moving:
                self.cloud.set_coarse(True)
        for shown in self._highlights.values():
            shown.set_light(light)
        self._canvas.set_pose(pose)

    @property
    def is_coarse(self) -> bool:
        """Whether only a part of the cloud is drawn."""
        return self.cloud is not None and self.cloud.is_coarse

    def draw_whole(self) -> None:
        """Draw the whole cloud again."""
        if self.cloud is not None and self.cloud.is_coarse:
            self.cloud.set_coarse(False)
            self._canvas.refresh()

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

    def _follow(self, cloud: PointCloud) -> None:
        for shown in self._highlights.values():
            shown.follow(cloud)
        self._canvas.refresh()
