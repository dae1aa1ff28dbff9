"""Laws of the camera's arithmetic, and that it agrees with VTK's own."""

from collections.abc import Callable

import numpy as np
import pytest
from vtkmodules.vtkRenderingCore import vtkCamera

from gapro_annotator.ui.view.camera import (
    PARALLEL_ANGLE,
    Pose,
    between,
    fit,
    orbit,
    pan,
    pose_at,
    project,
    unproject,
    zoom,
)

SIZE = (800.0, 600.0)
POSE = pose_at(np.array([1.0, 2.0, 0.5]), 0.7, 0.4, 4.0)
POINTS = np.random.default_rng(0).random((50, 3)) * 2


@pytest.mark.parametrize("pose", [POSE, POSE.with_lens(PARALLEL_ANGLE)], ids=["perspective", "parallel"])
def test_points_appear_where_vtk_draws_them(pose: Pose) -> None:
    camera = vtkCamera()
    camera.SetPosition(*pose.position)
    camera.SetFocalPoint(*pose.target)
    camera.SetViewUp(0, 0, 1)
    camera.SetViewAngle(pose.angle)
    matrix = camera.GetCompositeProjectionTransformMatrix(SIZE[0] / SIZE[1], -1, 1)
    rows = np.array([[matrix.GetElement(i, j) for j in range(4)] for i in range(4)])
    clip = np.column_stack([POINTS, np.ones(len(POINTS))]) @ rows.T
    ndc = clip[:, :2] / clip[:, 3:]
    drawn = np.column_stack([(ndc[:, 0] + 1) / 2 * SIZE[0], (1 - ndc[:, 1]) / 2 * SIZE[1]])
    assert project(pose, POINTS, SIZE)[:, :2] == pytest.approx(drawn, abs=1e-6)


def test_unproject_is_the_inverse_of_project() -> None:
    for point, (x, y, depth) in zip(POINTS, project(POSE, POINTS, SIZE), strict=True):
        assert unproject(POSE, (x, y, depth), SIZE) == pytest.approx(point)


def test_points_behind_the_camera_have_no_place() -> None:
    behind = POSE.position + (POSE.position - POSE.target)
    x, _, depth = project(POSE, behind[None], SIZE)[0]
    assert depth < 0
    assert np.isnan(x)


def test_angles_and_distance_describe_a_pose() -> None:
    again = pose_at(POSE.target, *POSE.angles, POSE.distance)
    assert again.position == pytest.approx(POSE.position)
    assert np.allclose(POSE.axes @ POSE.axes.T, np.eye(3))


def test_orbiting_keeps_the_pivot_in_its_pixel_and_z_up() -> None:
    pivot = POINTS[3]
    moved = orbit(POSE, pivot, 0.5, 0.2)
    assert moved.angles == pytest.approx((1.2, 0.6))
    assert np.linalg.norm(moved.position - pivot) == pytest.approx(np.linalg.norm(POSE.position - pivot))
    assert project(moved, pivot[None], SIZE)[0] == pytest.approx(project(POSE, pivot[None], SIZE)[0])
    assert moved.axes[0, 2] == 0


def test_orbiting_stops_before_the_pole() -> None:
    over = orbit(POSE, POSE.target, 0.0, 10.0)
    assert over.angles[1] == pytest.approx(np.radians(89))
    assert over.angles[0] == pytest.approx(POSE.angles[0])


def test_panning_moves_a_point_of_the_anchors_depth_with_the_cursor() -> None:
    before = project(POSE, POINTS[:1], SIZE)[0]
    after = project(pan(POSE, POINTS[0], 0.1, -0.2), POINTS[:1], SIZE)[0]
    assert after - before == pytest.approx((0.1 * 600, 0.2 * 600, 0))


def test_zooming_keeps_the_anchor_in_its_pixel() -> None:
    before = project(POSE, POINTS[:1], SIZE)[0]
    after = project(zoom(POSE, POINTS[0], 2.0), POINTS[:1], SIZE)[0]
    assert after[:2] == pytest.approx(before[:2])
    assert after[2] == pytest.approx(before[2] / 2)


def test_a_flight_starts_and_ends_at_its_ends_and_takes_the_shorter_way_round() -> None:
    start, end = pose_at(np.zeros(3), 3.0, 0.1, 1.0), pose_at(np.ones(3), -3.0, 0.5, 4.0)
    assert between(start, end, 0.0).position == pytest.approx(start.position)
    assert between(start, end, 1.0) is end
    half = between(start, end, 0.5)
    assert abs(half.angles[0]) == pytest.approx(np.pi)
    assert half.distance == pytest.approx(2.0)


@pytest.mark.parametrize("aspect", [0.5, 1.0, 2.0])
def test_fitting_shows_everything_and_fills_the_picture(aspect: float) -> None:
    fitted = fit(POSE, POINTS.astype(np.float32), aspect)
    seen = project(fitted, POINTS, (aspect * 600, 600.0))[:, :2] / (aspect * 600, 600.0)
    assert seen.min() > 0
    assert seen.max() < 1
    assert np.ptp(seen, axis=0).max() > 0.85


def test_a_pose_cannot_be_changed() -> None:
    pose = Pose(np.zeros(3), np.ones(3))
    with pytest.raises(ValueError, match="read-only"):
        pose.position[0] = 1


def test_the_parallel_lens_shows_as_much_and_keeps_sizes_whatever_their_depth() -> None:
    parallel = POSE.with_lens(PARALLEL_ANGLE)
    assert project(parallel, POSE.target[None], SIZE)[0, :2] == pytest.approx((400, 300), abs=1e-3)
    right, back = POSE.axes[0], POSE.axes[2]
    width = [
        np.ptp(project(parallel, np.stack([POSE.target + far * back, POSE.target + far * back + right]), SIZE)[:, 0])
        for far in (-3.0, 0.0, 3.0)
    ]
    assert width == pytest.approx([width[1]] * 3, rel=0.01)
    at_target = np.ptp(project(POSE, np.stack([POSE.target, POSE.target + right]), SIZE)[:, 0])
    assert width[1] == pytest.approx(at_target)
    again = parallel.with_lens(POSE.angle)
    assert again.position == pytest.approx(POSE.position)


@pytest.mark.parametrize("move", [lambda p: orbit(p, POINTS[3], 0.4, 0.1), lambda p: zoom(p, POINTS[3], 1.4)])
def test_moving_keeps_the_lens_and_the_pixel_of_what_is_held(move: Callable[[Pose], Pose]) -> None:
    parallel = POSE.with_lens(PARALLEL_ANGLE)
    moved = move(parallel)
    assert moved.angle == PARALLEL_ANGLE
    before, after = (project(each, POINTS[3:4], SIZE)[0, :2] for each in (parallel, moved))
    assert after == pytest.approx(before, abs=0.01)
