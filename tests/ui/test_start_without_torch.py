"""The window is on screen, with a labelled scan in it, before torch is touched."""

import os
import subprocess
import sys
from pathlib import Path

from gapro_annotator.project import Project

CODE = """
import sys
from pathlib import Path
import gapro_annotator.ui
from PySide6.QtCore import QTimer
from gapro_annotator.ui.application import make_application
from gapro_annotator.ui.main_window import MainWindow
application = make_application()
window = MainWindow()
window.show()
window.open(Path(sys.argv[1]))
assert window.bench.session.pseudo is not None
QTimer.singleShot(200, window.close)
application.exec()
print(*(name for name in ("torch", "gpytorch", "numba") if name in sys.modules))
"""


def test_opening_the_window_loads_neither_torch_nor_numba(project: Project, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", CODE, str(project.folder)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={**os.environ, "XDG_CONFIG_HOME": str(tmp_path)},
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == []
