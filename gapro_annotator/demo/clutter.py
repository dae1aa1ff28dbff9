"""Clutter: what lies on, under and over the furniture and gets no box. Frames as in `furniture`."""

import math
from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from gapro_annotator.demo.materials import BRIGHTS, FABRICS, PALE, Material, bright, fabric, pick, wood
from gapro_annotator.demo.solids import Piece, Solid, block, cushioned, cylinder, ellipsoid, turn

Maker: TypeAlias = Callable[[np.random.Generator], Piece]

_ALONG_X = (1.0, 0.0, 0.0)
_ALONG_Y = (0.0, 1.0, 0.0)


def mug(rng: np.random.Generator) -> Piece:
    """Return a mug."""
    return Piece(None, (cylinder(0.042, 0.1, (0, 0, 0), bright(rng)),))


def bottle(rng: np.random.Generator) -> Piece:
    """Return a bottle."""
    glass = Material(pick(rng, ((50, 84, 62), (110, 140, 150), (120, 80, 40))), gloss=0.3)
    return Piece(None, (cylinder(0.042, 0.21, (0, 0, 0), glass), cylinder(0.016, 0.09, (0, 0, 0.21), glass)))


def bowl(rng: np.random.Generator) -> Piece:
    """Return a bowl of fruit."""
    dish = Piece(None, (cylinder(0.13, 0.06, (0, 0, 0), bright(rng)),))
    fruit = [
        ellipsoid((0.08, 0.08, 0.08), (0.06 * math.cos(a), 0.06 * math.sin(a), 0.045), bright(rng))
        for a in (0, 2.1, 4.2)
    ]
    return Piece(None, (*dish.solids, *fruit))


def papers(rng: np.random.Generator) -> Piece:
    """Return a pile of papers or magazines."""
    size = (0.21, 0.297, float(rng.uniform(0.01, 0.05)))
    return Piece(None, (block(size, (0, 0, 0), Material(pick(rng, PALE))),)).placed(0, 0, yaw=float(rng.uniform(-1, 1)))


def carton(rng: np.random.Generator) -> Piece:
    """Return a box that something came in."""
    size = (float(rng.uniform(0.25, 0.4)), float(rng.uniform(0.2, 0.3)), float(rng.uniform(0.1, 0.15)))
    color = pick(rng, ((178, 142, 100), (150, 120, 90), (210, 206, 196), (92, 104, 120)))
    return Piece(None, (block(size, (0, 0, 0), Material(color)),))


def basket(rng: np.random.Generator) -> Piece:
    """Return a basket or waste bin."""
    radius, height = float(rng.uniform(0.13, 0.17)), float(rng.uniform(0.24, 0.3))
    return Piece(None, (cylinder(radius, height, (0, 0, 0), Material(pick(rng, FABRICS), "fabric")),))


def bag(rng: np.random.Generator) -> Piece:
    """Return a slumped bag."""
    material = fabric(rng)
    handle = block((0.18, 0.03, 0.03), (0, 0, 0.27), material)
    return Piece(None, (ellipsoid((0.4, 0.26, 0.3), (0, 0, 0), material), handle))


def shoes(rng: np.random.Generator) -> Piece:
    """Return a pair of shoes."""
    leather = Material(pick(rng, ((60, 44, 36), (40, 40, 44), (190, 186, 178))))
    solids: list[Solid] = []
    for side in (-1, 1):
        solids.append(ellipsoid((0.1, 0.28, 0.1), (side * 0.065, 0, 0), leather))
        solids.append(ellipsoid((0.085, 0.12, 0.15), (side * 0.065, 0.07, 0), leather))
    return Piece(None, tuple(solids)).placed(0, 0, yaw=float(rng.uniform(-3, 3)))


def blanket(rng: np.random.Generator) -> Piece:
    """Return a blanket dropped in a heap."""
    material = fabric(rng)
    return Piece(
        None,
        (
            cushioned((0.55, 0.42, 0.07), (0, 0, 0), material, bulge=1.3),
            ellipsoid((0.34, 0.22, 0.12), (0.06, 0.02, 0.02), material),
            ellipsoid((0.26, 0.2, 0.11), (-0.12, -0.05, 0.02), material),
        ),
    )


def plant(rng: np.random.Generator, *, height: float) -> Piece:
    """Return a potted plant."""
    pot, radius = bright(rng), 0.17 * height + 0.03
    solids = [
        cylinder(radius, 0.32 * height, (0, 0, 0), pot),
        cylinder(0.015, 0.4 * height, (0, 0, 0.3 * height), wood(rng, pale=0)),
    ]
    for number in range(7):
        angle, rise = number * 2.4, float(rng.uniform(0.42, 0.72)) * height
        green = Material(pick(rng, ((62, 96, 54), (84, 120, 62), (52, 82, 60))))
        out = float(rng.uniform(0.08, 0.16)) * height
        leaf = turn((0.0, 0.0, 1.0), angle) @ turn(_ALONG_Y, float(rng.uniform(-0.7, 0.2)))
        at = (out * math.cos(angle), out * math.sin(angle), rise)
        solids.append(ellipsoid((0.4 * height, 0.2 * height, 0.12 * height), at, green, rotation=leaf))
    return Piece(None, tuple(solids))


