"""Small things that lie about, each with its name: an annotator may box them or not."""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from gapro_annotator.demo import clutter, furnishings
from gapro_annotator.demo.materials import METALS, PALE, Material, bright, fabric, pick
from gapro_annotator.demo.solids import Piece, Solid, block, cushioned, cylinder, ellipsoid, turn

Maker: TypeAlias = Callable[[np.random.Generator], Piece]

_ALONG_X = (1.0, 0.0, 0.0)
_ALONG_Z = (0.0, 0.0, 1.0)


def _named(name: str, maker: Maker) -> Maker:
    """Make the same thing with a name."""

    def make(rng: np.random.Generator) -> Piece:
        return Piece(name, maker(rng).solids)

    return make


def backpack(rng: np.random.Generator) -> Piece:
    """Backpack, standing or lying."""
    cloth = fabric(rng, pale=0.0)
    upright: tuple[Solid, ...] = (
        cushioned((0.3, 0.18, 0.44), (0, 0, 0), cloth, bulge=1.5),
        cushioned((0.24, 0.1, 0.26), (0, -0.11, 0.02), cloth, bulge=1.5),
    )
    if rng.random() < 0.6:
        return Piece("bag", upright)
    lying = turn(_ALONG_X, np.pi / 2)
    return Piece("bag", tuple(s.placed(lying, np.array([0.0, 0.2, 0.14])) for s in upright))


def laptop(rng: np.random.Generator) -> Piece:
    """Laptop, open or closed."""
    case = Material(pick(rng, METALS), gloss=0.15)
    base = block((0.33, 0.23, 0.018), (0, 0, 0), case)
    if rng.random() < 0.3:
        return Piece("laptop", (base,))
    lid = block((0.33, 0.008, 0.22), (0, 0.115, 0.01), case, rotation=turn(_ALONG_X, -0.3))
    return Piece("laptop", (base, lid))


def book_pile(rng: np.random.Generator) -> Piece:
    """Books lying on each other, none quite square."""
    solids: list[Solid] = []
    z = 0.0
    for _ in range(int(rng.integers(1, 6))):
        size = rng.uniform([0.13, 0.19, 0.012], [0.22, 0.29, 0.05])
        yaw = turn(_ALONG_Z, float(rng.normal(0, 0.25)))
        solids.append(block((size[0], size[1], size[2]), (0, 0, z), bright(rng), rotation=yaw))
        z += float(size[2])
    return Piece("books", tuple(solids))


def box(rng: np.random.Generator) -> Piece:
    """Cardboard box of any size, closed or with its flaps up."""
    size = rng.uniform([0.2, 0.2, 0.15], [0.6, 0.45, 0.45])
    brown = Material(pick(rng, ((178, 142, 100), (150, 120, 90), (210, 206, 196))))
    solids = [block((size[0], size[1], size[2]), (0, 0, 0), brown)]
    if rng.random() < 0.3:
        flap = block((size[0], 0.006, 0.14), (0, size[1] / 2, size[2] - 0.01), brown, rotation=turn(_ALONG_X, -0.5))
        solids.append(flap)
    return Piece("box", tuple(solids))


def suitcase(rng: np.random.Generator) -> Piece:
    """Suitcase on its wheels."""
    high = float(rng.uniform(0.5, 0.72))
    shell = bright(rng)
    return Piece(
        "suitcase",
        (
            cushioned((0.42, 0.25, high), (0, 0, 0.04), shell, bulge=2.0),
            block((0.2, 0.02, 0.3), (0, 0.09, high), Material((50, 50, 52))),
        ),
    )


def towel(rng: np.random.Generator) -> Piece:
    """Folded towel or blanket."""
    size = rng.uniform([0.3, 0.2, 0.03], [0.6, 0.45, 0.12])
    return Piece("towel", (cushioned((size[0], size[1], size[2]), (0, 0, 0), fabric(rng), bulge=2.0),))


def toy(rng: np.random.Generator) -> Piece:
    """Soft toy or ball."""
    r = float(rng.uniform(0.08, 0.16))
    paint = bright(rng, "fabric")
    if rng.random() < 0.5:
        return Piece("ball", (ellipsoid((2 * r, 2 * r, 2 * r), (0, 0, 0), paint),))
    head = ellipsoid((1.3 * r, 1.2 * r, 1.2 * r), (0, 0, 1.5 * r), paint)
    return Piece("toy", (ellipsoid((1.7 * r, 1.5 * r, 1.8 * r), (0, 0, 0), paint), head))


def printer(rng: np.random.Generator) -> Piece:
    """Printer, microwave or toaster."""
    size = rng.uniform([0.28, 0.22, 0.18], [0.52, 0.4, 0.34])
    paint = Material(pick(rng, (*PALE, *METALS)), gloss=0.1)
    return Piece(
        "printer",
        (
            block((size[0], size[1], size[2]), (0, 0, 0), paint),
            block((0.7 * size[0], 0.1, 0.02), (0, -size[1] / 2 - 0.04, 0.3 * size[2]), paint),
        ),
    )


def pot(rng: np.random.Generator) -> Piece:
    """Cooking pot or kettle."""
    r, high, steel = (
        float(rng.uniform(0.08, 0.15)),
        float(rng.uniform(0.08, 0.22)),
        Material(pick(rng, METALS), gloss=0.2),
    )
    return Piece("pot", (cylinder(r, high, (0, 0, 0), steel), block((3 * r, 0.025, 0.015), (0, 0, 0.8 * high), steel)))


def bin_(rng: np.random.Generator) -> Piece:
    """Waste bin or bucket."""
    r, high = float(rng.uniform(0.1, 0.2)), float(rng.uniform(0.25, 0.6))
    return Piece("bin", (cylinder(r, high, (0, 0, 0), Material(pick(rng, METALS)), squash=float(rng.uniform(0.6, 1))),))


def big_plant(rng: np.random.Generator) -> Piece:
    """Potted plant for the floor."""
    return Piece("plant", clutter.plant(rng, height=float(rng.uniform(0.5, 1.4))).solids)


def small_plant(rng: np.random.Generator) -> Piece:
    """Potted plant for a table or a sill."""
    return Piece("plant", clutter.plant(rng, height=float(rng.uniform(0.2, 0.45))).solids)


_MUG, _BOTTLE, _BOWL = _named("cup", clutter.mug), _named("bottle", clutter.bottle), _named("bowl", clutter.bowl)
_PAPERS, _CARTON = _named("papers", clutter.papers), _named("box", clutter.carton)
_CLOTHES, _BLANKET = _named("clothes", clutter.clothes), _named("blanket", clutter.blanket)

ON_TABLES: tuple[Maker, ...] = (
    _MUG, _BOTTLE, _BOWL, _PAPERS, _PAPERS, _CARTON, laptop, book_pile, book_pile, box, printer, pot, small_plant,
    _named("plate", clutter.plate), furnishings.table_lamp, backpack, _CLOTHES, toy, furnishings.monitor,
)  # fmt: skip
ON_SEATS: tuple[Maker, ...] = (_CLOTHES, _CLOTHES, _BLANKET, towel, towel, backpack, _PAPERS, toy, laptop, book_pile)
ON_FLOOR: tuple[Maker, ...] = (
    box, box, backpack, suitcase, bin_, big_plant, toy, book_pile, _CLOTHES, _named("shoes", clutter.shoes),
    _named("bag", clutter.bag), _named("basket", clutter.basket), _named("computer", clutter.computer),
)  # fmt: skip
"""What lies about, by where it lies."""
