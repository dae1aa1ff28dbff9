"""While the tree of a large scan is built, the tools say so; afterwards they work."""

import threading

import numpy as np
import pytest
from gestures import drag, round_about, seen_points, session_of
from pytestqt.qtbot import QtBot
from scipy.spatial import KDTree
from windows import OpenWindow

from gapro_annotator.project import Project
from gapro_annotator.ui.tools.toolbox import GETTING_READY
from gapro_annotator.ui.view import picking


def test_tools_say_that_they_get_ready_and_work_after(
    open_window: OpenWindow, project: Project, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_build = threading.Event()

    def built_later(*arguments: object, **options: object) -> KDTree:
        may_build.wait(30)
        return KDTree(*arguments, **options)  # pyright: ignore[reportArgumentType, reportCallIssue]

    monkeypatch.setattr(picking, "_QUICK", 0)
    monkeypatch.setattr(picking, "KDTree", built_later)
    try:
        window = open_window(project.folder)
        window.actions_by_id["tool_lasso"].trigger()
        assert window.status.hint.text() == GETTING_READY
        instance = int(np.bincount(session_of(window).instance[session_of(window).instance >= 0]).argmax())
        picture = window.view.pictures.now()
        assert picture is not None
        path = round_about(picture.seen[seen_points(window, instance), :2])
        drag(window, path)
        assert window.bench.review.region is None
        assert window.status.hint.text() == GETTING_READY
    finally:
        may_build.set()
    qtbot.waitUntil(lambda: window.view.pictures.is_ready)
    qtbot.waitUntil(lambda: window.status.hint.text() == window.bench.tools.hint, timeout=10_000)
    drag(window, path)
    assert window.bench.review.region is not None
    assert len(window.bench.review.region.points) > 0
