"""The whole way through the real window: correct, retrain, see the curves, accept what is proposed, save."""

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from runs import corrected
from windows import press, saved_instances, wait_for_labels

from gapro_annotator.project import Project
from gapro_annotator.ui.main_window import MainWindow

CTRL = Qt.KeyboardModifier.ControlModifier
EPOCHS = 4
PATIENCE_MS = 200_000


def test_corrections_are_trained_on_and_come_back_as_better_labels(
    flat: Project, show: Callable[[Project], MainWindow], qtbot: QtBot
) -> None:
    window = show(flat)
    session, desk, panel = window.bench.session, window.train.desk, window.training
    assert session is not None
    for _ in range(3):
        press(window, Qt.Key.Key_N)
        press(window, Qt.Key.Key_X)
        wait_for_labels(window, qtbot)
    labelled, given = corrected(session), session.correction.copy()

    press(window, Qt.Key.Key_R, CTRL)
    panel.form.unit.setCurrentIndex(1)
    panel.form.length.setValue(EPOCHS)
    panel.form.rounds.setValue(1)
    press(window, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: desk.run is not None and desk.run.running, timeout=20_000)
    qtbot.waitUntil(lambda: desk.run is not None and len(desk.run.curve) > 0, timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: panel.run_page.facts.get("Loss") is not None)
    qtbot.waitUntil(lambda: desk.run is not None and desk.run.condition == "ended", timeout=PATIENCE_MS)
    run = desk.run
    assert run is not None
    assert run.state is not None
    assert run.state.phase == "done", run.log
    assert run.has_features
    assert run.has_model

    qtbot.waitUntil(lambda: len(desk.accepting.rows) == 3, timeout=20_000)
    window.actions_by_id["review_proposals"].trigger()
    before = session.instance.copy()
    QTest.mouseClick(panel.proposals.accept, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: Project.open(flat.folder).features == run.id, timeout=20_000)
    wait_for_labels(window, qtbot)
    assert session.undo_text == f"Labels of {run.id}, round 1"
    np.testing.assert_array_equal(session.correction, given)
    np.testing.assert_array_equal(session.instance[labelled], given[labelled])

    press(window, Qt.Key.Key_Escape)  # the keys go back to the view
    press(window, Qt.Key.Key_Z, CTRL)
    np.testing.assert_array_equal(session.instance, before)
    press(window, Qt.Key.Key_Z, CTRL | Qt.KeyboardModifier.ShiftModifier)
    press(window, Qt.Key.Key_S, CTRL)
    np.testing.assert_array_equal(saved_instances(flat.scan_path("hall")), session.instance)
