"""Changes of boxes that are worth trying where boxes miss their cloud: units, axes, alignment, origin, meaning."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import permutations, product

import numpy as np

from gapro_annotator.arrays import Float64

_SCALES = {1000.0: "mm", 100.0: "cm", 1 / 0.0254: "inches", 1 / 0.3048: "feet"}


@dataclass(frozen=True, eq=False, slots=True)
class Change:
    """One change of the boxes; `cost` counts how far-fetched it is."""

    text: str
    matrix: Float64
    meaning: str
    cost: int
    scale: float = 1.0
    turn: Float64 | None = None
    shift: Float64 | None = None


def changes(points: Float64, corners: Float64, alignment: Float64 | None) -> Iterator[Change]:
    """Every single change, then pairs of them."""
    units = [
        Change(f"the scan is in {name} and they are in metres", scaled(f), "corners", 1, f)
        for f, name in _SCALES.items()
    ]
    units += [
        Change(f"they are in {name} and the scan is in metres", scaled(1 / f), "corners", 1, 1 / f)
        for f, name in _SCALES.items()
    ]
    turns = [Change(f"their axes are {text}", turned(t), "corners", 2 + bent, turn=t) for text, t, bent in _turns()]
    frames: list[Change] = []
    if alignment is not None and not np.allclose(alignment, np.eye(4)):
        frames = [
            Change("they lack the scan's axis alignment", alignment, "corners", 1),
            Change("they have its axis alignment twice", np.linalg.pinv(alignment).astype(np.float64), "corners", 1),
        ]
    meanings = [
        Change("their numbers are centre and size", np.eye(4), "size", 1),
        Change("their numbers are centre and half size", np.eye(4), "half", 1),
        Change("their sizes are half sizes", np.eye(4), "double", 2),
    ]
    singles = [*units, *turns, *frames, *meanings]
    yield from singles
    pairs = [*product(units, turns), *product(meanings, units), *product(units, frames)]
    combined = [_both(first, second) for first, second in pairs]
    yield from combined
    plain = Change("", np.eye(4), "corners", 0)
    for one in (plain, *units, *turns, *meanings):
        yield from (_both(one, shift) if one.text else shift for shift in _shifts(points, corners, one))


def _shifts(points: Float64, corners: Float64, one: Change) -> Iterator[Change]:
    """Origins that programs move scans to, and the shift that lays the lower corners onto each other."""
    low, high, mean = points.min(axis=0), points.max(axis=0), points.mean(axis=0)
    moved = moved_hulls(meant(corners, one.meaning), one.matrix)
    for text, shift, cost in (
        ("the scan's least corner", low, 2),
        ("the scan's whole metres", np.floor(low), 2),
        ("the scan's mean point", mean, 2),
        ("the middle of the scan", (low + high) / 2, 2),
    ):
        yield Change(f"they count from {text}", shifted(shift), "corners", cost)
    hull_low, hull_high = moved[:, 0].min(axis=0), moved[:, 1].max(axis=0)
    for shift in (low - hull_low, (low + high - hull_low - hull_high) / 2):
        yield Change(said_shift(shift), shifted(shift), "corners", 4, shift=shift)


def _turns() -> Iterator[tuple[str, Float64, int]]:
    """Permutations of the axes with any signs, the identity apart; mirrored ones cost more."""
    for order in permutations(range(3)):
        for signs in product((1.0, -1.0), repeat=3):
            turn = np.zeros((3, 3))
            turn[range(3), order] = signs
            text = ", ".join(("-" if sign < 0 else "") + "xyz"[axis] for axis, sign in zip(order, signs, strict=True))
            if text != "x, y, z":
                yield f"({text})", turn, sum(sign < 0 for sign in signs) + (2 if np.linalg.det(turn) < 0 else 0)


def _both(first: Change, second: Change) -> Change:
    turn = second.turn if first.turn is None else first.turn
    meaning = first.meaning if first.meaning != "corners" else second.meaning
    text, cost = f"{first.text}, and {second.text}", first.cost + second.cost + 1
    return Change(text, second.matrix @ first.matrix, meaning, cost, first.scale * second.scale, turn, second.shift)


def said_shift(shift: Float64) -> str:
    """Say a shift that nothing explains."""
    return "they are moved by (" + ", ".join(f"{value:.2f}" for value in shift.tolist()) + ") m"


def meant(corners: Float64, meaning: str) -> Float64:
    """Corners of boxes whose six numbers mean something else."""
    first, second = corners[:, 0], corners[:, 1]
    if meaning == "size":
        return np.stack([first - np.abs(second) / 2, first + np.abs(second) / 2], axis=1)
    if meaning == "half":
        return np.stack([first - np.abs(second), first + np.abs(second)], axis=1)
    if meaning == "double":
        return np.stack([first - (second - first) / 2, second + (second - first) / 2], axis=1)
    return corners


def moved_hulls(corners: Float64, matrix: Float64) -> Float64:
    """Axis-aligned hulls of moved boxes."""
    picks = np.array(list(product((0, 1), repeat=3)))
    eight = np.stack([corners[:, picks[:, axis], axis] for axis in range(3)], axis=-1)
    eight = eight @ matrix[:3, :3].T + matrix[:3, 3]
    return np.stack([eight.min(axis=1), eight.max(axis=1)], axis=1)


def scaled(factor: float) -> Float64:
    """Scale by a factor."""
    return np.diag([factor, factor, factor, 1.0])


def turned(turn: Float64) -> Float64:
    """Turn (4, 4)."""
    matrix = np.eye(4)
    matrix[:3, :3] = turn
    return matrix


def shifted(shift: Float64) -> Float64:
    """Shift (4, 4)."""
    matrix = np.eye(4)
    matrix[:3, 3] = shift
    return matrix
