"""The camera and the stage that varied scans are made with."""

import math

import numpy as np
import pytest

from gapro_annotator.demo.materials import Material
from gapro_annotator.demo.scanner import FLOOR
from gapro_annotator.demo.solids import Piece, Solid, block, cushioned, cylinder, ellipsoid, turn
from gapro_annotator.demo.variety.casting import Camera, PackedSolids
from gapro_annotator.demo.variety.stage import Stage, bounds, stretched

GREY = Material((128, 128, 128))
ROOM = np.array([4.0, 4.0, 3.0])
_UP = (0.0, 0.0, 1.0)


def some_solids() -> list[Solid]:
    leaning = turn((1.0, 0.0, 0.0), 0.4) @ turn(_UP, 0.7)
    return [
        block((0.6, 0.3, 0.8), (2.0, 2.5, 0.0), GREY, rotation=turn(_UP, 0.5)),
        cylinder(0.2, 0.7, (1.3, 2.2, 0.0), GREY, squash=0.6),
        ellipsoid((0.5, 0.3, 0.4), (2.7, 2.0, 0.3), GREY, rotation=leaning),
        cushioned((0.5, 0.5, 0.2), (2.0, 1.6, 0.2), GREY, bulge=1.3),
        block((3.8, 3.8, 0.02), (2.0, 2.0, 0.0), GREY),  # under the camera: partly behind it
    ]


@pytest.mark.parametrize("target", [(2.0, 2.2, 0.4), (2.0, 0.9, 0.0), (3.5, 2.0, 1.0)])
def test_the_compiled_camera_sees_what_the_solids_say_of_each_ray(target: tuple[float, float, float]):
    place, solids = np.array([2.0, 0.4, 1.2]), some_solids()
    camera = Camera.looking(place, np.array(target), 1.1, (45, 60))
    frame = PackedSolids.of(solids).see(camera, ROOM)
    rays = camera.rays().reshape(-1, 3).astype(np.float32)
    entered = [solid.enter(place, rays) for solid in solids]
    near = np.array([distance for distance, _ in entered])
    nearest, first = near.min(axis=0), near.argmin(axis=0)
    solid, depth, normal = frame.solid.ravel(), frame.depth.ravel(), frame.normal.reshape(-1, 3)
    hit = solid >= 0
    assert hit.mean() > 0.1
    # A ray that only grazes an edge may be decided either way by rounding.
    assert (np.isfinite(nearest) == hit).mean() > 0.998
    same = hit & (solid == first)
    assert same.sum() > 0.998 * hit.sum()
    assert np.allclose(depth[same], nearest[same], atol=2e-4)
    expected = np.stack([n for _, n in entered])[first, np.arange(len(first))]
    assert ((normal * expected).sum(axis=1)[same] > 0.99).mean() > 0.995


def test_a_camera_in_an_empty_room_sees_its_floor_where_it_is():
    camera = Camera.looking(np.array([2.0, 1.0, 1.5]), np.array([2.0, 1.5, 0.0]), 0.6, (20, 30))
    frame = PackedSolids.of([]).see(camera, ROOM)
    assert (frame.solid == FLOOR).all()
    met = camera.place + camera.rays() * frame.depth[..., None]
    assert np.allclose(met[..., 2], 0, atol=1e-5)


def test_what_is_under_a_table_lies_in_its_shade_and_what_is_beside_it_does_not():
    table = block((1.0, 1.0, 0.05), (2.0, 2.0, 0.7), GREY)
    points = np.array([[2.0, 2.0, 0.0], [3.5, 3.5, 0.0], [2.0, 2.0, 0.75]], np.float32)
    shade = PackedSolids.of([table]).shaded(points, np.array([2.0, 2.0, 2.9]), ROOM)
    assert shade.tolist() == [1.0, 0.0, 0.0]


def test_turned_things_stand_close_where_their_boxes_overlap_and_nothing_stands_in_another():
    turned = turn(_UP, math.pi / 4)
    board = Piece("table", (block((1.4, 0.3, 0.7), (0, 0, 0), GREY, rotation=turned),))
    beside = Piece("chair", (block((0.3, 0.3, 0.7), (0.4, -0.4, 0), GREY, rotation=turned),))
    stage = Stage()
    assert stage.offer([board])
    assert (bounds([board])[0] < bounds([beside])[1]).all()
    assert (bounds([beside])[0] < bounds([board])[1]).all()
    assert stage.fits([beside])
    assert not stage.fits([beside], margin=0.1)
    assert not stage.fits([beside.placed(-0.3, 0.3)])
    assert not stage.fits([board])


def test_a_thing_reaching_through_a_wall_does_not_fit():
    stage = Stage(ROOM)
    thing = Piece("box", (block((0.4, 0.4, 0.4), (0, 0, 0), GREY),))
    assert not stage.fits([thing])
    assert stage.fits([thing.placed(0.2, 0.2)])


@pytest.mark.parametrize("scale", [(1.5, 1.0, 0.5), (0.8, 1.2, 1.1)])
def test_stretching_scales_the_box_around_a_thing(scale: tuple[float, float, float]):
    solids = (block((0.4, 0.6, 0.2), (0.1, 0, 0), GREY), cylinder(0.2, 0.5, (0, 0.3, 0.2), GREY))
    piece = Piece("box", solids)
    for before, after in zip(piece.bounds(), stretched(piece, np.array(scale)).bounds(), strict=True):
        assert np.allclose(after, before * scale)


def test_a_littered_table_has_things_on_its_top_and_none_through_it():
    table = Piece("table", (block((1.6, 0.9, 0.04), (0, 0, 0.7), GREY),))
    stage = Stage()
    stage.put([table])
    stage.litter(np.random.default_rng(2), [table], 1.0)
    on_it = stage.pieces[1:]
    assert len(on_it) >= 4
    assert all(piece.class_name for piece in on_it)
    assert all(piece.bounds()[0][2] > 0.7 for piece in on_it)
