"""What the tests of the tools do with the mouse, and where."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from windows import NONE

from gapro_annotator.session import Session
from gapro_annotator.ui.main_window import MainWindow

LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
SHIFT, CONTROL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier


def session_of(window: MainWindow) -> Session:
    assert window.bench.session is not None
    return window.bench.session


def drag(window: MainWindow, places: Sequence[QPoint], modifiers: Qt.KeyboardModifier = NONE) -> None:
    """Press at the first place, move along, release at the last."""
    QTest.mousePress(window.view, LEFT, modifiers, places[0])
    for place in places[1:]:
        QTest.mouseMove(window.view, place)
    QTest.mouseRelease(window.view, LEFT, modifiers, places[-1])


def round_about(places: np.ndarray, margin: int = 4) -> list[QPoint]:
    """The corners of a rectangle round these places (M, 2), as a closed path."""
    (left, top), (right, bottom) = places.min(axis=0) - margin, places.max(axis=0) + margin
    corners = [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)]
    return [QPoint(int(x), int(y)) for x, y in corners]


def seen_points(window: MainWindow, instance: int) -> np.ndarray:
    """Rows of an instance that are in sight."""
    picture = window.view.pictures.now()
    assert picture is not None
    return picture.in_sight(np.flatnonzero(session_of(window).instance == instance))


def place_of(window: MainWindow, row: int) -> QPoint:
    x, y, _ = window.view.project(session_of(window).scan.xyz[row : row + 1])[0]
    return QPoint(int(x), int(y))


def two_superpoints(window: MainWindow) -> tuple[int, int]:
    """Rows in sight in two superpoints that neither lie next to a border of the picture nor under each other."""
    picture, superpoint = window.view.pictures.now(), session_of(window).scan.superpoint
    assert picture is not None
    ids, counts = np.unique(superpoint[picture.owner[picture.owner >= 0]], return_counts=True)
    found = []
    for which in ids[np.argsort(-counts)][:2]:
        rows = np.unique(picture.owner[(picture.owner >= 0) & (superpoint[picture.owner] == which)])
        middle = np.median(picture.seen[rows, :2], axis=0)
        found.append(int(rows[np.argmin(((picture.seen[rows, :2] - middle) ** 2).sum(axis=1))]))
    return found[0], found[1]


def choose(window: MainWindow, instance: int) -> None:
    window.instances.choose(instance)
    assert window.bench.review.chosen == instance
    window.view.setFocus()


def wheel(window: MainWindow, place: QPoint, angle: int, modifiers: Qt.KeyboardModifier = NONE) -> None:
    where, inverted = QPointF(place), False
    event = QWheelEvent(where, window.view.mapToGlobal(where), QPoint(), QPoint(0, angle), Qt.MouseButton.NoButton,
                        modifiers, Qt.ScrollPhase.NoScrollPhase, inverted)  # fmt: skip
    QApplication.sendEvent(window.view, event)
