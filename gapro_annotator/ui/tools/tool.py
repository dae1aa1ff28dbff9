"""What a tool is: it turns presses, moves and releases of the left button into a selection of points."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import ClassVar, NamedTuple

import numpy as np
from PySide6.QtCore import QPointF, Qt

from gapro_annotator.arrays import Float64, Int64
from gapro_annotator.ui.colors import Color
from gapro_annotator.ui.view.picture import Picture
from gapro_annotator.ui.view.sketch import Sketch

STILL = 8
"""A drag that stays within so many pixels is a click."""
_STEP = 6.0


class Pointer(NamedTuple):
    """Where the mouse is, in logical pixels of the view, and which modifier keys were held when it was pressed."""

    x: float
    y: float
    modifiers: Qt.KeyboardModifier

    @property
    def place(self) -> QPointF:
        """The same for Qt."""
        return QPointF(self.x, self.y)


class Combine(Enum):
    """How new points join those that are selected already."""

    REPLACE = auto()
    ADD = auto()
    REMOVE = auto()
    INTERSECT = auto()

    @classmethod
    def of(cls, modifiers: Qt.KeyboardModifier) -> "Combine":
        """Shift adds, Ctrl or Alt removes, Shift with one of them keeps what lies in both."""
        adds = bool(modifiers & Qt.KeyboardModifier.ShiftModifier)
        removes = bool(modifiers & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier))
        if adds and removes:
            return cls.INTERSECT
        return cls.ADD if adds else cls.REMOVE if removes else cls.REPLACE

    def apply(self, before: Int64, points: Int64) -> Int64:
        """(M,) int64, rows that are selected afterwards, ascending."""
        match self:
            case Combine.REPLACE:
                return points
            case Combine.ADD:
                return np.union1d(before, points)
            case Combine.REMOVE:
                return np.setdiff1d(before, points)
            case Combine.INTERSECT:
                return np.intersect1d(before, points)


@dataclass(frozen=True, eq=False, slots=True)
class Selection:
    """What a gesture has selected.

    Parameters
    ----------
    points : (M,) int64
        Rows of the scan, ascending.
    combine
        How they join what is selected.
    gives
        Whether they go to the target at once; otherwise a key decides about them.
    asked
        Whether the annotator pointed at just this: then corrected points are not spared.
    """

    points: Int64
    combine: Combine = Combine.REPLACE
    gives: bool = False
    asked: bool = False


@dataclass(slots=True)
class Stage:
    """What tools work on.

    Parameters
    ----------
    picture
        Returns what is seen now, or None.
    sketch
        To draw on.
    superpoint_at
        Returns the rows of a point's superpoint that share its label, ascending.
    color
        Returns the colour of what a stroke gives points to.
    radius
        Of the brush, metres.
    through
        Whether hidden points count too.
    """

    picture: Callable[[], Picture | None]
    sketch: Sketch
    superpoint_at: Callable[[int], Int64]
    color: Callable[[], Color]
    radius: float = 0.1
    through: bool = False


class Tool(ABC):
    """One way to select points with the left button."""

    id: ClassVar[str]
    name: ClassVar[str]
    short: ClassVar[str]
    """What the toolbar says."""
    key: ClassVar[str]
    tooltip: ClassVar[str]
    cursor: ClassVar[Qt.CursorShape] = Qt.CursorShape.CrossCursor
    paints: ClassVar[bool] = False
    """Whether a gesture gives points to the target at once."""
    outlines: ClassVar[bool] = True
    """Whether the superpoint under the cursor is what a click would take."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage

    @abstractmethod
    def hint(self, target: str) -> str:
        """Say what it will do; `target` names what a stroke gives points to."""

    def hover(self, pointer: Pointer) -> None:
        """Follow the mouse while no button is held."""
        del pointer

    @abstractmethod
    def press(self, pointer: Pointer) -> None:
        """Begin a gesture."""

    @abstractmethod
    def move(self, pointer: Pointer) -> None:
        """Go on with it."""

    @abstractmethod
    def release(self, pointer: Pointer) -> Selection | None:
        """End it; None where it selects nothing and changes nothing."""

    def leave(self) -> None:
        """Forget a gesture that is under way, and where the mouse was."""
        self.stage.sketch.clear()

    def scroll(self, steps: float) -> bool:
        """Take Ctrl+wheel; False leaves it to the view."""
        del steps
        return False


def path_between(start: Pointer, end: Pointer) -> Float64:
    """(K, 2) float64, places on the way to the end, close enough that a quick stroke leaves no gap."""
    a, b = np.array([start.x, start.y]), np.array([end.x, end.y])
    steps = max(int(np.ceil(np.linalg.norm(b - a) / _STEP)), 1)
    shares: Float64 = np.arange(1, steps + 1)[:, None] / steps
    return a + (b - a) * shares
