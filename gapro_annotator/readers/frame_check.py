"""Boxes that miss the cloud: which change of unit, axes, origin or meaning puts most of them on points."""

from dataclasses import dataclass, replace
from itertools import product

import numpy as np

from gapro_annotator.arrays import Bool, Float64, Int64
from gapro_annotator.readers.frame import UP, guess_up, some_points
from gapro_annotator.readers.frame_changes import (
    Change,
    changes,
    meant,
    moved_hulls,
    said_shift,
    scaled,
    shifted,
    turned,
)
from gapro_annotator.readers.imported import Source, SourceBox, TurnedBox

_LOOK = 100_000
_GRID = 48
_ENOUGH = 3
"""Points that a box must hold to lie on some."""
_MOST_BOXES = 200
_TRIED_EXACTLY = 24
_MISSING = 0.5
"""Below this share of boxes on points something is wrong."""
_GAIN = 0.3
"""A cure must put so many more of the boxes on points."""
_TIGHT = 0.4
"""Points of a box must span so much of it."""
_TIGHTER = 0.7
"""The same where nothing explains the shift."""


@dataclass(frozen=True, eq=False, slots=True)
class Cure:
    """A change that puts boxes on points, and the evidence.

    `boxes` (4, 4) moves the boxes, `scan` (4, 4) the scan; `meaning` says what their six numbers are.
    """

    text: str
    before: float
    after: float
    boxes: Float64
    scan: Float64
    meaning: str = "corners"

    @property
    def sentence(self) -> str:
        """Say the evidence and the cure."""
        return f"{self.before:.0%} of the boxes hold points; {self.after:.0%} would if {self.text}"


def find_cure(source: Source) -> Cure | None:
    """Look for a change that puts boxes on points; None where they lie on points already, or nothing helps."""
    corners = np.array([(box.lower, box.upper) for box in source.boxes or ()], np.float64)
    return cure_of(source.xyz, corners, source.axis_alignment)


