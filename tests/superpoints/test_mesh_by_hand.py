"""Meshes small enough to work ScanNet's algorithm by hand, rule by rule, and a scan in its layout from file to file."""

import json
from pathlib import Path

import numpy as np
import pytest
from clouds_and_meshes import adjusted_rand_index, bumpy_mesh
from plyfile import PlyData, PlyElement
from slow_twins import scannet_twin

from gapro_annotator.arrays import Float32, Int32
from gapro_annotator.importing import import_into_project
from gapro_annotator.readers import read_source
from gapro_annotator.superpoints import compute_superpoints
from gapro_annotator.superpoints.mesh import edge_weights, join_edges, vertex_normals


def two_planes(angle: float, columns: int = 6, rows: int = 25) -> tuple[Float32, Int32]:
    """Two sheets of `columns` · `rows` vertices each side of a shared edge, the second bent up by `angle` degrees."""
    along = np.arange(-columns, columns + 1)
    x = np.where(along > 0, along * np.cos(np.deg2rad(angle)), along)
    z = np.where(along > 0, along * np.sin(np.deg2rad(angle)), 0.0)
    xyz = np.stack([np.tile(x, rows), np.repeat(np.arange(rows), len(along)), np.tile(z, rows)], axis=1)
    corner = (np.arange(rows - 1)[:, None] * len(along) + np.arange(len(along) - 1)).ravel()
    lower = np.stack([corner, corner + 1, corner + len(along)], axis=1)
    upper = np.stack([corner + 1, corner + len(along) + 1, corner + len(along)], axis=1)
    return xyz.astype(np.float32), np.vstack([lower, upper]).astype(np.int32)


def chain(weights: list[float], vertices: int) -> tuple[np.ndarray, Float32]:
    """Edges 0-1, 1-2, … with these weights."""
    start = np.arange(vertices - 1)
    return np.stack([start, start + 1], axis=1), np.array(weights, np.float32)


def inside_out(faces: Int32) -> Int32:
    """Let the other side be the front: what was a valley is a ridge then."""
    return np.ascontiguousarray(faces[:, [0, 2, 1]])


@pytest.mark.parametrize(("angle", "superpoints"), [(0, 1), (0.5, 1), (4, 3), (45, 2), (90, 2)])
def test_two_planes_part_where_they_meet_at_more_than_a_slight_angle(angle: float, superpoints: int) -> None:
    # The sheets of 150 vertices have the threshold .01/150 = .00007. At half a degree w is at most .00004. At four
    # degrees the 25 vertices of the fold, all leaning the same way, are a group that neither sheet takes; at 45 their
    # mean normals are so short that 1 - N·N keeps them apart, and each vertex joins a sheet for its size.
    xyz, faces = two_planes(angle)
    superpoint = compute_superpoints(xyz, faces=faces)
    assert superpoint.max() + 1 == superpoints
    assert adjusted_rand_index(superpoint, np.array(scannet_twin(xyz, faces))) == 1.0
    parts = superpoint.reshape(25, 13)
    assert len(set(parts[:, :6].ravel())) == len(set(parts[:, 7:].ravel())) == 1


def test_a_ridge_is_easier_to_cross_than_a_valley_of_the_same_angle() -> None:
    # w is about .0006 on both; the ridge counts the square, which is under the sheets' threshold.
    xyz, faces = two_planes(4)
    valley, ridge = (compute_superpoints(xyz, faces=f) for f in (faces, inside_out(faces)))
    assert valley.max() + 1 == 3
    assert ridge.max() + 1 == 1
    assert adjusted_rand_index(ridge, np.array(scannet_twin(xyz, inside_out(faces)))) == 1.0


def test_only_the_second_end_of_an_edge_says_whether_it_bulges() -> None:
    xyz = np.array([[0, 0, 0], [2, 0, 0]], np.float32)  # the length of the edge plays no part
    flat, leaning = [0.0, 0.0, 1.0], [0.8, 0.0, 0.6]
    edge = np.array([[0, 1], [1, 0]])
    for first, second, there, back in ((flat, leaning, 0.16, 0.4), (leaning, flat, 0.4, 0.4)):
        weight = edge_weights(xyz, np.array([first, second], np.float32), edge)
        # Back, the direction is -x: a normal that leans to +x does not bulge.
        assert weight.tolist() == pytest.approx([there, back])


