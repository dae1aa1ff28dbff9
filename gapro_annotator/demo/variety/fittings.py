"""Large furniture of kitchens, baths, halls and bedrooms. Frames as in `demo.furniture`: back at +y, metres."""

import numpy as np

from gapro_annotator.demo.furniture import legs
from gapro_annotator.demo.materials import METALS, PALE, Material, fabric, metal, pick, wood
from gapro_annotator.demo.solids import Piece, Solid, block, cylinder, ellipsoid, turn

_ALONG_X = (1.0, 0.0, 0.0)
_WHITE = Material((240, 240, 238), gloss=0.1)


def fronts(width: float, height: float, y: float, *, columns: int, rows: int, material: Material) -> list[Solid]:
    """Doors or drawer fronts on a face, with the gaps between them."""
    w, h = width / columns, height / rows
    return [
        block((w - 0.012, 0.018, h - 0.012), (-width / 2 + (i + 0.5) * w, y, j * h), material)
        for i in range(columns)
        for j in range(rows)
    ]


def chest(
    rng: np.random.Generator, width: float, depth: float, height: float, *, columns: int, rows: int, plinth: float
) -> list[Solid]:
    """A carcass with fronts and handles: wardrobe, dresser, kitchen unit."""
    body = wood(rng, pale=0.5)
    face = body if rng.random() < 0.6 else wood(rng, pale=0.5)
    solids = [block((width, depth - 0.02, height - plinth), (0, 0.01, plinth), body)]
    solids += [
        f.placed(np.eye(3), np.array([0.0, 0.0, plinth]))
        for f in fronts(width, height - plinth, -depth / 2 + 0.009, columns=columns, rows=rows, material=face)
    ]
    if plinth > 0.02:
        solids.append(block((width - 0.02, depth - 0.08, plinth), (0, 0.03, 0), Material((70, 66, 62))))
    if rng.random() < 0.7:
        knob = metal(rng)
        for i in range(columns):
            for j in range(rows):
                x, z = -width / 2 + (i + 0.5) * width / columns, plinth + (j + 0.6) * (height - plinth) / rows
                solids.append(block((0.1, 0.03, 0.015), (x, -depth / 2 - 0.015, z), knob))
    return solids


def wardrobe(rng: np.random.Generator) -> Piece:
    """Wardrobe, sometimes up to the ceiling."""
    width, height = float(rng.uniform(0.8, 2.2)), float(rng.uniform(1.8, 2.35))
    solids = chest(
        rng, width, float(rng.uniform(0.5, 0.65)), height, columns=max(1, int(width / 0.5)), rows=1, plinth=0.06
    )
    return Piece("wardrobe", tuple(solids))


def dresser(rng: np.random.Generator) -> Piece:
    """Chest of drawers."""
    width, height = float(rng.uniform(0.6, 1.5)), float(rng.uniform(0.7, 1.2))
    columns, rows = 1 if width < 0.9 else 2, int(rng.integers(3, 5))
    return Piece("dresser", tuple(chest(rng, width, 0.45, height, columns=columns, rows=rows, plinth=0.05)))


def nightstand(rng: np.random.Generator) -> Piece:
    """Bedside cabinet."""
    size = rng.uniform([0.36, 0.34, 0.42], [0.55, 0.45, 0.62])
    return Piece("nightstand", tuple(chest(rng, size[0], size[1], size[2], columns=1, rows=2, plinth=0.02)))


def cupboard(rng: np.random.Generator) -> Piece:
    """Cabinet of any size."""
    size = rng.uniform([0.4, 0.35, 0.6], [1.8, 0.6, 1.6])
    columns, rows = max(1, round(size[0] / 0.5)), int(rng.integers(1, 3))
    return Piece("cabinet", tuple(chest(rng, size[0], size[1], size[2], columns=columns, rows=rows, plinth=0.06)))


def kitchen(rng: np.random.Generator) -> list[Piece]:
    """A run of units with a worktop with a sink, sometimes units above it and a splashback behind."""
    width, depth = float(rng.uniform(1.2, 3.2)), 0.6
    units = chest(rng, width, depth, 0.86, columns=round(width / 0.55), rows=int(rng.integers(1, 3)), plinth=0.1)
    top, steel = wood(rng, pale=0.4), Material(METALS[1], gloss=0.3)
    x = float(rng.uniform(-0.5, 0.5)) * (width - 0.8)
    # The worktop is made of four pieces around the sink, whose bottom lies lower.
    left, right = x - 0.24 + width / 2, width / 2 - x - 0.24
    counter = [
        block((left, depth + 0.02, 0.04), (-width / 2 + left / 2, 0, 0.87), top),
        block((right, depth + 0.02, 0.04), (width / 2 - right / 2, 0, 0.87), top),
        block((0.48, 0.12, 0.04), (x, -0.25, 0.87), top),
        block((0.48, 0.12, 0.04), (x, 0.25, 0.87), top),
    ]
    basin = [block((0.48, 0.38, 0.012), (x, 0, 0.865), steel)]
    tap = [
        cylinder(0.018, 0.26, (x, 0.24, 0.9), steel),
        block((0.03, 0.2, 0.025), (x, 0.15, 1.14), steel),
    ]
    pieces = [Piece("counter", tuple(counter)), Piece("cabinet", tuple(units)), Piece("sink", tuple(basin + tap))]
    if rng.random() < 0.6:
        wide = width * float(rng.uniform(0.5, 1.0))
        above = chest(
            rng, wide, 0.34, float(rng.uniform(0.5, 0.8)), columns=max(1, round(wide / 0.5)), rows=1, plinth=0.0
        )
        pieces.append(Piece("upper cabinet", tuple(above)).placed((width - wide) / 2, 0.13, 1.4))
    if rng.random() < 0.4:
        pieces.append(Piece("stove", (block((0.58, 0.51, 0.012), (0, 0, 0), Material((30, 30, 32), gloss=0.3)),)))
        pieces[-1] = pieces[-1].placed(-np.sign(x) * width / 4, 0, 0.905)
    return pieces


