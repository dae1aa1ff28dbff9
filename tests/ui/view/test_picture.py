"""The computed picture: what it draws, whom it picks, who is in sight."""

import numpy as np
import pytest

from gapro_annotator.ui.view.camera import Pose, pixels_per_metre, project
from gapro_annotator.ui.view.picking import PointIndex
from gapro_annotator.ui.view.picture import Picture, take_picture
from gapro_annotator.ui.view.point_cloud import PointCloud

SIZE = (320, 240)


def plane(y: float, half: float, step: float = 0.02) -> np.ndarray:
    """An upright square at a distance y."""
    side = np.arange(-half, half + step / 2, step)
    x, z = (part.ravel() for part in np.meshgrid(side, side))
    return np.stack([x, np.full(len(x), y), z], axis=1)


def picture_of(xyz: np.ndarray, normal: np.ndarray | None = None, size: tuple[int, int] = SIZE) -> Picture:
    """Look along +y from the origin."""
    xyz = xyz.astype(np.float32)
    cloud = PointCloud(xyz, np.full((len(xyz), 4), 255, np.uint8))
    if normal is not None:
        cloud.set_normals(normal.astype(np.float32))
    index = PointIndex(xyz, lambda *_: None)
    index.join()
    pose = Pose(np.zeros(3), np.array([0.0, 2.0, 0.0]))
    splat = 1.8 * cloud.spacing * pixels_per_metre(size[1]), 3.0, 24.0
    return take_picture(cloud, index, pose, size, splat)


@pytest.fixture(scope="module")
def walls() -> tuple[Picture, int]:
    """A small square 2 m away and a large one half a metre behind it; how many points the small one has."""
    front, back = plane(2.0, 0.3), plane(2.5, 1.0)
    return picture_of(np.concatenate([front, back])), len(front)


def test_places_and_depths_are_those_of_the_camera(walls: tuple[Picture, int]) -> None:
    picture, _ = walls
    expected = project(picture.pose, picture.cloud.xyz, SIZE)
    np.testing.assert_allclose(picture.seen, expected, atol=1e-3)


def test_what_is_hidden_is_not_in_sight_and_what_is_beside_is(walls: tuple[Picture, int]) -> None:
    picture, count = walls
    everything = np.full((SIZE[1], SIZE[0]), 255, np.uint8)
    through, seen = picture.rows_in(everything, through=True), picture.rows_in(everything, through=False)
    assert set(range(count)) <= set(seen.tolist()), "the front wall is whole"
    behind = through[through >= count]
    shadow = (np.abs(picture.cloud.xyz[behind][:, [0, 2]]) < 0.3 * 2.5 / 2 - 0.03).all(axis=1)
    beside = (np.abs(picture.cloud.xyz[behind][:, [0, 2]]) > 0.3 * 2.5 / 2 + 0.03).any(axis=1)
    assert not np.isin(behind[shadow], seen).any()
    assert np.isin(behind[beside], seen).all()


def test_a_surface_that_is_seen_at_a_flat_angle_is_in_sight_as_a_whole() -> None:
    x, y = (part.ravel() for part in np.meshgrid(np.arange(-0.5, 0.5, 0.02), np.arange(1.5, 4.0, 0.02)))
    floor = np.stack([x, y, np.full(len(x), -0.6)], axis=1)
    picture = picture_of(floor, np.tile([0.0, 0.0, 1.0], (len(floor), 1)))
    inside = picture.rows_in(np.full((SIZE[1], SIZE[0]), 255, np.uint8), through=True)
    assert len(picture.in_sight(inside)) > 0.98 * len(inside)


def test_the_row_under_a_pixel_is_the_one_in_front(walls: tuple[Picture, int]) -> None:
    picture, count = walls
    assert 0 <= picture.row_at(160, 120) < count
    edge = picture.seen[count:, 0].max()
    assert picture.row_at(edge - 1, 120) >= count
    assert picture.row_at(2, 2) == -1
    assert picture.row_at(-50, 500) == -1


def test_a_ball_takes_what_is_near_and_in_sight(walls: tuple[Picture, int]) -> None:
    picture, count = walls
    center = picture.cloud.xyz[[picture.row_at(160, 120)]]
    near = picture.rows_near(center, 0.105, through=False)
    distance = np.linalg.norm(picture.cloud.xyz[:count] - center, axis=1)
    np.testing.assert_array_equal(near, np.flatnonzero(distance <= 0.105))
    both = picture.rows_near(center, 0.7, through=True)
    assert (both >= count).any()
    assert not (picture.rows_near(center, 0.51, through=False) >= count).any()


def test_nothing_behind_the_camera_is_selected() -> None:
    picture = picture_of(np.concatenate([plane(2.0, 0.2), plane(-2.0, 0.2)]))
    rows = picture.rows_in(np.full((SIZE[1], SIZE[0]), 255, np.uint8), through=True)
    assert rows.max() < len(picture.seen) // 2
