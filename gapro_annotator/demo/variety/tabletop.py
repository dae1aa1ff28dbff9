"""Small things on a table, seen from one side: boxes, balls, bowls, books, bottles, alone, leaning, stacked."""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from gapro_annotator.demo.materials import BRIGHTS, FABRICS, METALS, PALE, Material, Texture, pick
from gapro_annotator.demo.solids import Piece, Solid, block, cushioned, cylinder, ellipsoid, turn
from gapro_annotator.demo.variety.rooms import Place
from gapro_annotator.demo.variety.stage import Stage, bounds

Maker: TypeAlias = Callable[[np.random.Generator], Piece]

_NAME = "object"
_ALONG_X = (1.0, 0.0, 0.0)
_ALONG_Y = (0.0, 1.0, 0.0)
HEIGHT = 0.75
"""Of the table, metres."""


def _paint(rng: np.random.Generator) -> Material:
    """Any colour, plain or printed."""
    textures: tuple[Texture, ...] = ("plain", "plain", "stripes", "fabric", "painting", "wood")
    body = pick(rng, (*BRIGHTS, *PALE, *FABRICS, *METALS), spread=25)
    texture = textures[int(rng.integers(len(textures)))]
    return Material(body, texture, pick(rng, BRIGHTS), phase=float(rng.uniform(0, 9)), gloss=float(rng.uniform(0, 0.2)))


def _carton(rng: np.random.Generator) -> Piece:
    """Packet or box, standing or lying."""
    size = rng.permutation(rng.uniform([0.04, 0.06, 0.08], [0.1, 0.2, 0.3]))
    return Piece(_NAME, (block((size[0], size[1], size[2]), (0, 0, 0), _paint(rng)),))


def _tin(rng: np.random.Generator) -> Piece:
    """Tin or cup, perhaps with a handle; perhaps lying."""
    radius, high, paint = float(rng.uniform(0.03, 0.07)), float(rng.uniform(0.06, 0.25)), _paint(rng)
    if rng.random() < 0.2:
        lying = turn(_ALONG_X, np.pi / 2)
        return Piece(_NAME, (cylinder(radius, high, (0, high / 2, radius), paint, rotation=lying),))
    handle = block((0.03, 0.012, 0.5 * high), (radius + 0.01, 0, 0.25 * high), paint)
    body = cylinder(radius, high, (0, 0, 0), paint)
    return Piece(_NAME, (body, handle) if rng.random() < 0.4 else (body,))


def _ball(rng: np.random.Generator) -> Piece:
    """Ball, fruit or egg."""
    size = float(rng.uniform(0.05, 0.16)) * rng.uniform([0.8, 0.8, 0.8], [1.2, 1.2, 1.1])
    return Piece(_NAME, (ellipsoid((size[0], size[1], size[2]), (0, 0, 0), _paint(rng)),))


def _bowl(rng: np.random.Generator) -> Piece:
    """Bowl or plate as a ring of leaning boards around a bottom."""
    radius, high, paint, count = float(rng.uniform(0.06, 0.12)), float(rng.uniform(0.03, 0.08)), _paint(rng), 14
    solids: list[Solid] = [cylinder(0.75 * radius, 0.01, (0, 0, 0), paint)]
    for number in range(count):
        yaw = turn((0.0, 0.0, 1.0), number * 2 * np.pi / count)
        lean = yaw @ turn(_ALONG_Y, 0.45)
        x, y, _ = yaw @ np.array([0.72 * radius, 0.0, 0.0])
        width = 2.1 * np.pi * radius / count
        solids.append(block((0.008, width, high), (float(x), float(y), 0.0), paint, rotation=lean))
    return Piece(_NAME, tuple(solids))


