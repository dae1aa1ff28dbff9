"""Furnished rooms, before anything is scanned."""

import numpy as np
import pytest

from gapro_annotator.arrays import Float64
from gapro_annotator.demo.layout import Room, furnish
from gapro_annotator.demo.solids import Piece, Solid

SEEDS = range(4)


def depth(solid: Solid, points: Float64) -> Float64:
    """How deep points lie inside a solid, metres; negative outside (no more than a bound where it is round)."""
    local = (points - solid.center) @ solid.rotation
    inside = (solid.half - np.abs(local)).min(axis=1)
    if solid.shape == "block":
        return inside
    axes = 3 if solid.shape == "ellipsoid" else 2
    radii = solid.radii[:axes]
    return np.minimum(inside, (1 - np.linalg.norm(local[:, :axes] / radii, axis=1)) * radii.min())


def points_in(piece: Piece, rng: np.random.Generator) -> Float64:
    """Random points inside the solids of a piece."""
    found = []
    for solid in piece.solids:
        points = solid.center + (rng.uniform(-1, 1, (150, 3)) * solid.half) @ solid.rotation.T
        found.append(points[depth(solid, points) > 0])
    return np.concatenate(found)


def room_of(seed: int, *, compact: bool) -> Room:
    return furnish(np.random.default_rng(seed), compact=compact)


@pytest.mark.parametrize("compact", [False, True])
@pytest.mark.parametrize("seed", SEEDS)
def test_things_press_into_each_other_by_three_centimetres_at_most(seed: int, *, compact: bool):
    pieces = room_of(seed, compact=compact).pieces
    rng = np.random.default_rng(0)
    bounds = [piece.bounds() for piece in pieces]
    for a, (low_a, high_a) in zip(pieces, bounds, strict=True):
        points = points_in(a, rng)
        for b, (low_b, high_b) in zip(pieces, bounds, strict=True):
            if a is not b and (low_a < high_b).all() and (low_b < high_a).all():
                deepest = max(depth(solid, points).max() for solid in b.solids)
                assert deepest < 0.035, (a.class_name, a.solids[0].half, b.class_name, b.solids[0].half)


@pytest.mark.parametrize("seed", SEEDS)
def test_boxed_things_stand_on_something(seed: int):
    pieces = room_of(seed, compact=False).pieces
    rng = np.random.default_rng(0)
    for piece in pieces:
        bottom = piece.bounds()[0][2]
        if piece.class_name in (None, "picture") or bottom < 0.02:
            continue
        points = points_in(piece, rng)
        below = points[points[:, 2] < bottom + 0.05] - [0, 0, 0.04]
        others = [solid for other in pieces if other is not piece for solid in other.solids]
        assert any((depth(solid, below) > 0).any() for solid in others), (piece.class_name, bottom)


@pytest.mark.parametrize("seed", SEEDS)
def test_everything_lies_inside_the_room(seed: int):
    room = room_of(seed, compact=False)
    for piece in room.pieces:
        points = points_in(piece, np.random.default_rng(0))
        assert (points > -0.01).all()
        assert (points < room.size + 0.01).all()
