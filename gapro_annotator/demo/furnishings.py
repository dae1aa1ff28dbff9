"""The small things that get a box: cushions, pillows, a screen, lamps, pictures, books. Frames as in `furniture`."""

import math
from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from gapro_annotator.demo.materials import PALE, Material, bright, fabric, metal, pick
from gapro_annotator.demo.solids import Piece, Solid, block, cushioned, cylinder, ellipsoid, turn

Maker: TypeAlias = Callable[[np.random.Generator], Piece]

_ALONG_X = (1.0, 0.0, 0.0)
_ALONG_Y = (0.0, 1.0, 0.0)


def cushion(rng: np.random.Generator, *, lean: float) -> Piece:
    """Loose cushion, its lower edge at the origin, leaning back by `lean` radians from upright."""
    side = float(rng.uniform(0.42, 0.5))
    material = bright(rng, "stripes" if rng.random() < 0.35 else "fabric")
    upright = turn(_ALONG_X, -lean) @ turn(_ALONG_X, math.pi / 2)
    # Its own z is its thickness: stand it up, then lift it by half its side.
    solid = cushioned((side, side, 0.16), (0, 0, 0), material, bulge=1.25)
    lift = turn(_ALONG_X, -lean) @ np.array([0.0, 0.08, side / 2])
    return Piece("cushion", (solid.placed(upright, lift),))


def pillow(rng: np.random.Generator) -> Piece:
    """Pillow lying on a bed, a little raised at the headboard."""
    material = Material(pick(rng, PALE), "fabric") if rng.random() < 0.6 else fabric(rng)
    tilt = turn(_ALONG_X, float(rng.uniform(0.1, 0.3)))
    size = (float(rng.uniform(0.6, 0.7)), 0.42, 0.15)
    return Piece("pillow", (cushioned(size, (0, 0, 0), material, bulge=1.25, rotation=tilt),))


def monitor(rng: np.random.Generator) -> Piece:
    """Screen on a foot."""
    black = Material((34, 35, 38), gloss=0.2)
    screen = Material((30, 31, 34), "screen", pick(rng, ((46, 60, 84), (30, 34, 40), (70, 96, 120))), gloss=0.35)
    width = float(rng.uniform(0.54, 0.66))
    return Piece(
        "monitor",
        (
            block((0.24, 0.18, 0.015), (0, 0.02, 0), black),
            block((0.05, 0.03, 0.2), (0, 0.06, 0.015), black),
            block((width, 0.035, 0.57 * width), (0, 0.03, 0.11), screen, rotation=turn(_ALONG_X, -0.06)),
        ),
    )


def table_lamp(rng: np.random.Generator) -> Piece:
    """Lamp with a round foot and a drum shade."""
    height, shade = float(rng.uniform(0.24, 0.32)), Material(pick(rng, PALE), "fabric")
    foot = bright(rng)
    return Piece(
        "lamp",
        (
            ellipsoid((0.17, 0.17, height - 0.02), (0, 0, 0.0), foot),
            cylinder(0.015, 0.08, (0, 0, height - 0.06), metal(rng)),
            cylinder(float(rng.uniform(0.13, 0.16)), 0.2, (0, 0, height), shade),
        ),
    )


def desk_lamp(rng: np.random.Generator) -> Piece:
    """Lamp with two arms and a head that hangs over the desk towards -y."""
    material = bright(rng)
    lower, upper = turn(_ALONG_X, 0.35), turn(_ALONG_X, 1.15)
    elbow = lower @ np.array([0.0, 0.0, 0.34])
    head = elbow + upper @ np.array([0.0, 0.0, 0.3])
    # Turning about x by a positive angle leans an upright arm towards -y.
    return Piece(
        "lamp",
        (
            cylinder(0.09, 0.025, (0, 0, 0), material),
            block((0.022, 0.022, 0.34), (0, 0, 0.02), material, rotation=lower),
            block((0.022, 0.022, 0.31), (0, float(elbow[1]), float(elbow[2])), material, rotation=upper),
            cylinder(0.085, 0.09, (0, float(head[1]), float(head[2]) - 0.07), material),
        ),
    )


def floor_lamp(rng: np.random.Generator) -> Piece:
    """Standing lamp, about 1.6 m."""
    height, shade = float(rng.uniform(1.45, 1.65)), Material(pick(rng, PALE), "fabric")
    steel = metal(rng)
    return Piece(
        "lamp",
        (
            cylinder(0.15, 0.025, (0, 0, 0), steel),
            cylinder(0.018, height - 0.2, (0, 0, 0.02), steel),
            cylinder(float(rng.uniform(0.19, 0.24)), 0.3, (0, 0, height - 0.3), shade),
        ),
    )


def picture(rng: np.random.Generator, width: float, height: float) -> Piece:
    """Framed picture that hangs 3 cm deep on the wall at y = 0, its lower edge at the origin."""
    sky = ((120, 160, 196), (214, 168, 110), (170, 190, 170), (190, 120, 110))
    material = Material(
        pick(rng, ((40, 38, 36), (140, 104, 66), (230, 226, 218))), "painting", pick(rng, sky), gloss=0.1
    )
    return Piece("picture", (block((width, 0.03, height), (0, -0.016, 0), material),))


def book_row(rng: np.random.Generator, width: float, headroom: float) -> Piece:
    """Books side by side on a shelf from -width/2 on, the last one leaning; backs at y = -0.05 or so."""
    solids: list[Solid] = []
    x = -width / 2
    while x < width / 2 - 0.1:
        thickness = float(rng.uniform(0.022, 0.055))
        height = min(float(rng.uniform(0.19, 0.3)), headroom - 0.02)
        depth = float(rng.uniform(0.16, 0.22))
        at = (x + thickness / 2, 0.1 - depth / 2, 0.0)
        solids.append(block((thickness - 0.002, depth, height), at, bright(rng)))
        x += thickness
    lean = 0.2
    height = min(0.2, headroom - 0.04)
    base = x + 0.03 * math.cos(lean) + 0.012
    solids.append(
        block(
            (0.03, 0.18, height), (base, 0.01, 0.03 * math.sin(lean) / 2), bright(rng), rotation=turn(_ALONG_Y, -lean)
        )
    )
    # It leans to -x against its neighbour, so its upper end comes back over its base.
    shift = height * math.sin(lean)
    last = solids.pop()
    solids.append(last.placed(np.eye(3), np.array([shift, 0.0, 0.0])))
    return Piece("books", tuple(solids))
