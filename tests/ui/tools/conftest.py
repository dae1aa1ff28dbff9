"""A window in which tools are used."""

import pytest
from windows import OpenWindow

from gapro_annotator.project import Project
from gapro_annotator.ui.main_window import MainWindow


@pytest.fixture
def window(open_window: OpenWindow, project: Project) -> MainWindow:
    """The window on a labelled room, which learns nothing by itself."""
    window = open_window(project.folder)
    window.actions_by_id["learn"].setChecked(False)
    return window
