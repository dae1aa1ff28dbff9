"""Where the camera stands and how it moves: arithmetic only, no Qt and no VTK.

Z is up and stays up: the annotator never has to straighten the room.
"""

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from gapro_annotator.arrays import Float32, Float64, freeze

VIEW_ANGLE = 45.0
"""Vertical angle of view in degrees."""
PARALLEL_ANGLE = 0.25
"""Degrees of a lens from so far away that lines stay parallel: over the depth of a room, sizes differ by less than 1 %.

All else is the same for both lenses, picking and tools too, which a camera of another kind would have to be taught.
"""
# Straight down is left out: there, up and forward would coincide.
_STEEPEST = float(np.radians(89.0))

Side: TypeAlias = Literal["top", "front", "side"]
_AIR = 1.06


@dataclass(frozen=True, eq=False, slots=True)
class Pose:
    """Where the camera stands and what it looks at.

    Parameters
    ----------
    position, target : (3,) float64
        Metres, in the scan's frame; different from each other.
    angle
        Vertical angle of view, degrees.
    """

    position: Float64
    target: Float64
    angle: float = VIEW_ANGLE

    def __post_init__(self) -> None:
        freeze(self.position, self.target)

    @property
    def slope(self) -> float:
        """Half the height of the picture at a depth of one metre, metres."""
        return float(np.tan(np.radians(self.angle / 2)))

    def with_lens(self, angle: float) -> "Pose":
        """See as much at the target through a lens of this angle, degrees."""
        if angle == self.angle:
            return self
        nearer = self.slope / float(np.tan(np.radians(angle / 2)))
        return Pose(self.target + nearer * (self.position - self.target), self.target, angle)

    @property
    def distance(self) -> float:
        """Metres from the camera to its target."""
        return float(np.linalg.norm(self.position - self.target))

    @property
    def angles(self) -> tuple[float, float]:
        """Azimuth and elevation of the camera as seen from its target, radians."""
        x, y, z = (self.position - self.target).tolist()
        return float(np.arctan2(y, x)), float(np.arctan2(z, np.hypot(x, y)))

    @property
    def axes(self) -> Float64:
        """(3, 3) float64, rows right, up and backward of the camera as unit vectors."""
        azimuth, elevation = self.angles
        right = np.array([-np.sin(azimuth), np.cos(azimuth), 0.0])
        backward = direction(azimuth, elevation)
        return np.stack([right, np.cross(backward, right), backward])


def direction(azimuth: float, elevation: float) -> Float64:
    """(3,) float64, the unit vector at these angles (radians)."""
    flat = np.cos(elevation)
    return np.array([np.cos(azimuth) * flat, np.sin(azimuth) * flat, np.sin(elevation)])


def pose_at(target: Float64, azimuth: float, elevation: float, distance: float, lens: float = VIEW_ANGLE) -> Pose:
    """Stand at these angles (radians) and this distance (metres) from the target; steeper than 89° is not possible."""
    elevation = float(np.clip(elevation, -_STEEPEST, _STEEPEST))
    return Pose(target + distance * direction(azimuth, elevation), np.array(target, np.float64), lens)


def fit(pose: Pose, xyz: Float32, aspect: float) -> Pose:
    """Keep the direction, and stand as near as all points (M, 3) stay in view; `aspect` is width / height."""
    middle = (xyz.min(axis=0).astype(np.float64) + xyz.max(axis=0)) / 2
    seen = (xyz - middle) @ pose.axes.T
    half = pose.slope * np.array([aspect, 1.0])
    # Where the edges of the picture touch the points on both sides, seen along right and along up.
    high = (seen[:, :2] / half + seen[:, 2:]).max(axis=0)
    low = (-seen[:, :2] / half + seen[:, 2:]).max(axis=0)
    shift = (high - low) / 2 * half
    distance = max(float(((high + low) / 2).max()) * _AIR, 1e-3)
    return pose_at(middle + shift @ pose.axes[:2], *pose.angles, distance, pose.angle)


