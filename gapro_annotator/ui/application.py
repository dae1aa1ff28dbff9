"""Starts Qt, shows the window and runs it."""

import os
import signal
import sys
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtGui import QSurfaceFormat
from PySide6.QtWidgets import QApplication

from gapro_annotator.errors import InputError
from gapro_annotator.ui.crash.part import CrashPart
from gapro_annotator.ui.garbage import GuiGarbage
from gapro_annotator.ui.main_window import MainWindow
from gapro_annotator.ui.theme import apply_theme

_WARM_UP_MS = 1500
"""After the first paint: torch takes seconds to load, and the window comes first."""


def make_application() -> QApplication:
    """Return the one QApplication, with our theme; made where there is none yet."""
    running = QApplication.instance()
    if isinstance(running, QApplication):
        application = running
    else:
        _require_x_display()
        surface = QSurfaceFormat.defaultFormat()
        surface.setSamples(0)
        QSurfaceFormat.setDefaultFormat(surface)
        application = QApplication(sys.argv[:1])
    application.setApplicationName("gapro-annotator")
    if application.findChild(GuiGarbage) is None:
        GuiGarbage(application)
    apply_theme(application)
    return application


def _require_x_display() -> None:
    """On Linux the 3D view draws through X (under Wayland: XWayland); without it Qt would abort the process."""
    if not sys.platform.startswith("linux") or os.environ.get("QT_QPA_PLATFORM"):
        return
    if not os.environ.get("DISPLAY"):
        raise InputError(
            "there is no X display (DISPLAY is not set) to open the window on; run it on a desktop, or without one "
            'under Xvfb: xvfb-run -a -s "-screen 0 1600x1000x24" gapro-annotator …'
        )
    os.environ["QT_QPA_PLATFORM"] = "xcb"


def main(path: Path | None, *, screenshots: Path | None = None) -> int:
    """Open the window and run until it is closed.

    Parameters
    ----------
    path
        What to open: a project folder, a scan file, or a scan to import.
    screenshots
        Walk through the main states of the window, save a picture of each in this folder, print their paths, and quit.

    Returns
    -------
    int
        The exit code.
    """
    application = make_application()
    if screenshots is not None:
        from gapro_annotator.ui.screenshots import take_screenshots

        return take_screenshots(path, screenshots)
    window = MainWindow()
    window.show()
    if path is not None:
        # The window is on screen first: reading a scan takes a moment.
        QTimer.singleShot(0, lambda: window.open(path))
    QTimer.singleShot(_WARM_UP_MS, window.bench.runner.warm_up)
    # Without a Python call now and then, Ctrl+C in the terminal would wait for the next mouse move.
    for part in window.parts:
        if isinstance(part, CrashPart):
            part.catch()
    signal.signal(signal.SIGINT, lambda *_: window.close())
    pulse = QTimer(window, interval=300)
    pulse.timeout.connect(lambda: None)
    pulse.start()
    return application.exec()
