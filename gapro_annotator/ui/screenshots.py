"""Walks through the main states of the window and saves a picture of each: for the docs, or without a display."""

import math
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
from PySide6.QtCore import QCoreApplication, QEvent, QEventLoop, QPoint, QPointF, QSettings, Qt
from PySide6.QtGui import QMouseEvent

from gapro_annotator.errors import InputError
from gapro_annotator.labels import NO_RIVAL
from gapro_annotator.remarks import Status
from gapro_annotator.ui.importing.part import ImportPart
from gapro_annotator.ui.main_window import MainWindow
from gapro_annotator.ui.queue.tools import QueueTools
from gapro_annotator.ui.remarks.part import RemarksPart
from gapro_annotator.ui.second_view.pane import SecondPane
from gapro_annotator.ui.settings import Settings
from gapro_annotator.ui.tour.part import TourPart

SIZE = (1280, 800)
PICTURES = (
    "start-page",
    "overview-doubt",
    "review-region",
    "review-corrected",
    "tools",
    "instances",
    "look-inside",
    "second-view",
    "queue",
    "history",
    "project-page",
    "training",
    "keys",
    "import",
    "tour",
)
"""File names, in the order of the walk."""
TRAINING_MINUTES = 1.0
"""Of the run in the picture."""
_PATIENCE_S = 120.0
_LASSO_STEPS = 48
_REST_S = 0.8
"""Longer than a camera flight and the full redraw after it."""


def take_screenshots(project: Path | None, folder: Path) -> int:
    """Save one picture a state, print their paths, and return the exit code.

    The walk works on a copy of the project, so that showing a correction makes none.
    """
    if project is None:
        raise InputError("screenshots need a project to show; run gapro-annotator demo --screenshots DIR")
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        copy = Path(temporary) / project.resolve().name
        shutil.copytree(project, copy)
        settings = Settings(QSettings(str(Path(temporary) / "settings.ini"), QSettings.Format.IniFormat))
        settings.set_switch("tour seen", on=True)  # it has a picture of its own
        window = MainWindow(settings)
        window.view.set_animated(False)
        window.resize(*SIZE)
        window.show()
        try:
            for name, step in zip(PICTURES, _walk(window, copy), strict=True):
                step()
                _settle(window)
                path = (folder / f"{name}.png").resolve()
                if not window.grab().save(str(path)):
                    raise InputError(f"{path}: the picture cannot be written; check rights and room")
                sys.stdout.write(f"{path}\n")
        finally:
            if window.bench.session is not None:
                window.bench.session.mark_saved()  # a copy: there is nothing to ask about
            window.close()
    return 0


def _walk(window: MainWindow, project: Path) -> list[Callable[[], object]]:
    actions = window.actions_by_id

    def run(*names: str) -> Callable[[], None]:
        def trigger() -> None:
            for name in names:
                actions[name].trigger()

        return trigger

    def correct() -> None:
        actions["advance"].setChecked(False)
        run("rival", "color_changes")()
        window.bench.review.clear_region()

    return [
        lambda: None,
        lambda: window.open(project),
        lambda: _go_where_the_rival_is_right(window),
        correct,
        lambda: _lasso(window),
        lambda: (window.bench.review.clear_region(), run("tool_select", "color_instance", "look_at_all")()),
        run("section", "structure"),
        lambda: (run("section", "structure", "color_doubt", "next", "second_view")(), _second_colors(window)),
        lambda: (run("second_view", "look_at_all")(), _unfold(window)),
        lambda: _show_history(window),
        lambda: (_raise(window, "Review"), run("project_page")()),
        lambda: (run("project_page")(), _train(window)),
        lambda: (window.training.set_folded(True), run("shortcuts")()),
        lambda: (run("shortcuts")(), _import(window, project.parent)),
        lambda: _tour(window),
    ]


def _go_where_the_rival_is_right(window: MainWindow) -> None:
    """Press 'next' until the rival is the true owner, so that the picture of a correction shows a right one.

    An object that has what is not its own makes the clearest picture. Where the ground truth is unknown, or the labels
    are right throughout, it is the first region.
    """
    session, review = window.bench.session, window.bench.review
    truth = session.ground_truth if session else None
    right = [
        truth is not None and region.rival != NO_RIVAL and (truth.instance[region.points] == region.rival).mean() > 0.9
        for region in review.queue
    ]
    wrong = [(region.instance < 0, row) for row, region in enumerate(review.queue) if right[row]]
    for _ in range(min(wrong)[1] + 1 if wrong else 1):
        window.actions_by_id["next"].trigger()


