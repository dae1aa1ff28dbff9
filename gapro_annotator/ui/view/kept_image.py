"""What was drawn, kept on the graphics card with its depths, to be put back or drawn upon."""

from vtkmodules.vtkCommonCore import VTK_UNSIGNED_CHAR
from vtkmodules.vtkRenderingOpenGL2 import vtkGenericOpenGLRenderWindow, vtkOpenGLFramebufferObject

# VTK keeps depths as 32-bit floats; only depths of the same kind can be copied.
_DEPTH_BITS = 32
_COLOR_AND_DEPTH = 0x4000 | 0x100
_NEAREST = 0x2600


class KeptImage:
    """A copy of the picture that VTK draws into; all of it in the thread and context of the window."""

    def __init__(self, window: vtkGenericOpenGLRenderWindow) -> None:
        self._window = window
        self._buffer: vtkOpenGLFramebufferObject | None = None
        self._size = (0, 0)
        self._holds = False

    @property
    def is_usable(self) -> bool:
        """Whether it holds a picture of the window's present size."""
        return self._holds and self._size == tuple(self._window.GetSize())

    def forget(self) -> None:
        """What it holds is not to be shown any more."""
        self._holds = False

    def keep(self) -> None:
        """Take over what VTK has drawn so far."""
        self._prepare()
        self._copy(self._window.GetRenderFramebuffer(), self._buffer)
        self._holds = True

    def put_back(self) -> None:
        """Replace what VTK has drawn so far by what was kept."""
        self._copy(self._buffer, self._window.GetRenderFramebuffer())

    def release(self) -> None:
        """Free the memory of the graphics card."""
        if self._buffer is not None:
            self._buffer.ReleaseGraphicsResources(self._window)
        self._buffer, self._holds, self._size = None, False, (0, 0)

    def _prepare(self) -> None:
        width, height = self._window.GetSize()
        if self._size == (width, height):
            return
        self.release()
        self._buffer = vtkOpenGLFramebufferObject()
        self._buffer.SetContext(self._window)
        state = self._window.GetState()
        state.PushFramebufferBindings()
        self._buffer.PopulateFramebuffer(width, height, True, 1, VTK_UNSIGNED_CHAR, True, _DEPTH_BITS, 0, False)  # noqa: FBT003 - VTK's order
        state.PopFramebufferBindings()
        self._size = (width, height)

    def _copy(self, source: vtkOpenGLFramebufferObject | None, target: vtkOpenGLFramebufferObject | None) -> None:
        if source is None or target is None:
            return
        state = self._window.GetState()
        state.PushFramebufferBindings()
        source.Bind(vtkOpenGLFramebufferObject.GetReadMode())
        target.Bind(vtkOpenGLFramebufferObject.GetDrawMode())
        whole = (0, self._size[0], 0, self._size[1])
        vtkOpenGLFramebufferObject.Blit(whole, whole, _COLOR_AND_DEPTH, _NEAREST)
        state.PopFramebufferBindings()
