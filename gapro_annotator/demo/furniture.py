"""The large furniture. Each thing stands on its origin, looks towards -y and has its back at +y; metres."""

import numpy as np

from gapro_annotator.demo.materials import PALE, Material, bright, fabric, metal, pick, wood
from gapro_annotator.demo.solids import Piece, Solid, block, cushioned, cylinder, turn

_ALONG_X = (1.0, 0.0, 0.0)
_ALONG_Z = (0.0, 0.0, 1.0)


def legs(width: float, depth: float, height: float, material: Material, thickness: float = 0.045) -> list[Solid]:
    """Four legs under the corners of a rectangle."""
    x, y = (width - thickness) / 2, (depth - thickness) / 2
    return [block((thickness, thickness, height), (sx * x, sy * y, 0), material) for sx in (-1, 1) for sy in (-1, 1)]


def chair(rng: np.random.Generator, frame: Material, seat: Material, *, slats: bool) -> Piece:
    """Dining chair, 44 cm wide, without arms, so that it goes under a table."""
    height = float(rng.uniform(0.44, 0.47))
    solids = [*legs(0.42, 0.42, height - 0.04, frame, 0.04), cushioned((0.44, 0.44, 0.06), (0, 0, height - 0.04), seat)]
    # The back leans away from the sitter by some degrees.
    lean = turn(_ALONG_X, -0.12)
    top = float(rng.uniform(0.40, 0.48))
    solids += [block((0.035, 0.03, top), (side * 0.195, 0.195, height), frame, rotation=lean) for side in (-1, 1)]
    if slats:
        for share in (0.35, 0.6, 0.85):
            at = (0.0, 0.195 + 0.12 * share * top, height + share * top - 0.03)
            solids.append(block((0.36, 0.02, 0.07), at, frame, rotation=lean))
    else:
        solids.append(
            block((0.36, 0.035, 0.6 * top), (0, 0.195 + 0.03 * top, height + 0.35 * top), seat, rotation=lean)
        )
    return Piece("chair", tuple(solids))


def office_chair(rng: np.random.Generator) -> Piece:
    """Swivel chair on a star of five legs."""
    black, cloth = Material((48, 48, 52)), fabric(rng, pale=0.1)
    solids = [cylinder(0.03, 0.36, (0, 0, 0.08), metal(rng))]
    for number in range(5):
        yaw = turn(_ALONG_Z, number * 2 * np.pi / 5)
        x, y, _ = yaw @ np.array([0.15, 0.0, 0.0])
        solids.append(block((0.3, 0.04, 0.035), (float(x), float(y), 0.055), black, rotation=yaw))
        x, y, _ = yaw @ np.array([0.28, 0.0, 0.0])
        solids.append(cylinder(0.028, 0.055, (float(x), float(y), 0.0), black))
    solids.append(cushioned((0.48, 0.47, 0.09), (0, 0, 0.43), cloth))
    solids.append(block((0.06, 0.03, 0.25), (0, 0.24, 0.42), black))
    solids.append(cushioned((0.44, 0.07, 0.5), (0, 0.23, 0.6), cloth, bulge=1.4, rotation=turn(_ALONG_X, -0.1)))
    for side in (-1, 1):
        solids.append(block((0.03, 0.04, 0.19), (side * 0.26, 0.05, 0.46), black))
        solids.append(block((0.06, 0.26, 0.03), (side * 0.26, 0.02, 0.65), black))
        solids.append(block((0.12, 0.04, 0.025), (side * 0.2, 0.05, 0.45), black))
    return Piece("chair", tuple(solids))


def table(width: float, depth: float, height: float, material: Material) -> Piece:
    """Table with four legs and an apron under its top."""
    thickness = 0.03
    solids = [block((width, depth, thickness), (0, 0, height - thickness), material)]
    solids += legs(width - 0.06, depth - 0.06, height - thickness, material, 0.055)
    for side in (-1, 1):
        at = (0.0, side * (depth / 2 - 0.06), height - thickness - 0.07)
        solids.append(block((width - 0.16, 0.02, 0.07), at, material))
    return Piece("table", tuple(solids))


def round_table(radius: float, height: float, material: Material) -> Piece:
    """Low round table on a stem."""
    return Piece(
        "table",
        (
            cylinder(radius, 0.03, (0, 0, height - 0.03), material),
            cylinder(0.04, height - 0.05, (0, 0, 0.02), material),
            cylinder(0.6 * radius, 0.025, (0, 0, 0), material),
        ),
    )


def corner_sofa(length: float, chaise: float, depth: float, material: Material) -> Piece:
    """L-shaped sofa whose outer corner is the origin, along +x and +y; seat 43 cm, back 80 cm."""
    back, seat = 0.2, 0.43
    solids = [
        block((length, depth, 0.3), (length / 2, depth / 2, 0), material),
        block((depth, chaise - depth, 0.3), (depth / 2, (chaise + depth) / 2, 0), material),
        block((length, back, 0.5), (length / 2, back / 2, 0.3), material),
        block((back, chaise - back, 0.5), (back / 2, (chaise + back) / 2, 0.3), material),
        block((0.18, depth - back, 0.31), (length - 0.09, (depth + back) / 2, 0.3), material),
    ]
    first, last = depth, length - 0.18
    width = (last - first) / 2
    seats = [(first + width * (i + 0.5), (depth + back) / 2, width, depth - back) for i in range(2)]
    seats.append(((depth + back) / 2, (depth + back) / 2, depth - back, depth - back))
    seats.append(((depth + back) / 2, (chaise + depth) / 2, depth - back, chaise - depth))
    solids += [cushioned((w - 0.01, d - 0.01, seat - 0.29), (x, y, 0.3), material, bulge=1.9) for x, y, w, d in seats]
    return Piece("sofa", tuple(solids))