def cure_of(xyz: Float64, corners: Float64, alignment: Float64 | None) -> Cure | None:
    """Look for a change that puts boxes (B, 2, 3) on points (N, 3); None as `find_cure`.

    `alignment` (4, 4) is what turned the scan upright, if anything did: boxes may lack it, or have it twice.
    """
    points = some_points(xyz, _LOOK)
    if not len(points) or not len(corners):
        return None
    corners = corners[:: -(-len(corners) // _MOST_BOXES)]
    before = float(_on_points(points, corners).mean())
    if before >= _MISSING:
        return None
    with np.errstate(all="ignore"):
        best = _best(points, corners, list(changes(points, corners, alignment)))
    if best is None or best[1] < before + _GAIN:
        return None
    return _cure(best[0], before, best[1], points)


def apply_cure(source: Source, cure: Cure) -> Source:
    """Move scan and boxes as a cure says; a note keeps what was done."""
    corners = meant(np.array([(box.lower, box.upper) for box in source.boxes or ()], np.float64), cure.meaning)
    moved = moved_hulls(corners, cure.boxes).tolist()
    boxes = tuple(
        SourceBox(box.id, box.class_name, tuple(low), tuple(high), _turned(box, cure))
        for box, (low, high) in zip(source.boxes or (), moved, strict=True)
    )
    xyz, normal, alignment = source.xyz, source.normal, source.axis_alignment
    if not np.array_equal(cure.scan, np.eye(4)):
        xyz = xyz @ cure.scan[:3, :3].T + cure.scan[:3, 3]
        turn = cure.scan[:3, :3] / np.cbrt(np.linalg.det(cure.scan[:3, :3]))
        normal = None if normal is None else (normal @ turn.T).astype(np.float32)
        alignment = cure.scan if alignment is None else cure.scan @ alignment
    note = f"cured: {cure.after:.0%} of the boxes hold points now, {cure.before:.0%} did, taking it that {cure.text}"
    return replace(source, xyz=xyz, normal=normal, boxes=boxes, axis_alignment=alignment, notes=(*source.notes, note))


def _turned(box: SourceBox, cure: Cure) -> TurnedBox | None:
    """Move the turned form, too; where the six numbers mean something else, nothing says how it is turned."""
    return box.turned.moved(cure.boxes) if box.turned is not None and cure.meaning == "corners" else None


def _best(points: Float64, corners: Float64, tries: list[Change]) -> tuple[Change, float] | None:
    """Count roughly for all of them, exactly for the best; between equals the nearer at hand wins."""
    low, extent = points.min(axis=0), np.maximum(np.ptp(points, axis=0), 1e-6)
    sums = _summed(points, low, extent)
    rough: list[tuple[float, int, int]] = []
    for place, one in enumerate(tries):
        moved = moved_hulls(meant(corners, one.meaning), one.matrix)
        rough.append((-_rough_share(sums, low, extent, moved), one.cost, place))
    found: list[tuple[float, float, Change]] = []
    few = points[:: max(len(points) // 40_000, 1)]
    for _, _, place in sorted(rough)[:_TRIED_EXACTLY]:
        one = tries[place]
        moved = moved_hulls(meant(corners, one.meaning), one.matrix)
        if _piled(moved):
            continue
        # A box that its points fill from face to face is right; far-fetched changes must be clearly better.
        found.append((_tightness(few, moved) - 0.02 * one.cost, -one.cost, one))
    if not found:
        return None
    best = max(found, key=lambda row: row[:2])[2]
    if best.shift is not None:
        best = _refined(few, corners, best)
    moved = moved_hulls(meant(corners, best.meaning), best.matrix)
    # Boxes that their points do not fill lie on them by accident.
    needed = _TIGHT if best.shift is None else _TIGHTER
    return (best, float(_on_points(points, moved).mean())) if _tightness(few, moved) >= needed else None


def _piled(corners: Float64) -> bool:
    """Whether most boxes lie in each other: no room looks so, but numbers that are read wrongly do."""
    center = corners.mean(axis=1)[:, None]
    within = ((center >= corners[:, 0]) & (center <= corners[:, 1])).all(axis=2)
    rows = len(corners)
    return rows > 2 and (int(within.sum()) - rows) > 0.3 * rows * (rows - 1)


def _refined(points: Float64, corners: Float64, one: Change) -> Change:
    """Change a shift that nothing explains until points span most of the boxes: step by step, ever finer."""
    moved = moved_hulls(meant(corners, one.meaning), one.matrix)
    shift, best, step = np.zeros(3), _tightness(points, moved), 0.4
    while step > 0.002:
        moves = [step * sign * axis for axis in np.eye(3) for sign in (-1, 1)]
        most, place = max((_tightness(points, moved + shift + move), place) for place, move in enumerate(moves))
        if most > best + 1e-6:
            best, shift = most, shift + moves[place]
        else:
            step /= 2
    start = np.zeros(3) if one.shift is None else one.shift
    text = one.text.replace(said_shift(start), said_shift(start + shift))
    return replace(one, matrix=shifted(shift) @ one.matrix, text=text)


def _summed(points: Float64, low: Float64, extent: Float64) -> Int64:
    """Summed counts of a grid: any block of cells is counted with eight look-ups."""
    cell = np.minimum(((points - low) / extent * _GRID).astype(np.int64), _GRID - 1)
    counts = np.bincount(cell @ np.array([_GRID * _GRID, _GRID, 1]), minlength=_GRID**3).reshape((_GRID,) * 3)
    sums = np.zeros((_GRID + 1,) * 3, np.int64)
    sums[1:, 1:, 1:] = counts.cumsum(0).cumsum(1).cumsum(2)
    return sums


def _rough_share(sums: Int64, low: Float64, extent: Float64, corners: Float64) -> float:
    cells = np.nan_to_num((corners - low) / extent * _GRID)
    first = np.clip(np.floor(cells[:, 0]), 0, _GRID).astype(np.int64)
    last = np.clip(np.ceil(cells[:, 1]), 0, _GRID).astype(np.int64)
    total = np.zeros(len(corners), np.int64)
    for pick in product((0, 1), repeat=3):
        x, y, z = (np.where(p, last[:, axis], first[:, axis]) for axis, p in enumerate(pick))
        total += (-1) ** (3 - sum(pick)) * sums[x, y, z]
    return float(((total >= _ENOUGH) & (last > first).all(axis=1) & _sensible(corners, low, extent)).mean())


def _sensible(corners: Float64, low: Float64, extent: Float64) -> Bool:
    """Boxes that are no larger than the scan and have their centre in it: larger ones hold points by accident."""
    center = corners.mean(axis=1)
    inside = (center >= low - 0.05 * extent) & (center <= low + 1.05 * extent)
    return np.asarray((inside & (corners[:, 1] - corners[:, 0] <= 1.1 * extent + 0.05)).all(axis=1))


def _on_points(points: Float64, corners: Float64) -> Bool:
    low, extent = points.min(axis=0), np.ptp(points, axis=0)
    held = np.array([((points >= a) & (points <= b)).all(axis=1).sum() >= _ENOUGH for a, b in corners])
    return held & _sensible(corners, low, extent)


def _tightness(points: Float64, corners: Float64) -> float:
    """Which part of a box, along its worst axis, its points span, on average; 0 where it holds none."""
    sensible = _sensible(corners, points.min(axis=0), np.ptp(points, axis=0))
    tight = np.zeros(len(corners))
    for row in np.flatnonzero(sensible):
        low, high = corners[row]
        inside = points[((points >= low) & (points <= high)).all(axis=1)]
        if len(inside) >= _ENOUGH:
            tight[row] = float((np.ptp(inside, axis=0) / np.maximum(high - low, 1e-6)).min())
    return float(tight.mean())


def _cure(one: Change, before: float, after: float, points: Float64) -> Cure:
    """Decide whether the scan or the boxes are to move: metres and Z up are ours."""
    up, _ = guess_up(points)
    turns_up = one.turn is not None and not np.allclose(np.abs(one.turn[2]), (0, 0, 1))
    # A factor above 1 would blow the boxes up to a scan in millimetres: it is the scan that must shrink.
    if one.scale > 1 or (turns_up and up != "z"):
        back = np.eye(4)
        if one.scale > 1:
            back = scaled(1 / one.scale)
        if turns_up and up != "z":
            back = turned(UP[up]) @ back
        return Cure(one.text, before, after, back @ one.matrix, back, one.meaning)
    return Cure(one.text, before, after, one.matrix, np.eye(4), one.meaning)
