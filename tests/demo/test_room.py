"""Generated rooms: what they promise about boxes, background and repeatability."""

import time

import numpy as np
import pytest

from gapro_annotator.arrays import equal_fields
from gapro_annotator.demo import CLASS_NAMES, generate_room
from gapro_annotator.demo.scanner import FLOOR, WALL, Rays, Scene
from gapro_annotator.document import ScanDocument
from gapro_annotator.errors import InvalidValueError


@pytest.fixture(scope="module")
def room() -> ScanDocument:
    return generate_room(1, points=100_000)


def shares(document: ScanDocument) -> tuple[float, float]:
    """Of the points in boxes: the share in two or more, the share of background."""
    count = document.boxes.count_per_point(document.scan.xyz)
    assert document.ground_truth is not None
    inside = count > 0
    return float((count[inside] >= 2).mean()), float((document.ground_truth.instance[inside] < 0).mean())


def test_a_room_has_the_overlap_and_the_background_of_real_boxes(room: ScanDocument):
    several, background = shares(room)
    assert 0.08 <= several <= 0.20
    assert 0.20 <= background <= 0.30


def test_a_room_has_the_promised_size(room: ScanDocument):
    assert 90_000 < len(room.scan) < 110_000
    assert 12 <= len(room.boxes) <= 30
    assert len({room.classes.name_of(i) for i in room.boxes.class_id.tolist()}) >= 10
    extent = np.ptp(room.scan.xyz, axis=0)
    assert (extent > [5, 5, 1.9]).all()
    assert (extent < [6, 6, 2.5]).all()


def test_boxes_are_tight_around_a_hundred_points_or_more(room: ScanDocument):
    truth = room.ground_truth
    assert truth is not None
    assert set(np.unique(truth.instance)) == {-1, *room.boxes.id.tolist()}
    for row, box in enumerate(room.boxes.id.tolist()):
        mine = truth.instance == box
        assert mine.sum() >= 100
        assert np.array_equal(room.scan.xyz[mine].min(axis=0), room.boxes.lower[row])
        assert np.array_equal(room.scan.xyz[mine].max(axis=0), room.boxes.upper[row])
        assert (truth.semantic[mine] == room.boxes.class_id[row]).all()
    assert (truth.semantic[truth.instance < 0] == -1).all()


def test_points_are_spread_evenly_with_noise_of_millimetres(room: ScanDocument):
    floor = room.scan.xyz[:, 2]
    floor = floor[np.abs(floor) < 0.03]
    assert len(floor) > 5_000
    assert 0.002 < np.median(np.abs(floor)) < 0.01
    cell = np.floor(room.scan.xyz / 0.1).astype(np.int64)
    most = np.unique(cell, axis=0, return_counts=True)[1].max()
    assert most < 120


def test_the_same_seed_gives_the_same_room_and_another_seed_another():
    first, again, other = (generate_room(seed, "a", 8_000) for seed in (5, 5, 6))
    assert equal_fields(first, again)
    assert not equal_fields(first, other)


@pytest.mark.parametrize("seed", [0, 1, 2, 24, 29, 51])
def test_a_small_room_keeps_eight_boxes_that_overlap(seed: int):
    document = generate_room(seed, points=8_000)
    several, background = shares(document)
    assert len(document.boxes) >= 8
    assert several > 0.05
    assert background > 0.15
    assert 7_000 < len(document.scan) < 9_000


def test_a_small_room_is_made_at_once():
    generate_room(0, points=8_000)  # compiled code is loaded
    started = time.process_time()
    generate_room(3, points=8_000)
    assert time.process_time() - started < 2.0


def test_a_room_is_named_after_its_seed_and_has_no_pseudo_labels():
    document = generate_room(7, points=8_000)
    assert document.scan.name == "room_7"
    assert document.classes.name == CLASS_NAMES
    assert document.pseudo is None
    assert document.annotation is None


def test_a_room_of_a_few_points_is_refused():
    with pytest.raises(InvalidValueError, match="2,000"):
        generate_room(1, points=100)


def test_a_ray_along_an_axis_ends_in_the_room():
    """Seed 105 at 100,000 points once had two points a million kilometres away, from rays a hair off an axis."""
    hair = np.float32(1e-10)
    direction = np.array([[[1, -hair, 0], [-hair, 1, 0], [1, hair, -hair], [0, 0, -1]]], np.float32)
    scene = Scene([], np.array([4.0, 5.0, 3.0]))
    distance, _, solid = scene.cast(np.array([1.0, 2.0, 1.5]), Rays(direction, 0.1, 0.0))
    np.testing.assert_allclose(distance[0], [3, 3, 3, 1.5])
    assert solid[0].tolist() == [WALL, WALL, WALL, FLOOR]
