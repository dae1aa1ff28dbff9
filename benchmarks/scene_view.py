"""Measure how long the 3D view takes to show, paint, recolour and pick.

Run under X or Xvfb: ``xvfb-run -a -s "-screen 0 1600x1000x24" python benchmarks/scene_view.py [POINTS ...]``
Prints milliseconds; the best of several runs, since other work only ever makes them longer.
"""

# ruff: noqa: SLF001 - it measures the parts of the view one by one

import sys
import time
from collections.abc import Callable

import numpy as np
from PySide6.QtWidgets import QApplication

from gapro_annotator.arrays import Float32
from gapro_annotator.ui.view.scene_view import SceneView


def room(points: int) -> Float32:
    """Return the surfaces of a room of 6 m × 5 m with forty boxes in it, (N, 3) metres."""
    rng = np.random.default_rng(0)
    lower = np.concatenate([[[0.0, 0, 0]], rng.random((40, 3)) * (5.2, 4.2, 0)])
    upper = np.concatenate([[[6.0, 5, 2.5]], lower[1:] + 0.2 + rng.random((40, 3)) * (0.6, 0.6, 1.0)])
    side = upper - lower
    area = np.stack([side[:, 1] * side[:, 2], side[:, 0] * side[:, 2], side[:, 0] * side[:, 1]], axis=1).ravel()
    face = rng.choice(len(area), points, p=area / area.sum())
    place = rng.random((points, 3))
    place[np.arange(points), face % 3] = 0
    return (lower[face // 3] + place * side[face // 3]).astype(np.float32)


def best_of(runs: int, action: Callable[[], object]) -> float:
    """Milliseconds of the quickest run."""
    taken: list[float] = []
    for _ in range(runs):
        start = time.perf_counter()
        action()
        taken.append(1000 * (time.perf_counter() - start))
    return min(taken)


def measure(points: int) -> None:
    xyz = room(points)
    rgba = np.random.default_rng(1).integers(0, 255, (points, 4), np.uint8)
    view = SceneView()
    view.resize(1280, 800)
    view.show()
    QApplication.processEvents()
    rows: list[tuple[str, float]] = [
        ("show the cloud, without its first frame", best_of(3, lambda: view.show_cloud(xyz, rgba)))
    ]
    start = time.perf_counter()
    canvas, index = view._canvas, view._indexing.index
    assert index is not None
    index.join()
    rows.append(("tree and normals, in the thread", 1000 * (time.perf_counter() - start)))
    QApplication.processEvents()

    def frame() -> None:
        canvas._is_current = False
        canvas._render_unseen()

    rows.append(("frame, whole cloud", best_of(5, frame)))
    assert view._scene.cloud is not None
    view._scene.cloud.set_coarse(True)
    rows.append(("frame while the camera moves", best_of(5, frame)))
    view._scene.cloud.set_coarse(False)
    frame()
    some = np.arange(0, points, 100)

    def recolored(action: Callable[[], None]) -> Callable[[], None]:
        def run() -> None:
            action()
            canvas._render_unseen()

        return run

    rows.append(("recolour all, without a frame", best_of(5, lambda: view.set_colors(rgba))))
    rows.append(("recolour 1 %, without a frame", best_of(5, lambda: view.recolor(some, rgba[some]))))
    rows.append(("recolour all, with its frame", best_of(5, recolored(lambda: view.set_colors(rgba)))))
    frame()
    rows.append(("pick", best_of(20, lambda: view.pick(640, 400))))
    region = xyz[np.linalg.norm(xyz - xyz[0], axis=1) < 0.15]
    rows.append(("choose a viewpoint and go there", best_of(3, lambda: view.fly_to(region))))
    view.close()
    print(f"\n{points:,} points, 1280 × 800")
    for what, milliseconds in rows:
        print(f"{milliseconds:10.1f}  {what}")


def main() -> None:
    application = QApplication.instance() or QApplication([])
    for points in [int(each) for each in sys.argv[1:]] or [150_000, 1_000_000]:
        measure(points)
    del application


if __name__ == "__main__":
    main()
