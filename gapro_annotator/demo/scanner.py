"""A scanner that stands in several places of a room: occlusion, noise, lost rays, holes."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gapro_annotator.arrays import Bool, Float32, Float64, Int32, Int64
from gapro_annotator.demo.solids import Solid

FLOOR, WALL = -1, -2
"""What a ray hit that met no solid."""
_LOWEST, _HIGHEST = -1.4, 0.8
_HUNG = 0.055
_RANGE_NOISE, _RANGE_NOISE_PER_METRE, _POSE_NOISE = 0.002, 0.001, 0.004


@dataclass(frozen=True, eq=False, slots=True)
class Returns:
    """What came back from the scene.

    Parameters
    ----------
    xyz : (M, 3) float32
        Metres.
    normal : (M, 3) float32
        Of the surface that was hit, without noise.
    solid : (M,) int32
        Its row, or `FLOOR` or `WALL`.
    """

    xyz: Float32
    normal: Float32
    solid: Int32

    def take(self, rows: Int64 | Bool) -> "Returns":
        """Only these rows."""
        return Returns(self.xyz[rows], self.normal[rows], self.solid[rows])


@dataclass(frozen=True, eq=False, slots=True)
class Rays:
    """A grid of directions from one place.

    Parameters
    ----------
    direction : (rows, columns, 3) float32
        Unit vectors by elevation and azimuth.
    step, lowest
        Radians between rays both ways, and the elevation of the first row's lower edge.
    """

    direction: Float32
    step: float
    lowest: float

    @classmethod
    def make(cls, step: float, lowest: float, highest: float, rng: np.random.Generator | None = None) -> "Rays":
        """One ray per cell of the grid: through its middle, or with `rng` anywhere in it."""
        rows, columns = round((highest - lowest) / step), round(2 * np.pi / step)
        middle = np.full((2, rows, columns), 0.5, np.float32)
        shift = middle if rng is None else rng.random((2, rows, columns), np.float32)
        elevation = lowest + (np.arange(rows, dtype=np.float32)[:, None] + shift[0]) * step
        azimuth = (np.arange(columns, dtype=np.float32) + shift[1]) * step
        level = np.cos(elevation)
        direction = np.stack([level * np.cos(azimuth), level * np.sin(azimuth), np.sin(elevation)], axis=2)
        return cls(direction.astype(np.float32), step, lowest)

    def window(self, thing: Solid, place: Float64) -> tuple[Int64, Int64]:
        """Rows and columns of the rays from `place` that can meet a solid, from the sphere around it."""
        rows, columns, _ = self.direction.shape
        toward = thing.center - place
        far, radius = float(np.linalg.norm(toward)), float(np.linalg.norm(thing.half))
        if far <= radius * 1.01:
            return np.arange(rows), np.arange(columns)
        spread, elevation = float(np.arcsin(radius / far)), float(np.arcsin(toward[2] / far))
        low = max(0, int((elevation - spread - self.lowest) / self.step) - 1)
        high = min(rows, int((elevation + spread - self.lowest) / self.step) + 2)
        levels = np.arange(low, max(low, high))
        if abs(elevation) + spread >= np.pi / 2 - 0.01:
            return levels, np.arange(columns)
        sideways = float(np.arcsin(min(1.0, np.sin(spread) / np.cos(elevation))))
        azimuth = float(np.arctan2(toward[1], toward[0]))
        first, last = int((azimuth - sideways) // self.step) - 1, int((azimuth + sideways) // self.step) + 2
        return levels, np.arange(first, min(last, first + columns)) % columns


@dataclass(frozen=True, eq=False, slots=True)
class Scene:
    """What is scanned: solids in an empty room of this size (3,), one corner at the origin, metres."""

    solids: Sequence[Solid]
    size: Float64

    def cast(self, place: Float64, rays: Rays) -> tuple[Float32, Float32, Int32]:
        """Follow every ray: how far it goes, the normal there, and what it hits (see `Returns`)."""
        ray = rays.direction
        # Inside an empty room every ray ends at a wall, the floor or the ceiling.
        # One along an axis keeps its sign across it, or it would end behind the scanner, a million kilometres away.
        across = np.where(ray > 0, np.maximum(ray, 1e-9), np.minimum(ray, -1e-9))
        ends = (np.where(ray > 0, self.size, 0.0) - place) / across
        axis = ends.argmin(axis=2)
        distance = ends.min(axis=2).astype(np.float32)
        normal = np.where(np.arange(3) == axis[..., None], -np.sign(ray), np.float32(0)).astype(np.float32)
        solid = np.where(axis == 2, FLOOR, WALL).astype(np.int32)
        for number, thing in enumerate(self.solids):
            rows, columns = rays.window(thing, place)
            grid = np.ix_(rows, columns)
            near, outward = thing.enter(place, ray[grid].reshape(-1, 3))
            taken = np.flatnonzero(near < distance[grid].ravel())
            at = rows[taken // len(columns)], columns[taken % len(columns)]
            distance[at], normal[at], solid[at] = near[taken], outward[taken], number
        return distance, normal, solid

    def scan(self, viewpoints: Float64, rng: np.random.Generator, *, step: float, wall_height: float) -> Returns:
        """Scan from each of (V, 3) viewpoints, one ray every `step` radians both ways.

        Walls and what hangs on them are kept up to `wall_height` metres; a ceiling is never seen.
        """
        parts = [self._scan_once(place, rng, step, wall_height) for place in viewpoints]
        return Returns(
            np.concatenate([p.xyz for p in parts]),
            np.concatenate([p.normal for p in parts]),
            np.concatenate([p.solid for p in parts]),
        )

    def lit_by(self, lamp: Float64, xyz: Float32, *, step: float = 0.012) -> Bool:
        """(N,) bool, which points a lamp above them reaches: a shadow map with one ray every `step` radians."""
        rays = Rays.make(step, -np.pi / 2, 0.0)
        distance = self.cast(lamp, rays)[0]
        toward = xyz - lamp.astype(np.float32)
        far = np.linalg.norm(toward, axis=1)
        row = (np.arcsin(np.clip(toward[:, 2] / far, -1, 0)) - rays.lowest) / step
        column = (np.arctan2(toward[:, 1], toward[:, 0]) % (2 * np.pi)) / step
        rows, columns = distance.shape
        at = np.minimum(row.astype(np.int64), rows - 1), column.astype(np.int64) % columns
        return far < distance[at] + 0.05

    def _scan_once(self, place: Float64, rng: np.random.Generator, step: float, wall_height: float) -> Returns:
        """One turn of the scanner: lost rays, range noise and a small error of its pose."""
        rays = Rays.make(step, _LOWEST, _HIGHEST, rng)
        grids = self.cast(place, rays)
        ray, distance, solid = rays.direction.reshape(-1, 3), grids[0].ravel(), grids[2].ravel()
        normal = grids[1].reshape(-1, 3)
        gloss = np.array([s.material.gloss for s in self.solids] + [0.0, 0.0], np.float32)  # the last two: WALL, FLOOR
        # Grazing and glossy surfaces return less.
        facing = np.abs((ray * normal).sum(axis=1))
        returned = rng.random(len(ray)) < np.clip(facing / 0.25, 0.05, 0.98) * (1 - gloss[solid])
        met = place + ray * distance[:, None]
        at_wall = (np.minimum(met, self.size - met)[:, :2] < _HUNG).any(axis=1)
        kept = returned & (~at_wall | (met[:, 2] < wall_height)) & (met[:, 2] < self.size[2] - 0.01)
        noise = rng.normal(0, 1, len(ray)) * (_RANGE_NOISE + _RANGE_NOISE_PER_METRE * distance)
        pose_error = rng.normal(0, _POSE_NOISE, 3)
        xyz = place + pose_error + ray[kept] * (distance + noise)[kept, None]
        return Returns(xyz.astype(np.float32), normal[kept], solid[kept])


def thin(returns: Returns, target: int, rng: np.random.Generator) -> Returns:
    """Keep one point per cell of a grid, with the cell that leaves about `target` points.

    Far surfaces stay as sparse as the scanner saw them.
    """
    shuffled = rng.permutation(len(returns.xyz))
    xyz = returns.xyz[shuffled]
    low = xyz.min(axis=0)
    cell = 0.0285 * (100_000 / target) ** 0.5
    kept = shuffled
    for _ in range(6):
        place = np.floor((xyz - low) / cell).astype(np.int64) + 1
        code = (place[:, 2] << 42) | (place[:, 1] << 21) | place[:, 0]
        kept = np.unique(code, return_index=True)[1]
        if abs(len(kept) / target - 1) < 0.06:
            break
        cell *= (len(kept) / target) ** 0.5
    return returns.take(shuffled[kept])


def punch_holes(returns: Returns, rng: np.random.Generator, count: int) -> Returns:
    """Lose nearly all points in some balls of 5 to 17 cm around points of the scan, as where nobody looked."""
    kept = np.ones(len(returns.xyz), np.bool_)
    for center in returns.xyz[rng.integers(len(returns.xyz), size=count)]:
        radius = rng.uniform(0.05, 0.17)
        lost = ((returns.xyz - center) ** 2).sum(axis=1) < radius**2
        kept &= ~lost | (rng.random(len(kept)) < 0.06)
    return returns.take(kept)
