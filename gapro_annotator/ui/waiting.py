"""Work that the window waits for, as reading and saving a scan: it stays alive, and the work can be stopped."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from PySide6.QtCore import QEvent, QEventLoop, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent, QKeySequence, QMouseEvent
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QLabel,
    QMainWindow,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from gapro_annotator.errors import InputError
from gapro_annotator.store.watching import watched

Wait: TypeAlias = Callable[[str, Callable[[], Any]], Any]
"""Takes what is done, in words, and does it; returns its result or raises what it raised."""
PATIENCE_MS = 300
_STEPS = 1000
_TYPES = QEvent.Type
_INPUT = {
    *(_TYPES.MouseButtonPress, _TYPES.MouseButtonDblClick, _TYPES.MouseMove, _TYPES.Wheel),
    *(_TYPES.DragEnter, _TYPES.DragMove, _TYPES.Drop, _TYPES.ContextMenu, _TYPES.TouchBegin),
}
_STOP = QKeySequence("Ctrl+.")


def at_once(_what: str, work: Callable[[], Any]) -> Any:
    """Do it here and now: the `Wait` of whoever has no window."""
    return work()


@dataclass(slots=True)
class _Outcome:
    number: int
    result: Any = None
    error: BaseException | None = None
    ended: bool = False


class WaitingCard(QFrame):
    """What is done, how far it is, and a button to stop it; over the middle of the window."""

    def __init__(self, window: QMainWindow) -> None:
        super().__init__(window)
        self._window = window
        self.setProperty("role", "card")
        self.setAutoFillBackground(True)
        self.what, self.bar, self.stop = QLabel(), QProgressBar(textVisible=False), QPushButton("Stop")
        self.what.setProperty("role", "heading")
        self.bar.setMinimumWidth(280)
        self.stop.setToolTip("Leave everything as it was  (Esc)")
        line = QHBoxLayout()
        line.addWidget(self.bar, 1)
        line.addWidget(self.stop)
        layout = QVBoxLayout(self)
        layout.addWidget(self.what)
        layout.addLayout(line)
        self.hide()

    def tell(self, what: str) -> None:
        """Show it."""
        self.what.setText(what)
        self.bar.setRange(0, 0)
        self.stop.setEnabled(True)
        self.stop.setText("Stop")
        self.adjustSize()
        self.move((self._window.width() - self.width()) // 2, (self._window.height() - self.height()) // 2)
        self.show()
        self.raise_()


class Waiting(QObject):
    """Runs one piece of work in a thread and returns when it is over; the window paints and listens to nothing else.

    For a moment keys and clicks wait in their queue, as they would if the work were done here. After that a card says
    what goes on; Esc, Ctrl+. and its button stop the work at its next step, and all other input is dropped.
    """

    _told = Signal(int, int, int)
    _ended = Signal(int)

    def __init__(self, window: QMainWindow) -> None:
        super().__init__(window)
        self._window = window
        self.patience = PATIENCE_MS
        self.card = WaitingCard(window)
        self.card.stop.clicked.connect(self.stop)
        self._loop: QEventLoop | None = None
        self._number = 0
        self._stop = threading.Event()
        self._told.connect(self._show, Qt.ConnectionType.QueuedConnection)
        self._ended.connect(self._end, Qt.ConnectionType.QueuedConnection)

    @property
    def busy(self) -> bool:
        """Whether something is waited for."""
        return self._loop is not None

    def run(self, what: str, work: Callable[[], Any]) -> Any:
        """Do it; a `Wait`.

        Raises
        ------
        CancelledError
            It was stopped.
        InputError
            Other work is waited for already.
        """
        if self._loop is not None:
            raise InputError("one thing at a time: wait for what runs, or stop it")
        self._number += 1
        self._stop = threading.Event()
        self._loop, outcome = QEventLoop(), _Outcome(self._number)
        thread = threading.Thread(target=self._work, args=(work, outcome, self._stop), name="gapro-waiting")
        thread.start()
        try:
            self._wait(self._loop, what, outcome)
        finally:
            self._loop = None
            self.card.hide()
            thread.join()
        error, outcome.error = outcome.error, None  # its traceback holds the outcome: nothing must hold it in turn
        if error is not None:
            raise error
        return outcome.result

    def stop(self) -> None:
        """Stop the work at its next step."""
        self._stop.set()
        self.card.stop.setEnabled(False)
        self.card.stop.setText("Stopping…")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep input from the window, but for what stops the work, and what ends a drag of the camera."""
        if QApplication.activeModalWidget() is not None:
            return False  # a question that came up must be answered, or nothing ever goes on
        if isinstance(event, QMouseEvent) and event.type() == _TYPES.MouseButtonRelease:
            return event.button() == Qt.MouseButton.LeftButton and not self._is_mine(watched)
        if isinstance(event, QKeyEvent):
            if event.type() == _TYPES.KeyPress and self._stops(event):
                self.stop()
            event.accept()  # as an override: no shortcut may take it
            return True
        if event.type() == _TYPES.Shortcut:
            return True
        if isinstance(event, QCloseEvent):
            event.ignore()
            return True
        return event.type() in _INPUT and not self._is_mine(watched)

    def _is_mine(self, watched: QObject) -> bool:
        return not isinstance(watched, QWidget) or watched is self.card or self.card.isAncestorOf(watched)

    def _wait(self, loop: QEventLoop, what: str, outcome: _Outcome) -> None:
        patience = QTimer(singleShot=True, interval=self.patience)
        patience.timeout.connect(loop.quit)
        patience.start()
        if not outcome.ended:
            loop.exec(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents)
        patience.stop()
        if outcome.ended:
            return
        self.card.tell(what)
        application = QApplication.instance()
        assert application is not None  # noqa: S101 - there is a window
        application.installEventFilter(self)
        try:
            loop.exec()
        finally:
            application.removeEventFilter(self)

    def _work(self, work: Callable[[], Any], outcome: _Outcome, stop: threading.Event) -> None:
        def tell(done: int, total: int) -> bool:
            self._told.emit(outcome.number, round(_STEPS * done / max(total, 1)), _STEPS)
            return not stop.is_set()

        try:
            with watched(tell):
                outcome.result = work()
        except BaseException as error:  # noqa: BLE001 - raised again where it is waited for
            outcome.error = error
        outcome.ended = True
        self._ended.emit(outcome.number)

    def _show(self, number: int, done: int, total: int) -> None:
        if number == self._number:
            self.card.bar.setRange(0, total)
            self.card.bar.setValue(done)

    def _end(self, number: int) -> None:
        # What was said late by work that is over must not end the wait for the next.
        if self._loop is not None and number == self._number:
            self._loop.quit()

    @staticmethod
    def _stops(event: QKeyEvent) -> bool:
        return event.key() == Qt.Key.Key_Escape or QKeySequence(event.keyCombination()) == _STOP
