"""A generated room as a scan with boxes and ground truth."""

import numpy as np

from gapro_annotator.arrays import Float32, Float64, Int32, UInt8
from gapro_annotator.boxes import Boxes
from gapro_annotator.classes import Classes
from gapro_annotator.demo.layout import Room, furnish
from gapro_annotator.demo.materials import Material, pattern
from gapro_annotator.demo.scanner import FLOOR, Returns, Scene, punch_holes, thin
from gapro_annotator.document import ScanDocument
from gapro_annotator.errors import InvalidValueError
from gapro_annotator.labels import BACKGROUND, GroundTruth
from gapro_annotator.scan import Scan
from gapro_annotator.superpoints import compute_superpoints

CLASS_NAMES = (
    "chair",
    "table",
    "sofa",
    "cushion",
    "bed",
    "pillow",
    "desk",
    "monitor",
    "shelf",
    "books",
    "lamp",
    "picture",
    "cabinet",
)
FEWEST_POINTS = 2_000
SMALLEST_INSTANCE = 100
"""Points; what was seen less gets no box and is background."""
_COMPACT_BELOW = 30_000
_FULL_STEP = 0.008
_VIEWPOINTS = 6


def generate_room(seed: int, name: str | None = None, points: int = 100_000) -> ScanDocument:
    """Make a furnished room, scanned from six places, with tight boxes and ground truth.

    Boxes are as in real rooms. Over the seeds 0-19 at 100,000 points: 24 to 29 boxes; 15 % (12-17 %) of the points
    in boxes lie in two or more; 25 % (21-29 %) of them are background: floor, rugs, and clutter that nobody boxed.
    Below 30,000 points the room is a compact one for tests, with a dining table and a sofa: 10 to 13 boxes at 8,000.

    Parameters
    ----------
    seed
        The same seed gives the same room, to the last bit.
    name
        Of the scan; 'room_<seed>' unless told otherwise.
    points
        About how many, 2,000 or more.

    Returns
    -------
    ScanDocument
        Without pseudo labels. The origin is a corner of the floor, z up.
    """
    if points < FEWEST_POINTS:
        raise InvalidValueError(f"a room of {points:,} points is too small to show anything; ask for 2,000 or more")
    rng = np.random.default_rng(seed)
    compact = points < _COMPACT_BELOW
    room = furnish(rng, compact=compact)
    scene = Scene([solid for piece in room.pieces for solid in piece.solids], room.size)
    step = float(np.clip(_FULL_STEP * (100_000 / points) ** 0.5, 0.006, 0.02))
    wall_height = 0.5 if compact else float(rng.uniform(2.0, 2.3))
    # Where there is hardly room to stand, the scanner is held over the furniture.
    viewpoints = _viewpoints(room, rng, obstacle=1.1 if compact else 0.1)
    seen = scene.scan(viewpoints, rng, step=step, wall_height=wall_height)
    seen = punch_holes(thin(seen, points, rng), rng, 4 if compact else 14)
    xyz, rgb = seen.xyz, _colors(room, scene, seen, rng)
    classes = Classes.of(CLASS_NAMES)
    boxes, truth = _boxed(room, seen, classes)
    superpoint = compute_superpoints(xyz, rgb=rgb, faces=None)
    named = name if name is not None else f"room_{seed}"
    recording = Scan(name=named, xyz=xyz, origin=np.zeros(3), superpoint=superpoint, rgb=rgb)
    return ScanDocument(scan=recording, boxes=boxes, classes=classes, ground_truth=truth)


def _viewpoints(room: Room, rng: np.random.Generator, *, obstacle: float) -> Float64:
    """(V, 3) places at eye height, far from each other and off what is higher than `obstacle` metres."""
    spots = rng.uniform([0.35, 0.35], room.size[:2] - 0.35, (400, 2))
    free = np.ones(len(spots), np.bool_)
    for piece in room.pieces:
        low, high = piece.bounds()
        if high[2] > obstacle:
            free &= ~((spots > low[:2] - 0.15) & (spots < high[:2] + 0.15)).all(axis=1)
    spots = spots[free] if free.sum() >= _VIEWPOINTS else spots
    chosen = [int(np.linalg.norm(spots - room.size[:2] / 2, axis=1).argmin())]
    while len(chosen) < _VIEWPOINTS:
        gap = np.linalg.norm(spots[:, None] - spots[chosen], axis=2).min(axis=1)
        chosen.append(int(gap.argmax()))
    return np.column_stack([spots[chosen], rng.uniform(1.25, 1.7, _VIEWPOINTS)])


def _boxed(room: Room, seen: Returns, classes: Classes) -> tuple[Boxes, GroundTruth]:
    """Tight boxes around the points of each thing that was seen well enough."""
    piece_of = np.repeat(np.arange(len(room.pieces)), [len(p.solids) for p in room.pieces])
    piece = np.where(seen.solid >= 0, piece_of[np.maximum(seen.solid, 0)], -1)
    instance = np.full(len(piece), BACKGROUND, np.int32)
    semantic = instance.copy()
    class_ids: list[int] = []
    lower: list[Float32] = []
    upper: list[Float32] = []
    for number, thing in enumerate(room.pieces):
        rows = np.flatnonzero(piece == number)
        class_id = None if thing.class_name is None else classes.id_of(thing.class_name)
        if class_id is None or len(rows) < SMALLEST_INSTANCE:
            continue
        class_ids.append(class_id)
        instance[rows], semantic[rows] = len(class_ids), class_id
        lower.append(seen.xyz[rows].min(axis=0))
        upper.append(seen.xyz[rows].max(axis=0))
    ids: Int32 = np.arange(1, len(class_ids) + 1, dtype=np.int32)
    corners = (np.array(c, np.float32).reshape(-1, 3) for c in (lower, upper))
    return Boxes(ids, np.array(class_ids, np.int32), *corners), GroundTruth(instance, semantic)


def _colors(room: Room, scene: Scene, seen: Returns, rng: np.random.Generator) -> UInt8:
    """(N, 3) uint8, texture under a ceiling lamp and daylight, with the camera's noise."""
    color = np.empty((len(seen.xyz), 3), np.float32)
    order = np.argsort(seen.solid, kind="stable")
    numbers, first = np.unique(seen.solid[order], return_index=True)
    for number, rows in zip(numbers.tolist(), np.split(order, first[1:]), strict=True):
        if number >= 0:
            solid = scene.solids[number]
            local = ((seen.xyz[rows] - solid.center) @ solid.rotation).astype(np.float32)
            color[rows] = pattern(solid.material, local, solid.half.astype(np.float32))
        else:
            material: Material = room.floor if number == FLOOR else room.wall
            color[rows] = pattern(material, seen.xyz[rows], room.size.astype(np.float32))
    lamp = room.size * np.array([0.5, 0.5, 0.94])
    toward = lamp.astype(np.float32) - seen.xyz
    toward /= np.linalg.norm(toward, axis=1, keepdims=True)
    reached = scene.lit_by(lamp, seen.xyz)
    direct = np.maximum((toward * seen.normal).sum(axis=1), 0) * np.where(reached, 1.0, 0.15)
    daylight = np.maximum(seen.normal @ np.array([0.5, 0.3, 0.8], np.float32), 0)
    light = 0.55 + 0.32 * direct + 0.14 * daylight
    noise = rng.normal(0, 3, color.shape) + rng.normal(0, 2.5, (len(color), 1))
    return np.clip(color * light[:, None] * 1.02 + noise, 0, 255).astype(np.uint8)
