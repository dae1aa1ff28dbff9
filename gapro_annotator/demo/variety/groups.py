"""Things that belong together, each group in a frame of its own: back at +y, on the floor, around the origin."""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from gapro_annotator.demo import clutter, furnishings, furniture
from gapro_annotator.demo.materials import bright, wood
from gapro_annotator.demo.solids import Piece, block, cushioned
from gapro_annotator.demo.variety import fittings, seating
from gapro_annotator.demo.variety.stage import Stage, moved, stretched

Group: TypeAlias = Callable[[np.random.Generator], list[Piece]]


def dining(rng: np.random.Generator) -> list[Piece]:
    """A table with chairs or stools or benches, most of them pushed under it."""
    wide, deep = float(rng.uniform(0.7, 2.2)), float(rng.uniform(0.65, 1.1))
    stage = Stage()
    stage.put(seating.any_table(rng, float(rng.uniform(0.7, 0.78)), wide, deep))
    alike = int(rng.integers(1 << 30))
    count = max(1, int(wide / 0.62))
    for side in (-1, 1):
        for number in range(count):
            x = (number + 0.5 - count / 2) * min(0.7, wide / count)
            if rng.random() < 0.85:
                _pull_up(
                    rng, stage, seating.a_chair(rng, np.random.default_rng(alike)), x=x, edge=side * deep / 2, side=side
                )
    if rng.random() < 0.4:
        seat = moved(seating.a_chair(rng, np.random.default_rng(alike)), 0, 0, yaw=-np.pi / 2)
        stage.offer(moved(seat, wide / 2 + float(rng.uniform(0.1, 0.35)), 0))
    return stage.pieces


def _pull_up(rng: np.random.Generator, stage: Stage, seat: list[Piece], *, x: float, edge: float, side: int) -> None:
    """Push a chair in as far as it goes, or leave it somewhere on the way."""
    yaw = (np.pi if side < 0 else 0.0) + float(rng.normal(0, 0.12 if rng.random() < 0.7 else 0.6))
    for off in np.arange(float(rng.uniform(-0.12, 0.25)), 0.8, 0.06):
        if stage.offer(moved(seat, x, edge + side * float(off), yaw=yaw)):
            return


def meeting(rng: np.random.Generator) -> list[Piece]:
    """Rows of small tables with a chair each, as in a class room."""
    stage = Stage()
    alike = int(rng.integers(1 << 30))
    for row in range(int(rng.integers(1, 4))):
        for column in range(int(rng.integers(1, 4))):
            shape = np.random.default_rng(alike)
            desk = moved(seating.any_table(shape, 0.74, 1.2, 0.6, "desk"), column * 1.25, row * 1.5)
            if stage.offer(desk):
                seat = seating.a_chair(rng, shape)
                _pull_up(rng, stage, seat, x=column * 1.25, edge=row * 1.5 - 0.3, side=-1)
    return stage.pieces


def lounge(rng: np.random.Generator) -> list[Piece]:
    """A sofa with cushions and throws, a low table, armchairs, a rug."""
    stage, scale = Stage(), rng.uniform(0.9, 1.1, 3)
    if rng.random() < 0.35:
        length, chaise = float(rng.uniform(1.9, 2.6)), float(rng.uniform(1.5, 2.0))
        corner = furniture.corner_sofa(length, chaise, 0.86, clutter.fabric(rng, pale=0.4))
        main = corner.placed(length / 2, 0.43, yaw=np.pi)
    else:
        main = seating.sofa(rng, int(rng.integers(2, 4)))
    stage.put([stretched(main, scale)])
    for _ in range(int(rng.integers(0, 5))):
        x, y = float(rng.uniform(-0.8, 0.8)), float(rng.uniform(-0.1, 0.1))
        loose = furnishings.cushion(rng, lean=float(rng.uniform(0.2, 0.6)))
        stage.offer([loose.placed(x, y, float(rng.uniform(0.42, 0.46)), yaw=float(rng.normal(0, 0.3)))])
    front = float(stage.pieces[0].bounds()[0][1])
    high, wide, deep = float(rng.uniform(0.35, 0.5)), float(rng.uniform(0.5, 1.2)), float(rng.uniform(0.45, 0.7))
    if rng.random() < 0.8:
        low_table = seating.any_table(rng, high, wide, deep)
        stage.offer(moved(low_table, float(rng.uniform(-0.3, 0.3)), front - float(rng.uniform(0.4, 0.8))))
    for side in (-1, 1):
        if rng.random() < 0.4:
            chair = seating.sofa(rng, 1) if rng.random() < 0.5 else seating.recliner(rng)
            turned = side * float(rng.uniform(0.6, 1.9))
            stage.offer([chair.placed(side * -1.3, front - float(rng.uniform(0.6, 1.0)), yaw=turned)])
    if rng.random() < 0.6:
        stage.offer([furnishings.floor_lamp(rng).placed(float(rng.choice([-1, 1])) * 1.4, 0.2)])
    if rng.random() < 0.6:
        stage.put([rug(rng, 0.0, front - 0.5)])
    return stage.pieces


def rug(rng: np.random.Generator, x: float, y: float) -> Piece:
    """A rug, under whatever stands there."""
    size = rng.uniform([0.9, 0.7, 0.006], [2.4, 1.7, 0.02])
    return Piece("rug", (block((size[0], size[1], size[2]), (x, y, 0), bright(rng, "stripes")),))


