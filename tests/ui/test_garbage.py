"""Widgets in reference cycles are destroyed on the GUI thread, whoever allocates."""

import gc
import threading
import weakref

from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot


class _Cycle(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self.itself = self


def test_a_worker_that_allocates_leaves_widgets_alone_and_the_gui_thread_collects_them(qtbot: QtBot) -> None:
    """What Python would have collected in the worker waits for the GUI thread."""
    gone_in: list[str] = []
    widget = _Cycle()
    weakref.finalize(widget, lambda: gone_in.append(threading.current_thread().name))
    del widget
    kept: list[list[int]] = []
    worker = threading.Thread(target=lambda: kept.extend([n] for n in range(200_000)), name="worker")
    worker.start()
    worker.join()
    assert gone_in == []
    assert not gc.isenabled()
    qtbot.waitUntil(lambda: gone_in == ["MainThread"])
