"""What is under the resting or moving cursor."""

from collections.abc import Callable

from PySide6.QtCore import QObject, QPointF, QTimer, Signal

_EVERY_MS = 33


class Hover(QObject):
    """Tells when another point comes under the cursor, at most 30 times a second.

    Parameters
    ----------
    parent
        Qt parent.
    pick
        Returns the row under a widget position, or -1.
    is_busy
        Returns whether the camera moves; until it rests, nothing is looked up.
    """

    changed = Signal(int)
    """Row under the cursor, -1 none."""

    def __init__(self, parent: QObject, pick: Callable[[float, float], int], is_busy: Callable[[], bool]) -> None:
        super().__init__(parent)
        self._pick, self._is_busy = pick, is_busy
        self._row = -1
        self._cursor: QPointF | None = None
        self._due = QTimer(self)
        self._due.setSingleShot(True)
        self._due.setInterval(_EVERY_MS)
        self._due.timeout.connect(self._look)

    def move(self, cursor: QPointF) -> None:
        """Look soon what is there."""
        self._cursor = cursor
        if not self._due.isActive():
            self._due.start()

    def leave(self) -> None:
        """Forget what was under the cursor."""
        self._cursor = None
        self._due.stop()
        self._set(-1)

    def reset(self) -> None:
        """Forget it without a word: the scan is another."""
        self._due.stop()
        self._row = -1

    def _look(self) -> None:
        if self._cursor is not None and not self._is_busy():
            self._set(self._pick(self._cursor.x(), self._cursor.y()))

    def _set(self, row: int) -> None:
        if row != self._row:
            self._row = row
            self.changed.emit(row)
