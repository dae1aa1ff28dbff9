"""Homes, offices, kitchens, baths: a room of some theme filled with groups of things."""

from dataclasses import dataclass

import numpy as np

from gapro_annotator.arrays import Float64
from gapro_annotator.demo.solids import Piece, block, turn
from gapro_annotator.demo.variety import fittings, groups, hangings, seating
from gapro_annotator.demo.variety.groups import Group
from gapro_annotator.demo.variety.hangings import WALL_PAINT
from gapro_annotator.demo.variety.stage import Stage, bounds, moved
from gapro_annotator.demo.variety.style import Style

_ANY_FLOOR: tuple[Group, ...] = (
    groups.dining, groups.lounge, groups.single(seating.ottoman), groups.single(seating.beanbag), seating.a_chair,
    groups.single(seating.recliner), groups.single(seating.stool), groups.working,
)  # fmt: skip
_ANY_WALL: tuple[Group, ...] = (
    groups.bookcase, groups.bookcase, groups.single(fittings.cupboard), groups.single(fittings.dresser),
    groups.single(fittings.wardrobe), groups.single(seating.bench), groups.working, seating.a_chair, groups.television,
    groups.single(groups.mattress),
)  # fmt: skip
_THEMES: dict[str, tuple[tuple[Group, ...], tuple[Group, ...]]] = {
    "living": ((groups.dining, groups.lounge), (groups.lounge, groups.bookcase, groups.television)),
    "bedroom": ((groups.single(seating.ottoman),), (groups.sleeping, groups.single(fittings.wardrobe), groups.working)),
    "office": ((groups.working, groups.meeting), (groups.working, groups.working, groups.bookcase)),
    "kitchen": ((groups.dining,), (fittings.kitchen, groups.single(fittings.fridge), groups.single(fittings.washer))),
    "bath": (
        (groups.single(seating.stool),),
        (groups.single(fittings.toilet), groups.single(fittings.bathtub), groups.single(fittings.washbasin)),
    ),
    "meeting": ((groups.meeting, groups.dining), (groups.bookcase,)),
    "mixed": ((groups.dining, groups.lounge), (groups.sleeping, groups.working, fittings.kitchen)),
}
"""Groups that stand free and groups that stand against a wall, the first of each wall first."""
_ON_WALLS: tuple[Group, ...] = (
    hangings.window, hangings.window, hangings.hung_picture, hangings.hung_picture, hangings.board,
    hangings.wall_shelf, hangings.coat_rack, hangings.column,
)  # fmt: skip
_GAP = 0.02


@dataclass(frozen=True, eq=False, slots=True)
class Place:
    """What is scanned: pieces in a room of this size (3,), one corner at the origin, metres."""

    size: Float64
    pieces: tuple[Piece, ...]


def furnish(style: Style, rng: np.random.Generator) -> Place:
    """Fill a room of a drawn theme with furniture, things on the walls, and clutter."""
    theme = list(_THEMES)[int(rng.integers(len(_THEMES)))]
    small = theme == "bath"
    size = rng.uniform([2.0, 1.8, 2.35], [3.2, 2.8, 2.7]) if small else rng.uniform([2.8, 2.6, 2.35], [6.8, 6.0, 3.0])
    stage = Stage(size)
    _corners(rng, stage, size)
    _against_wall(rng, stage, size, hangings.door(rng), tries=8, gap=0.0, straight=True)
    free, walled = _THEMES[theme]
    area = float(size[0] * size[1])
    for number in range(int(np.ceil((1.5 + area / 3.6) * style.home.crowding))):
        choice = walled if number < len(walled) else _ANY_WALL if rng.random() < 0.6 else walled
        group = choice[number % len(choice)] if number < len(walled) else choice[int(rng.integers(len(choice)))]
        _furnish_wall(rng, stage, size, group, style)
    for number in range(int(np.ceil(area / 6 * style.home.crowding))):
        choice = free if number < 2 else _ANY_FLOOR
        _in_the_middle(rng, stage, size, choice[int(rng.integers(len(choice)))], style)
    for _ in range(int(rng.integers(2, 8))):
        hung = _ON_WALLS[int(rng.integers(len(_ON_WALLS)))](rng)
        _against_wall(rng, stage, size, hung, tries=6, gap=0.0, straight=True)
    if rng.random() < 0.4:
        stage.put([groups.rug(rng, *(rng.uniform(0.3, 0.7, 2) * size[:2]))])
    stage.litter(rng, [_whole_floor(size)], 0.35 * style.home.clutter)
    return Place(size, tuple(stage.pieces))


