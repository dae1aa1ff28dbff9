"""Where handles of a box are, what a drag does to it, and how faces snap to points. Arithmetic only, metres."""

from typing import NamedTuple

import numpy as np

from gapro_annotator.arrays import Float32, Float64
from gapro_annotator.ui.view.camera import Pose, unproject

LEAST = 0.01
"""Metres: a face cannot be pushed nearer to the opposite one."""
MIDDLE = 6
"""Number of the handle that moves the whole box; 0..5 are the faces lower x, y, z and upper x, y, z."""
_FLAT = 0.15


class Corners(NamedTuple):
    """Lower and upper corner of a box, (3,) float64."""

    lower: Float64
    upper: Float64

    @property
    def size(self) -> Float64:
        """Lengths of its sides."""
        return self.upper - self.lower

    @classmethod
    def between(cls, a: Float64, b: Float64) -> "Corners":
        """Corners of the box that two places span."""
        return cls(np.minimum(a, b), np.maximum(a, b))


class Ray(NamedTuple):
    """Everything that lies under a place of the view: origin (3,) and direction (3,)."""

    origin: Float64
    direction: Float64

    @classmethod
    def under(cls, x: float, y: float, pose: Pose, size: tuple[float, float]) -> "Ray":
        """The ray under a place, logical pixels, in a view of this width and height."""
        towards = unproject(pose, (x, y, 1.0), size) - pose.position
        return cls(pose.position, towards / np.linalg.norm(towards))


def handles(box: Corners) -> Float64:
    """(7, 3), the middles of the six faces, and of the box."""
    middle = (box.lower + box.upper) / 2
    places = np.repeat(middle[None], 7, axis=0)
    for axis in range(3):
        places[axis, axis], places[axis + 3, axis] = box.lower[axis], box.upper[axis]
    return places


def along(ray: Ray, place: Float64, axis: int) -> float:
    """How far along an axis from a place the ray passes nearest."""
    step = np.zeros(3)
    step[axis] = 1.0
    across = float(step @ ray.direction)
    to_ray = ray.origin - place
    slant = 1.0 - across**2
    if slant < 1e-4:  # the axis points at the eye: a drag says nothing
        return 0.0
    return float((to_ray @ step - across * (to_ray @ ray.direction)) / slant)


def on_level(ray: Ray, place: Float64) -> Float64:
    """(3,), where the ray meets the level of a place; seen from the side, a wall through it that faces the eye."""
    normal = np.array([0.0, 0.0, 1.0])
    if abs(ray.direction[2]) < _FLAT:
        normal = np.append(ray.direction[:2], 0.0) / max(float(np.linalg.norm(ray.direction[:2])), 1e-9)
    reach = float((place - ray.origin) @ normal / (ray.direction @ normal))
    found = ray.origin + reach * ray.direction
    return np.array([found[0], found[1], place[2]])


def with_face(box: Corners, face: int, shift: float) -> Corners:
    """Shift one face along its axis; it stops before the opposite one."""
    lower, upper = box.lower.copy(), box.upper.copy()
    axis = face % 3
    if face < 3:
        lower[axis] = min(lower[axis] + shift, upper[axis] - LEAST)
    else:
        upper[axis] = max(upper[axis] + shift, lower[axis] + LEAST)
    return Corners(lower, upper)


def snapped(box: Corners, xyz: Float32, reach: float, faces: tuple[int, ...] = (0, 1, 2, 3, 4, 5)) -> Corners:
    """Bring these faces to the outermost points (N, 3) that the box holds, where those are within reach."""
    tight = fitted(box, xyz)
    lower, upper = box.lower.copy(), box.upper.copy()
    for face in faces if tight is not None else ():
        axis, mine = face % 3, (lower, upper)[face // 3]
        wanted = float(tight[face // 3][axis]) if tight is not None else 0.0
        if abs(wanted - mine[axis]) <= reach:
            mine[axis] = wanted
    upper = np.maximum(upper, lower + LEAST)
    return Corners(lower, upper)


def fitted(box: Corners, xyz: Float32) -> Corners | None:
    """Return the box around the points (N, 3) that it holds; None where it holds none."""
    inside = xyz[((xyz >= box.lower - 1e-6) & (xyz <= box.upper + 1e-6)).all(axis=1)].astype(np.float64)
    return Corners(inside.min(axis=0), inside.max(axis=0)) if len(inside) else None


def in_words(box: Corners) -> str:
    """'0.62 × 0.45 × 0.91 m'."""
    return f"{' × '.join(f'{side:.2f}' for side in box.size.tolist())} m"
