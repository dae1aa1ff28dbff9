"""A widget that draws one scan, and has the views beside it draw the same."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

import numpy as np
from PySide6.QtGui import QCloseEvent, QImage
from PySide6.QtWidgets import QVBoxLayout, QWidget

from gapro_annotator.arrays import Float32, Int64, UInt8
from gapro_annotator.ui.colors import Color
from gapro_annotator.ui.view.canvas import Canvas
from gapro_annotator.ui.view.indexing import Indexing
from gapro_annotator.ui.view.point_cloud import Arrangement
from gapro_annotator.ui.view.scene import Scene

BACKGROUND: Color = (30, 32, 36)
SELECTED: Color = (255, 255, 255)
HOVERED: Color = (255, 214, 92)

_P = ParamSpec("_P")
_Draws = Callable[Concatenate["DrawingView", _P], None]


def mirrored(method: _Draws[_P]) -> _Draws[_P]:
    """Do the same in the views beside this one, after it."""

    @wraps(method)
    def everywhere(view: "DrawingView", /, *args: _P.args, **kwargs: _P.kwargs) -> None:
        method(view, *args, **kwargs)
        for other in view.beside:
            getattr(other, method.__name__)(*args, **kwargs)

    return everywhere


class DrawingView(QWidget):
    """Draws points, boxes and highlights; every change ends in one paint.

    Parameters
    ----------
    parent
        Qt parent.
    index_of
        A view of the same scan whose index of the points is used here too.
    """

    def __init__(self, parent: QWidget | None = None, *, index_of: "DrawingView | None" = None) -> None:
        super().__init__(parent)
        self.beside: list[DrawingView] = []
        """Views that show what this one shows, each from where it looks."""
        self._canvas = Canvas(self)
        self._scene = Scene(self._canvas)
        self._borrows = index_of is not None
        self._indexing = Indexing(self) if index_of is None else index_of._indexing  # noqa: SLF001 - of its own class
        self._indexing.normals_known.connect(self._scene.set_normals)
        self._ahead: Arrangement | None = None
        self._selected: Int64 | None = None
        self._look = BACKGROUND, SELECTED
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._canvas)
        self.set_look(*self._look)

    @mirrored
    def show_cloud(self, xyz: Float32, rgba: UInt8) -> None:
        """Show another scan: xyz (N, 3) float32 metres, rgba (N, 4) uint8."""
        self.clear()
        ahead, self._ahead = self._ahead, None
        self._scene.show(xyz, rgba, ahead if ahead is not None and ahead.xyz is xyz else None)
        if not self._borrows:
            self._indexing.start(xyz)

    def arrange_ahead(self, xyz: Float32) -> None:
        """Do what takes long of `show_cloud` for these points (N, 3), in any thread; the next `show_cloud` uses it."""
        self._ahead = Arrangement.of(xyz)

    @mirrored
    def clear(self) -> None:
        """Show nothing."""
        self._selected = None
        self._scene.clear()
        if not self._borrows:
            self._indexing.stop()

    def show_like(self, other: "DrawingView") -> None:
        """Show what another view shows now; where it is to stay so, put this one `beside` it."""
        scene, look, selected = other._scene, other._look, other._selected  # noqa: SLF001 - of its own class
        self.set_look(*look)
        self.set_point_size(scene.point_size)
        cloud = scene.cloud
        if cloud is None:
            self.clear()
            return
        self.show_cloud(cloud.xyz, cloud.rgba)
        self._scene.set_normals(cloud.normal)
        self._scene.boxes.show_like(scene.boxes)
        self.highlight(selected)

    @mirrored
    def set_colors(self, rgba: UInt8) -> None:
        """Give every point its colour (N, 4) uint8."""
        self._scene.recolor(None, rgba)

    @mirrored
    def recolor(self, points: Int64, rgba: UInt8) -> None:
        """Give these points (M,) int64 their colours (M, 4) uint8."""
        self._scene.recolor(points, rgba)

    @mirrored
    def show_boxes(self, lower: Float32, upper: Float32, color: UInt8) -> None:
        """Draw boxes with these corners (B, 3) in metres and colours (B, 3) uint8."""
        self._scene.boxes.show(lower, upper, color)
        self._canvas.refresh()

    @mirrored
    def set_boxes_visible(self, visible: bool) -> None:  # noqa: FBT001 - as QWidget.setVisible
        """Show or hide the boxes."""
        self._scene.boxes.set_visible(visible)
        self._canvas.refresh()

    @mirrored
    def emphasise_boxes(self, rows: list[int]) -> None:
        """Draw these boxes thick and the others faint; an empty list treats all alike."""
        self._scene.boxes.emphasise(rows)
        self._canvas.refresh()

    @mirrored
    def highlight(self, points: Int64 | None) -> None:
        """Outline the current region, faintly also what of it is hidden; None takes the outline away."""
        self._selected = points
        self._outline_region()

    @mirrored
    def hover_highlight(self, points: Int64 | None, color: Color = HOVERED) -> None:
        """Outline the region under the cursor; None takes the outline away."""
        self._scene.set_highlight("hover", points, color, 2.0)

    @mirrored
    def set_look(self, ground: Color, outline: Color) -> None:
        """Fill what no point covers with one colour, and outline the current region with another."""
        self._look = ground, outline
        self._canvas.set_background(*ground)
        self._outline_region()

    @mirrored
    def set_point_size(self, pixels: float) -> None:
        """Draw points at least this large, 1 to 12 logical pixels; they grow as the camera comes near."""
        self._scene.point_size = float(np.clip(pixels, 1.0, 12.0))
        self._scene.fit_to_screen()

    @property
    def point_size(self) -> float:
        """Least diameter of a point, logical pixels."""
        return self._scene.point_size

    def grab_image(self) -> QImage:
        """Return the view as it is seen, points and overlays."""
        return self.grab().toImage()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Free what VTK holds and wait for the thread."""
        self.beside = []
        self.clear()
        if not self._borrows:
            self._indexing.join()
        self._canvas.close()
        super().closeEvent(event)

    def _outline_region(self) -> None:
        self._scene.set_highlight("current", self._selected, self._look[1], 3.0, through=True)
