"""What is known of a scan and its boxes before anything is decided: superpoints, slack, planes, what stands unboxed."""

from dataclasses import replace

import numpy as np
import pytest
from labeling_scenes import boxes_of

from gapro_annotator.boxes import Boxes
from gapro_annotator.labeling.evidence import box_evidence, scan_evidence
from gapro_annotator.labeling.occupancy import EXACT_THRESHOLD, USUAL_THRESHOLD, occupancy_of
from gapro_annotator.labeling.request import LabelerConfig
from gapro_annotator.labeling.scale import size_of, spacing_of
from gapro_annotator.labeling.slack import box_error, loosened
from gapro_annotator.labeling.structure import find_planes, owned_pieces, structure_of
from gapro_annotator.labeling.superpoint_statistics import superpoint_statistics
from gapro_annotator.labeling.unboxed import unboxed_share

SOFA, TABLE = 3, 7


def test_superpoint_statistics_are_those_of_numpy(room):
    statistics = superpoint_statistics(room.scan)
    for superpoint in (0, 17, room.scan.superpoint_count - 1):
        points = room.scan.xyz[room.scan.superpoint == superpoint].astype(float)
        assert statistics.size[superpoint] == len(points)
        np.testing.assert_allclose(statistics.center[superpoint], points.mean(axis=0), atol=1e-6)
        np.testing.assert_allclose(statistics.scatter[superpoint], np.cov(points.T, bias=True), atol=1e-6)
        np.testing.assert_array_equal(statistics.lower[superpoint], points.min(axis=0))
        np.testing.assert_array_equal(statistics.upper[superpoint], points.max(axis=0))


def test_orientation_knows_no_sign(room):
    statistics = superpoint_statistics(room.scan)
    turned = replace(statistics, normal=-statistics.normal)
    np.testing.assert_allclose(statistics.orientation, turned.orientation)
    a, b = np.flatnonzero(statistics.flat)[[0, -1]]
    difference = statistics.orientation[a] - statistics.orientation[b]
    cosine = statistics.normal[a] @ statistics.normal[b]
    assert difference @ difference == pytest.approx(1 - cosine**2)


def test_lengths_follow_spacing_and_boxes(room):
    assert 0.04 < spacing_of(room.scan.xyz) < 0.08
    assert size_of(room.boxes) == 1.0
    assert spacing_of(room.scan.xyz / 10) == pytest.approx(spacing_of(room.scan.xyz) / 10, rel=1e-2)
    small = replace(room.boxes, lower=room.boxes.lower / 10, upper=room.boxes.upper / 10)
    assert 0.1 < size_of(small) < 0.3
    assert size_of(Boxes.empty()) == 1.0


def test_spacing_does_not_follow_the_order_of_the_points(room):
    for seed in range(3):
        order = np.random.default_rng(seed).permutation(len(room.scan))
        assert spacing_of(room.scan.xyz[order]) == spacing_of(room.scan.xyz)
    turned = room.scan.xyz[:, [1, 0, 2]] * np.float32([-1, 1, 1])
    assert spacing_of(turned) == spacing_of(room.scan.xyz)


@pytest.mark.parametrize("points", [0, 1, 4, 30])
def test_spacing_of_points_in_one_place_is_the_usual_one(points):
    assert spacing_of(np.ones((points, 3), np.float32)) == 0.02


def test_evidence_loosens_sloppy_boxes_and_counts_what_the_given_ones_share(room):
    evidence = box_evidence(scan_evidence(room.scan), room.boxes, LabelerConfig())
    assert evidence.undetermined == (room.boxes.count_per_point(room.scan.xyz) == 2).sum()
    random = np.random.default_rng(5)
    noise = random.normal(0, 0.02, (2, 2, 3)).astype(np.float32)
    sloppy = replace(room.boxes, lower=room.boxes.lower + noise[0], upper=room.boxes.upper + noise[1])
    loose = box_evidence(evidence.of_scan, sloppy, LabelerConfig())
    assert loose.error > 0
    np.testing.assert_allclose(sloppy.lower - loose.boxes.lower, 2 * loose.error, atol=1e-5)
    assert loose.undetermined == (sloppy.count_per_point(room.scan.xyz) == 2).sum()
    tight = box_evidence(evidence.of_scan, sloppy, LabelerConfig(slack=False, planes=False))
    assert tight.boxes is sloppy
    assert tight.planes == []
    assert not tight.structure.any()


def test_occupancy_counts_points_and_sloppy_boxes_get_the_usual_threshold(room):
    statistics = superpoint_statistics(room.scan)
    occupancy = occupancy_of(room.scan, room.boxes, statistics, 0.05)
    for row in (0, 40, len(occupancy.share) - 1):
        superpoint, box = occupancy.superpoint[row], occupancy.box[row]
        points = room.scan.xyz[room.scan.superpoint == superpoint]
        inside = ((points >= room.boxes.lower[box]) & (points <= room.boxes.upper[box])).all(axis=1)
        assert occupancy.share[row] == pytest.approx(inside.mean())
    loose = replace(room.boxes, lower=room.boxes.lower - np.float32(0.04), upper=room.boxes.upper + np.float32(0.04))
    assert occupancy_of(room.scan, loose, statistics, 0.05).threshold == USUAL_THRESHOLD