def _corners(rng: np.random.Generator, stage: Stage, size: Float64) -> None:
    """Sometimes a corner is walled off, so that the room is L-shaped."""
    for corner in range(4):
        if rng.random() < 0.12:
            x, y = rng.uniform(0.12, 0.4, 2) * size[:2]
            at = (x / 2 if corner % 2 else size[0] - x / 2, y / 2 if corner // 2 else size[1] - y / 2, 0)
            stage.put([Piece(None, (block((x, y, size[2]), at, WALL_PAINT),))])


def _furnish_wall(rng: np.random.Generator, stage: Stage, size: Float64, group: Group, style: Style) -> None:
    """Stand a group with its clutter against some wall."""
    made = group(rng)
    gap = _GAP + float(rng.exponential(0.04))
    straight = rng.random() > style.home.oblique
    _against_wall(rng, stage, size, made, tries=10, gap=gap, straight=straight, clutter=style.home.clutter)


def _against_wall(
    rng: np.random.Generator,
    stage: Stage,
    size: Float64,
    group: list[Piece],
    *,
    tries: int,
    gap: float,
    straight: bool,
    clutter: float = 0.0,
) -> None:
    """Put a group with its back to a wall where it fits; then litter it."""
    low, high = bounds(group)
    for _ in range(tries):
        wall = int(rng.integers(4))
        wide = size[wall % 2]
        if high[0] - low[0] > wide - 0.1:
            continue
        # Along the wall the group runs from -high to -low, as it looks away from it.
        along = float(rng.uniform(high[0] + 0.03, wide + low[0] - 0.03))
        if rng.random() < 0.3:
            along = float(rng.choice([high[0] + 0.03, wide + low[0] - 0.03]))
        turned = moved(group, 0, 0, yaw=0.0 if straight else float(rng.normal(0, 0.2)))
        backed = moved(turned, along, float(bounds(turned)[1][1]) + gap, yaw=np.pi)
        placed = _at_wall(backed, wall, size)
        if stage.offer(placed):
            _litter_group(rng, stage, placed, clutter)
            return


def _at_wall(pieces: list[Piece], wall: int, size: Float64) -> list[Piece]:
    """Turn what stands at the wall y = 0 to one of the four walls."""
    x, y = ((0.0, 0.0), (size[0], 0.0), (size[0], size[1]), (0.0, size[1]))[wall]
    return moved(pieces, float(x), float(y), yaw=wall * np.pi / 2)


def _in_the_middle(rng: np.random.Generator, stage: Stage, size: Float64, group: Group, style: Style) -> None:
    """Put a group where it fits, square to the walls or not; then litter it."""
    made = group(rng)
    for _ in range(12):
        yaw = float(rng.integers(4)) * np.pi / 2 + float(rng.normal(0, 0.03))
        if rng.random() < style.home.oblique:
            yaw = float(rng.uniform(-np.pi, np.pi))
        x, y = rng.uniform(0.12, 0.88, 2) * size[:2]
        placed = moved(made, float(x), float(y), yaw=yaw)
        if stage.offer(placed, margin=float(rng.choice([0.0, 0.15]))):
            _litter_group(rng, stage, placed, style.home.clutter)
            return


def _litter_group(rng: np.random.Generator, stage: Stage, group: list[Piece], amount: float) -> None:
    """Lay things on some of its pieces; the tidy and the untidy are never quite alike."""
    chosen = [piece for piece in group if rng.random() < 0.8]
    if amount > 0.05:
        stage.litter(rng, chosen, amount * float(rng.uniform(0.4, 1.4)))


def _whole_floor(size: Float64) -> Piece:
    """Stand-in for the floor as what things lie around of."""
    flat = (float(size[0]) - 1, float(size[1]) - 1, 0.01)
    paint = WALL_PAINT
    return Piece(
        None, (block(flat, (float(size[0]) / 2, float(size[1]) / 2, 0), paint, rotation=turn((0, 0, 1.0), 0)),)
    )