def test_a_threshold_falls_as_its_group_grows() -> None:
    twenty = [0.0] * 19
    for last, groups in ((0.0004, 1), (0.0006, 2)):  # two groups of 20, both with the threshold 0 + .01 / 20 = .0005
        edge, weight = chain([*twenty, last, *twenty], 40)
        order = np.argsort(weight, kind="stable")
        assert len(set(join_edges(edge[order], weight[order], 40).tolist())) == groups


def test_both_groups_must_allow_a_join() -> None:
    # Twenty vertices have the threshold .0005. Twenty more, joined by steps of .0004, have .0004 + .0005 = .0009.
    for last, groups in ((0.00045, 1), (0.0007, 2)):
        edge, weight = chain([*[0.0] * 19, last, *[0.0004] * 19], 40)
        order = np.argsort(weight, kind="stable")
        assert len(set(join_edges(edge[order], weight[order], 40).tolist())) == groups


def test_too_small_a_piece_joins_over_its_cheapest_edge() -> None:
    left, middle, right = [0.0] * 24, [0.0] * 4, [0.0] * 24  # 25, 5 and 25 vertices
    for to_left, to_right in ((0.3, 0.4), (0.4, 0.3)):
        edge, weight = chain([*left, to_left, *middle, to_right, *right], 55)
        order = np.argsort(weight, kind="stable")
        root = join_edges(edge[order], weight[order], 55)
        assert len(set(root.tolist())) == 2
        assert root[27] == (root[0] if to_left < to_right else root[54])


def test_edges_of_equal_weight_are_walked_in_file_order() -> None:
    # Five vertices between two groups of 25, the same step to each side: the edge that comes first in the file decides.
    edge, weight = chain([0.0] * 24 + [0.3] + [0.0] * 4 + [0.3] + [0.0] * 24, 55)
    for order in (np.arange(54), np.arange(54)[::-1]):
        walked = order[np.argsort(weight[order], kind="stable")]
        root = join_edges(edge[walked], weight[walked], 55)
        assert root[27] == root[0 if order[0] == 0 else 54]


def test_the_file_order_of_the_faces_decides_the_running_mean_by_a_rounding_at_most() -> None:
    xyz, faces = bumpy_mesh()
    normal = vertex_normals(xyz, faces)
    assert np.abs(normal - vertex_normals(xyz, np.ascontiguousarray(faces[::-1]))).max() < 1e-6
    assert (np.linalg.norm(normal, axis=1) < 0.999).any(), "the mean of unlike normals is shorter than one"


def write_scannet_folder(root: Path, xyz: Float32, faces: Int32, segment: list[int] | None) -> Path:
    folder = root / "scene0042_00"
    folder.mkdir()
    vertex = np.array([tuple(p) for p in xyz], [("x", "f4"), ("y", "f4"), ("z", "f4")])
    face = np.array([(f,) for f in faces], [("vertex_indices", "i4", (3,))])
    elements = [PlyElement.describe(vertex, "vertex"), PlyElement.describe(face, "face")]
    PlyData(elements).write(str(folder / "scene0042_00_vh_clean_2.ply"))
    if segment is not None:
        segs = folder / "scene0042_00_vh_clean_2.0.010000.segs.json"
        segs.write_text(json.dumps({"segIndices": segment}), encoding="utf-8")
    return folder


@pytest.mark.parametrize("with_file", [True, False])
def test_a_scan_in_scannets_layout_keeps_its_own_superpoints_and_gets_ours_without(
    tmp_path: Path,
    with_file: bool,  # noqa: FBT001 (a case)
) -> None:
    xyz, faces = two_planes(90)
    own = (1_000 - np.arange(len(xyz)) // 30 * 7).tolist()  # neither from zero nor in order, and not what we would find
    folder = write_scannet_folder(tmp_path, xyz, faces, own if with_file else None)
    scan = import_into_project(read_source(folder), tmp_path / "project").scan
    expected = np.array(own) if with_file else compute_superpoints(xyz, faces=faces)
    assert scan.superpoint.max() + 1 == len(set(expected.tolist()))
    assert adjusted_rand_index(scan.superpoint, expected) == 1.0
