"""What no label may depend on, on generated rooms."""

from dataclasses import replace

import numpy as np
import pytest
from labeling_laws import ARRAYS, assert_equal, assert_lawful
from labeling_scenes import boxes_of, request_of, with_points

from gapro_annotator.boxes import Boxes
from gapro_annotator.demo import generate_room
from gapro_annotator.document import ScanDocument
from gapro_annotator.labeling.labeler import label
from gapro_annotator.labels import BACKGROUND, NO_RIVAL, UNCORRECTED, Decision, PseudoLabels


@pytest.fixture(scope="module", params=[0, 5])
def generated(request) -> ScanDocument:
    return generate_room(request.param, points=8000)


@pytest.fixture(scope="module")
def labels(generated) -> PseudoLabels:
    return label(request_of(generated, correction=taught(generated))).pseudo


def taught(generated: ScanDocument) -> np.ndarray:
    """A few superpoints as they truly are: the laws hold with corrections, too."""
    assert generated.ground_truth is not None
    which = np.isin(generated.scan.superpoint, np.arange(0, generated.scan.superpoint_count, 25))
    return np.where(which, generated.ground_truth.instance, np.int32(UNCORRECTED)).astype(np.int32)


def assert_alike(first: PseudoLabels, second: PseudoLabels) -> None:
    assert (first.instance == second.instance).all()
    np.testing.assert_allclose(first.probability, second.probability, atol=2e-3)


def test_order_of_the_boxes_changes_nothing(generated, labels):
    given = generated.boxes
    for seed in range(2):
        order = np.random.default_rng(seed).permutation(len(given))
        boxes = Boxes(given.id[order], given.class_id[order], given.lower[order], given.upper[order])
        assert_equal(labels, label(request_of(generated, boxes=boxes, correction=taught(generated))).pseudo)


def test_order_of_the_points_changes_nothing(generated, labels):
    order = np.random.default_rng(7).permutation(len(generated.scan))
    shuffled = with_points(generated, order)
    found = label(request_of(shuffled, correction=taught(generated)[order])).pseudo
    for name in ARRAYS:
        np.testing.assert_allclose(getattr(labels, name)[order], getattr(found, name), atol=1e-4, err_msg=name)


def moved(generated: ScanDocument, shift: np.ndarray) -> ScanDocument:
    boxes = generated.boxes
    return replace(
        generated,
        scan=replace(generated.scan, xyz=generated.scan.xyz + shift),
        boxes=replace(boxes, lower=boxes.lower + shift, upper=boxes.upper + shift),
    )


def test_moving_the_scan_changes_nothing(generated, labels):
    there = moved(generated, np.float32([3.25, -7.5, 0.5]))
    assert_alike(labels, label(request_of(there, correction=taught(generated))).pseudo)


def turned(generated: ScanDocument) -> ScanDocument:
    """The room, turned by 90 degrees about the vertical."""
    scan, boxes, sign = generated.scan, generated.boxes, np.float32([-1, 1, 1])
    one, other = boxes.lower[:, [1, 0, 2]] * sign, boxes.upper[:, [1, 0, 2]] * sign
    normal = None if scan.normal is None else scan.normal[:, [1, 0, 2]] * sign
    return replace(
        generated,
        scan=replace(scan, xyz=scan.xyz[:, [1, 0, 2]] * sign, normal=normal),
        boxes=replace(boxes, lower=np.minimum(one, other), upper=np.maximum(one, other)),
    )


def test_turning_the_scan_by_a_right_angle_changes_nothing(generated, labels):
    assert_alike(labels, label(request_of(turned(generated), correction=taught(generated))).pseudo)


def test_a_scan_without_boxes_is_all_background(generated):
    pseudo = label(request_of(generated, boxes=Boxes.empty())).pseudo
    assert set(pseudo.instance.tolist()) == {BACKGROUND}
    assert set(pseudo.rival.tolist()) == {NO_RIVAL}
    assert set(pseudo.decision.tolist()) == {Decision.NO_BOX}
    np.testing.assert_allclose(pseudo.probability, 0.999)


def apart(boxes: Boxes) -> Boxes:
    """As many of the boxes as do not touch each other, by 20 cm and more."""
    kept: list[int] = []
    for row in range(len(boxes)):
        gap = [np.maximum(boxes.lower[row] - boxes.upper[k], boxes.lower[k] - boxes.upper[row]).max() for k in kept]
        if all(distance > 0.2 for distance in gap):
            kept.append(row)
    return Boxes(boxes.id[kept], boxes.class_id[kept], boxes.lower[kept], boxes.upper[kept])


def test_boxes_that_do_not_touch_are_the_boxes_minus_background(generated):
    boxes = apart(generated.boxes)
    assert len(boxes) >= 3
    response = label(request_of(generated, boxes=boxes))
    pseudo, xyz = response.pseudo, generated.scan.xyz
    assert (response.undetermined, response.pairs) == (0, 0)
    for row, box in enumerate(boxes.id.tolist()):
        slack = np.float32(2 * pseudo.provenance["box_error"])
        inside = ((xyz >= boxes.lower[row] - slack) & (xyz <= boxes.upper[row] + slack)).all(axis=1)
        assert set(pseudo.instance[inside].tolist()) <= {box, BACKGROUND}
        assert not (pseudo.instance[~inside] == box).any()
        assert {*pseudo.instance[inside].tolist(), *pseudo.rival[inside].tolist()} == {box, BACKGROUND}
    assert_lawful(pseudo, request_of(generated).correction, boxes)


def test_two_boxes_of_one_place_are_told_apart_by_their_ids_and_not_by_their_order(generated):
    lower, upper = tuple(generated.boxes.lower[0].tolist()), tuple(generated.boxes.upper[0].tolist())
    twice = boxes_of((lower, upper), (lower, upper))
    turned_round = replace(twice, id=twice.id[::-1].copy())
    assert_equal(*(label(request_of(generated, boxes=boxes)).pseudo for boxes in (twice, turned_round)))