def test_boxes_that_superpoints_reach_exactly_get_the_exact_threshold(room):
    statistics = superpoint_statistics(room.scan)
    objects = [room.scan.xyz[room.truth == owner] for owner in (SOFA, TABLE)]
    lower, upper = np.stack([o.min(axis=0) for o in objects]), np.stack([o.max(axis=0) for o in objects])
    exact = replace(room.boxes, lower=lower, upper=upper)
    occupancy = occupancy_of(room.scan, exact, statistics, 0.05)
    assert occupancy.faces_reached == 1.0
    assert occupancy.threshold == EXACT_THRESHOLD


def test_error_of_the_boxes_is_measured_without_labels(room):
    statistics = superpoint_statistics(room.scan)
    occupancy = occupancy_of(room.scan, room.boxes, statistics, 0.05)
    assert box_error(room.boxes, statistics, occupancy, 1.0) == 0
    random = np.random.default_rng(2)
    found = []
    for _ in range(12):  # two boxes have few faces: judge the mean of several draws
        noise = [random.normal(0, 0.02, (2, 3)).astype(np.float32) for _ in range(2)]
        sloppy = replace(room.boxes, lower=room.boxes.lower + noise[0], upper=room.boxes.upper + noise[1])
        found.append(box_error(sloppy, statistics, occupancy_of(room.scan, sloppy, statistics, 0.05), 1.0))
    assert 0.01 < np.mean(found) < 0.03


def test_loosened_boxes_are_larger_on_every_side(room):
    larger = loosened(room.boxes, 0.1)
    np.testing.assert_allclose(room.boxes.lower - larger.lower, 0.1, atol=1e-6)
    np.testing.assert_allclose(larger.upper - room.boxes.upper, 0.1, atol=1e-6)
    assert loosened(room.boxes, 0.0) is room.boxes


def test_floor_and_wall_are_found_and_look_into_the_room(room):
    statistics = superpoint_statistics(room.scan)
    planes = {plane.kind: plane for plane in find_planes(statistics, np.ones(len(statistics)), 1.0)}
    assert set(planes) == {"floor", "wall"}
    np.testing.assert_allclose(planes["floor"].normal, [0, 0, 1], atol=0.01)
    assert planes["floor"].offset == pytest.approx(0, abs=0.005)
    np.testing.assert_allclose(planes["wall"].normal, [0, 1, 0], atol=0.01)


def test_scan_without_floor_or_walls_has_no_planes(room):
    keep = np.flatnonzero(room.truth == TABLE)
    _, superpoint = np.unique(room.scan.superpoint[keep], return_inverse=True)
    scan = replace(room.scan, xyz=room.scan.xyz[keep], rgb=room.scan.rgb[keep], superpoint=superpoint.astype(np.int32))
    statistics = superpoint_statistics(scan)
    occupancy = occupancy_of(scan, room.boxes, statistics, 0.05)
    outside = np.zeros(len(statistics))
    outside[np.setdiff1d(np.arange(len(statistics)), occupancy.superpoint)] = 1
    assert find_planes(statistics, outside, 1.0) == []


def test_a_picture_owns_its_piece_of_the_wall_and_a_cupboard_does_not(room):
    statistics = superpoint_statistics(room.scan)
    planes = find_planes(statistics, np.ones(len(statistics)), 1.0)
    boxes = boxes_of(((0, -0.02, 1.2), (0.8, 0.04, 2)), ((2, -0.02, 0), (2.8, 0.45, 2)))
    structure, owners = structure_of(statistics, planes, boxes, 1.0)
    occupancy = occupancy_of(room.scan, boxes, statistics, 0.05)
    inside = occupancy.share > 0.9
    owned = owned_pieces(statistics, planes, owners, 1.0, superpoint=occupancy.superpoint, box=occupancy.box)
    assert structure[occupancy.superpoint[inside]].sum() > 4
    assert owned[inside & (occupancy.box == 0)].all()
    assert not owned[inside & (occupancy.box == 1)].any()


def test_what_stands_unboxed_among_the_boxes_tells_whether_everything_is_boxed(room, cluttered_room):
    corner = ((0.1, 3.0, 0.0), (0.3, 3.2, 0.2))
    shares = []
    for scene, with_sofa in ((room, True), (cluttered_room, True), (room, False)):
        parts = [(scene.boxes.lower[1], scene.boxes.upper[1]), corner]
        parts += [(scene.boxes.lower[0], scene.boxes.upper[0])] if with_sofa else []
        boxes = boxes_of(*parts)
        statistics = superpoint_statistics(scene.scan)
        occupancy = occupancy_of(scene.scan, boxes, statistics, 0.05)
        outside = np.bincount(scene.scan.superpoint, occupancy.smallest_box(len(scene.scan)) < 0) / statistics.size
        structure, _ = structure_of(statistics, find_planes(statistics, outside, 1.0), boxes, 1.0)
        shares.append(unboxed_share(boxes, statistics, occupancy, outside, structure))
    assert shares[0] < 0.02
    assert shares[1] < 0.02  # the clutter lies in the sofa's box: nothing of it can be seen beside
    assert shares[2] > 0.1


def test_boxes_with_no_room_between_them_do_not_tell_whether_everything_is_boxed(room):
    statistics = superpoint_statistics(room.scan)
    nothing, boxes = np.zeros(len(statistics), bool), boxes_of(((1, 0.5, 0), (3, 1.7, 0.8)))
    outside = np.zeros(len(statistics))
    few = unboxed_share(boxes, statistics, occupancy_of(room.scan, boxes, statistics, 0.05), outside, nothing)
    none = Boxes.empty()
    empty = unboxed_share(none, statistics, occupancy_of(room.scan, none, statistics, 0.05), outside, nothing)
    assert few == empty == pytest.approx(0.06)
