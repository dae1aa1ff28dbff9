"""Rays of a pinhole camera against many solids, compiled: a frame takes milliseconds."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numba import njit

from gapro_annotator.arrays import Float32, Float64, Int32, Int64
from gapro_annotator.demo.scanner import FLOOR, WALL
from gapro_annotator.demo.solids import Solid

CEILING = -3
NOTHING = -4
"""What a ray hit beside `FLOOR`, `WALL` and the rows of the solids."""
_SHAPES = {"block": 0, "cylinder": 2, "ellipsoid": 3}
_NEAREST = 0.05
_SHADOW_PIXELS = 160


@dataclass(frozen=True, eq=False, slots=True)
class Frame:
    """What a camera saw.

    Parameters
    ----------
    depth : (rows, columns) float32
        Along the camera's axis, metres; infinite where it saw nothing.
    normal : (rows, columns, 3) float32
        Of the surface.
    solid : (rows, columns) int32
        Its row, or `FLOOR`, `WALL`, `CEILING`, `NOTHING`.
    """

    depth: Float32
    normal: Float32
    solid: Int32


@dataclass(frozen=True, eq=False, slots=True)
class Camera:
    """A pinhole camera.

    Parameters
    ----------
    place : (3,) float64
        Metres.
    axes : (3, 3) float64
        Rows: to the right, upwards in the picture, ahead.
    tangent : (float, float)
        Of half its opening angle, sideways and upwards.
    shape : (int, int)
        Rows and columns of its picture.
    """

    place: Float64
    axes: Float64
    tangent: tuple[float, float]
    shape: tuple[int, int]

    @classmethod
    def looking(cls, place: Float64, target: Float64, opening: float, shape: tuple[int, int]) -> "Camera":
        """Look at a target without tilting the picture; `opening` radians from side to side."""
        ahead = target - place
        ahead = ahead / max(float(np.linalg.norm(ahead)), 1e-6)
        right = np.cross(ahead, [0.0, 0.0, 1.0])
        right = right / max(float(np.linalg.norm(right)), 1e-6)
        wide = float(np.tan(opening / 2))
        return cls(place, np.stack([right, np.cross(right, ahead), ahead]), (wide, wide * shape[0] / shape[1]), shape)

    def rays(self) -> Float64:
        """(rows, columns, 3) directions, one metre ahead long; times a depth they end at what was seen."""
        rows, columns = self.shape
        x = ((np.arange(columns) + 0.5) / columns * 2 - 1) * self.tangent[0]
        y = -((np.arange(rows) + 0.5) / rows * 2 - 1) * self.tangent[1]
        return x[None, :, None] * self.axes[0] + y[:, None, None] * self.axes[1] + self.axes[2]


_EYE = np.eye(3)
_CUBE = (
    np.stack([_EYE[0], _EYE[1], -_EYE[2]]),
    *(np.stack([side, _EYE[2], ahead]) for side, ahead in zip((-_EYE[1], _EYE[1]), (_EYE[0], -_EYE[0]), strict=True)),
    *(np.stack([side, _EYE[2], ahead]) for side, ahead in zip((_EYE[0], -_EYE[0]), (_EYE[1], -_EYE[1]), strict=True)),
)
"""Axes of cameras that look down and to four sides."""


@dataclass(frozen=True, eq=False, slots=True)
class PackedSolids:
    """Solids as arrays, K rows: center, half, radii (K, 3); rotation (K, 3, 3); shape (K,) as `_SHAPES`."""

    center: Float64
    rotation: Float64
    half: Float64
    radii: Float64
    shape: Int64

    @classmethod
    def of(cls, solids: Sequence[Solid]) -> "PackedSolids":
        """Pack them in their order."""
        shape = np.array([_SHAPES[s.shape] for s in solids], np.int64)
        corners = (np.array([getattr(s, name) for s in solids], np.float64) for name in ("center", "half", "radii"))
        center, half, radii = (c.reshape(-1, 3) for c in corners)
        rotation = np.array([s.rotation for s in solids], np.float64).reshape(-1, 3, 3)
        return cls(center, rotation, half, radii, shape)

    def see(self, camera: Camera, room: Float64) -> Frame:
        """Follow the rays of one picture in a room of this size (3,), one corner at the origin."""
        shape = camera.shape
        depth = np.full(shape, np.inf, np.float32)
        normal, solid = np.zeros((*shape, 3), np.float32), np.full(shape, NOTHING, np.int32)
        rays = camera.rays()
        _see_room(rays, camera.place, room, depth, normal, solid)
        tangent = np.array(camera.tangent)
        solids = (self.center, self.rotation, self.half, self.radii, self.shape)
        _see_solids(rays, camera.place, camera.axes, tangent, *solids, depth, normal, solid)
        return Frame(depth, normal, solid)

    def shaded(self, xyz: Float32, lamp: Float64, room: Float64) -> Float32:
        """(N,) float32, 1 where something stands between a point and the lamp, else 0: shadow maps on a cube."""
        shade = np.zeros(len(xyz), np.float32)
        for axes in _CUBE:
            camera = Camera(lamp, axes, (1.0, 1.0), (_SHADOW_PIXELS, _SHADOW_PIXELS))
            depth = self.see(camera, room).depth
            seen = (xyz - lamp) @ axes.T
            mine = np.flatnonzero((seen[:, 2] > 0) & (np.abs(seen[:, :2]).max(axis=1) <= seen[:, 2]))
            x, y = (seen[mine, :2] / seen[mine, 2:]).T
            column, row = ((np.stack([x, -y]) + 1) / 2 * (_SHADOW_PIXELS - 1e-3)).astype(np.int64)
            shade[mine] = seen[mine, 2] > depth[row, column] + 0.05
        return shade


@njit(cache=True, error_model="numpy")
def _see_room(  # noqa: PLR0917 - compiled code takes no keywords
    rays: Float64, place: Float64, room: Float64, depth: Float32, normal: Float32, solid: Int32
) -> None:  # pragma: no cover - compiled
    """Every ray from inside an empty room ends at a wall, the floor or the ceiling."""
    for i in range(rays.shape[0]):
        for j in range(rays.shape[1]):
            best, axis = 1e9, 0
            for k in range(3):
                along = rays[i, j, k]
                if abs(along) > 1e-9:
                    end = ((room[k] if along > 0 else 0.0) - place[k]) / along
                    if end < best:
                        best, axis = end, k
            depth[i, j] = best
            up = rays[i, j, axis] > 0
            normal[i, j, axis] = -1.0 if up else 1.0
            solid[i, j] = WALL if axis < 2 else (CEILING if up else FLOOR)


@njit(cache=True, error_model="numpy")
def _window(  # noqa: PLR0917 - compiled code takes no keywords
    place: Float64, axes: Float64, tangent: Float64, center: Float64, rotation: Float64, half: Float64
) -> Float64:  # pragma: no cover - compiled
    """Left, right, lower, upper edge of a block in the picture, -1..1; an empty window has left > right."""
    window = np.array([2.0, -2.0, 2.0, -2.0])
    behind = 0
    outside = np.zeros(4, np.int64)  # corners beyond each side of the picture, also of those behind the camera
    for corner in range(8):
        seen = np.zeros(3)
        for k in range(3):
            at = center[k] - place[k]
            for axis in range(3):
                sign = 1.0 if (corner >> axis) & 1 else -1.0
                at += sign * half[axis] * rotation[k, axis]
            for row in range(3):
                seen[row] += axes[row, k] * at
        for axis in range(2):
            outside[axis] += seen[axis] > tangent[axis] * seen[2]
            outside[2 + axis] += -seen[axis] > tangent[axis] * seen[2]
        if seen[2] < _NEAREST:
            behind += 1
            continue
        x, y = seen[0] / seen[2] / tangent[0], seen[1] / seen[2] / tangent[1]
        window[0], window[1] = min(window[0], x), max(window[1], x)
        window[2], window[3] = min(window[2], y), max(window[3], y)
    if 0 < behind < 8 and outside.max() < 8:
        window[:] = np.array([-1.0, 1.0, -1.0, 1.0])
    return window


@njit(cache=True, error_model="numpy")
def _cut_round(o: Float64, d: Float64, radii: Float64, axes: int) -> tuple[float, float]:  # pragma: no cover - compiled
    """Where a ray enters and leaves a cylinder (2 axes) or ellipsoid (3); one that misses leaves before it enters."""
    a, b, c = 0.0, 0.0, -1.0
    for k in range(axes):
        a += (d[k] / radii[k]) ** 2
        b += d[k] * o[k] / radii[k] ** 2
        c += (o[k] / radii[k]) ** 2
    root = b * b - a * c
    if root <= 0 or a < 1e-12:
        return 1.0, -1.0
    return (-b - np.sqrt(root)) / a, (-b + np.sqrt(root)) / a


@njit(cache=True, error_model="numpy")
def _enter(  # noqa: PLR0917 - compiled code takes no keywords
    o: Float64, d: Float64, half: Float64, radii: Float64, shape: int, normal: Float64
) -> float:  # pragma: no cover - compiled
    """How far along a ray in a solid's own frame it enters, -1 if never; its normal there (own frame) is written."""
    near, far, axis = -1e9, 1e9, 0
    for k in range(3):
        along = d[k] if abs(d[k]) > 1e-9 else 1e-9
        reach = half[k] if along > 0 else -half[k]
        entering = (-reach - o[k]) / along
        if entering > near:
            near, axis = entering, k
        far = min(far, (reach - o[k]) / along)
    normal[:] = 0.0
    normal[axis] = -1.0 if d[axis] > 0 else 1.0
    if shape > 0:
        first, last = _cut_round(o, d, radii, shape)
        if first > last:
            return -1.0
        far = min(far, last)
        if first > near:
            near = first
            normal[:] = 0.0
            for k in range(shape):
                normal[k] = (o[k] + near * d[k]) / radii[k] ** 2
            normal /= max(np.sqrt((normal**2).sum()), 1e-9)
    return near if near <= far else -1.0


