"""C P shows what the chosen run finds in the open scan, and says that these are no labels."""

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot
from runs import make_run, prediction, say
from windows import press

from gapro_annotator.classes import default_color
from gapro_annotator.evaluation.masks import MaskPrediction
from gapro_annotator.project import Project
from gapro_annotator.ui.colors import ColorMode
from gapro_annotator.ui.main_window import MainWindow
from gapro_annotator.ui.prediction import BACKGROUND_COLOR, predicted_colors, shown_prediction

Show = Callable[[Project], MainWindow]


def legend(window: MainWindow) -> str:
    return window.view.overlays.legend.accessibleName()


def show_predictions(window: MainWindow) -> None:
    press(window, Qt.Key.Key_C)
    press(window, Qt.Key.Key_P)


def test_a_found_object_has_the_colour_of_the_label_that_it_fits() -> None:
    instance = np.repeat(np.array([-1, 4, 9], np.int32), 4)
    masks = (np.arange(4, 8, dtype=np.int64), np.arange(0, 3, dtype=np.int64), np.arange(8, 10, dtype=np.int64))
    found = MaskPrediction(12, masks, np.zeros(3, np.int32), np.array([0.9, 0.5, 0.4]))
    shown = shown_prediction("run", found, instance)
    assert shown.fits == 1, "the third covers no more than one half"
    colors = predicted_colors(shown, 12, slice(None))
    assert tuple(colors[4, :3]) == default_color(4)
    assert tuple(colors[3, :3]) == tuple(colors[11, :3]) == BACKGROUND_COLOR
    assert tuple(colors[0, :3]) not in {default_color(4), default_color(9), BACKGROUND_COLOR}
    assert (colors[:, 3] == 255).all()
    np.testing.assert_array_equal(predicted_colors(shown, 12, np.array([5, 0])), colors[[5, 0]])


def test_nothing_found_at_all_is_shown_as_nothing() -> None:
    found = MaskPrediction(5, (), np.zeros(0, np.int32), np.zeros(0))
    colors = predicted_colors(shown_prediction("run", found, np.full(5, -1, np.int32)), 5, slice(None))
    assert {tuple(row) for row in colors[:, :3].tolist()} == {BACKGROUND_COLOR}


def test_without_a_prediction_the_legend_says_what_to_do(project: Project, show: Show) -> None:
    window = show(project)
    show_predictions(window)
    assert window.bench.presenter.mode is ColorMode.PREDICTION
    assert "none of this scan yet" in legend(window)
    assert "Ctrl+R" in legend(window)


def test_the_prediction_of_the_chosen_run_is_shown_and_follows_scan_and_run(
    flat: Project, show: Show, qtbot: QtBot
) -> None:
    old, new = make_run(flat, seed=1), make_run(flat, seed=2)
    for run, scans in ((old, ("hall", "room")), (new, ("hall",))):
        say(run, "done")
        for scan in scans:
            prediction(run, flat, scan)
    window = show(flat)
    presenter = window.bench.presenter
    window.training.set_folded(False)
    window.actions_by_id["show_prediction"].trigger()
    qtbot.waitUntil(lambda: presenter.prediction is not None)
    assert f"Prediction of {new.id}: not labels" in legend(window)
    assert "2 objects that fit no label" in legend(window)
    window.train.desk.choose(old.id)
    qtbot.waitUntil(lambda: presenter.prediction is not None and presenter.prediction.run == old.id)
    window.opening.open_scan("room")
    qtbot.waitUntil(lambda: old.id in legend(window))
    window.train.desk.choose(new.id)
    qtbot.waitUntil(lambda: "none of this scan yet" in legend(window))
    press(window, Qt.Key.Key_Tab)
    assert presenter.mode is ColorMode.DOUBT
