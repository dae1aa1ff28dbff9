"""What the tests of the window do again and again: press keys, click points, read files."""

from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from gapro_annotator.ui.main_window import MainWindow

OpenWindow = Callable[..., MainWindow]
NONE = Qt.KeyboardModifier.NoModifier


def press(window: MainWindow, key: Qt.Key, modifiers: Qt.KeyboardModifier = NONE) -> None:
    """Press a key as the user does, on whatever has the focus."""
    QTest.keyClick(window.focusWidget() or window, key, modifiers)


def click_point(window: MainWindow, row: int, modifiers: Qt.KeyboardModifier = NONE) -> None:
    """Left-click where a point of the scan is drawn."""
    QTest.mouseClick(window.view, Qt.MouseButton.LeftButton, modifiers, place_of(window, row))


def place_of(window: MainWindow, row: int) -> QPoint:
    """Where a point of the scan is drawn in the view."""
    assert window.bench.session is not None
    x, y, _ = window.view.project(window.bench.session.scan.xyz[row : row + 1])[0]
    return QPoint(round(x), round(y))


def visible_row(window: MainWindow, instance: int) -> int:
    """A point of an instance that is in sight: a click there hits this instance."""
    session = window.bench.session
    assert session is not None
    for row in np.flatnonzero(session.instance == instance):
        place = place_of(window, int(row))
        hit = window.view.pick(place.x(), place.y()) if window.view.rect().contains(place) else -1
        if hit >= 0 and session.instance[hit] == instance:
            return int(row)
    raise AssertionError(f"no point of instance {instance} is in sight")


def visible_instance(window: MainWindow, besides: int = -1) -> int:
    """An instance that is in sight."""
    session = window.bench.session
    assert session is not None
    ids, counts = np.unique(session.instance, return_counts=True)
    for instance in ids[np.argsort(-counts)].tolist():
        if instance not in (-1, besides):
            try:
                visible_row(window, instance)
            except AssertionError:
                continue
            return int(instance)
    raise AssertionError("no instance is in sight")


def wait_for_labels(window: MainWindow, qtbot: QtBot) -> None:
    """Wait until the labeler has nothing to do."""
    qtbot.waitUntil(lambda: not window.bench.runner.busy, timeout=60_000)


def saved_instances(path: Path) -> npt.NDArray[np.int32]:
    """(N,) int32, the labels of a scan file, read as any other program would."""
    with h5py.File(path) as file:
        return file["labels/instance"][:]


def drop(target: QWidget, *paths: Path) -> None:
    """Drop files or folders from a file manager on the window, or on one of its widgets."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    how = Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(200, 200), *how)
    target.dragEnterEvent(enter)
    assert enter.isAccepted()
    target.dropEvent(QDropEvent(QPointF(200, 200), *how))
