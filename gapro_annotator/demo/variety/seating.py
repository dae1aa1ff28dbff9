"""Seats and tables beyond those of the demo rooms. Frames as in `demo.furniture`: back at +y, metres."""

import numpy as np

from gapro_annotator.demo.clutter import jacket
from gapro_annotator.demo.furniture import chair, legs, office_chair
from gapro_annotator.demo.materials import PALE, Material, bright, fabric, metal, pick, wood
from gapro_annotator.demo.solids import Piece, Solid, block, cushioned, cylinder, ellipsoid, turn

_ALONG_X = (1.0, 0.0, 0.0)
_ALONG_Z = (0.0, 0.0, 1.0)


def sofa(rng: np.random.Generator, seats: int) -> Piece:
    """Sofa with arms for so many; one seat is an armchair."""
    material, seat = fabric(rng, pale=0.35), float(rng.uniform(0.52, 0.7))
    depth, arm = float(rng.uniform(0.72, 0.95)), float(rng.uniform(0.08, 0.24))
    width, high = seats * seat + 2 * arm, float(rng.uniform(0.7, 0.95))
    base, back = float(rng.uniform(0.22, 0.3)), float(rng.uniform(0.14, 0.24))
    feet = float(rng.choice([0.0, 0.05, 0.12]))
    solids = [
        block((width, depth, base - feet), (0, 0, feet), material),
        block((width, back, high - base), (0, depth / 2 - back / 2, base), material),
    ]
    solids += [
        block((arm, depth - back, 0.58 - base), (side * (width - arm) / 2, -back / 2, base), material)
        for side in (-1, 1)
    ]
    for number in range(seats):
        x = (number + 0.5 - seats / 2) * seat
        solids.append(cushioned((seat - 0.01, depth - back, 0.17), (x, -back / 2, base), material, bulge=1.9))
        lean = turn(_ALONG_X, -0.18)
        at = (x, depth / 2 - back - 0.09, base + 0.14)
        solids.append(cushioned((seat - 0.02, 0.15, 0.42), at, material, bulge=1.7, rotation=lean))
    if feet:
        solids += legs(width - 0.08, depth - 0.08, feet, wood(rng, pale=0.0), 0.05)
    return Piece("sofa" if seats > 1 else "armchair", tuple(solids))


def recliner(rng: np.random.Generator) -> Piece:
    """Shell chair on thin legs."""
    shell, thin = fabric(rng), metal(rng)
    solids = [
        cushioned((0.6, 0.56, 0.1), (0, 0, 0.36), shell, bulge=1.4, rotation=turn(_ALONG_X, -0.12)),
        cushioned((0.56, 0.1, 0.62), (0, 0.26, 0.4), shell, bulge=1.4, rotation=turn(_ALONG_X, -0.35)),
        *legs(0.5, 0.5, 0.38, thin, 0.025),
    ]
    solids += [block((0.05, 0.45, 0.04), (side * 0.29, 0.02, 0.54), thin) for side in (-1, 1)]
    return Piece("armchair", tuple(solids))


def bench(rng: np.random.Generator) -> Piece:
    """Bench without a back."""
    w, d, h = float(rng.uniform(0.8, 1.5)), float(rng.uniform(0.3, 0.42)), float(rng.uniform(0.4, 0.48))
    material = wood(rng)
    return Piece(
        "bench", (block((w, d, 0.05), (0, 0, h - 0.05), material), *legs(w - 0.06, d - 0.04, h - 0.05, material))
    )


def stool(rng: np.random.Generator) -> Piece:
    """Stool, low or as high as a bar."""
    h, r, material = float(rng.choice([0.45, 0.65, 0.75])), float(rng.uniform(0.15, 0.2)), wood(rng)
    if rng.random() < 0.5:
        feet = legs(2 * r - 0.06, 2 * r - 0.06, h - 0.04, material, 0.035)
    else:
        feet = [cylinder(0.03, h - 0.04, (0, 0, 0), metal(rng)), cylinder(r + 0.04, 0.02, (0, 0, 0), metal(rng))]
    return Piece("stool", (cylinder(r, 0.04, (0, 0, h - 0.04), material), *feet))


