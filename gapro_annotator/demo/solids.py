"""Convex solids that furniture is built of, and where rays enter them."""

from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

import numpy as np

from gapro_annotator.arrays import Float32, Float64
from gapro_annotator.demo.materials import Material

Round: TypeAlias = Literal["block", "ellipsoid", "cylinder"]
Point: TypeAlias = tuple[float, float, float]

_UP: Point = (0.0, 0.0, 1.0)


@dataclass(frozen=True, eq=False, slots=True)
class Solid:
    """A block, cut to an ellipsoid or to a cylinder around its own z axis where it is round.

    Parameters
    ----------
    center : (3,) float64
        Metres.
    rotation : (3, 3) float64
        Columns are the solid's own axes.
    half : (3,) float64
        Half the block's edges, metres.
    material
        What it looks like.
    shape
        Which round surface cuts the block, if any.
    radii : (3,) float64
        Of that surface along the own axes; larger than `half`, it only bulges the block.
    """

    center: Float64
    rotation: Float64
    half: Float64
    material: Material
    shape: Round
    radii: Float64

    def placed(self, rotation: Float64, offset: Float64) -> "Solid":
        """Turn about the origin, then move."""
        return replace(self, center=rotation @ self.center + offset, rotation=rotation @ self.rotation)

    def bounds(self) -> tuple[Float64, Float64]:
        """Lower and upper corner of an axis-aligned box around it."""
        reach = np.abs(self.rotation) @ self.half
        return self.center - reach, self.center + reach

    def enter(self, origin: Float64, direction: Float32) -> tuple[Float32, Float32]:
        """Cast M rays from one place.

        Returns
        -------
        distance : (M,) float32
            Along each ray to where it enters; infinite where it misses.
        normal : (M, 3) float32
            Of the surface there, outwards; meaningless where it misses.
        """
        start = ((origin - self.center) @ self.rotation).astype(np.float32)
        along = direction @ self.rotation.astype(np.float32)
        along = np.where(np.abs(along) < 1e-9, np.float32(1e-9), along)
        reach = np.where(along > 0, self.half, -self.half).astype(np.float32)
        entering, leaving = (-reach - start) / along, (reach - start) / along  # (M, 3), one per pair of faces
        near = np.maximum(np.maximum(entering[:, 0], entering[:, 1]), entering[:, 2])
        far = np.minimum(np.minimum(leaving[:, 0], leaving[:, 1]), leaving[:, 2])
        first = None
        if self.shape != "block":
            first, last = self._cut_round(start, along)
            near, far = np.maximum(near, first), np.minimum(far, last)
        hit = np.flatnonzero((near <= far) & (near > 0))
        normal = np.zeros_like(along)
        axis = entering[hit].argmax(axis=1)
        normal[hit, axis] = -np.sign(along[hit, axis])
        if first is not None:
            round_hit = hit[first[hit] >= near[hit]]
            normal[round_hit] = self._outward(start + near[round_hit, None] * along[round_hit])
        distance = np.full(len(along), np.inf, np.float32)
        distance[hit] = near[hit]
        return distance, (normal @ self.rotation.T.astype(np.float32)).astype(np.float32)

    def _cut_round(self, start: Float32, along: Float32) -> tuple[Float32, Float32]:
        """Where rays enter and leave the round surface; a ray that misses it leaves before it enters."""
        axes = 3 if self.shape == "ellipsoid" else 2
        radii = self.radii[:axes].astype(np.float32)
        o, d = start[:axes] / radii, along[:, :axes] / radii
        a, b, c = np.einsum("ij,ij->i", d, d), d @ o, np.float32(o @ o - 1)
        root = b * b - a * c
        width = np.sqrt(np.maximum(root, 0))
        missed = root <= 0
        return np.where(missed, np.inf, (-b - width) / a), np.where(missed, -np.inf, (-b + width) / a)

    def _outward(self, local: Float32) -> Float32:
        """Unit normals of the round surface at points in the own frame."""
        axes = 3 if self.shape == "ellipsoid" else 2
        normal = np.zeros_like(local)
        normal[:, :axes] = local[:, :axes] / (self.radii[:axes] ** 2)
        return normal / np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-9)


@dataclass(frozen=True, eq=False, slots=True)
class Piece:
    """A thing in the room: its class, None where it gets no box (clutter, rugs), and its solids."""

    class_name: str | None
    solids: tuple[Solid, ...]

    def placed(self, x: float, y: float, z: float = 0.0, *, yaw: float = 0.0) -> "Piece":
        """Turn about the vertical through its origin by `yaw` radians, then move by metres."""
        rotation, offset = turn(_UP, yaw), np.array([x, y, z], np.float64)
        return Piece(self.class_name, tuple(s.placed(rotation, offset) for s in self.solids))

    def bounds(self) -> tuple[Float64, Float64]:
        """Lower and upper corner of an axis-aligned box around all of it."""
        corners = [solid.bounds() for solid in self.solids]
        return np.min([low for low, _ in corners], axis=0), np.max([high for _, high in corners], axis=0)


def turn(axis: Point, angle: float) -> Float64:
    """Rotation matrix about a unit axis, radians (Rodrigues)."""
    x, y, z = axis
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]], np.float64)
    return np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * (cross @ cross)


def block(size: Point, at: Point, material: Material, *, rotation: Float64 | None = None) -> Solid:
    """Return a block by its edges, with the middle of its lower face at `at`."""
    return _solid("block", size, at, material, rotation, round_size=size)


def cylinder(
    radius: float, height: float, at: Point, material: Material, *, rotation: Float64 | None = None, squash: float = 1.0
) -> Solid:
    """Return a cylinder standing on `at`; `squash` < 1 makes it oval in y."""
    size = (2 * radius, 2 * radius * squash, height)
    return _solid("cylinder", size, at, material, rotation, round_size=size)


def ellipsoid(size: Point, at: Point, material: Material, *, rotation: Float64 | None = None) -> Solid:
    """Return an ellipsoid by its diameters, standing on `at`."""
    return _solid("ellipsoid", size, at, material, rotation, round_size=size)


def cushioned(
    size: Point, at: Point, material: Material, *, bulge: float = 1.5, rotation: Float64 | None = None
) -> Solid:
    """Return an upholstered block: its faces stay in reach, its corners and rims are rounded off.

    `bulge` is the ellipsoid's size along x and y in edges of the block: small for a pillow, large for a mattress.
    """
    round_size = (bulge * size[0], bulge * size[1], 1.02 * size[2])
    return _solid("ellipsoid", size, at, material, rotation, round_size=round_size)


def _solid(
    shape: Round, size: Point, at: Point, material: Material, rotation: Float64 | None, *, round_size: Point
) -> Solid:
    axes = np.eye(3) if rotation is None else rotation
    half = np.array(size, np.float64) / 2
    center = np.array(at, np.float64) + axes @ np.array([0.0, 0.0, half[2]])
    return Solid(center, axes, half, material, shape, np.array(round_size, np.float64) / 2)