def fridge(rng: np.random.Generator) -> Piece:
    """Refrigerator, one or two doors."""
    height = float(rng.uniform(0.85, 1.95))
    paint = Material(pick(rng, (*PALE, (170, 172, 176), (60, 60, 64))), gloss=0.1)
    solids = [block((0.6, 0.6, height - 0.04), (0, 0.02, 0.04), paint)]
    lower = float(rng.uniform(0.3, 0.7)) * height
    for low, high in ((0.05, lower), (lower, height)):
        solids.append(block((0.59, 0.05, high - low - 0.012), (0, -0.305, low), paint))
        solids.append(block((0.02, 0.035, 0.22), (0.25, -0.345, (low + high) / 2 - 0.1), Material(METALS[1])))
    return Piece("refrigerator", tuple(solids))


def washer(rng: np.random.Generator) -> Piece:
    """Washing machine or dishwasher."""
    solids = [block((0.6, 0.58, 0.85), (0, 0, 0), _WHITE)]
    if rng.random() < 0.7:
        door = cylinder(
            0.17, 0.03, (0, -0.29, 0.42), Material((70, 74, 80), gloss=0.3), rotation=turn(_ALONG_X, np.pi / 2)
        )
        solids.append(door)
    return Piece("washing machine", tuple(solids))


def toilet(rng: np.random.Generator) -> Piece:
    """Toilet with a cistern or without."""
    solids = [
        cylinder(0.12, 0.36, (0, 0.0, 0), _WHITE, squash=1.5),
        ellipsoid((0.36, 0.5, 0.3), (0, -0.06, 0.16), _WHITE),
        cylinder(0.185, 0.035, (0, -0.07, 0.4), _WHITE, squash=1.25),
        block((0.3, 0.25, 0.38), (0, 0.17, 0), _WHITE),
    ]
    if rng.random() < 0.7:
        solids.append(block((0.38, 0.18, 0.36), (0, 0.24, 0.4), _WHITE))
    if rng.random() < 0.3:
        solids.append(cylinder(0.185, 0.03, (0, 0.12, 0.6), _WHITE, rotation=turn(_ALONG_X, -np.pi / 2 + 0.15)))
    return Piece("toilet", tuple(solids))


def bathtub(rng: np.random.Generator) -> Piece:
    """Bathtub: four walls around a bottom."""
    w, d, h = float(rng.uniform(1.5, 1.8)), float(rng.uniform(0.7, 0.8)), float(rng.uniform(0.5, 0.6))
    solids = [block((w, 0.08, h), (0, side * (d / 2 - 0.04), 0), _WHITE) for side in (-1, 1)]
    solids += [block((0.1, d - 0.16, h), (side * (w / 2 - 0.05), 0, 0), _WHITE) for side in (-1, 1)]
    solids.append(block((w - 0.2, d - 0.16, 0.15), (0, 0, 0), _WHITE))
    return Piece("bathtub", tuple(solids))


def washbasin(rng: np.random.Generator) -> Piece:
    """Basin on a column or a unit, with its tap."""
    steel = Material(METALS[1], gloss=0.3)
    solids = [ellipsoid((0.56, 0.44, 0.2), (0, 0, 0.68), _WHITE), block((0.58, 0.12, 0.1), (0, 0.2, 0.76), _WHITE)]
    solids.append(cylinder(0.02, 0.14, (0, 0.19, 0.86), steel))
    if rng.random() < 0.5:
        solids.append(cylinder(0.08, 0.72, (0, 0.12, 0), _WHITE))
    else:
        solids += chest(rng, 0.56, 0.4, 0.66, columns=2, rows=1, plinth=0.1)
    return Piece("sink", tuple(solids))


def corner_desk(rng: np.random.Generator) -> Piece:
    """L-shaped desk on panels."""
    w, d, high = float(rng.uniform(1.3, 1.8)), float(rng.uniform(0.6, 0.7)), float(rng.uniform(0.72, 0.76))
    side, material = float(rng.choice([-1, 1])), wood(rng, pale=0.4)
    wing = float(rng.uniform(0.5, 0.9))
    at = side * (w / 2 - d / 2)
    solids = [
        block((w, d, 0.03), (0, 0, high - 0.03), material),
        block((d, wing, 0.03), (at, -d / 2 - wing / 2, high - 0.03), material),
        block((0.03, d - 0.1, high - 0.03), (-side * (w / 2 - 0.05), 0, 0), material),
        block((0.03, d - 0.1, high - 0.03), (side * (w / 2 - 0.05), 0, 0), material),
        block((d - 0.1, 0.03, high - 0.03), (at, -d / 2 - wing + 0.06, 0), material),
    ]
    return Piece("desk", tuple(solids))


def bunk(rng: np.random.Generator) -> Piece:
    """Bunk bed, two mattresses in a frame."""
    frame, linen = wood(rng), fabric(rng, pale=0.5)
    solids = [s for z in (0.3, 1.35) for s in (block((0.9, 2.0, 0.1), (0, 0, z), frame),)]
    solids += [block((0.86, 1.95, 0.14), (0, 0, z + 0.1), linen) for z in (0.3, 1.35)]
    solids += legs(0.95, 2.06, 1.8, frame, 0.07)
    solids += [block((0.03, 2.0, 0.1), (side * 0.45, 0, 1.65), frame) for side in (-1, 1)]
    return Piece("bed", tuple(solids))
