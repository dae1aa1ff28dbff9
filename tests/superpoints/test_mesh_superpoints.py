import numpy as np
import pytest
from clouds_and_meshes import adjusted_rand_index, bumpy_mesh
from slow_twins import scannet_twin

from gapro_annotator.arrays import Float32, Int32
from gapro_annotator.superpoints import compute_superpoints
from gapro_annotator.superpoints.mesh import edge_weights, vertex_normals


def folded_sheet(columns: int, rows: int) -> tuple[Float32, Int32]:
    """A flat sheet of 2 · columns - 1 by rows vertices, folded upwards by a right angle along its middle column."""
    along = np.arange(2 * columns - 1) - (columns - 1)
    x, z = np.minimum(along, 0), np.maximum(along, 0)
    xyz = [[x[c], r, z[c]] for r in range(rows) for c in range(len(along))]
    width = len(along)
    corners = [r * width + c for r in range(rows - 1) for c in range(width - 1)]
    faces = [[k, k + 1, k + width] for k in corners] + [[k + 1, k + width + 1, k + width] for k in corners]
    return np.array(xyz, np.float32), np.array(faces, np.int32)


@pytest.mark.parametrize("seed", range(3))
def test_mesh_superpoints_equal_those_of_the_slow_twin(seed: int) -> None:
    xyz, faces = bumpy_mesh(seed=seed)
    superpoint = compute_superpoints(xyz, faces=faces)
    assert superpoint.max() > 3
    assert adjusted_rand_index(superpoint, np.array(scannet_twin(xyz, faces))) == 1.0


def test_a_short_fold_joins_one_of_the_two_planes_that_it_parts() -> None:
    xyz, faces = folded_sheet(columns=8, rows=8)
    superpoint = compute_superpoints(xyz, faces=faces).reshape(8, 15)
    assert superpoint.max() == 1
    assert len(set(superpoint[:, :7].ravel())) == 1
    assert len(set(superpoint[:, 8:].ravel())) == 1
    assert superpoint[0, 0] != superpoint[0, 14]


def test_a_long_fold_is_no_superpoint_of_its_own_because_its_mean_normals_are_short() -> None:
    xyz, faces = folded_sheet(columns=4, rows=25)
    superpoint = compute_superpoints(xyz, faces=faces).reshape(25, 7)
    assert superpoint.max() == 1  # normalised again, the 23 inner vertices of the fold would join: 1 - N·N = 0
    assert [len(set(column)) for column in superpoint.T[[0, 1, 2, 4, 5, 6]]] == [1] * 6
    assert superpoint[0, 2] != superpoint[0, 4]


def test_separate_flat_pieces_stay_separate_however_small() -> None:
    triangle = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0]], np.float32)
    xyz = np.vstack([triangle, triangle + 5, triangle + 9])
    superpoint = compute_superpoints(xyz, faces=np.arange(9, dtype=np.int32).reshape(3, 3))
    assert superpoint.tolist() == [0, 0, 0, 1, 1, 1, 2, 2, 2]


@pytest.mark.parametrize(("vertices", "superpoints"), [(19, 1), (20, 2)])
def test_pieces_under_twenty_vertices_join_their_neighbour(vertices: int, superpoints: int) -> None:
    def fan(count: int) -> tuple[Float32, Int32]:
        angle = np.linspace(0, 6, count - 1)
        ring = np.stack([np.cos(angle), np.sin(angle), np.zeros(count - 1)], axis=1)
        spokes = np.arange(1, count - 1)
        return np.vstack([[[0, 0, 0]], ring]), np.stack([0 * spokes, spokes, spokes + 1], axis=1)

    flat, flat_faces = fan(30)
    upright, upright_faces = fan(vertices)
    xyz = np.vstack([flat, upright[:, [2, 0, 1]] + 3]).astype(np.float32)
    link = [[29, 30, 30]]  # without area: it changes no normal
    faces = np.vstack([flat_faces, upright_faces + 30, link]).astype(np.int32)
    assert compute_superpoints(xyz, faces=faces).max() + 1 == superpoints


def test_vertex_normals_are_running_means_that_are_not_normalised() -> None:
    xyz = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]], np.float32)
    faces = np.array([[0, 1, 2], [0, 2, 3]], np.int32)  # normals +z and +x
    normal = vertex_normals(xyz, faces)
    assert normal.dtype == np.float32
    assert normal.tolist() == [[0.5, 0, 0.5], [0, 0, 1], [0.5, 0, 0.5], [1, 0, 0]]


def test_edges_weigh_the_square_where_the_surface_bulges() -> None:
    xyz = np.array([[0, 0, 0], [1, 0, 0]], np.float32)
    normal = np.array([[0, 0, 1], [0.6, 0, 0.8]], np.float32)
    both_ways = np.array([[0, 1], [1, 0]])
    weight = edge_weights(xyz, normal, both_ways)
    assert weight[0] == pytest.approx(0.04)  # the second normal leans along the edge: 0.2 squared
    assert weight[1] == pytest.approx(0.2)  # seen from the other end it is upright


def test_faces_without_area_give_no_nan_and_still_link_their_vertices() -> None:
    xyz, faces = bumpy_mesh()
    flat = np.array([[0, 0, 0], [5, 5, 9], [1, 2, 3]], np.int32)  # one point, two points, three in a row
    xyz[3] = 2 * xyz[2] - xyz[1]
    xyz[40] = xyz[41]
    faces = np.vstack([flat, faces])
    normal = vertex_normals(xyz, faces)
    edge = faces[:, [0, 1, 0, 2, 2, 1]].reshape(-1, 2).astype(np.int64)
    assert np.isfinite(normal).all()
    assert np.isfinite(edge_weights(xyz, normal, edge)).all()
    superpoint = compute_superpoints(xyz, faces=faces)
    assert np.bincount(superpoint).all()
    line = np.array([[0, 0, 0], [1, 0, 0], [2, 0, 0]], np.float32)
    assert compute_superpoints(line, faces=np.array([[0, 1, 2]], np.int32)).tolist() == [0, 0, 0]


def test_a_few_vertices_in_no_face_stay_alone() -> None:
    xyz, faces = bumpy_mesh()
    loose = np.array([[9, 9, 9], [9, 9, 9.01], [8, 9, 9]], np.float32)
    superpoint = compute_superpoints(np.vstack([loose, xyz]), faces=faces + 3)
    assert superpoint[:3].tolist() == [0, 1, 2]
    assert superpoint[3:].min() == 3
    assert adjusted_rand_index(superpoint[3:], compute_superpoints(xyz, faces=faces)) == 1.0


def test_many_vertices_in_no_face_are_segmented_as_a_cloud() -> None:
    xyz, faces = bumpy_mesh()
    cloud = np.random.default_rng(0).random((2_000, 3)).astype(np.float32)
    superpoint = compute_superpoints(np.vstack([xyz, cloud]), faces=faces)
    assert len(set(superpoint[len(xyz) :].tolist())) == 142
    assert not set(superpoint[: len(xyz)].tolist()) & set(superpoint[len(xyz) :].tolist())
    assert adjusted_rand_index(superpoint[: len(xyz)], compute_superpoints(xyz, faces=faces)) == 1.0
