"""The 3D view of one scan: shows, highlights, picks and flies; knows nothing of labels."""

import numpy as np
from PySide6.QtCore import QEvent, QPointF, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QImage, QMouseEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from gapro_annotator.arrays import Float32, Float64, Int64, UInt8
from gapro_annotator.ui.colors import Color, Legend
from gapro_annotator.ui.view.box_lines import BoxLines
from gapro_annotator.ui.view.camera import (
    Pose,
    Side,
    light_of,
    pixels_per_metre,
    pose_at,
    project,
    unproject,
)
from gapro_annotator.ui.view.canvas import Canvas
from gapro_annotator.ui.view.flight import Flight
from gapro_annotator.ui.view.highlight import Highlight
from gapro_annotator.ui.view.navigation import Navigation
from gapro_annotator.ui.view.overlays import LegendOverlay, MessageOverlay
from gapro_annotator.ui.view.picking import PointIndex, nearest_drawn, row_at
from gapro_annotator.ui.view.point_actor import Splat
from gapro_annotator.ui.view.point_cloud import PointCloud
from gapro_annotator.ui.view.viewpoint import best_pose, overview, side_view

BACKGROUND: Color = (30, 32, 36)
SELECTED: Color = (255, 255, 255)
HOVERED: Color = (255, 214, 92)
_USUAL_POINT_SIZE = 3.0
_LARGEST_POINT = 24.0
_COVER = 1.8
_FULL_AGAIN_MS = 150
_HOVER_MS = 33
_REACH = 4
_MARGIN = 10


