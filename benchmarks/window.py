"""Measure the whole window: start-up, opening, orbiting, picking, lasso, edits, and the memory that it takes.

Run under X or Xvfb: ``xvfb-run -a -s "-screen 0 1600x1000x24" python benchmarks/window.py [--points N ...]``
Scans are generated rooms side by side, labelled from their ground truth. Each size has a process of its own, so that
its peak memory is its own. Times are medians; frames are those of this machine's OpenGL.
"""

# ruff: noqa: SLF001 - it measures parts of the window that nobody else needs to see

import argparse
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from tiled_scans import labelled, tiled

from gapro_annotator.demo.room import generate_room
from gapro_annotator.store.scan_file import write_scan

if TYPE_CHECKING:
    from PySide6.QtCore import QPoint
    from PySide6.QtWidgets import QApplication

    from gapro_annotator.ui.main_window import MainWindow

USUAL = [150_000, 1_000_000, 5_000_000]
_ROOM = 150_000
_FRAMES = 12


def taken(action: Callable[[], object]) -> float:
    """Milliseconds."""
    start = time.perf_counter()
    action()
    return 1000 * (time.perf_counter() - start)


def peak() -> float:
    """Most memory that this process has had so far, MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure(path: Path | None, started: float) -> None:
    """Open a window, and a scan in it, and print how long everything took."""
    from PySide6.QtCore import QSettings
    from PySide6.QtTest import QTest

    from gapro_annotator.ui.application import make_application
    from gapro_annotator.ui.main_window import MainWindow
    from gapro_annotator.ui.settings import Settings

    with tempfile.TemporaryDirectory() as folder:
        application = make_application()
        settings = Settings(QSettings(f"{folder}/settings.ini", QSettings.Format.IniFormat))
        window = MainWindow(settings)
        window.show()
        QTest.qWaitForWindowExposed(window)
        application.processEvents()
        say("start-up, process to painted window", 1000 * (time.time() - started))
        say("memory of the empty window, MB", peak())
        if path is not None:
            window.view.set_animated(False)
            copy = Path(folder) / path.name  # it saves: the next run is to measure the same scan
            shutil.copy(path, copy)
            Measurement(window, application).run(copy)
        assert path is not None or "torch" not in sys.modules
        window.close()


def say(what: str, value: float) -> None:
    """Print one figure."""
    print(f"{value:10.1f}  {what}", flush=True)


class Measurement:
    """What an annotator does with one scan, one after the other."""

    def __init__(self, window: "MainWindow", application: "QApplication") -> None:
        self.window, self.application = window, application
        self.view = window.view
        self.canvas = window.view._canvas

    def run(self, path: Path) -> None:
        """Print all figures."""
        self.open(path)
        self.orbit()
        say("frame at rest, the cloud unchanged", statistics.median(taken(self.frame) for _ in range(3)))
        self.pick()
        self.lasso()
        self.edit()
        say("memory at the end, peak MB", peak())

    def open(self, path: Path) -> None:
        """Open the scan; wait for the picture, then for the tools."""
        from gapro_annotator.ui.workspace import Workspace

        reading = [0.0]
        announce = Workspace._take

        def timed(*arguments: object) -> None:
            reading[0] = time.perf_counter()
            announce(*arguments)  # pyright: ignore[reportArgumentType]

        Workspace._take = timed  # pyright: ignore[reportAttributeAccessIssue]
        start, frames = time.perf_counter(), self.canvas.frames
        self.window.open(path)
        self.until(lambda: reading[0] > 0 and self.view._scene.cloud is not None and self.canvas.frames > frames)
        shown = time.perf_counter()
        say("open: reading the file", 1000 * (reading[0] - start))
        say("open: from read to the first picture", 1000 * (shown - reading[0]))
        blocked = [0.0]

        def ready() -> bool:
            index = self.view._indexing.index
            return index is not None and index._tree is not None and self.window.bench.review.left > 0

        self.until(ready, blocked)
        say("open: from read to tools ready", 1000 * (time.perf_counter() - reading[0]))
        say("longest wait for the window meanwhile", blocked[0])
        self.until(lambda: not self.view._scene.is_coarse and not self.view._indexing.index.is_building, blocked)
        self.until(lambda: not self.window.bench.runner.running)
        say("memory after opening, peak MB", peak())

    def orbit(self) -> None:
        """Turn the camera with the right button for some seconds' worth of frames."""
        from PySide6.QtCore import QPoint, Qt
        from PySide6.QtTest import QTest

        at = QPoint(self.view.width() // 2, self.view.height() // 2)
        QTest.mousePress(self.view, Qt.MouseButton.RightButton, pos=at)
        turns = [at + QPoint(2 * (step % 40) - 40, 0) for step in range(4 * _FRAMES)]
        times = [taken(lambda place=place: self.drag(place)) for place in turns]
        release = taken(lambda: QTest.mouseRelease(self.view, Qt.MouseButton.RightButton, pos=at))
        times = times[_FRAMES:]  # the first ones are for the level of detail to find its place
        say("orbit, frames a second", 1000 / statistics.median(times))
        say("orbit, slowest frame", max(times))
        blocked = [release]
        start = time.perf_counter()
        self.until(lambda: not self.view._scene.is_coarse, blocked)
        self.application.processEvents()
        say("orbit, whole again after", 1000 * (time.perf_counter() - start))
        say("longest wait for the window meanwhile", blocked[0])

    def drag(self, place: "QPoint") -> None:
        """Move the mouse and wait for the picture."""
        from PySide6.QtTest import QTest

        frames = self.canvas.frames
        QTest.mouseMove(self.view, place)
        give_up = time.perf_counter() + 5
        while self.canvas.frames == frames and time.perf_counter() < give_up:
            self.application.processEvents()

    def frame(self) -> None:
        """Paint once more, as when an outline has changed."""
        self.canvas._is_current = False
        self.canvas._render_unseen()

    def pick(self) -> None:
        """Ask what is under the cursor, in many places."""
        places = np.random.default_rng(0).uniform(0.3, 0.7, (20, 2)) * (self.view.width(), self.view.height())
        self.view.pick(*places[0].tolist())
        say("pick", statistics.median(taken(lambda at=at: self.view.pick(*at)) for at in places.tolist()))

    def lasso(self) -> None:
        """Draw a lasso over the middle of the view."""
        from PySide6.QtCore import QPoint, Qt
        from PySide6.QtTest import QTest

        self.window.actions_by_id["tool_lasso"].trigger()
        self.until(lambda: not self.window.bench.tools._warming.running)
        middle = np.array([self.view.width() / 2, self.view.height() / 2])
        angles = np.linspace(0, 2 * np.pi, 40)
        path = [QPoint(*(middle + 100 * np.array([np.cos(a), np.sin(a)])).astype(int).tolist()) for a in angles]
        for name in ("lasso, the first from a place", "lasso, the next from there"):
            start = time.perf_counter()
            QTest.mousePress(self.view, Qt.MouseButton.LeftButton, pos=path[0])
            for place in path[1:]:
                QTest.mouseMove(self.view, place)
            QTest.mouseRelease(self.view, Qt.MouseButton.LeftButton, pos=path[-1])
            say(name, 1000 * (time.perf_counter() - start))
        region = self.window.bench.review.region
        say("lasso, points taken", len(region.points) if region is not None else 0)
        self.window.bench.tools.use(None)

    def edit(self) -> None:
        """Correct regions of the queue, and colour everything anew."""
        bench = self.window.bench
        bench.runner.learn = False
        bench.review.advance = False
        session = bench.session
        assert session is not None
        beyond: list[float] = []
        for _ in range(5):
            bench.review.next()
            self.until(lambda: not self.view._scene.is_coarse)
            self.application.processEvents()
            beyond.append(taken(lambda: bench.decide("background")))
        say("edit to repaint, beyond the frame", statistics.median(beyond))
        say("undo, beyond the frame", taken(bench.undo))
        from gapro_annotator.ui.colors import ColorMode

        modes = (ColorMode.INSTANCE, ColorMode.DOUBT)
        whole = [taken(lambda mode=mode: bench.presenter.set_mode(mode)) for mode in modes]
        say("recolour whole, beyond the frame", statistics.median(whole))
        say("save", taken(bench.save))

    def until(self, condition: Callable[[], bool], longest: list[float] | None = None) -> None:
        """Let the window live until something holds; note the longest time that it heard nothing, ms."""
        give_up = time.perf_counter() + 300
        while not condition():
            spent = taken(self.application.processEvents)
            if longest is not None:
                longest[0] = max(longest[0], spent)
            assert time.perf_counter() < give_up, "nothing happened for five minutes"
            time.sleep(0.002)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, nargs="*", default=USUAL)
    parser.add_argument("--starts", type=int, default=3, help="windows without a scan")
    parser.add_argument("--one", nargs=2, help=argparse.SUPPRESS)
    parser.add_argument("--make", nargs=2, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        measure(Path(arguments.one[0]) if arguments.one[0] else None, float(arguments.one[1]))
        return
    if arguments.make:
        path, points = Path(arguments.make[0]), int(arguments.make[1])
        write_scan(path, labelled(tiled(generate_room(0, points=min(points, _ROOM)), points)))
        return
    folder = Path(tempfile.gettempdir()) / "gapro-window"
    folder.mkdir(exist_ok=True)
    me = [sys.executable, __file__]
    print("no scan")
    for _ in range(arguments.starts):
        subprocess.run([*me, "--one", "", str(time.time())], check=True)  # noqa: S603 - this file itself
    for points in arguments.points:
        path = folder / f"scan_{points}.h5"
        if not path.exists():
            subprocess.run([*me, "--make", str(path), str(points)], check=True)  # noqa: S603 - this file itself
        print(f"\n{points:,} points")
        subprocess.run([*me, "--one", str(path), str(time.time())], check=True)  # noqa: S603 - this file itself


if __name__ == "__main__":
    main()
