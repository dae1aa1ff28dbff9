"""From where a region of the scan can be seen."""

import numpy as np

from gapro_annotator.arrays import Float32, Float64, Int64
from gapro_annotator.ui.view.camera import Pose, Side, fit, pixels_per_metre, pose_at, project

_SAMPLE = 400
_CROWD = 20_000
_CELLS = 28
_GOOD = 0.8
"""Share of a region that is enough to be seen."""
_EFFORT = 0.12
"""Share that a radian of camera movement must win to be worth it."""
_OVERVIEW = (float(np.radians(-60)), float(np.radians(42)))
_AROUND = np.radians([0, 60, 120, 180, 240, 300])
_STEEPER = np.radians([0, 12, 24])
_FROM = {
    "top": (float(np.radians(-90)), float(np.radians(89))),
    "front": (float(np.radians(-90)), 0.0),
    "side": (0.0, 0.0),
}
_TURNS = np.radians([0, 25, -25, 50, -50, 80, -80, 115, -115, 150, -150, 180])
_TILTS = np.radians([18, 35, 55, 75])


def visible_share(pose: Pose, region: Float32, crowd: Float32, spacing: float) -> float:
    """Return which share of the region's points nothing hides.

    Parameters
    ----------
    pose
        The camera.
    region : (M, 3) float32
        The points to be seen.
    crowd : (K, 3) float32
        What may hide them, the region's own points too.
    spacing
        Between neighbours of the crowd, metres. The picture is cut into cells that such a crowd fills.
    """
    wanted = project(pose, region, (1.0, 1.0))
    if not (wanted[:, 2] > 0).all():
        return 0.0
    low, high = wanted[:, :2].min(axis=0), wanted[:, :2].max(axis=0)
    extent = max(float((high - low).max()), 1e-9)
    wide = spacing * pixels_per_metre(1.0) / float(wanted[:, 2].min())
    cell = max(extent / _CELLS, 1.5 * wide)
    seen = project(pose, crowd, (1.0, 1.0))
    with np.errstate(invalid="ignore"):
        near = (seen[:, 2] > 0) & ((seen[:, :2] >= low - cell) & (seen[:, :2] <= high + cell)).all(axis=1)
    front = np.full((_CELLS + 3) ** 2, np.inf)
    np.minimum.at(front, _cell_of(seen[near, :2], low, cell), seen[near, 2])
    limit = wanted[:, 2] - max(3 * spacing, 1.5 * cell * float(wanted[:, 2].min()) / pixels_per_metre(1.0))
    return float(1 - (front[_cell_of(wanted[:, :2], low, cell)] < limit).mean())


def best_pose(current: Pose, region: Float32, xyz: Float32, spacing: float) -> Pose:
    """Return a pose that shows the region: the present direction if it does, else the best of many around it.

    Parameters
    ----------
    current
        The camera now.
    region : (M, 3) float32
        The points to be seen, M > 0.
    xyz : (N, 3) float32
        The whole cloud.
    spacing
        Between neighbours of the cloud, metres.
    """
    rng = np.random.default_rng(0)
    middle = np.median(region, axis=0).astype(np.float64)
    spread = np.linalg.norm(region - middle.astype(np.float32), axis=1)
    radius = max(float(np.quantile(spread, 0.95)), 1e-3)
    lower, upper = xyz.min(axis=0), xyz.max(axis=0)
    distance = max(4.5 * radius, 0.22 * float(np.linalg.norm(upper - lower)))
    floor = float(lower[2] + 0.05 * (upper[2] - lower[2]))
    region = region[_sample(len(region), _SAMPLE, rng)]
    crowd = xyz[(np.abs(xyz - middle.astype(np.float32)) < distance + radius).all(axis=1)]
    wider = max(len(crowd) / _CROWD, 1.0) ** 0.5
    crowd = crowd[_sample(len(crowd), _CROWD, rng)]
    best, best_score = pose_at(middle, *current.angles, distance), -np.inf
    for pose, effort in _candidates(current, middle, distance, floor):
        # The candidates come with growing effort: none of those left can be better than this.
        if best_score >= _GOOD - _EFFORT * effort:
            break
        share = visible_share(pose, region, crowd, spacing * wider)
        score = min(share, _GOOD) - _EFFORT * effort
        if score > best_score:
            best, best_score = pose, score
    return best


def overview(xyz: Float32, spacing: float, aspect: float) -> Pose:
    """Return a pose that shows all points from above, from the side where walls hide least."""
    if not len(xyz):
        return pose_at(np.zeros(3), *_OVERVIEW, 5.0)
    rng = np.random.default_rng(0)
    crowd = xyz[_sample(len(xyz), _CROWD // 3, rng)]
    region = crowd[_sample(len(crowd), 2 * _SAMPLE, rng)]
    wider = max(len(xyz) / len(crowd), 1.0) ** 0.5
    azimuth, elevation = _OVERVIEW
    best, best_score = None, -np.inf
    for tilt in _STEEPER:
        for turn in _AROUND:
            pose = fit(pose_at(np.zeros(3), azimuth + turn, elevation + tilt, 1.0), crowd, aspect)
            score = visible_share(pose, region, crowd, spacing * wider) - _EFFORT * tilt
            if score > best_score:
                best, best_score = pose, score
    return best or pose_at(np.zeros(3), *_OVERVIEW, 5.0)


def side_view(side: Side, xyz: Float32, aspect: float) -> Pose:
    """Return a pose that shows all points from one side."""
    azimuth, elevation = _FROM[side]
    if not len(xyz):
        return pose_at(np.zeros(3), azimuth, elevation, 5.0)
    crowd = xyz[_sample(len(xyz), _CROWD, np.random.default_rng(0))]
    return fit(pose_at(np.zeros(3), azimuth, elevation, 1.0), crowd, aspect)


def _candidates(current: Pose, middle: Float64, distance: float, floor: float) -> list[tuple[Pose, float]]:
    """Poses around the region with the effort (radians) to get there, the present direction first."""
    azimuth, elevation = current.angles
    found: list[tuple[Pose, float]] = []
    for tilt in (elevation, *_TILTS):
        for turn in _TURNS:
            pose = pose_at(middle, azimuth + turn, float(tilt), distance)
            if pose.position[2] > floor:
                found.append((pose, float(abs(turn) + abs(tilt - elevation))))
    return sorted(found, key=lambda each: each[1])


def _sample(count: int, most: int, rng: np.random.Generator) -> Int64 | slice:
    return slice(None) if count <= most else rng.integers(0, count, most)


def _cell_of(place: Float64, low: Float64, cell: float) -> Int64:
    column, row = np.floor((place - low) / cell).astype(np.int64).T
    return np.clip(row + 1, 0, _CELLS + 2) * (_CELLS + 3) + np.clip(column + 1, 0, _CELLS + 2)
