"""Retraining is suggested when enough was corrected since the newest run learnt, and can be put off."""

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from runs import make_run, say

from gapro_annotator.project import Project
from gapro_annotator.session import Session
from gapro_annotator.training.run_folder import RunFolder
from gapro_annotator.ui.main_window import MainWindow
from gapro_annotator.ui.training import hint as hint_module
from gapro_annotator.ui.training.suggestion import corrected_elsewhere, corrected_since, is_enough, made_at

Show = Callable[[Project], MainWindow]


def correct(session: Session, regions: int, first: int = 0) -> None:
    """Give whole superpoints to background, one edit each."""
    for superpoint in np.unique(session.scan.superpoint)[first : first + regions].tolist():
        session.assign(np.flatnonzero(session.scan.superpoint == superpoint), -1, "by hand", initiator="test")


def long_ago(run: RunFolder) -> Path:
    os.utime(run.config, (1e9, 1e9))
    return run.path


@pytest.mark.parametrize(
    ("regions", "share", "enough"),
    [(29, 0.0, False), (30, 0.0, True), (4, 0.5, False), (5, 0.02, True), (5, 0.019, False)],
)
def test_what_is_enough(regions: int, share: float, *, enough: bool) -> None:
    assert is_enough(regions, share) is enough


def test_only_corrections_after_the_run_count_and_those_that_still_stand(flat: Project) -> None:
    session, _ = flat.open_session("room", "test")
    correct(session, 3)
    run = make_run(flat)
    os.utime(run.config)
    assert corrected_since(session, None)[0] == 3
    assert corrected_since(session, made_at(run.path))[0] == 0
    long_ago(run)
    assert corrected_since(session, made_at(run.path))[0] == 3
    session.undo()
    regions, share = corrected_since(session, made_at(run.path))
    assert regions == 2
    assert 0 <= share < 1
    flat.save_session(session)
    assert corrected_elsewhere(flat.folder, "hall", made_at(run.path), lambda *_: True) == 2
    assert corrected_elsewhere(flat.folder, "room", made_at(run.path), lambda *_: True) == 0


def test_the_hint_comes_with_the_thirtieth_region_and_opens_the_form(flat: Project, show: Show, qtbot: QtBot) -> None:
    window = show(flat)
    window.bench.runner.learn = False
    session = window.bench.session
    assert session is not None
    correct(session, 3)
    qtbot.wait(150)
    assert not window.training.hint.isVisible()
    correct(session, 27, first=3)
    qtbot.waitUntil(window.training.hint.isVisible)
    assert window.training.hint.text.text().startswith("30 regions were corrected:")
    assert window.training.pages.isHidden(), "it is one line, and nothing jumps up"
    QTest.mouseClick(window.training.hint.yes, Qt.MouseButton.LeftButton)
    assert window.training.form.isVisible()


def test_not_now_is_heeded_until_as_much_again_was_corrected(
    flat: Project, show: Show, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hint_module, "ENOUGH_REGIONS", 10)
    window = show(flat)
    window.bench.runner.learn = False
    session = window.bench.session
    assert session is not None
    correct(session, 30)
    qtbot.waitUntil(window.training.hint.isVisible)
    QTest.mouseClick(window.training.hint.no, Qt.MouseButton.LeftButton)
    assert not window.training.hint.isVisible()
    correct(session, 5, first=30)
    qtbot.wait(150)
    assert not window.training.hint.isVisible()
    correct(session, 5, first=35)
    qtbot.waitUntil(window.training.hint.isVisible)


def test_nothing_is_suggested_while_a_run_is_trained_or_when_it_has_learnt_them(
    flat: Project, show: Show, qtbot: QtBot
) -> None:
    run = make_run(flat)
    say(run, "training")
    window = show(flat)
    window.bench.runner.learn = False
    session = window.bench.session
    assert session is not None
    correct(session, 40)
    qtbot.wait(150)
    assert not window.training.hint.isVisible()
    say(run, "done")
    qtbot.waitUntil(window.training.hint.isVisible, timeout=5_000)
    assert "since the last run learnt" in window.training.hint.text.text()
    os.utime(run.config)
    window.train.desk.hint.look()
    qtbot.waitUntil(lambda: not window.training.hint.isVisible())
