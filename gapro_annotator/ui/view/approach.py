"""From where a region is recognised at a glance: what it is, and where in the room."""

from dataclasses import dataclass

import numpy as np
from scipy.spatial import ConvexHull, QhullError

from gapro_annotator.arrays import Float32, Float64
from gapro_annotator.ui.view.camera import Pose, distance_of, pose_at
from gapro_annotator.ui.view.sight import Sight, sample

_REGION, _CONTEXT, _CROWD = 300, 300, 20_000
_TURNS = np.radians([0, 25, -25, 50, -50, 80, -80, 115, -115, 150, -150, 180])
_TILTS = np.radians([20, 35, 50, 68])
_STEPS_BACK = (1.0, 0.72)

_USUAL, _LEAST, _WIDEST = 0.28, 0.12, 0.5
"""Share of the picture's height that a region fills, the least for the sake of its context, and the most in width."""
_ROOM_SEEN, _ROOM_LEAST, _ROOM_MOST = 0.25, 0.17, 0.85
"""Height of the picture as a share of the scan's diagonal: wished for, at least, at most."""
_AIR, _OFF_CENTRE = 0.85, 0.2
"""Share of the context that has to fit, and how far the region may leave the middle for it, share of the height."""

_GOOD = 0.75
"""Share of a region that is enough to be seen."""
_CONTEXT_WORTH, _BREADTH_WORTH = 0.3, 0.25
_EFFORT, _ANY_EFFORT = 0.12, 0.06
"""What a radian of camera movement costs, and any at all: so much more of the region must be seen from there."""
_STEEP, _FLAT = float(np.radians(50)), float(np.radians(28))
_ODD_TILT, _NEARER, _CLUTTER = 0.45, 0.2, 0.7
_BEHIND_WALLS, _OVER_WALLS = 0.9, 0.35
"""What it costs to look at walls from behind: from lower than their tops, and from higher."""
_IN_FRONT = 0.45
"""Share of the distance within which things stand in the way of the view into the room."""


@dataclass(frozen=True, eq=False, slots=True)
class Subject:
    """What is to be shown.

    Parameters
    ----------
    region : (M, 3) float32
        The points to be seen, metres, M > 0.
    context : (2, 3) float32 or None
        Corners of what they may belong to.
    xyz : (N, 3) float32
        The whole scan.
    spacing
        Between neighbours of the scan, metres.
    aspect
        Width / height of the picture.
    """

    region: Float32
    context: Float32 | None
    xyz: Float32
    spacing: float
    aspect: float


def best_pose(current: Pose, subject: Subject) -> Pose:
    """Return a pose that shows the region and what is around it.

    The present direction is kept unless another shows clearly more. A camera beside the scan and lower than the tops
    of its walls looks at their backs: it is the last resort.
    """
    xyz, spacing, aspect = subject.xyz, subject.spacing, subject.aspect
    crowd, wider = sample(xyz, _CROWD)
    region, _ = sample(subject.region, _REGION)
    context = _points_between(crowd, subject.context)
    offers = _offers(current, subject, region, _Room.of(crowd))
    best, best_score = offers[0][1] if offers else current, -np.inf
    for bound, pose in offers:
        # The offers come with falling promise: none of those left can be better than this.
        if best_score >= bound:
            break
        sight = Sight(pose, crowd, spacing * wider, aspect)
        seen = float(sight.visible(region).mean())
        around = float(sight.visible(context).mean()) if len(context) else seen
        lost = _GOOD - min(seen, _GOOD) + _CONTEXT_WORTH * (1 - around)
        score = bound - lost - _CLUTTER * sight.share_nearer(_IN_FRONT * pose.distance)
        if score > best_score:
            best, best_score = pose, score
    return best


