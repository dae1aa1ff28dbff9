import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from clouds_and_meshes import bumpy_mesh, two_boxes_on_a_floor
from hypothesis import given, settings
from hypothesis import strategies as st

import gapro_annotator
from gapro_annotator.errors import CancelledError, InvalidValueError
from gapro_annotator.superpoints import compute_superpoints, default_count


def assert_partition(superpoint: np.ndarray, points: int) -> None:
    assert superpoint.dtype == np.int32
    assert superpoint.shape == (points,)
    assert points == 0 or (superpoint.min() == 0 and np.bincount(superpoint).all())


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 80),
    st.integers(0, 2**32 - 1),
    st.sampled_from([0.0, 1e-12, 1.0, 1e9]),
    st.integers(0, 3),
    st.booleans(),
)
def test_any_cloud_is_partitioned_and_every_number_used(
    points: int,
    seed: int,
    size: float,
    dimensions: int,
    gridded: bool,  # noqa: FBT001 (a case)
) -> None:
    generator = np.random.default_rng(seed)
    xyz = generator.random((points, 3))
    xyz = (np.round(xyz * 3) if gridded else xyz) * size * (np.arange(3) < dimensions)
    rgb = generator.integers(0, 256, (points, 3)).astype(np.uint8)
    superpoint = compute_superpoints(xyz.astype(np.float32), rgb=rgb)
    assert_partition(superpoint, points)
    assert points == 0 or superpoint.max() < default_count(points) or superpoint.max() < points // 7
    assert np.array_equal(superpoint, compute_superpoints(xyz.astype(np.float32), rgb=rgb))


@pytest.mark.parametrize("points", [0, 1, 2, 3, 4, 5, 10])
def test_up_to_ten_points_are_superpoints_of_their_own(points: int) -> None:
    xyz = np.random.default_rng(points).random((points, 3)).astype(np.float32)
    assert compute_superpoints(xyz).tolist() == list(range(points))
    assert len(set(compute_superpoints(xyz, count=1).tolist())) == min(points, 1)


def test_coincident_points_share_a_superpoint() -> None:
    same = np.ones((500, 3), np.float32)
    assert compute_superpoints(same).tolist() == [0] * 500
    xyz, rgb, _ = two_boxes_on_a_floor(points=500)
    superpoint = compute_superpoints(np.repeat(xyz, 9, axis=0), rgb=np.repeat(rgb, 9, axis=0))
    assert (superpoint.reshape(-1, 9) == superpoint[::9, None]).all()


def test_the_default_count_grows_with_the_cloud_and_suits_rooms() -> None:
    counts = [default_count(points) for points in range(0, 200_000, 50)]
    assert counts == sorted(counts)
    assert default_count(500) == 71
    assert default_count(10_000) == 400
    assert default_count(25_000) == default_count(50_000) == default_count(100_000) == 1_000
    assert all(points / default_count(points) >= 25 for points in range(6_300, 200_000, 50))
    assert 1_000 < default_count(150_000) < 2_000


def test_no_faces_at_all_means_a_cloud() -> None:
    xyz, rgb, _ = two_boxes_on_a_floor(points=1_000)
    no_faces = np.zeros((0, 3), np.int32)
    assert np.array_equal(compute_superpoints(xyz, rgb=rgb, faces=no_faces), compute_superpoints(xyz, rgb=rgb))


def test_superpoints_are_numbered_by_their_first_point() -> None:
    for superpoint in (compute_superpoints(two_boxes_on_a_floor(1_000)[0]), compute_superpoints(*bumpy_mesh()[:1])):
        _, first = np.unique(superpoint, return_index=True)
        assert (np.diff(first) > 0).all()


def test_the_input_is_left_alone_even_when_it_is_read_only() -> None:
    xyz, faces = bumpy_mesh()
    for array in (xyz, faces):
        array.setflags(write=False)
    assert_partition(compute_superpoints(xyz, faces=faces), len(xyz))
    assert_partition(compute_superpoints(xyz), len(xyz))


def test_progress_is_told_and_can_cancel() -> None:
    xyz, rgb, _ = two_boxes_on_a_floor(points=1_000)
    told: list[tuple[int, int, str]] = []
    compute_superpoints(xyz, rgb=rgb, progress=lambda *step: told.append(step) is None)
    assert told[-1][0] == told[-1][1]
    assert all(0 <= done <= total for done, total, _ in told)
    for stop_at in (1, len(told) // 2):
        calls = iter(range(stop_at))
        with pytest.raises(CancelledError, match="superpoints was cancelled"):
            compute_superpoints(xyz, rgb=rgb, progress=lambda *_, calls=calls: next(calls, None) is not None)


def test_wrong_arguments_end_in_one_sentence() -> None:
    xyz, faces = bumpy_mesh()
    with pytest.raises(InvalidValueError, match="float32"):
        compute_superpoints(xyz.astype(np.float64))  # type: ignore[arg-type]
    with pytest.raises(InvalidValueError, match="NaN"):
        compute_superpoints(np.full((3, 3), np.nan, np.float32))
    with pytest.raises(InvalidValueError, match=r"rows outside 0\.\."):
        compute_superpoints(xyz[:10], faces=faces)
    with pytest.raises(InvalidValueError, match="rgb must have the shape"):
        compute_superpoints(xyz, rgb=np.zeros((2, 3), np.uint8))
    with pytest.raises(InvalidValueError, match="cannot be cut into 0"):
        compute_superpoints(xyz, count=0)


SECOND_START = """
import sys
import numpy as np
from gapro_annotator.superpoints import compute_superpoints
assert "numba" not in sys.modules, "importing the package must not wait for numba"
xyz = np.random.default_rng(0).random((300, 3)).astype(np.float32)
compute_superpoints(xyz, rgb=np.zeros((300, 3), np.uint8))
compute_superpoints(xyz, faces=np.arange(300, dtype=np.int32).reshape(-1, 3))
modules = [module for name, module in sys.modules.items() if name.startswith("gapro_annotator.superpoints.")]
kernels = [kernel for module in modules for kernel in vars(module).values() if hasattr(kernel, "stats")]
assert len(modules) > 10
print(sum(sum(k.stats.cache_misses.values()) for k in kernels), sum(sum(k.stats.cache_hits.values()) for k in kernels))
"""


def test_a_second_start_compiles_nothing_again(tmp_path: Path) -> None:
    shutil.copytree(
        Path(gapro_annotator.__file__).parent,
        tmp_path / "gapro_annotator",
        ignore=shutil.ignore_patterns("ui", "*.nb?"),
    )
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    environment.pop("NUMBA_CACHE_DIR", None)
    answers = []
    for _ in range(2):
        command = [sys.executable, "-c", SECOND_START]
        run = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
        assert run.returncode == 0, run.stderr
        answers.append([int(number) for number in run.stdout.split()])
    (first_misses, _), (second_misses, second_hits) = answers
    assert first_misses > 5
    assert (second_misses, second_hits > 5) == (0, True)
