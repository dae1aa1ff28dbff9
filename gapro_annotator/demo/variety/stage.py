"""Where things go: no two solids in one place, small things on, under and beside large ones."""

from collections.abc import Sequence

import numpy as np

from gapro_annotator.arrays import Float64
from gapro_annotator.demo.solids import Piece, Solid
from gapro_annotator.demo.variety.odds import ON_FLOOR, ON_SEATS, ON_TABLES, Maker

_PRESSED = 0.015
"""Metres that things may sink into each other."""
_LARGEST = 1e3
_LATTICE = np.stack(np.meshgrid(*[np.linspace(-1, 1, 5)] * 3, indexing="ij"), axis=3).reshape(-1, 3)
_ROUND_LATTICE = {
    "block": _LATTICE,
    "cylinder": _LATTICE * np.where(np.abs(_LATTICE[:, :2]).all(axis=1), 0.71, 1.0)[:, None] ** [1, 1, 0],
    "ellipsoid": _LATTICE / np.maximum(np.linalg.norm(_LATTICE, axis=1, keepdims=True), 1),
}
"""Points in a solid of each shape, in halves of its edges."""


class Stage:
    """Pieces that stand clear of each other, in a rectangle of the floor or in the open."""

    def __init__(self, size: Float64 | None = None) -> None:
        self.pieces: list[Piece] = []
        self._solids: list[Solid] = []
        open_floor = np.array([[-_LARGEST, -_LARGEST, -0.05], [_LARGEST] * 3])
        self._lower, self._upper = open_floor if size is None else np.array([[-0.01, -0.01, -0.05], size + 0.01])
        self._low, self._high = np.zeros((0, 3)), np.zeros((0, 3))

    def put(self, pieces: Sequence[Piece]) -> None:
        """Put pieces down without asking."""
        low, high = _reach(pieces)
        self.pieces += pieces
        self._solids += [solid for piece in pieces for solid in piece.solids]
        self._low, self._high = np.concatenate([self._low, low]), np.concatenate([self._high, high])

    def fits(self, pieces: Sequence[Piece], margin: float = 0.0) -> bool:
        """Say whether they would stand clear of what is there, by their solids, and inside the walls."""
        low, high = _reach(pieces)
        if (low < self._lower).any() or (high > self._upper).any():
            return False
        give = np.array([_PRESSED - margin, _PRESSED - margin, _PRESSED])  # the margin is to the sides
        apart = (low[:, None] + give >= self._high) | (high[:, None] - give <= self._low)
        close = np.argwhere(~apart.any(axis=2))
        if margin or not len(close):
            return not len(close)
        # Boxes around turned solids meet before the solids do: a chair goes under an oblique table.
        solids = [solid for piece in pieces for solid in piece.solids]
        return not any(_collide(solids[i], self._solids[j]) for i, j in close.tolist())

    def offer(self, pieces: Sequence[Piece], margin: float = 0.0) -> bool:
        """Put them down if they fit."""
        fits = self.fits(pieces, margin)
        if fits:
            self.put(pieces)
        return fits

    def litter(self, rng: np.random.Generator, supports: Sequence[Piece], amount: float) -> None:
        """Lay small things on every level surface of these pieces and on the floor under and around them.

        `amount` 0..1 is how full the surfaces get.
        """
        for piece in supports:
            for solid in piece.solids:
                if _is_level(solid):
                    self._lay_on(rng, solid, amount)
            low, high = piece.bounds()
            if low[2] < 0.1:
                self._lay_around(rng, low - 0.2, high + 0.2, amount)

    def _lay_on(self, rng: np.random.Generator, solid: Solid, amount: float) -> None:
        top = float(solid.center[2] + solid.half[2])
        area = 4 * float(solid.half[0] * solid.half[1])
        makers: tuple[Maker, ...] = ON_SEATS if solid.shape == "ellipsoid" else ON_TABLES
        for _ in range(min(14, int(rng.poisson(14 * area * amount)))):
            flat = rng.uniform(-0.95, 0.95, 2) * solid.half[:2]
            x, y, _ = solid.center + solid.rotation @ np.array([flat[0], flat[1], 0.0])
            sunk = 0.012 if solid.shape == "ellipsoid" else 0.0
            self._try(rng, makers, float(x), float(y), top - sunk)

    def _lay_around(self, rng: np.random.Generator, low: Float64, high: Float64, amount: float) -> None:
        area = float(np.prod(high[:2] - low[:2]))
        for _ in range(min(8, int(rng.poisson(1.8 * area * amount)))):
            x, y = rng.uniform(low[:2], high[:2])
            self._try(rng, ON_FLOOR, float(x), float(y), 0.0)

    def _try(self, rng: np.random.Generator, makers: tuple[Maker, ...], x: float, y: float, z: float) -> None:
        made = makers[int(rng.integers(len(makers)))](rng)
        self.offer([made.placed(x, y, z, yaw=float(rng.uniform(-np.pi, np.pi)))])


def moved(pieces: Sequence[Piece], x: float, y: float, z: float = 0.0, *, yaw: float = 0.0) -> list[Piece]:
    """Turn and move all of them together."""
    return [piece.placed(x, y, z, yaw=yaw) for piece in pieces]


def stretched(piece: Piece, scale: Float64) -> Piece:
    """Scale a piece along x, y and z; solids that are not square to it keep their angles."""
    solids: list[Solid] = []
    for s in piece.solids:
        own = (s.rotation**2).T @ scale
        solids.append(Solid(s.center * scale, s.rotation, s.half * own, s.material, s.shape, s.radii * own))
    return Piece(piece.class_name, tuple(solids))


def bounds(pieces: Sequence[Piece]) -> tuple[Float64, Float64]:
    """Corners of an axis-aligned box around all of them."""
    low, high = _reach(pieces)
    return low.min(axis=0), high.max(axis=0)


def _reach(pieces: Sequence[Piece]) -> tuple[Float64, Float64]:
    """(K, 3) lower and upper corners of the boxes around their solids."""
    solids = [solid for piece in pieces for solid in piece.solids]
    center = np.array([s.center for s in solids])
    reach = np.einsum("kij,kj->ki", np.abs(np.array([s.rotation for s in solids])), np.array([s.half for s in solids]))
    return center - reach, center + reach


def _collide(a: Solid, b: Solid) -> bool:
    """Say whether some point of a lattice in one solid lies deeper in the other than things may sink in."""
    return _deepest(a, b) > _PRESSED or _deepest(b, a) > _PRESSED


def _deepest(a: Solid, b: Solid) -> float:
    """How deep a lattice in `a` reaches into `b`, metres; round solids are taken as they are in the second place."""
    lattice = _ROUND_LATTICE[a.shape] * np.minimum(a.half, a.radii)
    local = (a.center - b.center + lattice @ a.rotation.T) @ b.rotation
    depth = (b.half - np.abs(local)).min(axis=1)
    if b.shape != "block":
        axes = 3 if b.shape == "ellipsoid" else 2
        depth = np.minimum(depth, (1 - np.linalg.norm(local[:, :axes] / b.radii[:axes], axis=1)) * b.radii[:axes].min())
    return float(depth.max())


def _is_level(solid: Solid) -> bool:
    """Say whether something can lie on it."""
    top = float(solid.center[2] + solid.half[2])
    wide = min(float(solid.half[0]), float(solid.half[1])) > 0.1
    return wide and bool(abs(solid.rotation[2, 2]) > 0.999) and 0.12 < top < 1.9
