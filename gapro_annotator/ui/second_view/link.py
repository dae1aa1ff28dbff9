"""Keeps the camera of the second view with that of the first."""

from enum import StrEnum

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal

from gapro_annotator.ui.second_view.tinted_view import TintedView
from gapro_annotator.ui.view.camera import Pose, pose_at
from gapro_annotator.ui.view.scene_view import SceneView

_EVERY_MS = 40
"""Two views are painted by one machine: the second follows a drag in the first at most so often."""
_STEEP = float(np.radians(89.0))
_LEAST_TURN = 1e-6


class Side(StrEnum):
    """From where the second view looks at what the first looks at."""

    TOP = "top"
    BEHIND = "behind"
    FRONT = "front"
    SIDE = "side"
    FREE = "free"
    SAME = "same"


_FIXED = {
    Side.TOP: (float(np.radians(-90)), _STEEP),
    Side.FRONT: (float(np.radians(-90)), 0.0),
    Side.SIDE: (0.0, 0.0),
}


def angles_from(side: Side, first: Pose, own: Pose) -> tuple[float, float]:
    """Azimuth and elevation, radians, from which a view looks that keeps to this side of the first."""
    azimuth, elevation = first.angles
    if side is Side.SAME:
        return azimuth, elevation
    if side is Side.BEHIND:
        return azimuth + np.pi, elevation
    return own.angles if side is Side.FREE else _FIXED[side]


def beside(pose: Pose, angles: tuple[float, float], aspects: tuple[float, float]) -> Pose:
    """Look at what a pose looks at from other angles (radians), and see as much of it.

    `aspects` are width / height of the picture of that pose and of the one that is wanted.
    """
    narrower = min(aspects[0], 1.0) / min(aspects[1], 1.0)
    return pose_at(pose.target, *angles, pose.distance * narrower, pose.angle)


class Link(QObject):
    """Moves either view when the mouse moves the other: they look at the same place, from as far.

    Turning the second view frees it from its side; it keeps the angle that it was given.
    """

    side_changed = Signal(object)

    def __init__(self, first: SceneView, second: TintedView, parent: QObject) -> None:
        super().__init__(parent)
        self._first, self._second = first, second
        self._side, self._is_on, self._follows = Side.TOP, False, True
        self._soon = QTimer(self, singleShot=True, interval=_EVERY_MS)
        self._soon.timeout.connect(self.follow)
        self._angles = second.pose.angles
        self._anew = QTimer(self, singleShot=True, interval=0)
        self._anew.timeout.connect(self._take_side)
        first.moved.connect(self._first_moved)
        second.renewed.connect(self._anew.start)  # once the first looks at it, too
        second.steered.connect(self._second_steered)

    @property
    def side(self) -> Side:
        """From where the second view looks."""
        return self._side

    def set_on(self, on: bool) -> None:  # noqa: FBT001 - the only thing that it says
        """Link them, or leave both alone while the second is not shown."""
        self._is_on = on
        self._take_side()

    def set_follows(self, follows: bool) -> None:  # noqa: FBT001 - a switch's state
        """Let each follow the other, or stay where it is."""
        self._follows = follows
        self.follow()

    def set_side(self, side: Side) -> None:
        """Look from this side from now on."""
        self._side = side
        self._turn()

    def follow(self) -> None:
        """Bring the second view to where the first looks."""
        if self._follows:
            self._take_side()

    def _take_side(self) -> None:
        """Look from the side that was chosen at what the first view looks at."""
        first, second = self._first, self._second
        self._look(first.pose, (_aspect(first), _aspect(second)))

    def _turn(self) -> None:
        """Look from the side that was chosen at what this view looks at, or at what it follows."""
        aspect = _aspect(self._second)
        if self._follows:
            self._take_side()
        else:
            self._look(self._second.pose, (aspect, aspect))

    def _look(self, about: Pose, aspects: tuple[float, float]) -> None:
        if self._is_on:
            pose = beside(about, angles_from(self._side, self._first.pose, self._second.pose), aspects)
            self._angles = pose.angles
            self._second.glide(pose)

    def _first_moved(self) -> None:
        if self._is_on and self._follows and not self._soon.isActive():
            self._soon.start()

    def _second_steered(self) -> None:
        own, turned = self._second.pose, self._second.pose.angles
        if not np.allclose(turned, self._angles, rtol=0, atol=_LEAST_TURN):
            self._angles = turned
            if self._side is not Side.FREE:
                self._side = Side.FREE
                self.side_changed.emit(self._side)
            # A drag swings the view round what is under the cursor; linked, it keeps looking at the common place.
            self.follow()
            return
        if self._follows:
            # The first keeps its angles, so that the second, when it follows in turn, stays where it was moved to.
            aspects = (_aspect(self._second), _aspect(self._first))
            self._first.glide(beside(own, self._first.pose.angles, aspects))


def _aspect(view: SceneView) -> float:
    return max(view.width(), 1) / max(view.height(), 1)
