"""The OpenGL widget: one paint per change, mouse and keys left to Qt."""

import time
from collections.abc import Callable, Iterable

import numpy as np
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QDragEnterEvent, QEnterEvent, QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QWidget
from vtkmodules.util.numpy_support import vtk_to_numpy
from vtkmodules.vtkCommonCore import vtkCommand, vtkFloatArray
from vtkmodules.vtkRenderingCore import vtkActor, vtkRenderer

from gapro_annotator.arrays import Float32, Float64
from gapro_annotator.ui.view.camera import Pose
from gapro_annotator.ui.view.kept_image import KeptImage
from gapro_annotator.ui.view.vtk_widget import QVTKRenderWindowInteractor

# Lets the vertex shader decide how large a point is; VTK has no switch for it.
_PROGRAM_POINT_SIZE = 0x8642
_LESS_OR_EQUAL = 0x0203


class Canvas(QVTKRenderWindowInteractor):
    """Draws actors from a pose when Qt asks for a paint, and at no other time.

    Whatever asks VTK to render is turned into `update()`, which Qt folds into one paint. Mouse, wheel and key events
    are ignored, so that they reach the parent: VTK's own keys (w, s, r, 3 ...) would act on the scene.

    The cloud has a layer of its own below boxes and highlights. What was drawn of it is kept: as long as neither the
    cloud nor the camera changes, a paint takes milliseconds, however many points there are.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.frames = 0
        self._is_current = False
        self._lower, self._upper = np.zeros(3), np.ones(3)
        self.cloud_asked: Callable[[], None] = lambda: None
        """Called before the cloud is painted anew."""
        self.cloud_painted: Callable[[float], None] = lambda _seconds: None
        """Called after a paint that drew the cloud, with the seconds that it took."""
        self._renderer, self._below = vtkRenderer(), vtkRenderer()
        # Otherwise VTK mixes what is translucent by its depth: a highlight would show the rim through its points.
        self._renderer.UseOITOff()
        window = self.GetRenderWindow()
        window.SetMultiSamples(0)
        self._kept, self._growing = KeptImage(window), KeptImage(window)
        self._draws_upon: KeptImage | None = None
        self._keeps_in = self._kept
        window.SetNumberOfLayers(2)
        for layer, renderer in enumerate((self._below, self._renderer)):
            renderer.SetLayer(layer)
            window.AddRenderer(renderer)
        self._renderer.PreserveDepthBufferOn()
        self._below.SetActiveCamera(self._renderer.GetActiveCamera())
        for renderer in (self._below, self._renderer):
            renderer.AddObserver(vtkCommand.StartEvent, self._begin)
        self._below.AddObserver(vtkCommand.EndEvent, lambda *_: self._keeps_in.keep())
        interactor = window.GetInteractor()
        interactor.EnableRenderOff()
        interactor.Initialize()
        self._vtk_observers.append((interactor, interactor.AddObserver(vtkCommand.RenderEvent, self._render_asked)))
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setAcceptDrops(False)

    # -- the scene ----------------------------------------------------------------------------------------------

    def add(self, actors: Iterable[vtkActor]) -> None:
        """Draw these actors too."""
        for actor in actors:
            self._renderer.AddActor(actor)
        self.refresh()

    def remove(self, actors: Iterable[vtkActor]) -> None:
        """Draw these actors, or this cloud, no longer and free what they hold on the graphics card."""
        self.GetRenderWindow().MakeCurrent()
        for actor in actors:
            self._renderer.RemoveActor(actor)
            self._below.RemoveActor(actor)
            actor.ReleaseGraphicsResources(self.GetRenderWindow())
        self.refresh()

    def add_cloud(self, actors: Iterable[vtkActor]) -> None:
        """Draw these actors as the cloud, below everything else."""
        for actor in actors:
            self._below.AddActor(actor)
        self.refresh_cloud()

    def set_extent(self, lower: Float64, upper: Float64) -> None:
        """Everything lies between these corners (3,); sets the near and far planes."""
        self._lower, self._upper = lower, upper

    def set_background(self, red: int, green: int, blue: int) -> None:
        """Fill what no point covers with this colour."""
        self._below.SetBackground(red / 255, green / 255, blue / 255)
        self.refresh_cloud()

    def set_pose(self, pose: Pose) -> None:
        """Look from here."""
        camera = self._renderer.GetActiveCamera()
        camera.SetViewAngle(pose.angle)
        camera.SetPosition(*pose.position.tolist())
        camera.SetFocalPoint(*pose.target.tolist())
        camera.SetViewUp(*pose.axes[1].tolist())
        edge = (self._upper - self._lower) * 0.05 + 1e-3
        bounds = np.stack([self._lower - edge, self._upper + edge], axis=1).ravel()
        self._renderer.ResetCameraClippingRange(*bounds.tolist())
        self.refresh_cloud()

    def refresh(self) -> None:
        """Paint once, soon; of the cloud what was drawn last."""
        self._is_current = False
        self.update()

    def refresh_cloud(self) -> None:
        """Paint once, soon, the cloud anew."""
        self._kept.forget()
        self.refresh()

    def draw_upon(self, actor: vtkActor) -> bool:
        """Draw this once, with what is visible of the cloud, over its picture that was kept; False: nothing is.

        Points that are there already take the colours in which they are drawn now.
        """
        if not self._kept.is_usable or not self._is_able:
            return False
        self._below.AddActor(actor)
        self._draw_cloud(self._kept, self._kept)
        self._below.RemoveActor(actor)
        actor.ReleaseGraphicsResources(self.GetRenderWindow())
        self.refresh()
        return True

    def grow(self, *, first: bool, last: bool) -> float:
        """Draw the visible actors of the cloud into a picture that replaces what is shown after the last call.

        Returns
        -------
        float
            Seconds that it took.
        """
        start = time.perf_counter()
        if self._is_able:
            self._draw_cloud(None if first else self._growing, self._growing)
            self.GetRenderWindow().WaitForCompletion()
        taken = time.perf_counter() - start
        if last:
            self._kept, self._growing = self._growing, self._kept
            self._growing.forget()
            self.refresh()
        return taken

    # -- painting -----------------------------------------------------------------------------------------------

    def paintGL(self) -> None:
        """Render here and only here."""
        window = self.GetRenderWindow()
        interactor = window.GetInteractor()
        start, drawn = time.perf_counter(), self._choose_layers()
        interactor.EnableRenderOn()
        if self._gl is not None:
            self._gl.glEnable(_PROGRAM_POINT_SIZE)
        try:
            super().paintGL()
        finally:
            interactor.EnableRenderOff()
        self.frames += 1
        self._is_current = True
        if drawn:
            window.WaitForCompletion()
            self.cloud_painted(time.perf_counter() - start)

    def depths(self, x: int, y: int, radius: int) -> tuple[Float32, int, int]:
        """Read what was painted round a device pixel (y down).

        Returns
        -------
        depth : (h, w) float32
            Metres along the view, infinite where there is nothing; rows run downwards.
        left, top
            The device pixel of ``depth[0, 0]``.
        """
        window = self.GetRenderWindow()
        if not self._is_current:
            self._render_unseen()
        width, height = window.GetSize()
        left, right = max(x - radius, 0), min(x + radius, width - 1)
        top, bottom = max(y - radius, 0), min(y + radius, height - 1)
        if left > right or top > bottom or not self._is_current:
            return np.full((0, 0), np.inf, np.float32), left, top
        window.MakeCurrent()
        buffer = vtkFloatArray()
        window.GetZbufferData(left, height - 1 - bottom, right, height - 1 - top, buffer)
        z = vtk_to_numpy(buffer).reshape(bottom - top + 1, right - left + 1)[::-1]
        near, far = self._renderer.GetActiveCamera().GetClippingRange()
        with np.errstate(divide="ignore"):
            depth = near * far / (far - z * (far - near))
        return np.where(z >= 1, np.inf, depth).astype(np.float32), left, top

    @property
    def _is_able(self) -> bool:
        return bool(self.GetRenderWindow().GetReadyForRendering()) and self._gl is not None

    def _choose_layers(self) -> bool:
        """Draw the cloud or put back what was kept of it; say whether it is drawn."""
        drawn = not self._kept.is_usable
        if drawn:
            self.cloud_asked()
        self._below.SetDraw(drawn)
        self._below.EraseOn()
        self._renderer.DrawOn()
        self._draws_upon, self._keeps_in = (None if drawn else self._kept), self._kept
        return drawn

    def _begin(self, *_: object) -> None:
        """Begin the lowest layer that is drawn on what was kept."""
        if self._draws_upon is not None:
            self._draws_upon.put_back()
            self._draws_upon = None

    def _draw_cloud(self, upon: KeptImage | None, keeps_in: KeptImage) -> None:
        """Draw nothing but the cloud, on top of a picture that was kept or on empty ground."""
        self._below.DrawOn()
        self._below.SetErase(upon is None)
        self._renderer.DrawOff()
        self._draws_upon, self._keeps_in = upon, keeps_in
        self._render()
        self._is_current = False

    def _render_unseen(self) -> None:
        """Bring VTK's own buffers up to date; Qt may put off a `repaint()` while it still shows the last one."""
        if self._is_able:
            self._choose_layers()
            self._render()
            self._is_current = True

    def _render(self) -> None:
        window = self.GetRenderWindow()
        self._in_paint = True
        try:
            window.MakeCurrent()
            if self._gl is not None:
                self._gl.glEnable(_PROGRAM_POINT_SIZE)
            state = window.GetState()
            state.Reset()
            state.vtkglDepthFunc(_LESS_OR_EQUAL)
            window.Render()
        finally:
            self._in_paint = False

    def _render_asked(self, *_: object) -> None:
        if not self._in_paint:
            self.refresh()

    # -- events: all of them belong to the parent ---------------------------------------------------------------

    def mousePressEvent(self, ev: QMouseEvent) -> None:
        """Leave it to the parent."""
        ev.ignore()

    def mouseReleaseEvent(self, ev: QMouseEvent) -> None:
        """Leave it to the parent."""
        ev.ignore()

    def mouseDoubleClickEvent(self, ev: QMouseEvent) -> None:
        """Leave it to the parent."""
        ev.ignore()

    def mouseMoveEvent(self, ev: QMouseEvent) -> None:
        """Leave it to the parent."""
        ev.ignore()

    def wheelEvent(self, ev: QWheelEvent) -> None:
        """Leave it to the parent."""
        ev.ignore()

    def keyPressEvent(self, ev: QKeyEvent) -> None:
        """Leave it to the window's shortcuts."""
        ev.ignore()

    def keyReleaseEvent(self, ev: QKeyEvent) -> None:
        """Leave it to the window's shortcuts."""
        ev.ignore()

    def enterEvent(self, ev: QEnterEvent) -> None:
        """Keep it from VTK."""
        ev.ignore()

    def leaveEvent(self, ev: QEvent) -> None:
        """Keep it from VTK."""
        ev.ignore()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Leave it to the window."""
        event.ignore()
