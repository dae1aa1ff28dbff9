"""What the mouse does to the camera: right drag orbits, middle drag pans, the wheel zooms to the cursor."""

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QPointF, Qt

from gapro_annotator.arrays import Float64
from gapro_annotator.ui.view.camera import Pose, orbit, pan, zoom

_TURN_PER_HEIGHT = np.pi
"""Radians that a drag over the whole height of the view turns."""
_ZOOM_PER_STEP = 1.18
_STEP = 120.0
_NEAREST = 0.02


class Navigation:
    """Turns drags and wheel steps into camera poses.

    Parameters
    ----------
    anchor
        Returns the place (3,) in the scan under a widget position, or a sensible one where nothing is.
    """

    def __init__(self, anchor: Callable[[QPointF], Float64]) -> None:
        self._anchor = anchor
        self._start: QPointF | None = None
        self._pivot = np.zeros(3)
        self._button = Qt.MouseButton.NoButton

    @property
    def is_dragging(self) -> bool:
        """Whether the mouse holds the camera."""
        return self._start is not None

    def press(self, button: Qt.MouseButton, place: QPointF) -> bool:
        """Take the camera, if this button moves it."""
        if button not in (Qt.MouseButton.RightButton, Qt.MouseButton.MiddleButton) or self.is_dragging:
            return False
        self._button, self._start, self._pivot = button, place, self._anchor(place)
        return True

    def drag(self, pose: Pose, place: QPointF, height: int) -> Pose:
        """Return the pose after the mouse went to `place` in a view of this height."""
        if self._start is None:
            return pose
        moved = (place - self._start) / max(height, 1)
        self._start = place
        if self._button == Qt.MouseButton.MiddleButton:
            return pan(pose, self._pivot, moved.x(), -moved.y())
        return orbit(pose, self._pivot, -moved.x() * _TURN_PER_HEIGHT, moved.y() * _TURN_PER_HEIGHT)

    def release(self, button: Qt.MouseButton) -> bool:
        """Let the camera go, if this button held it."""
        if self._start is None or button != self._button:
            return False
        self._start = None
        return True

    def wheel(self, pose: Pose, place: QPointF, angle: float) -> Pose:
        """Return the pose after the wheel turned by `angle` (eighths of a degree) over `place`."""
        anchor = self._anchor(place)
        factor = _ZOOM_PER_STEP ** (angle / _STEP)
        reach = float(np.linalg.norm(pose.position - anchor))
        if factor > 1 and reach / factor < _NEAREST:
            return pose
        return zoom(pose, anchor, factor)
