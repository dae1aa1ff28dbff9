"""The walk for the docs works on a copy and saves a picture of each state."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtGui import QImage
from windows import saved_instances

from gapro_annotator.project import Project
from gapro_annotator.ui.application import main
from gapro_annotator.ui.screenshots import PICTURES


@pytest.mark.usefixtures("qapp")
def test_the_walk_saves_pictures_and_leaves_the_project_as_it_was(
    project: Project, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gapro_annotator.ui.screenshots.TRAINING_MINUTES", 0.05)
    before = saved_instances(project.scan_path("room"))
    assert main(project.folder, screenshots=tmp_path / "pictures") == 0
    paths = [Path(line) for line in capsys.readouterr().out.split()]
    assert [path.stem for path in paths] == list(PICTURES)
    pictures = [QImage(str(path)) for path in paths]
    assert all((picture.width(), picture.height()) == (1280, 800) for picture in pictures)
    assert len({picture.constBits().tobytes() for picture in pictures}) == len(pictures), "each shows something else"
    np.testing.assert_array_equal(saved_instances(project.scan_path("room")), before)
    assert not project.journal_path("room").exists()
