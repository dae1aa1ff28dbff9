"""Python's cyclic garbage collection on the GUI thread only: Qt and VTK objects die with their thread or crash."""

import gc

from PySide6.QtCore import QObject, QTimer

_EVERY_MS = 250


class GuiGarbage(QObject):
    """Collects cyclic garbage between two events of the GUI thread, and nowhere else, for as long as it lives.

    Python collects in whatever thread happens to allocate. A labelling or training thread would thus destroy the
    widgets, timers and VTK objects of a window that was closed a moment ago, which ends in a crash: Qt objects may
    only be destroyed in the thread they live in (https://doc.qt.io/qt-6/threads-qobject.html).
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        gc.disable()
        self._timer = QTimer(self, interval=_EVERY_MS)
        self._timer.timeout.connect(self.collect_due)
        self._timer.start()

    def collect_due(self) -> None:
        """Collect the oldest generation that has reached Python's own threshold, as Python would have."""
        for generation in (2, 1, 0):
            threshold = gc.get_threshold()[generation]
            if threshold and gc.get_count()[generation] > threshold:
                gc.collect(generation)
                return

    def stop(self) -> None:
        """Give collection back to Python."""
        self._timer.stop()
        gc.enable()