def _bottle(rng: np.random.Generator) -> Piece:
    """Bottle with a shoulder and a neck, or a spray can."""
    r, high, paint = float(rng.uniform(0.025, 0.05)), float(rng.uniform(0.12, 0.2)), _paint(rng)
    squash = float(rng.choice([1.0, 0.6]))
    return Piece(
        _NAME,
        (
            cylinder(r, high, (0, 0, 0), paint, squash=squash),
            ellipsoid((2 * r, 2 * r * squash, 1.6 * r), (0, 0, high - 0.8 * r), paint),
            cylinder(0.4 * r, 0.07, (0, 0, high + 0.3 * r), _paint(rng)),
        ),
    )


def _book(rng: np.random.Generator) -> Piece:
    """Book, magazine or tray lying flat."""
    size = rng.uniform([0.11, 0.16, 0.008], [0.22, 0.3, 0.05])
    return Piece(_NAME, (block((size[0], size[1], size[2]), (0, 0, 0), _paint(rng)),))


def _soft(rng: np.random.Generator) -> Piece:
    """Bag, cloth or soft toy."""
    size = rng.uniform([0.1, 0.08, 0.04], [0.25, 0.2, 0.14])
    paint = _paint(rng)
    lump = ellipsoid((0.5 * size[0], 0.6 * size[1], 0.5 * size[2]), (0.1 * size[0], 0, 0.7 * size[2]), paint)
    return Piece(_NAME, (cushioned((size[0], size[1], size[2]), (0, 0, 0), paint, bulge=1.3), lump))


def _tool(rng: np.random.Generator) -> Piece:
    """Something with a head and a handle: drill, pan, lamp."""
    paint, long = _paint(rng), float(rng.uniform(0.12, 0.25))
    head = cylinder(float(rng.uniform(0.03, 0.09)), float(rng.uniform(0.03, 0.08)), (0, 0, 0), paint)
    return Piece(_NAME, (head, block((long, 0.025, 0.03), (long / 2, 0, 0.02), _paint(rng))))


def _crate(rng: np.random.Generator) -> Piece:
    """Open box, tray or drawer."""
    size, paint = rng.uniform([0.14, 0.12, 0.04], [0.32, 0.24, 0.16]), _paint(rng)
    w, d, h = size.tolist()
    solids = [block((w, d, 0.008), (0, 0, 0), paint)]
    solids += [block((w, 0.006, h), (0, side * (d / 2 - 0.003), 0), paint) for side in (-1, 1)]
    solids += [block((0.006, d, h), (side * (w / 2 - 0.003), 0, 0), paint) for side in (-1, 1)]
    return Piece(_NAME, tuple(solids))


_MAKERS: tuple[Maker, ...] = (
    _carton,
    _carton,
    _carton,
    _carton,
    _crate,
    _tin,
    _tin,
    _ball,
    _bowl,
    _bottle,
    _book,
    _soft,
    _tool,
)


def lay_table(rng: np.random.Generator) -> Place:
    """A table without a room, with 2 to 16 things in one or a few clusters."""
    size = np.array([4.0, 4.0, 3.0])
    paint = Material(
        pick(rng, (*PALE, (150, 108, 70), (186, 146, 100), (120, 122, 126), (60, 58, 56)), spread=20), "wood"
    )
    half = rng.uniform([0.45, 0.4], [0.75, 0.65])
    middle = (2.0, 2.0, HEIGHT - 0.03)
    table = Piece(None, (block((2 * half[0], 2 * half[1], 0.03), middle, paint),))
    stage = Stage(size)
    stage.put([table])
    count, spread = int(rng.integers(2, 17)), float(rng.uniform(0.18, 0.75))
    yaw, stacked, pushed = float(rng.uniform(-np.pi, np.pi)), float(rng.uniform(0, 0.35)), float(rng.uniform(0.15, 0.7))
    for _ in range(2 * count):
        if len(stage.pieces) > count:
            break
        made = _MAKERS[int(rng.integers(len(_MAKERS)))](rng)
        kind = rng.random()
        put = kind < stacked and _stack(rng, stage, made)
        put = put or (rng.random() < 0.5 and _put_in(rng, stage, made))
        put = put or (kind < stacked + pushed and _push_against(rng, stage, made))
        put = put or (kind < stacked + pushed + 0.15 and _lean(rng, stage))
        if not put:
            _set_down(rng, stage, made, half * spread, yaw)
    return Place(size, tuple(stage.pieces))


