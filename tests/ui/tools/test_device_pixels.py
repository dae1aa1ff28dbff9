"""On a screen with two device pixels in a logical one, tools and the graphics card agree about what is where."""

import os
import subprocess
import sys

CODE = """
import numpy as np
from PySide6.QtWidgets import QApplication
from gapro_annotator.ui.view.camera import project
from gapro_annotator.ui.view.scene_view import SceneView
application = QApplication([])
view = SceneView()
view.resize(500, 400)
view.show()
rng = np.random.default_rng(0)
xyz = np.concatenate([rng.random((20_000, 3)) * (4, 4, 0), rng.random((5_000, 3)) * (1, 0, 1) + (1, 2, 0)])
view.show_cloud(xyz.astype(np.float32), np.full((len(xyz), 4), 200, np.uint8))
view._indexing.join()
for _ in range(20):
    application.processEvents()
picture = view.pictures.now()
places = rng.uniform((5, 5), (495, 395), (150, 2))
drawn = np.array([view.pick(x, y) for x, y in places])
found = np.array([picture.row_at(x, y) for x, y in places])
both = (drawn >= 0) & (found >= 0)
apart = np.linalg.norm(xyz[drawn[both]] - xyz[found[both]], axis=1)
print(view.devicePixelRatioF(), picture.size, ((drawn >= 0) == (found >= 0)).mean(), both.sum(), (apart < 0.06).mean())
view.close()
"""


def test_the_picture_is_in_logical_pixels() -> None:
    done = subprocess.run(
        [sys.executable, "-c", CODE],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={**os.environ, "QT_SCALE_FACTOR": "2"},
    )
    assert done.returncode == 0, done.stderr
    ratio, width, height, same, count, near = (float(part.strip("(),")) for part in done.stdout.split())
    assert (ratio, width, height) == (2.0, 500, 400)
    assert count > 30
    assert same > 0.97
    assert near > 0.97
