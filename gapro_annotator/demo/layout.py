"""Where the furniture stands: every corner of a room is for living, dining, sleeping or working.

A zone is furnished in the frame of its corner: the origin on the floor in the corner, u along one wall (v = 0), v along
the other (u = 0), both into the room; `reach` metres are free each way.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

import numpy as np

from gapro_annotator.arrays import Float64
from gapro_annotator.demo import built_in, clutter
from gapro_annotator.demo import furnishings as small
from gapro_annotator.demo import furniture as large
from gapro_annotator.demo.materials import METALS, PALE, Material, bright, fabric, pick, wood
from gapro_annotator.demo.solids import Piece, block

Zone: TypeAlias = Callable[[np.random.Generator, float], list[Piece]]

# A piece looks towards -y; these turn its back to the wall v = 0 or u = 0.
_BACK_TO_V = math.pi
_BACK_TO_U = math.pi / 2
_GAP = 0.03
"""Between furniture and wall, so that the skirting board fits."""
_PRESSED = 0.02
"""How far soft things may sink into each other."""


@dataclass(frozen=True, eq=False, slots=True)
class Room:
    """A furnished room: size (3,) float64 in metres, one corner at the origin."""

    size: Float64
    pieces: tuple[Piece, ...]
    floor: Material
    wall: Material


def furnish(rng: np.random.Generator, *, compact: bool) -> Room:
    """Furnish a room with a zone in each corner, or a compact one with two."""
    floor = Material(pick(rng, ((168, 128, 88), (140, 104, 74), (190, 184, 174), (120, 96, 76))), "planks")
    if sum(floor.color) > 520:
        floor = Material(floor.color, "tiles")
    wall = Material(pick(rng, PALE, spread=4))
    half = rng.uniform(2.6, 2.85, 2)
    zones = [living, sleeping, dining, working]
    if compact:
        half[:] = 2.6
        size, corners = np.array([2.6, 4.7, 2.6]), {0: partial(dining, crowded=True), 2: living}
    else:
        size = np.array([2 * half[0], 2 * half[1], 2.6])
        order = rng.permutation(4)
        corners = {corner: zones[order[corner]] for corner in range(4)}
    pieces = built_in.skirting(size)
    for corner, zone in corners.items():
        reach = half[corner % 2]
        x, y = (0.0, 0.0) if corner == 0 else (size[0], 0.0) if corner == 1 else (size[0], size[1])
        x, y = (0.0, size[1]) if corner == 3 else (x, y)
        yaw = corner * math.pi / 2
        pieces += [piece.placed(float(x), float(y), yaw=yaw) for piece in zone(rng, float(reach))]
    return Room(size, _without_collisions(pieces), floor, wall)


def living(rng: np.random.Generator, reach: float) -> list[Piece]:
    """Furnish a corner with a sofa with cushions around a low table."""
    length, chaise, depth = min(reach - 0.5, rng.uniform(2.05, 2.3)), rng.uniform(1.7, 1.95), 0.86
    pieces = [large.corner_sofa(length, chaise, depth, fabric(rng, pale=0.4)).placed(_GAP, _GAP)]
    seat, lean = 0.42, 0.35
    against = _GAP + 0.2 + 0.18
    for u in (0.6, length - 0.44):
        loose, twist = small.cushion(rng, lean=lean), rng.uniform(-0.1, 0.1)
        pieces.append(loose.placed(u + rng.uniform(-0.02, 0.02), against, seat, yaw=_BACK_TO_V + twist))
    loose = small.cushion(rng, lean=lean)
    pieces.append(loose.placed(against, chaise - 0.32, seat, yaw=_BACK_TO_U + rng.uniform(-0.1, 0.1)))
    pieces.append(clutter.blanket(rng).placed(0.6, 0.93, 0.42, yaw=rng.uniform(-0.4, 0.4)))
    throw = clutter.sofa_throw(rng, 0.5, depth)
    pieces.append(throw.placed(1.14, _GAP))

    u, v, high = 1.5 + rng.uniform(-0.03, 0.05), 1.44 + rng.uniform(-0.03, 0.05), rng.uniform(0.36, 0.42)
    if rng.random() < 0.5:
        low_table, room_on_it = large.round_table(0.34, high, wood(rng)), 0.2
    else:
        low_table, room_on_it = large.table(0.7, 0.5, high, wood(rng)), 0.17
    pieces.append(low_table.placed(u, v, yaw=rng.uniform(-0.5, 0.5)))
    on_it = (u - room_on_it, v - room_on_it, u + room_on_it, v + room_on_it)
    pieces += scatter(rng, on_it, high, 4, clutter.TABLE_CLUTTER)
    pieces.append(_rug(rng, (1.0, 1.0, reach - 0.15, reach - 0.3)))
    pieces.append(small.floor_lamp(rng).placed(length + _GAP + 0.22, 0.28))
    pieces += _hung(rng, length / 2, 1.3, (0.9, 0.6))
    pieces.append(built_in.window((0.6, 1.7), 0.95))
    if chaise + 0.75 < reach:
        pieces.append(clutter.plant(rng, height=rng.uniform(0.6, 0.9)).placed(0.36, chaise + 0.42))
    pieces += scatter(rng, (1.3, 2.05, 2.0, 2.2), 0.008, 2, (clutter.bag, clutter.shoes, clutter.pouf))
    return pieces


def dining(rng: np.random.Generator, reach: float, *, crowded: bool = False) -> list[Piece]:
    """Furnish a corner with a table with chairs pushed under it, not quite square to the walls, and a sideboard."""
    u, v = 1.24, 1.62
    yaw = rng.choice([-1, 1]) * rng.uniform(0.14, 0.32)
    pieces = [piece.placed(u, v, yaw=yaw) for piece in _laid_table(rng, crowded=crowded)]
    wide, tall = rng.uniform(1.2, 1.5), rng.uniform(0.72, 0.82)
    pieces.append(large.cabinet(rng, wide, 0.38, tall).placed(u, _GAP + 0.19, yaw=_BACK_TO_V))
    on_it = (u - wide / 2 + 0.2, 0.2, u + wide / 2 - 0.6, 0.25)
    pieces += scatter(rng, on_it, tall, 3, (*clutter.TABLE_CLUTTER, clutter.carton))
    pieces.append(clutter.plant(rng, height=0.4).placed(u + wide / 2 - 0.24, _GAP + 0.22, tall))
    pieces += _hung(rng, u - 0.15, 1.25, (0.6, 0.8))
    pieces.append(built_in.door(reach))
    return pieces


def _laid_table(rng: np.random.Generator, *, crowded: bool) -> list[Piece]:
    """Return a dining table with four chairs, or five, and what lies on and under it, about the origin."""
    width, depth, high = rng.uniform(1.4, 1.55), rng.uniform(0.84, 0.92), rng.uniform(0.73, 0.76)
    pieces = [large.table(width, depth, high, wood(rng))]
    frame, seat, slats = wood(rng), fabric(rng), bool(rng.random() < 0.5)
    for side in (-1, 1):
        for x in (-0.33, 0.33):
            # Most chairs are pushed in; towards the room some are left standing off.
            pushed = rng.uniform(0.05, 0.22) if side < 0 or rng.random() < 0.7 else rng.uniform(-0.15, 0.0)
            turned = (math.pi if side < 0 else 0.0) + rng.uniform(-0.08, 0.08)
            place = x + rng.uniform(-0.03, 0.03), side * (depth / 2 + 0.2 - pushed)
            chair = large.chair(rng, frame, seat, slats=slats)
            pieces.append(chair.placed(*place, yaw=turned))
            if not crowded and rng.random() < 0.5:
                pieces.append(clutter.jacket(rng, chair).placed(*place, yaw=turned))
    if crowded or rng.random() < 0.4:
        chair = large.chair(rng, frame, seat, slats=slats)
        pieces.append(chair.placed(width / 2 + 0.24, 0, yaw=-math.pi / 2 + rng.uniform(-0.1, 0.1)))
    mat = bright(rng, "fabric")
    mats = tuple(block((0.44, 0.32, 0.006), (x, y, high), mat) for x in (-0.36, 0.36) for y in (-0.24, 0.24))
    pieces.append(Piece(None, mats))
    x, y, high = width / 2 - 0.2, depth / 2 - 0.2, high + 0.004
    pieces += scatter(rng, (-x, -y, x, y), high, 9, (*clutter.TABLE_CLUTTER, clutter.plate, clutter.plate))
    pieces += scatter(rng, (-0.3, -0.06, 0.3, 0.06), 0.0, 2, (clutter.carton, clutter.bag))
    return pieces


def sleeping(rng: np.random.Generator, reach: float) -> list[Piece]:
    """Furnish a corner with a bed with pillows, a cabinet with a lamp beside it, and things under it."""
    width = rng.uniform(1.4, 1.55)
    u, v = 0.62 + width / 2, _GAP + 0.06 + 1.025
    pieces = [large.bed(rng, width).placed(u, v, yaw=_BACK_TO_V)]
    for side in (-1, 1):
        place = u + side * 0.36 + rng.uniform(-0.02, 0.02), _GAP + 0.06 + 0.28 + rng.uniform(0, 0.05)
        pieces.append(small.pillow(rng).placed(*place, 0.48, yaw=_BACK_TO_V + rng.uniform(-0.12, 0.12)))
    pieces.append(clutter.bed_throw(rng, width).placed(u, v + 0.62, yaw=_BACK_TO_V))
    heap = clutter.blanket if rng.random() < 0.5 else clutter.clothes
    pieces.append(heap(rng).placed(u + rng.uniform(-0.3, 0.0), v + 0.6, 0.515, yaw=rng.uniform(0, 3)))
    pieces += scatter(
        rng, (u - 0.35, v - 0.25, u + 0.35, v + 0.1), 0.5, 2, (clutter.clothes, clutter.papers, clutter.bag)
    )
    for at in (0.32, u + width / 2 + 0.3):
        if at + 0.25 < reach:
            pieces.append(large.cabinet(rng, 0.46, 0.4, 0.5).placed(at, _GAP + 0.2, yaw=_BACK_TO_V))
            on_it = small.table_lamp if at < 0.5 else clutter.bowl
            pieces.append(on_it(rng).placed(at + 0.04, _GAP + 0.17, 0.5))
            pieces.append(clutter.mug(rng).placed(at - 0.16, _GAP + 0.3, 0.5))
    edge = u + width / 2 - 0.16
    pieces += scatter(
        rng, (edge - 0.05, 0.75, edge + 0.05, 1.75), 0.0, 3, (clutter.carton, clutter.carton, clutter.shoes)
    )
    pieces += scatter(rng, (u - 0.4, 1.9, u + 0.2, 1.95), 0.0, 2, (clutter.carton, clutter.shoes))
    pieces += scatter(rng, (0.3, 0.9, 0.36, 1.9), 0.0, 1, (clutter.shoes, clutter.basket))
    pieces.append(_rug(rng, (edge + 0.3, 0.7, max(edge + 0.85, reach - 0.1), 2.1)))
    pieces += _hung(rng, u, 1.3, (0.8, 0.5))
    pieces.append(built_in.window((0.9, 1.9), 0.9))
    return pieces


def working(rng: np.random.Generator, reach: float) -> list[Piece]:
    """Furnish a corner with a desk with a monitor, a swivel chair and a shelf with books."""
    width, depth, high = rng.uniform(1.25, 1.45), rng.uniform(0.62, 0.7), rng.uniform(0.73, 0.76)
    u, v = 0.72 + width / 2, _GAP + depth / 2
    pieces = [large.desk(rng, width, depth, high).placed(u, v, yaw=_BACK_TO_V)]
    pieces.append(small.monitor(rng).placed(u + 0.1, 0.24, high, yaw=_BACK_TO_V + rng.uniform(-0.1, 0.1)))
    pieces.append(small.desk_lamp(rng).placed(u - width / 2 + 0.16, 0.2, high, yaw=_BACK_TO_V + 0.5))
    mat = block((0.82, 0.36, 0.005), (0, 0, 0), fabric(rng))
    keyboard = block((0.42, 0.13, 0.02), (0, 0, 0.005), Material(pick(rng, METALS)))
    pieces.append(Piece(None, (mat, keyboard)).placed(u + 0.1, depth - 0.17, high))
    pieces.append(clutter.computer(rng).placed(u + width / 2 - 0.17, 0.36))
    pieces += scatter(rng, (u - width / 2 + 0.2, 0.45, u - 0.24, depth - 0.12), high, 2, clutter.DESK_CLUTTER)
    pieces += scatter(rng, (u + width / 2 - 0.2, 0.2, u + width / 2 - 0.15, 0.5), high, 2, clutter.DESK_CLUTTER)
    swivel = large.office_chair(rng)
    seat = v + depth / 2 + rng.uniform(0.12, 0.3)
    chair = swivel.placed(u + 0.14, seat, yaw=rng.uniform(-0.3, 0.3))
    pieces.append(chair)
    pieces += _bookcase(rng)
    pieces.append(clutter.carton(rng).placed(0.75, float(chair.bounds()[1][1]) + 0.3, yaw=rng.uniform(0, 3)))
    pieces += _hung(rng, u, 1.4, (0.7, 0.5))
    if reach > width + 1.1:
        pieces.append(clutter.plant(rng, height=0.8).placed(reach - 0.2, 0.35))
    else:
        pieces.append(clutter.basket(rng).placed(u + width / 2 + 0.22, 0.3))
    return pieces


def _bookcase(rng: np.random.Generator) -> list[Piece]:
    """A shelf at the wall u = 0 with books on most boards and odds and ends on the others."""
    width, height, boards = rng.uniform(0.85, 1.0), rng.uniform(1.7, 1.95), 5
    u, v = _GAP + 0.15, 1.28
    pieces = [large.shelf(width, height, boards, wood(rng, pale=0.5)).placed(u, v, yaw=_BACK_TO_U)]
    room = (height - 0.115) / boards - 0.025
    boxed = rng.permutation(boards)[: int(rng.integers(1, 3))]
    for number, level in enumerate(large.shelf_levels(height, boards)):
        long = rng.uniform(0.6, 0.9) * (width - 0.1)
        side = rng.choice([-1, 1])
        shift = (width - 0.1 - long) / 2 * side
        row = small.book_row(rng, long, room) if number in boxed else clutter.odds_and_ends(rng, long, room)
        pieces.append(row.placed(shift, 0, level).placed(u, v, yaw=_BACK_TO_U))
    pieces.append(clutter.carton(rng).placed(u, v, height, yaw=math.pi / 2))
    return pieces


def scatter(
    rng: np.random.Generator,
    area: tuple[float, float, float, float],
    height: float,
    count: int,
    makers: tuple[clutter.Maker, ...],
) -> list[Piece]:
    """Put clutter down in a rectangle (u, v, u, v), clear of each other; as many as fit within some tries."""
    placed: list[Piece] = []
    for _ in range(8 * count):
        piece = makers[int(rng.integers(len(makers)))](rng)
        spot = piece.placed(rng.uniform(area[0], area[2]), rng.uniform(area[1], area[3]), height)
        if not any(overlaps(spot, other, 0.01) for other in placed):
            placed.append(spot)
        if len(placed) == count:
            break
    return placed


def overlaps(a: Piece, b: Piece, margin: float = 0.0) -> bool:
    """Say whether the boxes around two pieces come closer than `margin` metres."""
    (low_a, high_a), (low_b, high_b) = a.bounds(), b.bounds()
    return bool((low_a < high_b + margin).all() and (low_b < high_a + margin).all())


def _without_collisions(pieces: list[Piece]) -> tuple[Piece, ...]:
    """Leave out what lies on the floor without a box and would stand in a piece of furniture."""
    furniture = [solid.bounds() for piece in pieces if piece.class_name for solid in piece.solids]
    lower, upper = np.array([low for low, _ in furniture]), np.array([high for _, high in furniture])

    def stands_free(piece: Piece) -> bool:
        if piece.class_name or piece.bounds()[0][2] > _PRESSED:
            return True
        return not any(
            ((low + _PRESSED < upper) & (lower + _PRESSED < high)).all(axis=1).any()
            for low, high in (solid.bounds() for solid in piece.solids)
        )

    return tuple(piece for piece in pieces if stands_free(piece))


def _hung(rng: np.random.Generator, u: float, height: float, size: tuple[float, float]) -> list[Piece]:
    """Return a picture on the wall v = 0, or none: half the walls are bare."""
    scale = rng.uniform(0.9, 1.1)
    if rng.random() < 0.5:
        return []
    return [small.picture(rng, scale * size[0], scale * size[1]).placed(u, 0.0, height, yaw=_BACK_TO_V)]


def _rug(rng: np.random.Generator, area: tuple[float, float, float, float]) -> Piece:
    size = (area[2] - area[0], area[3] - area[1], 0.008)
    return Piece(None, (block(size, ((area[0] + area[2]) / 2, (area[1] + area[3]) / 2, 0), bright(rng, "stripes")),))
