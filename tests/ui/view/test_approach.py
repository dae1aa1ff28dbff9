"""From where a region is shown: seen, recognisable, and from inside the room or from above it."""

import numpy as np
import pytest

from gapro_annotator.arrays import Float32
from gapro_annotator.ui.view.approach import Subject, best_pose
from gapro_annotator.ui.view.camera import Pose, pose_at, project
from gapro_annotator.ui.view.sight import Sight

WALL = 2.2
SPACING = 0.04
START = pose_at(np.array([2.5, 2.0, 1.0]), np.radians(-60), np.radians(45), 8.0)


def sheet(origin: tuple[float, float, float], *, along: tuple[float, float, float]) -> Float32:
    """A rectangle of points: `along` says how far it goes along x, y and z; one of the three is 0."""
    steps = [np.arange(0, length, SPACING) if length else np.zeros(1) for length in along]
    grid = np.stack(np.meshgrid(*steps, indexing="ij"), axis=-1).reshape(-1, 3)
    return (grid + origin).astype(np.float32)


WALL_BEHIND_THE_SHELF = sheet((1.6, 4.0, 0.3), along=(0.8, 0.0, 1.2))
SHELF = sheet((1.4, 3.7, 0.0), along=(1.2, 0.0, 1.9))
SHELF_BOUNDS = np.array([[1.4, 3.6, 0.0], [2.6, 4.0, 1.9]], np.float32)
TABLE = sheet((3.0, 1.0, 0.75), along=(1.2, 0.8, 0.0))
TABLE_BOUNDS = np.array([[3.0, 1.0, 0.0], [4.2, 1.8, 0.78]], np.float32)
CUP = sheet((3.5, 1.3, 0.78), along=(0.12, 0.12, 0.0))


@pytest.fixture(scope="module")
def room() -> Float32:
    """A room of 5 m × 4 m with walls, a shelf before one of them, and a table with a cup."""
    floor = sheet((0.0, 0.0, 0.0), along=(5.0, 4.0, 0.0))
    walls = [
        sheet((0.0, 0.0, 0.0), along=(5.0, 0.0, WALL)),
        sheet((0.0, 4.0, 0.0), along=(5.0, 0.0, WALL)),
        sheet((0.0, 0.0, 0.0), along=(0.0, 4.0, WALL)),
        sheet((5.0, 0.0, 0.0), along=(0.0, 4.0, WALL)),
    ]
    ends = [sheet((x, 3.7, 0.0), along=(0.0, 0.3, 1.9)) for x in (1.4, 2.6)]
    return np.concatenate([floor, *walls, SHELF, *ends, sheet((1.4, 3.7, 1.9), along=(1.2, 0.3, 0.0)), TABLE, CUP])


def pose_for(room: Float32, region: Float32, context: Float32 | None = None, current: Pose = START) -> Pose:
    return best_pose(current, Subject(region, context, room, SPACING, 1.2))


def is_inside(place: np.ndarray) -> bool:
    return bool((place[:2] >= 0).all() and (place[:2] <= (5, 4)).all())


def height_of(pose: Pose, region: Float32) -> float:
    """Share of the picture's height."""
    return float(np.ptp(project(pose, region, (1.2, 1.0))[:, 1]))


@pytest.mark.parametrize("azimuth", [-150, -60, 90, 120])
def test_a_wall_behind_a_shelf_is_not_shown_from_outside(room: Float32, azimuth: float) -> None:
    current = pose_at(START.target, np.radians(azimuth), np.radians(40), 8.0)
    pose = pose_for(room, WALL_BEHIND_THE_SHELF, SHELF_BOUNDS, current)
    assert is_inside(pose.position) or pose.position[2] > WALL
    assert np.abs(project(pose, WALL_BEHIND_THE_SHELF, (1.0, 1.0))[:, :2].mean(axis=0) - 0.5).max() < 0.3


@pytest.mark.parametrize("region", [WALL_BEHIND_THE_SHELF, SHELF, TABLE, CUP])
def test_the_camera_is_over_the_floor(room: Float32, region: Float32) -> None:
    assert pose_for(room, region).position[2] > 0.1


def test_a_region_of_usual_size_fills_a_good_part_of_the_height(room: Float32) -> None:
    assert 0.12 < height_of(pose_for(room, SHELF, SHELF_BOUNDS), SHELF) < 0.45
    assert 0.12 < height_of(pose_for(room, TABLE, TABLE_BOUNDS), TABLE) < 0.45


def test_the_boxes_of_the_candidates_come_into_view(room: Float32) -> None:
    pose = pose_for(room, CUP, TABLE_BOUNDS)
    seen = project(pose, TABLE, (1.2, 1.0))[:, :2]
    assert ((seen > 0) & (seen < (1.2, 1.0))).all(axis=1).mean() > 0.9
    assert height_of(pose, CUP) < height_of(pose_for(room, TABLE), TABLE)
    assert height_of(pose, CUP) > 0.03


def test_the_region_is_seen(room: Float32) -> None:
    for region, context in ((TABLE, TABLE_BOUNDS), (CUP, TABLE_BOUNDS), (SHELF, SHELF_BOUNDS)):
        assert Sight(pose_for(room, region, context), room, SPACING, 1.2).visible(region).mean() > 0.7


def test_the_direction_stays_from_region_to_region(room: Float32) -> None:
    current = pose_at(START.target, np.radians(155), np.radians(40), 8.0)
    for region in (TABLE[:200], TABLE[200:400], TABLE[-200:]):
        current = pose_for(room, region, TABLE_BOUNDS, current)
        assert current.angles == pytest.approx((np.radians(155), np.radians(40)))


def test_a_scan_without_extent_still_has_a_pose() -> None:
    point = np.zeros((1, 3), np.float32)
    pose = best_pose(START, Subject(point, None, point, 0.0, 1.0))
    assert np.isfinite(pose.position).all()
    line = np.linspace((0, 0, 0), (1, 1, 0), 40, dtype=np.float32)
    pose = best_pose(START, Subject(line[:5], None, line, 0.03, 1.0))
    assert np.isfinite(pose.position).all()


def test_what_is_behind_a_wall_or_out_of_the_picture_is_not_visible(room: Float32) -> None:
    before = pose_at(np.array([2.0, 4.0, 0.9]), np.radians(-90), np.radians(20), 2.5)
    sight = Sight(before, room, SPACING, 1.2)
    assert sight.visible(SHELF).mean() > 0.8
    assert sight.visible(WALL_BEHIND_THE_SHELF).mean() < 0.1
    assert not sight.visible(TABLE).any()


def test_things_close_to_the_camera_fill_a_share_of_the_picture(room: Float32) -> None:
    before = pose_at(np.array([2.0, 3.7, 0.9]), np.radians(-90), np.radians(0), 1.0)
    sight = Sight(before, room, SPACING, 1.2)
    assert sight.share_nearer(0.9) < 0.05
    assert sight.share_nearer(1.1) > 0.9