def orbit(pose: Pose, pivot: Float64, turn: float, tilt: float) -> Pose:
    """Swing camera and target round the pivot: `turn` round Z, `tilt` up and down, radians."""
    _, elevation = pose.angles
    tilt = float(np.clip(elevation + tilt, -_STEEPEST, _STEEPEST)) - elevation
    cos, sin = np.cos(turn), np.sin(turn)
    about_z = np.array([[cos, -sin, 0.0], [sin, cos, 0.0], [0.0, 0.0, 1.0]])
    rotation = about_z @ _rotation(-pose.axes[0], tilt)
    return Pose(pivot + rotation @ (pose.position - pivot), pivot + rotation @ (pose.target - pivot), pose.angle)


def pan(pose: Pose, anchor: Float64, right: float, up: float) -> Pose:
    """Shift by a share of the view's height, so that a point at the anchor's depth follows the cursor."""
    depth = max(float((pose.position - anchor) @ pose.axes[2]), 1e-3)
    shift = (right * pose.axes[0] + up * pose.axes[1]) * (2 * depth * pose.slope)
    return Pose(pose.position - shift, pose.target - shift, pose.angle)


def zoom(pose: Pose, anchor: Float64, factor: float) -> Pose:
    """Come nearer by `factor` (> 1); the anchor stays where it is in the picture."""
    return Pose(anchor + (pose.position - anchor) / factor, anchor + (pose.target - anchor) / factor, pose.angle)


def between(start: Pose, end: Pose, share: float) -> Pose:
    """Return the pose at 0..1 of a flight: along the shorter arc, Z up all the way."""
    if share >= 1:
        return end
    (a, b), (c, d) = start.angles, end.angles
    turn = (c - a + np.pi) % (2 * np.pi) - np.pi
    distance = start.distance ** (1 - share) * end.distance**share
    target = start.target + share * (end.target - start.target)
    return pose_at(target, a + share * turn, b + share * (d - b), distance, end.angle)


def project(pose: Pose, xyz: Float32 | Float64, size: tuple[float, float]) -> Float64:
    """Return where points appear.

    Parameters
    ----------
    pose, xyz : (M, 3)
        The camera and points in metres.
    size
        Width and height of the picture in pixels.

    Returns
    -------
    (M, 3) float64
        x to the right and y down in pixels, and the depth along the view in metres (<= 0: behind the camera).
    """
    width, height = size
    across, up, backward = (np.asarray(xyz, np.float64) - pose.position).dot(pose.axes.T).T
    depth = -backward
    scale = pixels_per_metre(height, pose.angle) / np.where(depth > 0, depth, np.nan)
    return np.stack([width / 2 + across * scale, height / 2 - up * scale, depth], axis=1)


def unproject(pose: Pose, pixel: tuple[float, float, float], size: tuple[float, float]) -> Float64:
    """(3,) float64, the point that appears at x, y (pixels) and depth (metres along the view)."""
    (x, y, depth), (width, height) = pixel, size
    scale = depth / pixels_per_metre(height, pose.angle)
    offset = np.array([(x - width / 2) * scale, (height / 2 - y) * scale, -depth])
    return pose.position + offset @ pose.axes


def pixels_per_metre(height: float, angle: float = VIEW_ANGLE) -> float:
    """Return how many pixels a metre takes at a depth of one metre, in a picture of this height and angle, degrees."""
    return height / 2 / float(np.tan(np.radians(angle / 2)))


def distance_of(height: float) -> float:
    """Return from how far, metres, the usual lens sees so many metres of height."""
    return height / 2 / float(np.tan(np.radians(VIEW_ANGLE / 2)))


def light_of(pose: Pose) -> Float64:
    """(3,) float64, where light comes from: over the viewer's right shoulder, so that no two sides look alike."""
    light = np.array([0.3, 0.5, 0.8]) @ pose.axes
    return light / np.linalg.norm(light)


def _rotation(axis: Float64, angle: float) -> Float64:
    """(3, 3) rotation round a unit axis (Rodrigues)."""
    x, y, z = axis.tolist()
    cross = np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
    return np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * (cross @ cross)