def plate(rng: np.random.Generator) -> Piece:
    """Return a plate with a glass beside it."""
    glass = Material((200, 214, 218), gloss=0.3)
    return Piece(
        None,
        (cylinder(0.13, 0.018, (0, 0, 0), Material(pick(rng, PALE))), cylinder(0.035, 0.13, (0.15, 0.1, 0), glass)),
    )


def clothes(rng: np.random.Generator) -> Piece:
    """Return a pile of folded and thrown clothes."""
    lower = block((0.36, 0.28, 0.05), (0, 0, 0), fabric(rng))
    upper = block((0.32, 0.26, 0.05), (0.02, 0.0, 0.05), fabric(rng), rotation=turn((0.0, 0.0, 1.0), 0.2))
    return Piece(None, (lower, upper, ellipsoid((0.3, 0.22, 0.12), (-0.02, 0.01, 0.07), fabric(rng))))


def pouf(rng: np.random.Generator) -> Piece:
    """Return a low round seat."""
    size = float(rng.uniform(0.36, 0.44))
    return Piece(
        None, (ellipsoid((size, size, 0.3), (0, 0, 0), fabric(rng)), cylinder(0.3 * size, 0.02, (0, 0, 0), fabric(rng)))
    )


def jacket(rng: np.random.Generator, chair: Piece) -> Piece:
    """Return a jacket over the back of a dining chair, in the chair's frame."""
    material = fabric(rng, pale=0.1)
    top, lean = float(chair.bounds()[1][2]), turn(_ALONG_X, -0.12)
    middle = 0.195 + 0.12 * (top - 0.45)
    solids = [
        block((0.44, 0.025, 0.42), (0, middle - 0.012, top - 0.4), material, rotation=lean),
        block((0.46, 0.1, 0.035), (0, middle + 0.03, top - 0.005), material),
        block((0.43, 0.025, 0.34), (0, middle + 0.045, top - 0.32), material, rotation=lean),
    ]
    return Piece(None, tuple(solids))


def sofa_throw(rng: np.random.Generator, width: float, depth: float) -> Piece:
    """Return a throw over seat and back of a `corner_sofa`, whose back is at y = 0 and seat towards +y."""
    material = Material(pick(rng, BRIGHTS), "stripes", pick(rng, PALE))
    return Piece(
        None,
        (
            block((width, depth - 0.2, 0.015), (0, (depth + 0.2) / 2, 0.43), material),
            block((width, 0.015, 0.3), (0, depth + 0.01, 0.14), material),
            block((width, 0.015, 0.37), (0, 0.21, 0.435), material),
            block((width, 0.21, 0.015), (0, 0.11, 0.8), material),
        ),
    )


def bed_throw(rng: np.random.Generator, width: float) -> Piece:
    """Return a throw across a bed `width` wide, hanging down on both sides."""
    material = Material(pick(rng, BRIGHTS), "fabric", pick(rng, PALE))
    side = (width + 0.07) / 2
    return Piece(
        None,
        (
            cushioned((width + 0.07, 0.6, 0.03), (0, 0, 0.5), material, bulge=2.6),
            block((0.012, 0.6, 0.3), (-side, 0, 0.2), material),
            block((0.012, 0.6, 0.3), (side, 0, 0.2), material),
        ),
    )


def computer(rng: np.random.Generator) -> Piece:
    """Return a computer under a desk."""
    case = Material(pick(rng, ((46, 46, 50), (200, 198, 194))))
    return Piece(None, (block((0.19, 0.44, 0.42), (0, 0, 0), case),))


def odds_and_ends(rng: np.random.Generator, width: float, headroom: float) -> Piece:
    """Return files, storage boxes and vases side by side on a shelf, in the place of books."""
    solids: list[Solid] = []
    x = -width / 2
    while x < width / 2 - 0.12:
        kind, wide = rng.random(), float(rng.uniform(0.12, 0.26))
        wide = min(wide, width / 2 - x)
        height = min(float(rng.uniform(0.12, 0.26)), headroom - 0.02)
        at = (x + wide / 2, 0.0, 0.0)
        if kind < 0.6:
            solids.append(block((wide - 0.01, 0.24, height), at, Material(pick(rng, FABRICS), "fabric")))
        elif kind < 0.8:
            solids.append(cylinder(min(wide, 0.2) / 2 - 0.01, height, at, bright(rng)))
        else:
            solids.append(block((wide - 0.02, 0.22, 0.06), at, Material(pick(rng, PALE))))
        x += wide
    return Piece(None, tuple(solids))


TABLE_CLUTTER: tuple[Maker, ...] = (mug, bottle, bowl, papers, plate)
DESK_CLUTTER: tuple[Maker, ...] = (mug, papers, papers, carton)
"""What lies about, by where it lies."""
