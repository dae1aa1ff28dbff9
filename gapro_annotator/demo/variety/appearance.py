"""Colours under changing light, as different cameras record them."""

import numpy as np

from gapro_annotator.arrays import Float32, UInt8
from gapro_annotator.demo.materials import Material, Texture, pattern
from gapro_annotator.demo.scanner import FLOOR
from gapro_annotator.demo.variety.casting import CEILING, PackedSolids
from gapro_annotator.demo.variety.hangings import WALL_PAINT
from gapro_annotator.demo.variety.rooms import Place
from gapro_annotator.demo.variety.sensor import Seen
from gapro_annotator.demo.variety.style import Style


def colors(place: Place, packed: PackedSolids, seen: Seen, style: Style, rng: np.random.Generator) -> UInt8:
    """(N, 3) uint8 sRGB."""
    base = _surface_colors(place, seen, style, rng)
    light = _light(place, packed, seen, rng)
    lit = base * light[:, None]
    grey = lit.mean(axis=1, keepdims=True)
    lit = grey + style.sensor.saturation * (lit - grey)
    frames = int(seen.frame.max()) + 1
    gain = rng.normal(1, 0.5 * style.sensor.exposure, (frames, 3)) + rng.normal(0, style.sensor.exposure, (frames, 1))
    cast = rng.normal(1, 0.06, 3) * rng.uniform(0.75, 1.25)
    noise = (
        rng.normal(0, style.sensor.color_noise, lit.shape) * 0.7
        + rng.normal(0, style.sensor.color_noise, (len(lit), 1)) * 0.7
    )
    return np.clip(lit * gain[seen.frame] * cast + noise, 0, 255).astype(np.uint8)


def _surface_colors(place: Place, seen: Seen, style: Style, rng: np.random.Generator) -> Float32:
    """(N, 3) float32, the paint and its pattern."""
    solids = [solid for piece in place.pieces for solid in piece.solids]
    owner = np.repeat(np.arange(len(place.pieces)), [len(p.solids) for p in place.pieces])
    wall, floor = _paints(rng)
    # Furniture takes the colour of the wall or the floor to a degree of its own.
    mixed = rng.random(len(place.pieces)) * style.home.camouflage
    toward = np.where(rng.random(len(place.pieces)) < 0.7, 1.0, 0.0)[:, None]
    nearby = toward * np.array(wall.color) + (1 - toward) * np.array(floor.color)
    tint = rng.normal(1, 0.12, (len(place.pieces), 3))
    color = np.empty((len(seen), 3), np.float32)
    order = np.argsort(seen.solid, kind="stable")
    numbers, first = np.unique(seen.solid[order], return_index=True)
    for number, rows in zip(numbers.tolist(), np.split(order, first[1:]), strict=True):
        if number < 0:
            paint = floor if number == FLOOR else wall
            color[rows] = pattern(paint, seen.surface[rows], place.size.astype(np.float32))
        elif solids[number].material is WALL_PAINT:
            color[rows] = pattern(wall, seen.surface[rows], place.size.astype(np.float32))
        else:
            solid, piece = solids[number], owner[number]
            local = ((seen.surface[rows] - solid.center) @ solid.rotation).astype(np.float32)
            own = pattern(solid.material, local, solid.half.astype(np.float32)) * tint[piece]
            color[rows] = (1 - mixed[piece]) * own + mixed[piece] * nearby[piece]
    color[seen.solid == CEILING] = 242
    return color


def _paints(rng: np.random.Generator) -> tuple[Material, Material]:
    """Wall and floor: mostly pale and brown, at times any colour and pattern."""
    pale = rng.uniform(175, 250) + rng.normal(0, 6, 3)
    dark = rng.uniform(60, 205) * rng.uniform([1.0, 0.82, 0.65], [1.0, 1.0, 1.0])
    if rng.random() < 0.25:
        pale = rng.uniform(70, 240, 3)
    textures: tuple[Texture, ...] = ("planks", "tiles", "plain", "fabric", "wood")
    floor_texture = textures[int(rng.integers(len(textures)))]
    wall_texture: Texture = "plain" if rng.random() < 0.85 else "stripes"
    stripe = _color(pale * rng.uniform(0.85, 1.1))
    return Material(_color(pale), wall_texture, stripe), Material(_color(dark), floor_texture)


def _color(values: np.ndarray) -> tuple[int, int, int]:
    red, green, blue = np.clip(values, 0, 255).astype(int).tolist()
    return red, green, blue


def _light(place: Place, packed: PackedSolids, seen: Seen, rng: np.random.Generator) -> Float32:
    """(N,) float32 around 0.9: a lamp with shadows, light from a side, light from all sides."""
    lamp = place.size * np.array([rng.uniform(0.25, 0.75), rng.uniform(0.25, 0.75), 0.95])
    toward = lamp - seen.surface
    toward /= np.maximum(np.linalg.norm(toward, axis=1, keepdims=True), 1e-6)
    facing = np.maximum((toward * seen.normal).sum(axis=1), 0)
    shade = packed.shaded(seen.surface, lamp, place.size)
    side = rng.normal(0, 1, 3)
    side /= np.linalg.norm(side)
    side[2] = abs(side[2])
    ambient, direct = rng.uniform(0.45, 0.8), rng.uniform(0.1, 0.45)
    sideways = np.maximum(seen.normal @ side, 0)
    return (ambient + direct * facing * (1 - 0.85 * shade) + 0.2 * sideways).astype(np.float32)