@dataclass(frozen=True, eq=False, slots=True)
class _Room:
    """Where the scan is: planes (H, 3) of its outline in xy, floor and wall top (z, metres), diagonal."""

    outline: Float64
    floor: float
    top: float
    diagonal: float

    @classmethod
    def of(cls, crowd: Float32) -> "_Room":
        lower, upper = crowd.min(axis=0), crowd.max(axis=0)
        try:
            outline = ConvexHull(crowd[:, :2]).equations
        except (QhullError, ValueError):  # too few points, or all of them on a line
            outline = np.zeros((0, 3))
        top = float(np.quantile(crowd[:, 2], 0.99))
        diagonal = max(float(np.linalg.norm(upper - lower)), 1e-3)
        return cls(outline, float(lower[2] + 0.05 * (upper[2] - lower[2])), top, diagonal)

    def cost(self, pose: Pose) -> float:
        """Return what it costs that a camera beside the scan looks through the walls, 0 where it does not."""
        normal, offset = self.outline[:, :2], self.outline[:, 2]
        start, end = normal @ pose.position[:2] + offset, normal @ pose.target[:2] + offset
        if not (start > 0).any():
            return 0.0
        if pose.position[2] < self.top:
            return _BEHIND_WALLS
        # Where the line of sight comes into the outline, as a share of the way to the target.
        entry = float((start[start > 0] / np.maximum(start - end, 1e-9)[start > 0]).max())
        height = pose.position[2] + min(entry, 1.0) * (pose.target[2] - pose.position[2])
        return _OVER_WALLS if height < self.top else 0.0


def _offers(current: Pose, subject: Subject, region: Float32, room: _Room) -> list[tuple[float, Pose]]:
    """Poses around the region with the best score that each can have, falling."""
    azimuth, elevation = current.angles
    middle = np.quantile(region, [0.05, 0.95], axis=0).mean(axis=0)
    spread = np.cov((region - middle).T) if len(region) > 2 else np.eye(3)
    widest = np.sqrt(np.prod(np.maximum(np.linalg.eigvalsh(spread)[1:], 1e-9)))
    found: list[tuple[float, Pose]] = []
    for tilt in (elevation, *_TILTS):
        odd = max(tilt - _STEEP, 0.0) + max(_FLAT - tilt, 0.0)
        for turn in _TURNS:
            axes = pose_at(middle, azimuth + turn, float(tilt), 1.0).axes
            flat = axes[:2] @ spread @ axes[:2].T
            breadth = np.sqrt(max(float(np.linalg.det(flat)), 0.0)) / widest
            effort = abs(turn) * np.cos(tilt) + abs(tilt - elevation)
            bound = _GOOD + _CONTEXT_WORTH + _BREADTH_WORTH * min(2 * breadth, 1.0)
            bound -= _EFFORT * effort + _ANY_EFFORT * (effort > 0) + _ODD_TILT * odd
            shift, height = _framing(axes[:2], middle, region, subject, room.diagonal)
            for step in _STEPS_BACK:
                distance = distance_of(height * step)
                pose = pose_at(middle + step * shift, azimuth + turn, float(tilt), distance)
                if pose.position[2] > room.floor:
                    cost = _NEARER * (step < 1) + room.cost(pose)
                    found.append((float(bound - cost), pose))
    return sorted(found, key=lambda each: -each[0])


def _framing(
    across: Float64, middle: Float64, region: Float32, subject: Subject, diagonal: float
) -> tuple[Float64, float]:
    """How far to look beside the region (3,), and how many metres the picture is high there.

    Parameters
    ----------
    across : (2, 3)
        Right and up in the picture.
    middle : (3,)
        Of the region.
    """
    frame = np.array([subject.aspect, 1.0])
    low, high = np.quantile((region - middle) @ across.T, [0.03, 0.97], axis=0)  # (2,) each
    extent = np.maximum(high - low, 1e-3)
    usual = max(float(extent[1] / _USUAL), float(extent[0] / _WIDEST / subject.aspect))
    largest = max(float(extent.max() / _LEAST), _ROOM_LEAST * diagonal, usual)
    height, shift = max(usual, _ROOM_SEEN * diagonal), np.zeros(2)
    if subject.context is not None:
        corners = (_corners(subject.context) - middle) @ across.T
        low, high = np.minimum(corners.min(axis=0), low), np.maximum(corners.max(axis=0), high)
        wanted = np.maximum((high - low) * _AIR, np.maximum(-low, high) * _AIR / (0.5 + _OFF_CENTRE)) / frame
        height = max(height, float(wanted.max()))
        shift = (low + high) / 2
    height = min(height, largest, _ROOM_MOST * diagonal)
    return np.clip(shift, -_OFF_CENTRE * height * frame, _OFF_CENTRE * height * frame) @ across, height


def _corners(bounds: Float32) -> Float64:
    bit = (np.arange(8)[:, None] >> np.arange(3)) & 1
    return np.where(bit == 1, bounds[1], bounds[0]).astype(np.float64)


def _points_between(crowd: Float32, bounds: Float32 | None) -> Float32:
    if bounds is None:
        return crowd[:0]
    return sample(crowd[((crowd >= bounds[0]) & (crowd <= bounds[1])).all(axis=1)], _CONTEXT)[0]