def ottoman(rng: np.random.Generator) -> Piece:
    """Upholstered block to put one's feet on."""
    size = rng.uniform([0.4, 0.4, 0.34], [0.9, 0.65, 0.45])
    return Piece("ottoman", (cushioned((size[0], size[1], size[2]), (0, 0, 0), fabric(rng), bulge=1.9),))


def a_chair(rng: np.random.Generator, like: np.random.Generator | None = None) -> list[Piece]:
    """A chair of some kind, perhaps with a jacket or a bag hanging over it.

    `like` makes the chairs of one table alike.
    """
    shape = rng if like is None else like
    kind = shape.random()
    if kind < 0.25:
        return [office_chair(shape)]
    seat = chair(shape, wood(shape), fabric(shape), slats=bool(shape.random() < 0.5))
    if kind < 0.45:
        arms = [block((0.04, 0.36, 0.03), (side * 0.23, 0.02, 0.66), wood(shape)) for side in (-1, 1)]
        posts = [block((0.03, 0.03, 0.66), (side * 0.23, -0.14, 0.0), wood(shape)) for side in (-1, 1)]
        return [Piece("chair", (*seat.solids, *arms, *posts))]
    if rng.random() < 0.25:
        return [seat, Piece("clothes", jacket(rng, seat).solids)]
    return [seat]


def any_table(rng: np.random.Generator, height: float, wide: float, deep: float, name: str = "table") -> list[Piece]:
    """A table of some kind, perhaps with a cloth over it."""
    material, kind, thick = wood(rng), rng.random(), float(rng.uniform(0.02, 0.06))
    top: Solid = block((wide, deep, thick), (0, 0, height - thick), material)
    if kind < 0.35:
        feet = legs(wide - 0.06, deep - 0.06, height - thick, material, float(rng.uniform(0.03, 0.09)))
    elif kind < 0.65:
        top = cylinder(wide / 2, thick, (0, 0, height - thick), material, squash=deep / wide)
        feet = [
            cylinder(0.05, height - thick, (0, 0, 0), material),
            cylinder(0.28 * wide, 0.03, (0, 0, 0), material, squash=deep / wide),
        ]
    elif kind < 0.85:
        feet = [
            block((0.06, 0.8 * deep, height - thick), (side * (wide / 2 - 0.12), 0, 0), material) for side in (-1, 1)
        ]
        feet.append(block((wide - 0.3, 0.04, 0.1), (0, 0, 0.3 * height), material))
    else:
        feet = [block((wide - 0.1, deep - 0.1, height - thick), (0, 0, 0), material)]
    if rng.random() < 0.25:  # a lower board
        feet.append(block((wide - 0.14, deep - 0.14, 0.02), (0, 0, 0.3 * height), material))
    pieces = [Piece(name, (top, *feet))]
    if kind < 0.35 and rng.random() < 0.2:
        pieces.append(tablecloth(rng, wide, deep, height))
    return pieces


def tablecloth(rng: np.random.Generator, wide: float, deep: float, height: float) -> Piece:
    """A cloth over a rectangular table, hanging down on all sides."""
    material = Material(pick(rng, PALE), "stripes", bright(rng).color) if rng.random() < 0.5 else fabric(rng)
    w, d, drop = wide + 0.02, deep + 0.02, float(rng.uniform(0.1, 0.35))
    solids = [block((w, d, 0.006), (0, 0, height), material)]
    solids += [block((w, 0.008, drop), (0, side * d / 2, height - drop), material) for side in (-1, 1)]
    solids += [block((0.008, d, drop), (side * w / 2, 0, height - drop), material) for side in (-1, 1)]
    return Piece("tablecloth", tuple(solids))


def beanbag(rng: np.random.Generator) -> Piece:
    """Beanbag."""
    material, size = bright(rng, "fabric"), float(rng.uniform(0.7, 0.95))
    lean = turn(_ALONG_Z, float(rng.uniform(0, 6))) @ turn(_ALONG_X, -0.3)
    return Piece(
        "beanbag",
        (
            ellipsoid((size, size, 0.45), (0, 0, -0.03), material),
            ellipsoid((0.7 * size, 0.6 * size, 0.6), (0, 0.1, 0.08), material, rotation=lean),
        ),
    )