def bed(rng: np.random.Generator, width: float) -> Piece:
    """Bed with its headboard at +y, on feet, so that things lie under it; mattress top at 47 cm."""
    frame, length = wood(rng), 2.05
    linen, cover = Material(pick(rng, PALE), "fabric"), fabric(rng, pale=0.45)
    # The cover reaches from the pillows over the foot end and hangs down on three sides.
    upper, lower = 0.35, -length / 2 - 0.015
    middle, covered = (upper + lower) / 2, upper - lower
    side = (width + 0.02) / 2
    solids = [
        block((width, length, 0.1), (0, 0, 0.18), frame),
        *legs(width - 0.04, length - 0.04, 0.18, frame, 0.07),
        block((width + 0.04, 0.06, float(rng.uniform(0.85, 1.05))), (0, length / 2 + 0.03, 0.0), frame),
        cushioned((width - 0.04, length - 0.02, 0.2), (0, 0, 0.27), linen, bulge=2.6),
        cushioned((width + 0.04, covered, 0.06), (0, middle, 0.45), cover, bulge=2.6),
        block((0.02, covered, 0.25), (-side, middle, 0.22), cover),
        block((0.02, covered, 0.25), (side, middle, 0.22), cover),
        block((width + 0.02, 0.02, 0.25), (0, lower + 0.005, 0.22), cover),
    ]
    return Piece("bed", tuple(solids))


def desk(rng: np.random.Generator, width: float, depth: float, height: float) -> Piece:
    """Desk with drawers at its right and two legs at its left."""
    material = wood(rng, pale=0.4)
    drawers = Material(material.color, "plain", phase=1.0)
    solids = [
        block((width, depth, 0.03), (0, 0, height - 0.03), material),
        block((0.38, depth - 0.06, 0.56), (width / 2 - 0.21, 0.01, height - 0.59), drawers),
        block((0.36, depth - 0.1, height - 0.59), (width / 2 - 0.21, 0.01, 0), Material((70, 66, 62))),
        block((0.05, 0.05, height - 0.03), (-width / 2 + 0.05, -depth / 2 + 0.05, 0), material),
        block((0.05, 0.05, height - 0.03), (-width / 2 + 0.05, depth / 2 - 0.05, 0), material),
        block((width - 0.45, 0.02, 0.3), (-0.19, depth / 2 - 0.05, height - 0.33), material),
    ]
    for level in (0.12, 0.3, 0.48):
        at = (width / 2 - 0.21, -depth / 2 + 0.03, height - 0.59 + level - 0.03)
        solids.append(block((0.12, 0.025, 0.02), at, metal(rng)))
    return Piece("desk", tuple(solids))


def shelf(width: float, height: float, boards: int, material: Material) -> Piece:
    """Open shelf, 30 cm deep, with a thin back; its boards are `shelf_levels` high."""
    solids = [
        block((0.025, 0.3, height), (-width / 2 + 0.0125, 0, 0), material),
        block((0.025, 0.3, height), (width / 2 - 0.0125, 0, 0), material),
        block((width, 0.008, height), (0, 0.146, 0), material),
        block((width, 0.29, 0.025), (0, 0, height - 0.025), material),
    ]
    solids += [block((width - 0.05, 0.29, 0.025), (0, 0, z - 0.025), material) for z in shelf_levels(height, boards)]
    return Piece("shelf", tuple(solids))


def shelf_levels(height: float, boards: int) -> list[float]:
    """Heights of the tops of a shelf's boards, lowest first."""
    return [0.09 + i * (height - 0.115) / boards for i in range(boards)]


def cabinet(rng: np.random.Generator, width: float, depth: float, height: float) -> Piece:
    """Sideboard or bedside cabinet with doors, on a plinth."""
    body = wood(rng, pale=0.4)
    front = Material(body.color, "doors", phase=0.0)
    solids = [
        block((width - 0.04, depth - 0.06, 0.07), (0, 0.02, 0), Material((66, 60, 55))),
        block((width, depth, height - 0.1), (0, 0, 0.07), front),
        block((width + 0.02, depth + 0.01, 0.03), (0, -0.005, height - 0.03), body),
    ]
    knob = bright(rng)
    for number in range(max(1, round(width / 0.45))):
        x = (number + 0.5) * width / max(1, round(width / 0.45)) - width / 2 + 0.12
        solids.append(block((0.02, 0.03, 0.1), (x, -depth / 2 - 0.01, 0.55 * height), knob))
    return Piece("cabinet", tuple(solids))
