"""From where a region of the scan can be seen."""

import numpy as np

from gapro_annotator.arrays import Float32, Float64, Int64
from gapro_annotator.ui.view.camera import Pose, pose_at, project

_SAMPLE = 400
_CROWD = 60_000
_CELLS = 28
_GOOD = 0.8
_TURNS = np.radians([0, 25, -25, 50, -50, 80, -80, 115, -115, 150, -150, 180])
_TILTS = np.radians([18, 35, 55, 75])


def visible_share(pose: Pose, region: Float32, crowd: Float32, radius: float) -> float:
    """Return which share of the region's points nothing hides.

    Parameters
    ----------
    pose
        The camera.
    region : (M, 3) float32
        The points to be seen.
    crowd : (K, 3) float32
        All others, or a fair sample of them.
    radius
        Of the region, metres: the picture is cut into cells of about a tenth of it, each as deep as its nearest point.
    """
    wanted = project(pose, region, (1.0, 1.0))
    if not (wanted[:, 2] > 0).all():
        return 0.0
    low, high = wanted[:, :2].min(axis=0), wanted[:, :2].max(axis=0)
    cell = float(max((high - low).max(), 1e-9)) / _CELLS
    seen = project(pose, crowd, (1.0, 1.0))
    with np.errstate(invalid="ignore"):
        near = (seen[:, 2] > 0) & ((seen[:, :2] >= low) & (seen[:, :2] <= high)).all(axis=1)
    front = np.full((_CELLS + 1) ** 2, np.inf)
    np.minimum.at(front, _cell_of(seen[near, :2], low, cell), seen[near, 2])
    front = _spread(front.reshape(_CELLS + 1, _CELLS + 1), front.size if near.sum() == 0 else int(near.sum()))
    hidden = front.ravel()[_cell_of(wanted[:, :2], low, cell)] < wanted[:, 2] - 0.3 * radius
    return float(1 - hidden.mean())


def best_pose(current: Pose, region: Float32, xyz: Float32, floor: float) -> Pose:
    """Return a pose that shows the region: the present direction if it does, else the best of many around it.

    Parameters
    ----------
    current
        The camera now.
    region : (M, 3) float32
        The points to be seen, M > 0.
    xyz : (N, 3) float32
        The whole cloud.
    floor
        Height below which the camera must not go, metres.
    """
    rng = np.random.default_rng(0)
    middle = np.median(region, axis=0).astype(np.float64)
    spread = np.linalg.norm(region - middle.astype(np.float32), axis=1)
    radius = max(float(np.quantile(spread, 0.95)), 1e-3)
    extent = float(np.linalg.norm(xyz.max(axis=0) - xyz.min(axis=0)))
    distance = max(3.6 * radius, 0.16 * extent)
    region = region[_sample(len(region), _SAMPLE, rng)]
    crowd = xyz[_sample(len(xyz), _CROWD, rng)]
    crowd = crowd[np.abs(crowd - middle.astype(np.float32)).max(axis=1) < distance + radius]
    best, best_score = pose_at(middle, *current.angles, distance), -np.inf
    for pose, effort in _candidates(current, middle, distance, floor):
        share = visible_share(pose, region, crowd, radius)
        if effort == 0 and share >= _GOOD:
            return pose
        score = min(share, _GOOD) - 0.12 * effort
        if score > best_score:
            best, best_score = pose, score
    return best


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
    column, row = ((place - low) / cell).astype(np.int64).T
    return np.clip(row, 0, _CELLS) * (_CELLS + 1) + np.clip(column, 0, _CELLS)


def _spread(front: Float64, points: int) -> Float64:
    """Let each occluder cover its neighbour cells where the points are too few to fill a surface."""
    if points > 4 * front.size:
        return front
    padded = np.pad(front, 1, constant_values=np.inf)
    rows, columns = front.shape
    around = [padded[i : i + rows, j : j + columns] for i in range(3) for j in range(3)]
    return np.min(around, axis=0)