class SceneView(QWidget):
    """Points, boxes and highlights of one scan.

    Every change ends in one paint. Left click = `clicked`, right drag = orbit, middle drag = pan, wheel = zoom to the
    cursor. Keys and dropped files go to the parents. Call `close` before the program ends: it waits for the thread
    that prepares picking.
    """

    clicked = Signal(int, object)
    """Row of the point under a left click (-1: nothing there) and the Qt.KeyboardModifiers."""
    hovered = Signal(int)
    """Row under the cursor when it changes, -1 none; at most 30 times a second."""

    _normals_known = Signal(object, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._cloud: PointCloud | None = None
        self._index: PointIndex | None = None
        self._retired: list[PointIndex] = []
        self._boxes = BoxLines()
        self._highlights: dict[str, Highlight] = {}
        self._pose = pose_at(np.zeros(3), np.radians(-60.0), np.radians(35.0), 5.0)
        self._point_size = _USUAL_POINT_SIZE
        self._hovered_row = -1
        self._cursor: QPointF | None = None
        self._pressed_at: QPointF | None = None
        self._canvas = Canvas(self)
        self._legend = LegendOverlay(self)
        self._message = MessageOverlay(self)
        self._flight = Flight(self, self._set_pose, self._settle)
        self._navigation = Navigation(self._anchor)
        self._full_again = _single_shot(self, _FULL_AGAIN_MS, self._draw_full)
        self._hover_due = _single_shot(self, _HOVER_MS, self._hover)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._canvas)
        self.setMouseTracking(True)
        self._normals_known.connect(self._shade)
        self._canvas.add(self._boxes.actors)
        self.set_background(BACKGROUND)

    # -- what is shown ------------------------------------------------------------------------------------------

    def show_cloud(self, xyz: Float32, rgba: UInt8) -> None:
        """Show another scan: xyz (N, 3) float32 metres, rgba (N, 4) uint8. The camera looks at all of it."""
        self.clear()
        self._cloud = PointCloud(xyz, rgba)
        self._index = PointIndex(xyz, self._normals_known.emit)
        self._canvas.set_extent(self._cloud.lower, self._cloud.upper)
        self._canvas.add(self._cloud.actors)
        self._apply_point_size()
        self.look_at_all()

    def clear(self) -> None:
        """Show nothing."""
        self._flight.stop()
        self._full_again.stop()
        self.highlight(None)
        self.hover_highlight(None)
        none = np.zeros((0, 3), np.float32)
        self.show_boxes(none, none, np.zeros((0, 3), np.uint8))
        if self._cloud is not None:
            self._canvas.remove(self._cloud.actors)
        if self._index is not None:
            self._index.stop()
            self._retired.append(self._index)
        self._cloud = self._index = None
        self._hovered_row = -1

    def set_colors(self, rgba: UInt8) -> None:
        """Give every point its colour (N, 4) uint8."""
        self._recolor(None, rgba)

    def recolor(self, points: Int64, rgba: UInt8) -> None:
        """Give these points (M,) int64 their colours (M, 4) uint8."""
        self._recolor(points, rgba)

    def show_boxes(self, lower: Float32, upper: Float32, color: UInt8) -> None:
        """Draw boxes with these corners (B, 3) in metres and colours (B, 3) uint8."""
        self._boxes.show(lower, upper, color)
        self._canvas.refresh()

    def set_boxes_visible(self, visible: bool) -> None:  # noqa: FBT001 - as QWidget.setVisible
        """Show or hide the boxes."""
        self._boxes.set_visible(visible)
        self._canvas.refresh()

    def emphasise_boxes(self, rows: list[int]) -> None:
        """Draw these boxes thick and the others faint; an empty list treats all alike."""
        self._boxes.emphasise(rows)
        self._canvas.refresh()

    def highlight(self, points: Int64 | None, color: Color = SELECTED) -> None:
        """Outline the current region; None takes the outline away."""
        self._set_highlight("current", points, color, 3.0)

    def hover_highlight(self, points: Int64 | None, color: Color = HOVERED) -> None:
        """Outline the region under the cursor; None takes the outline away."""
        self._set_highlight("hover", points, color, 2.0)

    def set_background(self, color: Color) -> None:
        """Fill what no point covers with this colour."""
        self._canvas.set_background(*color)

    def set_point_size(self, pixels: float) -> None:
        """Draw points as squares of 1 to 12 logical pixels."""
        self._point_size = float(np.clip(pixels, 1.0, 12.0))
        self._apply_point_size()

    @property
    def point_size(self) -> float:
        """Side of a point in logical pixels."""
        return self._point_size

    def show_legend(self, legend: Legend | None) -> None:
        """Explain the colours in the lower left corner."""
        self._legend.show_legend(legend)
        self._place_overlays()

    def show_message(self, text: str | None) -> None:
        """Say in the middle of the view what to do next; None takes it away."""
        self._message.show_message(text)
        self._place_overlays()

    def grab_image(self) -> QImage:
        """Return the view as it is seen, points and overlays."""
        return self.grab().toImage()

    # -- the camera ---------------------------------------------------------------------------------------------

    @property
    def pose(self) -> Pose:
        """Where the camera stands."""
        return self._pose

    def set_pose(self, pose: Pose) -> None:
        """Look from here at once."""
        self._flight.stop()
        self._set_pose(pose)
        self._settle()

    def set_animated(self, animated: bool) -> None:  # noqa: FBT001 - as QWidget.setVisible
        """Fly (True) or jump (False)."""
        self._flight.animated = animated

    def fly_to(self, points: Float32) -> None:
        """Fly to where these points (M, 3) in metres are seen, from the present side if nothing hides them there."""
        if self._cloud is None or not len(points):
            return
        self._flight.start(self._pose, best_pose(self._pose, points, self._cloud.xyz, self._cloud.spacing))

    def look_at_all(self) -> None:
        """Show the whole scan at once, from above one of its corners."""
        if self._cloud is None:
            return
        self.set_pose(overview(self._cloud.xyz, self._cloud.spacing, self._aspect))

    def view_from(self, side: Side) -> None:
        """Fly to the 'top', 'front' or 'side' of the whole scan."""
        if self._cloud is not None:
            self._flight.start(self._pose, side_view(side, self._cloud.xyz, self._aspect))

    def project(self, xyz: Float32) -> Float64:
        """(M, 3) float64, widget x and y of points (M, 3) and their depth in metres (<= 0: behind the camera)."""
        return project(self._pose, xyz, (self.width(), self.height()))

    # -- picking ------------------------------------------------------------------------------------------------

    def pick(self, x: float, y: float) -> int:
        """Row of the point that is drawn at a widget position; -1 where there is none."""
        if self._cloud is None or self._index is None:
            return -1
        if self._cloud.is_coarse:
            self._draw_full()
        found = self._drawn_at(QPointF(x, y))
        if found is None:
            return -1
        reach = self._splat.pixels(found[2]) / 2
        return row_at(self._index, self._pose, found, self._pixels, reach)

    def _drawn_at(self, place: QPointF) -> tuple[float, float, float] | None:
        """Device pixel and depth of what is drawn at a widget position or up to a few pixels beside it."""
        x, y = int(place.x() * self._ratio), int(place.y() * self._ratio)
        depth, left, top = self._canvas.depths(x, y, round(_REACH * self._ratio))
        hit = nearest_drawn(depth, x - left, y - top)
        if hit is None:
            return None
        row, column = hit
        return left + column + 0.5, top + row + 0.5, float(depth[row, column])

    def _anchor(self, place: QPointF) -> Float64:
        """Return the place in the scan under the cursor; where nothing is, at the depth of the camera's target."""
        found = self._drawn_at(place) if self._cloud is not None else None
        if found is None:
            x, y = place.x() * self._ratio, place.y() * self._ratio
            found = (x, y, self._pose.distance)
        return unproject(self._pose, found, self._pixels)

    # -- events -------------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Start a click or a drag; either ends a flight."""
        self._flight.stop()
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed_at = event.position()
        elif self._navigation.press(event.button(), event.position()):
            self._forget_hover()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Move the camera, or see what is under the cursor."""
        self._cursor = event.position()
        if self._navigation.is_dragging:
            self._move_by_hand(self._navigation.drag(self._pose, event.position(), self.height()))
        elif event.buttons() == Qt.MouseButton.NoButton and not self._hover_due.isActive():
            self._hover_due.start()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End a drag, or click if the mouse stayed about where it was pressed."""
        if self._navigation.release(event.button()):
            self._settle()
        elif event.button() == Qt.MouseButton.LeftButton and self._pressed_at is not None:
            moved = (event.position() - self._pressed_at).manhattanLength()
            self._pressed_at = None
            if moved <= 2 * _REACH:
                place = event.position()
                self.clicked.emit(self.pick(place.x(), place.y()), event.modifiers())

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom to the cursor."""
        self._flight.stop()
        if self._cloud is not None and event.angleDelta().y():
            self._move_by_hand(self._navigation.wheel(self._pose, event.position(), event.angleDelta().y()))
            self._settle()
        event.accept()

    def leaveEvent(self, event: QEvent) -> None:
        """Forget what was under the cursor."""
        super().leaveEvent(event)
        self._cursor = None
        self._forget_hover()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the overlays in their places."""
        super().resizeEvent(event)
        self._apply_point_size()
        self._place_overlays()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Free what VTK holds and wait for the thread."""
        self._flight.stop()
        self._full_again.stop()
        self._hover_due.stop()
        self.clear()
        for index in self._retired:
            index.join()
        self._retired.clear()
        self._canvas.close()
        super().closeEvent(event)

    # -- inside -------------------------------------------------------------------------------------------------

    @property
    def _ratio(self) -> float:
        return self.devicePixelRatioF()

    @property
    def _pixels(self) -> tuple[int, int]:
        return round(self._canvas.width() * self._ratio), round(self._canvas.height() * self._ratio)

    @property
    def _splat(self) -> Splat:
        """How points are drawn: as large as their spacing in the room, never smaller than asked for."""
        spacing = self._cloud.spacing if self._cloud is not None else 0.0
        side = _COVER * spacing * self._point_size / _USUAL_POINT_SIZE
        return Splat(
            side * pixels_per_metre(self._pixels[1]), self._point_size * self._ratio, _LARGEST_POINT * self._ratio
        )

    @property
    def _aspect(self) -> float:
        return max(self.width(), 1) / max(self.height(), 1)

    def _recolor(self, points: Int64 | None, rgba: UInt8) -> None:
        if self._cloud is None:
            return
        self._cloud.recolor(points, rgba)
        for shown in self._highlights.values():
            shown.follow(self._cloud)
        self._canvas.refresh()

    def _shade(self, index: PointIndex, normal: Float32) -> None:
        """Shade the cloud once the thread knows its normals, unless another scan is shown by now."""
        if index is not self._index or self._cloud is None:
            return
        self._cloud.set_normals(normal)
        for shown in self._highlights.values():
            shown.follow(self._cloud)
        self._canvas.refresh()

    def _set_highlight(self, which: str, points: Int64 | None, color: Color, rim: float) -> None:
        before = self._highlights.pop(which, None)
        if before is not None:
            self._canvas.remove(before.actors)
        if points is None or not len(points) or self._cloud is None:
            return
        shown = Highlight(self._cloud, points, color, rim)
        shown.set_light(light_of(self._pose))
        shown.set_size(self._splat, self._ratio)
        self._highlights[which] = shown
        self._canvas.add(shown.actors)

    def _set_pose(self, pose: Pose) -> None:
        self._pose = pose
        if self._cloud is not None and (self._flight.is_under_way or self._navigation.is_dragging):
            self._cloud.set_coarse(True)
        light = light_of(pose)
        for lit in (self._cloud, *self._highlights.values()):
            if lit is not None:
                lit.set_light(light)
        self._canvas.set_pose(pose)

    def _move_by_hand(self, pose: Pose) -> None:
        if self._cloud is not None:
            self._cloud.set_coarse(True)
        self._set_pose(pose)

    def _settle(self) -> None:
        """Draw the whole cloud again when the camera has rested for a moment."""
        if self._cloud is not None and self._cloud.is_coarse:
            self._full_again.start()

    def _draw_full(self) -> None:
        self._full_again.stop()
        if self._cloud is not None and self._cloud.is_coarse:
            self._cloud.set_coarse(False)
            self._canvas.refresh()

    def _hover(self) -> None:
        busy = self._flight.is_under_way or self._navigation.is_dragging
        if self._cursor is None or self._cloud is None or busy or self._cloud.is_coarse:
            return
        row = self.pick(self._cursor.x(), self._cursor.y())
        if row != self._hovered_row:
            self._hovered_row = row
            self.hovered.emit(row)

    def _forget_hover(self) -> None:
        self._hover_due.stop()
        if self._hovered_row != -1:
            self._hovered_row = -1
            self.hovered.emit(-1)

    def _apply_point_size(self) -> None:
        if self._cloud is not None:
            self._cloud.set_size(self._splat)
        for shown in self._highlights.values():
            shown.set_size(self._splat, self._ratio)
        self._boxes.set_scale(self._ratio)
        self._canvas.refresh()

    def _place_overlays(self) -> None:
        hint = self._legend.sizeHint()
        self._legend.setGeometry(_MARGIN, self.height() - hint.height() - _MARGIN, hint.width(), hint.height())
        self._message.setMaximumWidth(max(self.width() - 4 * _MARGIN, 1))
        self._message.adjustSize()
        middle = self.rect().center() - self._message.rect().center()
        self._message.move(middle)
        self._legend.raise_()
        self._message.raise_()


def _single_shot(view: QWidget, milliseconds: int, slot: object) -> QTimer:
    timer = QTimer(view)
    timer.setSingleShot(True)
    timer.setInterval(milliseconds)
    timer.timeout.connect(slot)
    return timer
