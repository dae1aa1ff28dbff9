"""Python's cyclic garbage collection between two events of the GUI thread, and never inside Qt."""

import gc
import time

from PySide6.QtCore import QObject, QTimer

_EVERY_MS = 250
_REST = 100
"""A full collection is followed by so many times its duration without another one."""


class GuiGarbage(QObject):
    """Collects cyclic garbage from the event loop, and nowhere else, from its making to the end of the process.

    Python collects wherever something happens to be allocated, which ends windows in two bad ways. In another thread
    it destroys widgets and VTK objects of a window that was closed a moment ago: a crash, for Qt objects may only be
    destroyed in the thread they live in (https://doc.qt.io/qt-6/threads-qobject.html). In the GUI thread it can do
    so inside the destructor of another QObject, which asks Python for an overridden `disconnectNotify` while it holds
    one of Qt's few object locks: where both objects share that lock, the program waits for itself.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        gc.disable()
        self._rested_at = 0.0
        self._timer = QTimer(self, interval=_EVERY_MS)
        self._timer.timeout.connect(self.collect_due)
        self._timer.start()

    def collect_due(self) -> None:
        """Collect the oldest generation that has reached Python's own threshold."""
        for generation in (2, 1, 0):
            threshold = gc.get_threshold()[generation]
            rested = generation < 2 or time.perf_counter() >= self._rested_at
            if threshold and gc.get_count()[generation] > threshold and rested:
                started = time.perf_counter()
                gc.collect(generation)
                if generation == 2:
                    now = time.perf_counter()
                    self._rested_at = now + _REST * (now - started)
                return
