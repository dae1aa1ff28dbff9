"""From where the whole scan is seen."""

import numpy as np

from gapro_annotator.arrays import Float32
from gapro_annotator.ui.view.camera import Pose, Side, fit, pose_at
from gapro_annotator.ui.view.sight import Sight, sample

_CROWD, _REGION = 7_000, 800
_ENOUGH = 20_000
_STEEPER_COST = 0.12
"""Share of the points that a radian of tilt must win to be worth it."""
_OVERVIEW = (float(np.radians(-60)), float(np.radians(48)))
_AROUND = np.radians([0, 60, 120, 180, 240, 300])
_STEEPER = np.radians([0, 12, 24])
_FROM = {
    "top": (float(np.radians(-90)), float(np.radians(89))),
    "front": (float(np.radians(-90)), 0.0),
    "side": (0.0, 0.0),
}


def overview(xyz: Float32, spacing: float, aspect: float) -> Pose:
    """Return a pose that shows all points from above, from the side where walls hide least."""
    if not len(xyz):
        return pose_at(np.zeros(3), *_OVERVIEW, 5.0)
    crowd, wider = sample(xyz, _CROWD)
    region, _ = sample(crowd, _REGION)
    azimuth, elevation = _OVERVIEW
    best, best_score = pose_at(np.zeros(3), azimuth, elevation, 5.0), -np.inf
    for tilt in _STEEPER:
        for turn in _AROUND:
            # A square picture, so that the window's shape does not change the side.
            pose = fit(pose_at(np.zeros(3), azimuth + turn, elevation + tilt, 1.0), crowd, 1.0)
            seen = Sight(pose, crowd, spacing * wider, 1.0).visible(region)
            score = float(seen.mean()) - _STEEPER_COST * tilt
            if score > best_score:
                best, best_score = pose, score
    return fit(best, crowd, aspect)


def side_view(side: Side, xyz: Float32, aspect: float) -> Pose:
    """Return a pose that shows all points from one side."""
    azimuth, elevation = _FROM[side]
    if not len(xyz):
        return pose_at(np.zeros(3), azimuth, elevation, 5.0)
    return fit(pose_at(np.zeros(3), azimuth, elevation, 1.0), sample(xyz, _ENOUGH)[0], aspect)
