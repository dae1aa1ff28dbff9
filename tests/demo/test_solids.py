"""Where rays enter solids, worked by hand."""

import math

import numpy as np
import pytest

from gapro_annotator.demo.materials import Material
from gapro_annotator.demo.scanner import FLOOR, WALL, Rays, Scene
from gapro_annotator.demo.solids import Piece, block, cushioned, cylinder, ellipsoid, turn

GREY = Material((128, 128, 128))
PLACE = np.array([0.0, -5.0, 0.5])
AHEAD = np.array([[0.0, 1.0, 0.0], [0.0, -1.0, 0.0], [1.0, 0.0, 0.0]], np.float32)


def test_a_ray_enters_a_block_at_its_face_and_misses_it_elsewhere():
    distance, normal = block((2, 2, 1), (0, 0, 0), GREY).enter(PLACE, AHEAD)
    assert distance.tolist() == [4.0, math.inf, math.inf]
    assert normal[0].tolist() == [0.0, -1.0, 0.0]


def test_a_turned_block_is_met_at_its_corner():
    turned = block((2, 2, 1), (0, 0, 0), GREY, rotation=turn((0.0, 0.0, 1.0), math.pi / 4))
    assert turned.enter(PLACE, AHEAD)[0][0] == pytest.approx(5 - math.sqrt(2), abs=1e-5)


def test_round_solids_are_met_where_their_surface_is():
    # 0.3 aside of the axis of a circle of radius 0.5, the surface is 0.4 before the middle.
    aside = PLACE + np.array([0.3, 0.0, 0.0])
    for solid in (cylinder(0.5, 1.0, (0, 0, 0), GREY), ellipsoid((1, 1, 1), (0, 0, 0), GREY)):
        distance, normal = solid.enter(aside, AHEAD[:1])
        assert distance[0] == pytest.approx(4.6, abs=1e-5)
        assert normal[0] == pytest.approx([0.6, -0.8, 0.0], abs=1e-4)
        assert np.isinf(solid.enter(PLACE + np.array([0.51, 0, 0]), AHEAD[:1])[0][0])


def test_the_flat_end_of_a_cylinder_is_met_from_above():
    down = np.array([[0.0, 0.0, -1.0]], np.float32)
    distance, normal = cylinder(0.5, 1.0, (0, 0, 0), GREY).enter(np.array([0.2, 0.2, 3.0]), down)
    assert distance[0] == pytest.approx(2.0)
    assert normal[0].tolist() == [0.0, 0.0, 1.0]


def test_a_cushion_is_thinner_at_its_rim_than_in_its_middle():
    solid = cushioned((0.5, 0.5, 0.2), (0, 0, 0), GREY, bulge=1.25)
    down = np.array([[0.0, 0.0, -1.0]], np.float32)
    middle = solid.enter(np.array([0.0, 0.0, 1.0]), down)[0][0]
    rim = solid.enter(np.array([0.24, 0.0, 1.0]), down)[0][0]
    corner = solid.enter(np.array([0.24, 0.24, 1.0]), down)[0][0]
    assert middle == pytest.approx(0.8, abs=0.003)
    assert 0.02 < rim - middle < 0.06
    assert np.isinf(corner)


def test_a_placed_piece_is_turned_then_moved():
    piece = Piece("table", (block((2, 1, 1), (0, 0, 0), GREY),)).placed(5, 6, 7, yaw=math.pi / 2)
    lower, upper = piece.bounds()
    assert lower == pytest.approx([4.5, 5, 7])
    assert upper == pytest.approx([5.5, 7, 8])


def test_what_stands_behind_something_is_not_seen():
    front, back = block((1, 0.1, 2), (2, 2, 0), GREY), block((0.3, 0.1, 1), (2, 3, 0), GREY)
    scene = Scene([front, back], np.array([4.0, 4.0, 2.6]))
    rays = Rays.make(0.02, -1.2, 0.6)
    assert set(np.unique(scene.cast(np.array([2.0, 0.5, 1.0]), rays)[2])) == {WALL, FLOOR, 0}
    assert 1 in scene.cast(np.array([0.2, 3.0, 1.0]), rays)[2]


def test_a_shadow_lies_under_a_table_and_nowhere_else():
    top = block((1, 1, 0.05), (2, 2, 0.7), GREY)
    points = np.array([[2, 2, 0], [2, 2, 0.75], [0.5, 0.5, 0]], np.float32)
    scene = Scene([top], np.array([4.0, 4.0, 2.6]))
    assert scene.lit_by(np.array([2.0, 2.0, 2.5]), points).tolist() == [False, True, True]
