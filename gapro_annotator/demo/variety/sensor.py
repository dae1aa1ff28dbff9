"""From pictures of a scene to points: noise, steps of the depth, flying pixels, drift, thinning."""

from dataclasses import dataclass, replace

import numpy as np
from scipy.ndimage import zoom

from gapro_annotator.arrays import Bool, Float32, Float64, Int32, Int64
from gapro_annotator.demo.variety.casting import NOTHING, Camera, Frame, PackedSolids
from gapro_annotator.demo.variety.style import Style

_SILHOUETTE = 0.04
"""Metres of depth, and as a share of the depth, between neighbouring pixels."""
_FARTHEST_FLIGHT = 0.35
"""As a share of the depth: sensors drop what lies between farther surfaces."""
_CODE_BITS = 21


@dataclass(frozen=True, eq=False, slots=True)
class Seen:
    """Points with what is known of where they come from; all arrays have N rows.

    Parameters
    ----------
    xyz : (N, 3) float32
        Metres, in the room's own frame.
    surface : (N, 3) float32
        Where the ray really ended, without any error.
    normal : (N, 3) float32
    solid : (N,) int32
        See `Frame`.
    frame : (N,) int32
        Number of the picture.
    stray : (N,) bool
        A flying pixel: it lies on nothing.
    """

    xyz: Float32
    surface: Float32
    normal: Float32
    solid: Int32
    frame: Int32
    stray: Bool

    def __len__(self) -> int:
        return len(self.xyz)

    def take(self, rows: Int64 | Bool) -> "Seen":
        """Only these rows."""
        return Seen(*(getattr(self, name)[rows] for name in self.__slots__))


def photograph(
    solids: PackedSolids,
    gloss: Float32,
    cameras: list[Camera],
    room: Float64,
    *,
    style: Style,
    rng: np.random.Generator,
) -> Seen:
    """Take all pictures; `gloss` (K,) 0..1 of each solid loses its rays."""
    shots = [_shot(solids.see(c, room), c, number, gloss, style=style, rng=rng) for number, c in enumerate(cameras)]
    return Seen(*(np.concatenate([getattr(s, name) for s in shots]) for name in Seen.__slots__))


def _shot(frame: Frame, camera: Camera, number: int, gloss: Float32, *, style: Style, rng: np.random.Generator) -> Seen:
    """One picture as points, without what did not come back."""
    rays, depth = camera.rays(), frame.depth
    facing = np.abs((rays * frame.normal).sum(axis=2)) / np.linalg.norm(rays, axis=2)
    dull = 1 - np.append(gloss, np.zeros(4, np.float32))[frame.solid]  # the last four: NOTHING to FLOOR
    kept = (rng.random(depth.shape) < np.clip(facing / 0.2, 0.08, 0.98) * dull) & (frame.solid != NOTHING)
    measured, stray = _flying(depth, style.sensor.flying, rng)
    measured = measured + _depth_noise(measured, style, rng)
    if style.sensor.quantum:
        step = style.sensor.quantum * measured**2
        measured = np.round(measured / step + rng.uniform(-0.15, 0.15, depth.shape)) * step
    drift, tilt = rng.normal(0, style.sensor.drift, 3) / 1.7, rng.normal(0, 0.2 * style.sensor.drift, 3)
    surface = rays[kept] * depth[kept, None]
    points = rays[kept] * measured[kept, None]
    points = camera.place + points + np.cross(tilt, points) + drift
    rows = int(kept.sum())
    return Seen(
        points.astype(np.float32),
        (camera.place + surface).astype(np.float32),
        frame.normal[kept],
        frame.solid[kept],
        np.full(rows, number, np.int32),
        stray[kept],
    )


def _flying(depth: Float32, chance: float, rng: np.random.Generator) -> tuple[Float32, Bool]:
    """Depths of which some at silhouettes lie anywhere between both surfaces, and which are far from either."""
    axis, side = int(rng.integers(2)), int(rng.choice([-1, 1]))
    beside = np.roll(depth, side, axis)
    gap = np.abs(beside - depth)
    jump = (gap > _SILHOUETTE * np.maximum(depth, 0.5)) & (gap < _FARTHEST_FLIGHT * depth)
    hit = jump & (rng.random(depth.shape) < chance)
    share = rng.random(depth.shape) ** 2
    flown = np.where(hit, depth + share * (beside - depth), depth).astype(np.float32)
    return flown, hit & (np.abs(flown - depth) > 0.02)


