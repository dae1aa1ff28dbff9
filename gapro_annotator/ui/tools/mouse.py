"""Brings the mouse from the view to the active tool: the left button is the tool's, everything else the view's."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QWheelEvent

from gapro_annotator.ui.tools.tool import Pointer, Selection, Tool
from gapro_annotator.ui.view.scene_view import SceneView

_STEP = 120.0
_PRESSES = (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonDblClick)


class ToolMouse(QObject):
    """Filters the view's events.

    Parameters
    ----------
    view
        Whose events.
    done
        Called with what a gesture selected.
    before
        Called with where a gesture would begin; True takes the press for something else.
    """

    def __init__(
        self, view: SceneView, done: Callable[[Selection], None], before: Callable[[Pointer], bool], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._view, self._done, self._before = view, done, before
        self._tool: Tool | None = None
        self._pressed: Pointer | None = None
        view.installEventFilter(self)

    @property
    def is_busy(self) -> bool:
        """Whether a gesture is under way."""
        return self._pressed is not None

    def use(self, tool: Tool | None) -> None:
        """Give the left button to this tool; None leaves it to the view."""
        self.cancel()
        if self._tool is not None:
            self._tool.leave()
        self._tool = tool

    def cancel(self) -> None:
        """Drop the gesture that is under way."""
        if self._pressed is not None and self._tool is not None:
            self._tool.leave()
        self._pressed = None

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take what belongs to the tool."""
        del watched
        tool = self._tool
        if tool is None:
            return False
        if event.type() == QEvent.Type.Leave and not self.is_busy:
            tool.leave()
        if isinstance(event, QWheelEvent):
            return self._wheel(tool, event)
        if isinstance(event, QKeyEvent):
            return self._key(event)
        return self._mouse(tool, event) if isinstance(event, QMouseEvent) else False

    def _mouse(self, tool: Tool, event: QMouseEvent) -> bool:
        where, kind = event.position(), event.type()
        left = event.button() == Qt.MouseButton.LeftButton
        if kind in _PRESSES and left and not self.is_busy:
            return self._press(tool, Pointer(where.x(), where.y(), event.modifiers()))
        if self._pressed is None:
            if kind == QEvent.Type.MouseMove and event.buttons() == Qt.MouseButton.NoButton:
                tool.hover(Pointer(where.x(), where.y(), event.modifiers()))
            elif kind in _PRESSES:
                tool.leave()  # the camera moves: what is drawn over the picture would not follow
            return False
        # A drag of the camera would pull the picture away from under the gesture: other buttons wait for its end.
        pointer = Pointer(where.x(), where.y(), self._pressed.modifiers)
        if kind == QEvent.Type.MouseMove:
            tool.move(pointer)
        elif kind == QEvent.Type.MouseButtonRelease and left:
            self._pressed = None
            selection = tool.release(pointer)
            if selection is not None:
                self._done(selection)
        return True

    def _press(self, tool: Tool, pointer: Pointer) -> bool:
        if self._before(pointer):
            return True
        self._view.set_pose(self._view.pose)  # ends a flight
        self._pressed = pointer
        tool.press(pointer)
        return True

    def _wheel(self, tool: Tool, event: QWheelEvent) -> bool:
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if control and tool.scroll(event.angleDelta().y() / _STEP):
            event.accept()
            return True
        if not self.is_busy:
            tool.leave()
        return self.is_busy

    def _key(self, event: QKeyEvent) -> bool:
        """Let Esc end a gesture before it ends the tool."""
        if not self.is_busy or event.key() != Qt.Key.Key_Escape:
            return False
        event.accept()
        if event.type() == QEvent.Type.KeyPress:
            self.cancel()
        return True
