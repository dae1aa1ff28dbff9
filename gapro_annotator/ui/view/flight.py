"""Camera flights: short, eased, and given up as soon as the annotator takes the camera."""

from collections.abc import Callable

from PySide6.QtCore import QEasingCurve, QObject, QVariantAnimation

from gapro_annotator.ui.view.camera import Pose, between

_MILLISECONDS = 250


class Flight(QObject):
    """Moves the camera from pose to pose.

    Parameters
    ----------
    parent
        Qt parent.
    move
        Called with each pose on the way.
    landed
        Called once when a flight reached its end; not where it was stopped.
    """

    def __init__(self, parent: QObject, move: Callable[[Pose], None], landed: Callable[[], None]) -> None:
        super().__init__(parent)
        self.animated = True
        self._move = move
        self._landed = landed
        self._ends: tuple[Pose, Pose] | None = None
        self._animation = QVariantAnimation(self)
        self._animation.setDuration(_MILLISECONDS)
        self._animation.setStartValue(0.0)
        self._animation.setEndValue(1.0)
        self._animation.setEasingCurve(QEasingCurve.Type.InOutCubic)
        self._animation.valueChanged.connect(self._step)
        self._animation.finished.connect(self._land)

    def start(self, start: Pose, end: Pose) -> None:
        """Fly, or jump where animations are off."""
        self.stop()
        if not self.animated:
            self._move(end)
            self._landed()
            return
        self._ends = (start, end)
        self._animation.start()

    def stop(self) -> None:
        """Stay where the camera is now."""
        self._ends = None
        self._animation.stop()

    @property
    def is_under_way(self) -> bool:
        """Whether the camera is flying."""
        return self._ends is not None

    def _step(self, share: float) -> None:
        if self._ends is not None:
            self._move(between(*self._ends, share))

    def _land(self) -> None:
        if self._ends is not None:
            self._move(self._ends[1])
            self._ends = None
            self._landed()
