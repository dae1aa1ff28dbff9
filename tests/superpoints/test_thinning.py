import numpy as np
import pytest

from gapro_annotator.superpoints.thinning import thin


@pytest.mark.parametrize("voxel", [None, 0.3])
def test_points_share_a_cell_exactly_where_they_share_a_place(voxel: float | None) -> None:
    generator = np.random.default_rng(0)
    near = 1 + generator.integers(0, 3, (400, 3)) * np.float32(2e-7)  # nearer than the curve tells apart
    xyz = np.vstack([np.zeros((1, 3)), near, generator.integers(0, 4, (300, 3)), [[900, 5, 5]]]).astype(np.float32)
    places = xyz.astype(np.float64)
    same = np.unique(places if voxel is None else np.floor(places / voxel), axis=0, return_inverse=True)[1].ravel()
    cell = thin(xyz, None, voxel).cell
    assert len(set(zip(same.tolist(), cell.tolist(), strict=True))) == same.max() + 1 == cell.max() + 1
    assert same.max() + 1 > 60


@pytest.mark.parametrize("voxel", [None, 0.3, 1e-5])
def test_the_cells_do_not_depend_on_the_order_of_the_points(voxel: float | None) -> None:
    generator = np.random.default_rng(1)
    xyz = np.vstack([1 + generator.integers(0, 3, (300, 3)) * 2e-7, generator.random((200, 3)) * 90]).astype(np.float32)
    order = generator.permutation(len(xyz))
    straight, shuffled = thin(xyz, None, voxel), thin(xyz[order], None, voxel)
    assert np.array_equal(straight.cell[order], shuffled.cell)
    assert straight.xyz == pytest.approx(shuffled.xyz)