def _depth_noise(depth: Float32, style: Style, rng: np.random.Generator) -> Float32:
    """Noise that grows with the square of the depth; some of it is shared by neighbouring pixels."""
    scale = style.sensor.noise + style.sensor.noise_growth * depth**2
    alone = rng.normal(0, 1, depth.shape)
    coarse = rng.normal(0, 1, (depth.shape[0] // 9 + 2, depth.shape[1] // 9 + 2))
    shared = zoom(coarse, 9, order=1)[: depth.shape[0], : depth.shape[1]]
    mixed = np.sqrt(1 - style.sensor.waviness) * alone + np.sqrt(style.sensor.waviness) * shared
    return np.clip(scale * mixed, -3 * scale, 3 * scale).astype(np.float32)


def thin(seen: Seen, style: Style, rng: np.random.Generator) -> Seen:
    """Thin to about the style's points: evenly, at random, or a mixture; fused points are means of their cells."""
    even = style.sensor.evenness if not style.sensor.fused else 1.0
    shuffled = rng.permutation(len(seen))
    wanted = min(style.sensor.points, len(seen))
    picked = shuffled[: round(wanted * (1 - even))]
    rest = seen.take(shuffled[len(picked) :])
    if wanted == len(picked) or len(rest) <= wanted - len(picked):
        return seen.take(shuffled[:wanted])
    code = _cells(rest.xyz, wanted - len(picked))
    order = np.argsort(code)
    new = np.append(True, np.diff(code[order]) != 0)
    gridded = rest.take(order[new])
    if style.sensor.fused:
        cell = np.empty(len(rest), np.int64)
        cell[order] = np.cumsum(new) - 1
        count = np.bincount(cell).astype(np.float32)
        # Weights differ, so that points do not settle on the lattice of the cells.
        mean = np.stack([np.bincount(cell, rest.xyz[:, k]) / count for k in range(3)], axis=1)
        gridded = replace(gridded, xyz=(0.8 * mean + 0.2 * gridded.xyz).astype(np.float32))
    both = (gridded, seen.take(picked))
    return Seen(*(np.concatenate([getattr(s, name) for s in both]) for name in Seen.__slots__))


def _cells(xyz: Float32, wanted: int) -> Int64:
    """(N,) int64, the cell of each point in the grid that has about `wanted` occupied ones."""
    low = xyz.min(axis=0)
    cell = float(np.prod(np.ptp(xyz, axis=0)) / wanted) ** (1 / 3) / 3
    code = np.zeros(0, np.int64)
    for _ in range(7):
        place = np.floor((xyz - low) / cell).astype(np.int64)
        code = (place[:, 2] << (2 * _CODE_BITS)) | (place[:, 1] << _CODE_BITS) | place[:, 0]
        found = int((np.diff(np.sort(code)) != 0).sum()) + 1
        if abs(found / wanted - 1) < 0.06:
            break
        cell *= float(np.clip(found / wanted, 0.1, 10)) ** 0.5
    return code


def lose_patches(seen: Seen, count: int, rng: np.random.Generator) -> Seen:
    """Lose nearly all points in some ragged patches, as where nobody looked or the sun shone."""
    kept = np.ones(len(seen), np.bool_)
    reach = 0.02 * float(np.linalg.norm(np.ptp(seen.xyz, axis=0)))
    for center in seen.xyz[rng.integers(len(seen), size=count)]:
        wide = reach * rng.uniform(0.2, 2.0, 3)
        near = np.flatnonzero((np.abs(seen.xyz - center) < 1.6 * wide).all(axis=1))
        local = (seen.xyz[near] - center) / wide
        ragged = 1 + 0.35 * np.sin(local @ rng.normal(0, 3, (3, 4)) + rng.uniform(0, 6, 4)).mean(axis=1) * 2
        kept[near] &= ((local**2).sum(axis=1) > ragged**2) | (rng.random(len(near)) < 0.05)
    return seen.take(kept)