def _lasso(window: MainWindow) -> None:
    """Draw round the middle of the view, as if with the mouse."""
    window.actions_by_id["color_rgb"].trigger()
    window.actions_by_id["tool_lasso"].trigger()
    view = window.view
    angles = [2 * math.pi * step / _LASSO_STEPS for step in range(_LASSO_STEPS)]
    reach, middle = min(view.width(), view.height()) / 4, view.rect().center()
    path = [middle + QPoint(round(reach * math.cos(each)), round(0.8 * reach * math.sin(each))) for each in angles]
    left, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
    kinds = [QEvent.Type.MouseButtonPress, *[QEvent.Type.MouseMove] * (len(path) - 2), QEvent.Type.MouseButtonRelease]
    for kind, place in zip(kinds, path, strict=True):
        where = QPointF(place)
        button = none if kind == QEvent.Type.MouseMove else left
        held = none if kind == QEvent.Type.MouseButtonRelease else left
        event = QMouseEvent(kind, where, view.mapToGlobal(where), button, held, Qt.KeyboardModifier.NoModifier)
        QCoreApplication.sendEvent(view, event)


def _second_colors(window: MainWindow) -> None:
    """Show the scan's own colours beside those of doubt."""
    for pane in window.findChildren(SecondPane):
        pane.colors.setCurrentIndex(1)


def _unfold(window: MainWindow) -> None:
    """Unfold what filters the queue."""
    for tools in window.findChildren(QueueTools):
        tools.fold.setChecked(True)


def _show_history(window: MainWindow) -> None:
    """Mark, comment and show the log."""
    for tools in window.findChildren(QueueTools):
        tools.fold.setChecked(False)
    part = next(part for part in window.parts if isinstance(part, RemarksPart))
    session = window.bench.session
    if session is not None and len(session.boxes):
        number, middle = int(session.boxes.id[0]), (session.boxes.lower[0] + session.boxes.upper[0]) / 2
        part.desk.mark(number, Status.REVIEWED)
        part.desk.comment("One object, or two?", (float(middle[0]), float(middle[1]), float(middle[2])))
    part.history.setCurrentIndex(1)
    _raise(window, "History")


def _raise(window: MainWindow, title: str) -> None:
    """Bring a panel before the others of its place."""
    for dock in window.docks:
        if dock.windowTitle() == title:
            dock.raise_()


def _train(window: MainWindow) -> None:
    """Train for a short time, scored on the last scan, and wait until it is over."""
    window.actions_by_id["retrain"].trigger()
    names = window.bench.workspace.project.scan_names() if window.bench.workspace.project else []
    learnt, out = (names[:-1], names[-1:]) if len(names) > 1 else (names, [])
    length = {"minutes": TRAINING_MINUTES, "epochs": 0, "evaluate_minutes": TRAINING_MINUTES / 6}
    desk = window.train.desk
    desk.start(replace(window.training.form.config(), scans=tuple(learnt), validation=tuple(out), **length))
    end = time.monotonic() + 60 * TRAINING_MINUTES + _PATIENCE_S
    while time.monotonic() < end and (desk.doing or desk.run is None or desk.run.condition in {"new", "running"}):
        QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)


def _import(window: MainWindow, folder: Path) -> None:
    """Show what the page of an import says of a scan in millimetres that lies on its side, and take up its axis."""
    session = window.bench.session
    part = next(part for part in window.parts if isinstance(part, ImportPart))
    if session is None:
        return
    x, y, z = session.scan.xyz[::2].T * 1000
    np.savetxt(folder / "lounge.xyz", np.c_[x, z, -y], fmt="%.0f")
    window.open(folder / "lounge.xyz")
    end = time.monotonic() + _PATIENCE_S
    while time.monotonic() < end and (part.page is None or part.page.look_shown is None):
        QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)
    if part.page is not None:
        part.page.facts.proposals["up"].button.click()


def _tour(window: MainWindow) -> None:
    """Show the tour at its second step."""
    for part in window.parts:
        if isinstance(part, ImportPart) and part.page is not None:
            part.page.closed.emit()
    window.actions_by_id["color_doubt"].trigger()
    window.bench.review.clear_region()
    window.actions_by_id["tour"].trigger()
    for part in window.parts:
        if isinstance(part, TourPart):
            part.card.next.click()


def _settle(window: MainWindow) -> None:
    """Let the window paint and the labeler finish."""
    # No event loop runs that would do so: tab bars of the first layout would still be there.
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    rest = time.monotonic() + _REST_S
    end = time.monotonic() + _PATIENCE_S
    while time.monotonic() < rest or (window.bench.runner.busy and time.monotonic() < end):
        QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)
