"""What belongs to the walls of a room and has no box: window, door, skirting boards."""

from gapro_annotator.arrays import Float64
from gapro_annotator.demo.materials import METALS, Material
from gapro_annotator.demo.solids import Piece, block


def window(along: tuple[float, float], sill: float) -> Piece:
    """A window in the wall u = 0 with its frame: part of the wall, without a box."""
    frame, glass = Material((240, 240, 238)), Material((196, 216, 232), gloss=0.55)
    width, middle, height = along[1] - along[0], (along[0] + along[1]) / 2, 1.15
    solids = [block((0.012, width, height), (0.006, middle, sill), glass)]
    solids += [block((0.03, 0.05, height), (0.015, v, sill), frame) for v in (along[0], middle, along[1])]
    rails = (sill - 0.03, sill + height - 0.02)
    solids += [block((0.05, width + 0.06, 0.05), (0.025, middle, z), frame) for z in rails]
    return Piece(None, tuple(solids))


def door(reach: float) -> Piece:
    """A door in the wall u = 0: part of the wall, without a box."""
    leaf, frame = Material((222, 214, 200)), Material((240, 238, 232))
    v = reach - 0.75
    solids = [
        block((0.02, 0.84, 2.02), (0.01, v, 0), leaf),
        block((0.05, 0.12, 0.02), (0.05, v - 0.33, 1.03), Material(METALS[1])),
    ]
    solids += [block((0.03, 0.08, 2.08), (0.015, v + side, 0), frame) for side in (-0.46, 0.46)]
    return Piece(None, tuple(solids))


def skirting(size: Float64) -> list[Piece]:
    """Skirting boards along the four walls."""
    paint = Material((236, 234, 228))
    x, y = float(size[0]), float(size[1])
    return [Piece(None, (block((x, 0.012, 0.07), (x / 2, at, 0), paint),)) for at in (0.006, y - 0.006)] + [
        Piece(None, (block((0.012, y, 0.07), (at, y / 2, 0), paint),)) for at in (0.006, x - 0.006)
    ]
