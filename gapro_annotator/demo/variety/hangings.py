"""What hangs on a wall or stands in it: made for the wall y = 0 with the room at -y, metres over the floor."""

import numpy as np

from gapro_annotator.demo.furnishings import book_row, picture
from gapro_annotator.demo.materials import METALS, PALE, Material, bright, fabric, pick, wood
from gapro_annotator.demo.solids import Piece, Solid, block, cushioned, cylinder

WALL_PAINT = Material((220, 220, 220))
"""Takes the colour of the wall behind it."""


def door(rng: np.random.Generator) -> list[Piece]:
    """A door in its frame, flush with the wall or standing out by some centimetres."""
    width, high, out = float(rng.uniform(0.75, 1.0)), float(rng.uniform(1.95, 2.1)), float(rng.uniform(0.008, 0.05))
    leaf, frame = wood(rng, pale=0.6), Material(pick(rng, PALE))
    solids = [block((width, out, high), (0, -out / 2, 0), leaf)]
    solids.append(block((0.12, 0.05, 0.02), (width / 2 - 0.12, -out - 0.03, 1.03), Material(METALS[1])))
    post = (0.07, out + 0.02, high + 0.06)
    solids += [block(post, (side * (width / 2 + 0.035), -out / 2 - 0.01, 0), frame) for side in (-1, 1)]
    solids.append(block((width, out + 0.02, 0.06), (0, -out / 2 - 0.01, high), frame))
    return [Piece("door", tuple(solids))]


def window(rng: np.random.Generator) -> list[Piece]:
    """A window with its frame and sill, perhaps with curtains and a radiator under it."""
    width, height, sill = float(rng.uniform(0.7, 2.0)), float(rng.uniform(0.9, 1.4)), float(rng.uniform(0.75, 1.0))
    frame, glass = Material(pick(rng, PALE)), Material((190, 208, 222), gloss=float(rng.uniform(0.2, 0.8)))
    solids: list[Solid] = [block((width, 0.012, height), (0, -0.006, sill), glass)]
    posts = np.linspace(-width / 2, width / 2, int(rng.integers(2, 4))).tolist()
    solids += [block((0.06, 0.04, height), (x, -0.02, sill), frame) for x in posts]
    solids += [block((width + 0.06, 0.05, 0.05), (0, -0.025, z), frame) for z in (sill - 0.03, sill + height - 0.02)]
    pieces = [Piece("window", tuple(solids))]
    if rng.random() < 0.35:
        board = block((width + 0.16, 0.2, 0.03), (0, -0.1, sill - 0.06), frame)
        pieces[0] = Piece("window", (*solids, board))
    if rng.random() < 0.5:
        pieces.append(radiator(rng, min(width, 1.4)))
    if rng.random() < 0.5:
        pieces += curtains(rng, width, sill + height + 0.12)
    return pieces


def radiator(rng: np.random.Generator, width: float) -> Piece:
    """Ribbed radiator, off the floor."""
    paint, count = Material(pick(rng, PALE)), max(3, int(width / 0.08))
    solids = [
        block((0.05, 0.09, 0.5), ((i + 0.5 - count / 2) * width / count, -0.08, 0.12), paint) for i in range(count)
    ]
    solids += [block((width, 0.05, 0.04), (0, -0.08, z), paint) for z in (0.14, 0.56)]
    return Piece("radiator", tuple(solids))


def curtains(rng: np.random.Generator, width: float, high: float) -> list[Piece]:
    """Folded curtains on both sides of a window, down to the floor or to the sill."""
    cloth, low = fabric(rng, pale=0.4), float(rng.choice([0.02, 0.1, 0.8]))
    pieces: list[Piece] = []
    for side in (-1, 1):
        drawn = float(rng.uniform(0.2, 0.9)) * width / 2 + 0.1
        folds = max(2, int(drawn / 0.1))
        start = side * (width / 2 + 0.15)
        solids = [
            cylinder(0.06, high - low, (start - side * (i + 0.5) * drawn / folds, -0.16, low), cloth, squash=0.75)
            for i in range(folds)
        ]
        pieces.append(Piece("curtain", tuple(solids)))
    return pieces


def hung_picture(rng: np.random.Generator) -> list[Piece]:
    """One to three pictures side by side."""
    pieces: list[Piece] = []
    x = 0.0
    for _ in range(int(rng.choice([1, 1, 2, 3]))):
        width, height = float(rng.uniform(0.2, 1.1)), float(rng.uniform(0.2, 0.9))
        pieces.append(picture(rng, width, height).placed(x + width / 2, 0, float(rng.uniform(1.15, 1.45))))
        x += width + 0.12
    return pieces


def board(rng: np.random.Generator) -> list[Piece]:
    """A whiteboard, a mirror or a television."""
    kind, out = rng.random(), float(rng.uniform(0.015, 0.07))
    width, height = float(rng.uniform(0.5, 1.7)), float(rng.uniform(0.5, 1.1))
    if kind < 0.35:
        return [Piece("whiteboard", (block((width, out, height), (0, -out / 2, 1.0), Material((244, 244, 244))),))]
    if kind < 0.6:
        return [
            Piece("mirror", (block((width, out, height), (0, -out / 2, 1.0), Material((170, 176, 180), gloss=0.6)),))
        ]
    black = Material((30, 30, 33), gloss=0.4)
    return [Piece("tv", (block((width, out, 0.56 * width), (0, -out / 2 - 0.02, 1.0), black),))]


def wall_shelf(rng: np.random.Generator) -> list[Piece]:
    """One to three boards with things on them."""
    width, material = float(rng.uniform(0.5, 1.3)), wood(rng, pale=0.5)
    heights = [1.15 + 0.36 * i for i in range(int(rng.integers(1, 4)))]
    pieces = [Piece("shelf", tuple(block((width, 0.22, 0.025), (0, -0.11, z - 0.025), material) for z in heights))]
    for z in heights:
        if rng.random() < 0.6:
            long = float(rng.uniform(0.3, 0.7)) * width
            pieces.append(book_row(rng, long, 0.3).placed(float(rng.uniform(-0.1, 0.1)), -0.12, z))
    return pieces


def coat_rack(rng: np.random.Generator) -> list[Piece]:
    """A rail with coats."""
    rail = block((0.9, 0.03, 0.08), (0, -0.015, 1.6), wood(rng))
    coats = [
        Piece("clothes", (cushioned((0.4, 0.16, 0.9), (x, -0.11, 0.75), fabric(rng, pale=0.1), bulge=1.3),))
        for x in np.linspace(-0.35, 0.35, int(rng.integers(1, 4)))
    ]
    return [Piece("coat rack", (rail,)), *coats]


def column(rng: np.random.Generator) -> list[Piece]:
    """A pilaster or pipe: part of the wall."""
    if rng.random() < 0.5:
        pipe = cylinder(0.05, 2.4, (0, -0.08, 0), bright(rng))
        return [Piece(None, (pipe,))]
    size = rng.uniform([0.2, 0.1], [0.6, 0.4])
    return [Piece(None, (block((size[0], size[1], 3.0), (0, -size[1] / 2, 0), WALL_PAINT),))]
