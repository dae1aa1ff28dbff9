"""Where pictures are taken from."""

import numpy as np

from gapro_annotator.arrays import Float64
from gapro_annotator.demo.variety.casting import Camera
from gapro_annotator.demo.variety.rooms import Place
from gapro_annotator.demo.variety.style import Style
from gapro_annotator.demo.variety.tabletop import HEIGHT


def aim(place: Place, style: Style, rng: np.random.Generator) -> list[Camera]:
    """Cameras for the whole room, for a look or two into it, or for a table."""
    if style.kind == "tabletop":
        return [_at_table(style, rng)]
    oversampling = 5.0 if style.sensor.fused else 3.2
    rays = style.sensor.points * (oversampling if style.kind == "room" else 1.25) / style.sensor.frames
    columns = int(np.sqrt(rays * 4 / 3))
    shape = (int(columns * 0.75), columns)
    opening = float(rng.uniform(0.95, 1.25))
    if style.kind == "view":
        return _looks(place, style.sensor.frames, opening, shape, rng)
    return [
        Camera.looking(spot, _target(place, spot, number, rng), opening, shape)
        for number, spot in enumerate(_walk(place, style.sensor.frames, rng))
    ]


def _at_table(style: Style, rng: np.random.Generator) -> Camera:
    """A camera in front of the table and above it; about 60 % of its rays meet the table."""
    far, rise = float(rng.uniform(0.75, 1.1)), float(rng.uniform(0.45, 1.0))
    middle = np.array([2.0, 2.0, HEIGHT + 0.03])
    spot = middle + far * np.array([rng.normal(0, 0.12), -np.cos(rise), np.sin(rise)])
    columns = int(np.sqrt(style.sensor.points * 1.15 * 4 / 3))
    return Camera.looking(spot, middle, float(rng.uniform(0.8, 1.05)), (int(columns * 0.75), columns))


def _walk(place: Place, count: int, rng: np.random.Generator) -> Float64:
    """(count, 3) places at eye height, off what is high."""
    spots = rng.uniform(0.3, place.size[:2] - 0.3, (40 * count, 2))
    free = _is_free(place, spots)
    spots = spots[free] if free.sum() >= count else spots
    return np.column_stack([spots[:count], rng.uniform(1.2, 1.8, count)])


def _is_free(place: Place, spots: Float64) -> np.ndarray:
    """(M,) bool, which places are not in or close to something that reaches over one metre."""
    free = np.ones(len(spots), np.bool_)
    for solid in (s for piece in place.pieces for s in piece.solids):
        low, high = solid.bounds()
        if high[2] > 1.0:
            free &= ~((spots > low[:2] - 0.2) & (spots < high[:2] + 0.2)).all(axis=1)
    return free


def _target(place: Place, spot: Float64, number: int, rng: np.random.Generator) -> Float64:
    """What a picture is aimed at: mostly things, one after the other, at times just any direction."""
    if place.pieces and rng.random() < 0.65:
        piece = place.pieces[(7 * number + int(rng.integers(3))) % len(place.pieces)]
        low, high = piece.bounds()
        target = (low + high) / 2
    else:
        target = np.append(rng.uniform(0, place.size[:2]), rng.uniform(0.0, 1.6))
    if np.linalg.norm((target - spot)[:2]) < 0.5:
        target = place.size * np.array([0.5, 0.5, 0.25]) + rng.normal(0, 0.3, 3)
    return target


def _looks(place: Place, count: int, opening: float, shape: tuple[int, int], rng: np.random.Generator) -> list[Camera]:
    """One look or two close to each other across the room, from where most of it lies ahead."""
    inner = place.size[:2] / 2
    spots = rng.uniform(0.25, place.size[:2] - 0.25, (200, 2))
    free = _is_free(place, spots)
    spots = spots[free] if free.any() else spots
    outermost = np.argsort(-np.linalg.norm((spots - inner) / inner, axis=1))
    first = spots[outermost[int(rng.integers(min(8, len(spots))))]]
    cameras: list[Camera] = []
    for _ in range(count):
        spot = np.append(first + rng.normal(0, 0.25, 2) * bool(cameras), rng.uniform(1.3, 1.9))
        spot[:2] = np.clip(spot[:2], 0.1, place.size[:2] - 0.1)
        ahead = np.append(inner, rng.uniform(0.1, 0.8)) + np.append(rng.normal(0, 0.5, 2), 0)
        cameras.append(Camera.looking(spot, ahead, opening, shape))
    return cameras