def _set_down(rng: np.random.Generator, stage: Stage, made: Piece, half: np.ndarray, yaw: float) -> bool:
    """Put it somewhere on the table."""
    turned = yaw if rng.random() < 0.3 else float(rng.uniform(-np.pi, np.pi))
    for _ in range(10):
        x, y = rng.uniform(-0.85, 0.85, 2) * half
        if stage.offer([made.placed(2 + float(x), 2 + float(y), HEIGHT, yaw=turned)], margin=0.016):
            return True
    return False


def _stack(rng: np.random.Generator, stage: Stage, made: Piece) -> bool:
    """Put it on something flat, a little off its middle."""
    flat = [p for p in stage.pieces[1:] if len(p.solids) == 1 and _is_flat(p.solids[0])]
    if not flat:
        return False
    low, high = flat[int(rng.integers(len(flat)))].bounds()
    x, y = (low + high)[:2] / 2 + rng.normal(0, 0.02, 2)
    return stage.offer([made.placed(float(x), float(y), float(high[2]), yaw=float(rng.uniform(-np.pi, np.pi)))])


def _put_in(rng: np.random.Generator, stage: Stage, made: Piece) -> bool:
    """Put it into something hollow, if there is any and it fits."""
    hollow = [p for p in stage.pieces[1:] if len(p.solids) >= 5]
    if not hollow:
        return False
    low, high = hollow[int(rng.integers(len(hollow)))].bounds()
    for _ in range(4):
        x, y = (low + high)[:2] / 2 + rng.normal(0, 0.2, 2) * (high - low)[:2]
        yaw = float(rng.uniform(-np.pi, np.pi))
        if stage.offer([made.placed(float(x), float(y), float(low[2]) + 0.012, yaw=yaw)]):
            return True
    return False


def _is_flat(solid: Solid) -> bool:
    """Say whether something can stand on it."""
    return solid.shape != "ellipsoid" and abs(solid.rotation[2, 2]) > 0.999 and solid.half[:2].min() > 0.035


def _push_against(rng: np.random.Generator, stage: Stage, made: Piece) -> bool:
    """Push it towards another thing until they touch."""
    if len(stage.pieces) < 2:
        return False
    other = stage.pieces[int(rng.integers(1, len(stage.pieces)))]
    center = (other.bounds()[0] + other.bounds()[1])[:2] / 2
    angle, yaw = rng.uniform(-np.pi, np.pi, 2)
    for off in np.arange(0.02, 0.32, 0.008):
        x, y = (center + off * np.array([np.cos(angle), np.sin(angle)])).tolist()
        on_table = abs(x - 2) < 0.55 and abs(y - 2) < 0.5
        if on_table and stage.offer([made.placed(x, y, HEIGHT, yaw=float(yaw))]):
            return True
    return False


def _lean(rng: np.random.Generator, stage: Stage) -> bool:
    """Lean a thin thing against a high one."""
    high = [p for p in stage.pieces[1:] if p.bounds()[1][2] > HEIGHT + 0.12]
    if not high:
        return False
    low, upper = bounds([high[int(rng.integers(len(high)))]])
    angle = float(rng.uniform(0.2, 0.5))
    size = rng.uniform([0.1, 0.01, 0.14], [0.2, 0.04, 0.26])
    # It rests on its lower edge; leaning towards +y, against the near side of the other.
    lean = turn(_ALONG_X, -angle)
    board = Piece(
        _NAME, (block((size[0], size[1], size[2]), (0, 0, 0.5 * size[1] * np.sin(angle)), _paint(rng), rotation=lean),)
    )
    reach = size[2] * np.sin(angle) + size[1]
    return stage.offer([board.placed(float((low + upper)[0]) / 2, float(low[1] - reach), HEIGHT)], margin=0.01)