@njit(cache=True, error_model="numpy")
def _see_solids(  # noqa: PLR0917 - compiled code takes no keywords
    rays: Float64,
    place: Float64,
    axes: Float64,
    tangent: Float64,
    center: Float64,
    rotation: Float64,
    half: Float64,
    radii: Float64,
    shape: Int64,
    depth: Float32,
    normal: Float32,
    solid: Int32,
) -> None:  # pragma: no cover - compiled
    """Keep, for every ray, the nearest solid that it enters before what is there already."""
    rows, columns = depth.shape
    outward, d = np.zeros(3), np.zeros(3)
    for number in range(len(shape)):
        turned = np.ascontiguousarray(rotation[number].T)
        left, right, low, high = _window(place, axes, tangent, center[number], rotation[number], half[number])
        first, last = max(0, int((left + 1) / 2 * columns) - 1), min(columns, int((right + 1) / 2 * columns) + 2)
        top, bottom = max(0, int((1 - high) / 2 * rows) - 1), min(rows, int((1 - low) / 2 * rows) + 2)
        o = turned @ (place - center[number])
        for i in range(top, bottom):
            for j in range(first, last):
                for k in range(3):
                    d[k] = turned[k, 0] * rays[i, j, 0] + turned[k, 1] * rays[i, j, 1] + turned[k, 2] * rays[i, j, 2]
                near = _enter(o, d, half[number], radii[number], shape[number], outward)
                if _NEAREST < near < depth[i, j]:
                    depth[i, j] = near
                    solid[i, j] = number
                    for k in range(3):
                        normal[i, j, k] = (
                            turned[0, k] * outward[0] + turned[1, k] * outward[1] + turned[2, k] * outward[2]
                        )
