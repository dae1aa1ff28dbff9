"""The 3D view of one scan: shows, highlights, picks and flies; knows nothing of labels."""

import numpy as np
from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QMouseEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from gapro_annotator.arrays import Float32, Float64, UInt8
from gapro_annotator.ui.view.approach import Subject, best_pose
from gapro_annotator.ui.view.camera import PARALLEL_ANGLE, VIEW_ANGLE, Pose, Side, fit, project
from gapro_annotator.ui.view.drawing_view import DrawingView
from gapro_annotator.ui.view.flight import Flight
from gapro_annotator.ui.view.hover import Hover
from gapro_annotator.ui.view.navigation import Navigation
from gapro_annotator.ui.view.overlay_layer import OverlayLayer
from gapro_annotator.ui.view.picking import row_at
from gapro_annotator.ui.view.picture import Pictures
from gapro_annotator.ui.view.refining import Refining
from gapro_annotator.ui.view.sight import sample
from gapro_annotator.ui.view.viewpoint import overview, side_view

_WHOLE_AGAIN_MS = 150
_STILL = 8
_ENOUGH = 20_000


class SceneView(DrawingView):
    """Points, boxes and highlights of one scan, and the camera and the mouse.

    Left click = `clicked`, right drag = orbit, middle drag = pan, wheel = zoom to the cursor. Keys and dropped files go
    to the parents. Call `close` before the program ends: it waits for the thread that prepares picking.
    """

    clicked = Signal(int, object)
    """Row of the point under a left click (-1: nothing there) and the Qt.KeyboardModifiers."""
    hovered = Signal(int)
    """Row under the cursor when it changes, -1 none; at most 30 times a second."""
    moved = Signal()
    """The camera stands elsewhere."""
    steered = Signal()
    """The mouse moved the camera; after `moved`."""

    def __init__(self, parent: QWidget | None = None, *, index_of: DrawingView | None = None) -> None:
        super().__init__(parent, index_of=index_of)
        self._overview: Pose | None = None
        self._pressed_at: QPointF | None = None
        self.overlays = OverlayLayer(self)
        self._flight = Flight(self, self._move, self._settle)
        self._navigation = Navigation(lambda place: self._scene.place_at(place.x(), place.y()))
        self._refining = Refining(self._scene, _WHOLE_AGAIN_MS, self)
        self._scene.became_coarse = self._settle
        self.pictures = Pictures(self._scene, self._indexing)
        self._hover = Hover(self, self.pick, self._is_moving)
        self._hover.changed.connect(self.hovered)
        self.setMouseTracking(True)

    def show_cloud(self, xyz: Float32, rgba: UInt8) -> None:
        """Show another scan: xyz (N, 3) float32 metres, rgba (N, 4) uint8. The camera looks at all of it."""
        super().show_cloud(xyz, rgba)
        self.look_at_all()

    def clear(self) -> None:
        """Show nothing."""
        self._flight.stop()
        self._refining.stop()
        super().clear()
        self._hover.reset()

    # -- the camera ---------------------------------------------------------------------------------------------

    @property
    def pose(self) -> Pose:
        """Where the camera stands."""
        return self._scene.pose

    def set_pose(self, pose: Pose) -> None:
        """Look from here at once."""
        self._flight.stop()
        self._scene.set_pose(pose, moving=False)
        self._settle()
        self.moved.emit()

    def glide(self, pose: Pose) -> None:
        """Look from here at once, as on a drag: in part, where that is quicker, and whole when the camera rests."""
        self._flight.stop()
        self._move(pose)
        self._settle()

    def set_animated(self, animated: bool) -> None:  # noqa: FBT001 - as QWidget.setVisible
        """Fly (True) or jump (False)."""
        self._flight.animated = animated

    def fly_to(self, points: Float32, context: Float32 | None = None) -> None:
        """Fly to where a region is seen and recognised, from the present side if that shows it.

        Parameters
        ----------
        points : (M, 3) float32
            The region, metres.
        context : (2, 3) float32 or None
            Lower and upper corner of what it may belong to; as much of it as possible comes into view too.
        """
        cloud = self._scene.cloud
        if cloud is not None and len(points):
            subject = Subject(points, context, cloud.shown_xyz, cloud.spacing, self._aspect)
            best = best_pose(self.pose.with_lens(VIEW_ANGLE), subject)
            self._flight.start(self.pose, best.with_lens(self.pose.angle))

    def look_at_all(self) -> None:
        """Show the whole scan at once, from above one of its sides."""
        cloud = self._scene.cloud
        if cloud is not None:
            self.set_pose(self._fitted(overview(cloud.shown_xyz, cloud.spacing, self._aspect)))
            self._overview = self.pose

    def view_from(self, side: Side) -> None:
        """Fly to the 'top', 'front' or 'side' of the whole scan."""
        cloud = self._scene.cloud
        if cloud is not None:
            self._flight.start(self.pose, self._fitted(side_view(side, cloud.shown_xyz, self._aspect)))

    @property
    def is_parallel(self) -> bool:
        """Whether lines that are parallel in the room are parallel in the picture."""
        return self.pose.angle == PARALLEL_ANGLE

    def set_parallel(self, parallel: bool) -> None:  # noqa: FBT001 - an action's state
        """Look through a lens that keeps lines parallel (orthographic), or through the usual one."""
        self.set_pose(self.pose.with_lens(PARALLEL_ANGLE if parallel else VIEW_ANGLE))

    def project(self, xyz: Float32) -> Float64:
        """(M, 3) float64, widget x and y of points (M, 3) and their depth in metres (<= 0: behind the camera)."""
        return project(self.pose, xyz, (self.width(), self.height()))

    # -- picking ------------------------------------------------------------------------------------------------

    def pick(self, x: float, y: float) -> int:
        """Row of the point that is drawn at a widget position; -1 where there is none, or the tree is not built."""
        index = self._indexing.index
        if index is None or not index.is_ready:
            return -1
        self._scene.draw_whole()
        found = self._scene.drawn_at(x, y)
        if found is None:
            return -1
        cloud = self._scene.cloud
        shown = cloud.shown if cloud is not None else None
        return row_at(index, self.pose, found, self._scene.pixels, self._scene.splat.pixels(found[2]) / 2, shown=shown)

    # -- events -------------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Start a click or a drag; either ends a flight."""
        self._flight.stop()
        self._settle()
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed_at = event.position()
        elif self._navigation.press(event.button(), event.position()):
            self._hover.leave()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Move the camera, or see what is under the cursor."""
        if self._navigation.is_dragging:
            self._move(self._navigation.drag(self.pose, event.position(), self.height()))
            self.steered.emit()
        elif event.buttons() == Qt.MouseButton.NoButton:
            self._hover.move(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End a drag, or click if the mouse stayed about where it was pressed."""
        if self._navigation.release(event.button()):
            self._settle()
        elif event.button() == Qt.MouseButton.LeftButton and self._pressed_at is not None:
            moved = (event.position() - self._pressed_at).manhattanLength()
            self._pressed_at = None
            if moved <= _STILL:
                place = event.position()
                self.clicked.emit(self.pick(place.x(), place.y()), event.modifiers())

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom to the cursor."""
        self._flight.stop()
        if event.angleDelta().y():
            self._move(self._navigation.wheel(self.pose, event.position(), event.angleDelta().y()))
            self._settle()
            self.steered.emit()
        event.accept()

    def leaveEvent(self, event: QEvent) -> None:
        """Forget what was under the cursor."""
        super().leaveEvent(event)
        self._hover.leave()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the overlays in their places, and all of the scan in view if it was."""
        super().resizeEvent(event)
        self._scene.fit_to_screen()
        cloud = self._scene.cloud
        if cloud is not None and self.pose is self._overview:
            self.set_pose(fit(self.pose, self._some_points, self._aspect))
            self._overview = self.pose
        self.overlays.place()

    # -- inside -------------------------------------------------------------------------------------------------

    @property
    def _aspect(self) -> float:
        return max(self.width(), 1) / max(self.height(), 1)

    @property
    def _some_points(self) -> Float32:
        cloud = self._scene.cloud
        return np.zeros((0, 3), np.float32) if cloud is None else sample(cloud.shown_xyz, _ENOUGH)[0]

    def _fitted(self, pose: Pose) -> Pose:
        """See all of the scan from this side, through the lens in use."""
        if pose.angle == self.pose.angle or not len(self._some_points):
            return pose
        return fit(pose.with_lens(self.pose.angle), self._some_points, self._aspect)

    def _move(self, pose: Pose) -> None:
        """Take the camera further on a drag or a flight."""
        self._refining.stop()
        self._scene.set_pose(pose, moving=True)
        self.moved.emit()

    def _settle(self) -> None:
        """Draw the whole cloud again when the camera has rested for a moment."""
        if self._scene.is_coarse and not self._navigation.is_dragging:
            self._refining.start()

    def _is_moving(self) -> bool:
        return self._flight.is_under_way or self._navigation.is_dragging or self._scene.is_coarse