def sleeping(rng: np.random.Generator) -> list[Piece]:
    """A bed with pillows and a throw, and what stands beside it."""
    if rng.random() < 0.12:
        return [fittings.bunk(rng)]
    width, stage = float(rng.choice([0.9, 1.2, 1.4, 1.6, 1.8])), Stage()
    stage.put([stretched(furniture.bed(rng, width), rng.uniform([1, 0.92, 0.8], [1, 1.05, 1.15]))])
    top = float(max(s.bounds()[1][2] for s in stage.pieces[0].solids if s.shape == "ellipsoid"))
    for side in (-1, 1) if width > 1.3 else (0,):
        place = side * width / 4 + float(rng.normal(0, 0.03)), float(rng.uniform(0.55, 0.7))
        stage.offer([furnishings.pillow(rng).placed(*place, top - 0.02, yaw=float(rng.normal(0, 0.25)))])
    if rng.random() < 0.5:
        heap = clutter.bed_throw(rng, width).placed(0, float(rng.uniform(-0.7, -0.2)), top - 0.51)
        stage.put([Piece("blanket", heap.solids)])
    for side in (-1, 1):
        if rng.random() < 0.6:
            at = side * (width / 2 + float(rng.uniform(0.26, 0.4))), float(rng.uniform(0.7, 0.85))
            stand = fittings.nightstand(rng)
            if stage.offer([stand.placed(*at)]) and rng.random() < 0.6:
                stage.offer([furnishings.table_lamp(rng).placed(*at, float(stand.bounds()[1][2]))])
    return stage.pieces


def working(rng: np.random.Generator) -> list[Piece]:
    """A desk with screens, keyboard and lamp, and a chair before it."""
    stage, kind = Stage(), rng.random()
    wide, deep = float(rng.uniform(1.0, 1.8)), float(rng.uniform(0.55, 0.8))
    if kind < 0.3:
        stage.put([fittings.corner_desk(rng)])
    elif kind < 0.6:
        stage.put([furniture.desk(rng, wide, deep, float(rng.uniform(0.71, 0.77)))])
    else:
        stage.put(seating.any_table(rng, float(rng.uniform(0.71, 0.77)), wide, deep, "desk"))
    low, high = stage.pieces[0].bounds()
    top = float(stage.pieces[0].solids[0].bounds()[1][2])
    for x in (0.0,) if rng.random() < 0.6 else (-0.32, 0.32):
        stage.offer([furnishings.monitor(rng).placed(x, 0.08, top, yaw=float(rng.normal(0, 0.2)))])
    keys = block((0.43, 0.14, 0.02), (float(rng.normal(0, 0.05)), -0.16, top), bright(rng))
    stage.put([Piece("keyboard", (keys,))])
    if rng.random() < 0.5:
        stage.offer([furnishings.desk_lamp(rng).placed(float(low[0]) + 0.2, 0.12, top, yaw=0.4)])
    if rng.random() < 0.5:
        stage.offer([Piece("computer", clutter.computer(rng).solids).placed(float(high[0]) - 0.35, 0.0)])
    seat = [furniture.office_chair(rng)] if rng.random() < 0.65 else seating.a_chair(rng)
    _pull_up(rng, stage, seat, x=float(rng.uniform(-0.2, 0.2)), edge=-deep / 2, side=-1)
    return stage.pieces


def bookcase(rng: np.random.Generator) -> list[Piece]:
    """A shelf with books and odds and ends on its boards."""
    width, height = float(rng.uniform(0.5, 1.3)), float(rng.uniform(0.8, 2.1))
    boards = max(2, round(height / 0.36))
    pieces = [furniture.shelf(width, height, boards, wood(rng, pale=0.5))]
    headroom = (height - 0.115) / boards - 0.025
    for level in furniture.shelf_levels(height, boards):
        kind, long = rng.random(), float(rng.uniform(0.4, 0.95)) * (width - 0.12)
        shift = float(rng.uniform(-0.5, 0.5)) * (width - 0.12 - long)
        if kind < 0.5:
            pieces.append(furnishings.book_row(rng, max(0.2, long - 0.06), headroom).placed(shift, 0, level))
        elif kind < 0.8:
            pieces.append(Piece("things", clutter.odds_and_ends(rng, max(0.2, long), headroom).solids))
            pieces[-1] = pieces[-1].placed(shift, 0, level)
    return [p for p in pieces if p.solids]


def single(maker: Callable[[np.random.Generator], Piece], spread: float = 0.12) -> Group:
    """A thing of its own, a little wider or flatter each time."""

    def make(rng: np.random.Generator) -> list[Piece]:
        return [stretched(maker(rng), rng.uniform(1 - spread, 1 + spread, 3))]

    return make


def television(rng: np.random.Generator) -> list[Piece]:
    """A screen on a low cabinet."""
    low = stretched(fittings.dresser(rng), np.array([1.2, 0.9, 0.5]))
    screen = stretched(furnishings.monitor(rng), rng.uniform([1.2, 1, 1.2], [2.0, 1, 1.9]))
    return [low, Piece("tv", screen.solids).placed(0, 0, float(low.bounds()[1][2]))]


def mattress(rng: np.random.Generator) -> Piece:
    """A mattress on the floor."""
    return Piece("mattress", (cushioned((0.9, 1.95, 0.2), (0, 0, 0), clutter.fabric(rng, pale=0.6), bulge=2.6),))
