"""What an annotator boxes, how exactly, and what the ground truth says."""

import numpy as np
from scipy.spatial import KDTree

from gapro_annotator.arrays import Bool, Float32, Int32
from gapro_annotator.boxes import Boxes
from gapro_annotator.classes import Classes
from gapro_annotator.demo.scanner import WALL
from gapro_annotator.demo.variety.rooms import Place
from gapro_annotator.demo.variety.sensor import Seen
from gapro_annotator.demo.variety.style import Style
from gapro_annotator.labels import BACKGROUND, GroundTruth

FURNITURE = tuple(
    "chair armchair table sofa bed desk cabinet wardrobe dresser nightstand shelf counter refrigerator toilet sink"
    " bathtub bench stool ottoman".split()
)
HUNG = tuple("door window picture curtain".split())
SOMETIMES = (
    "upper cabinet", "washing machine", "radiator", "tv", "whiteboard", "mirror", "mattress", "beanbag", "coat rack",
)  # fmt: skip
_SMALL = tuple(
    "cushion pillow lamp monitor books plant box bag laptop computer keyboard blanket clothes towel toy ball printer"
    " pot bin suitcase cup bottle bowl plate papers shoes basket things stove".split()
)
_NEVER = ("rug", "tablecloth")
CLASS_NAMES = (*FURNITURE, *HUNG, *SOMETIMES, *_SMALL, *_NEVER, "object")
SMALLEST_INSTANCE = 50
"""Points; what was seen less gets no box and is background."""
_WALL_BEHIND = 0.03


def annotate(place: Place, seen: Seen, style: Style, rng: np.random.Generator) -> tuple[Boxes, GroundTruth, Classes]:
    """Draw the boxes and say which point belongs to which: ids 1..B in the order of the pieces."""
    classes = Classes.of(CLASS_NAMES)
    piece = _piece_of(place, seen)
    piece[seen.stray] = -1
    boxed = _boxed_pieces(place, style, rng)
    if style.annotator.hung_boxed and style.kind != "tabletop" and rng.random() < 0.5:
        _take_wall(place, seen, piece)
    count = np.bincount(piece[piece >= 0], minlength=len(place.pieces))
    smallest = SMALLEST_INSTANCE * (3 if style.kind == "tabletop" else 1)
    numbers = np.flatnonzero(boxed & (count >= smallest))
    row_of = np.full(len(place.pieces) + 1, -1)
    row_of[numbers] = np.arange(len(numbers))
    row = row_of[piece]
    row[_forgotten(seen.xyz, row, style, rng)] = -1
    names = [place.pieces[number].class_name or "" for number in numbers]
    class_id = np.array([classes.id_of(name) for name in names], np.int32)
    boxes = _draw(seen.xyz, row, class_id, style, rng)
    instance = np.where(row >= 0, row + 1, BACKGROUND).astype(np.int32)
    semantic = np.where(row >= 0, class_id[row] if len(class_id) else 0, BACKGROUND).astype(np.int32)
    return boxes, GroundTruth(instance, semantic), classes


def _piece_of(place: Place, seen: Seen) -> Int32:
    """(N,) int32, the piece that each point lies on, or -1."""
    owner = np.repeat(np.arange(len(place.pieces), dtype=np.int32), [len(p.solids) for p in place.pieces])
    return np.where(seen.solid >= 0, owner[np.maximum(seen.solid, 0)], -1).astype(np.int32)


def _boxed_pieces(place: Place, style: Style, rng: np.random.Generator) -> Bool:
    """(P,) bool, which pieces the annotator means to box."""
    wanted = {"object", *FURNITURE}
    if style.annotator.protocol == "everything":
        wanted |= {*HUNG, *SOMETIMES, *_SMALL}
        wanted |= {name for name in _NEVER if rng.random() < 0.3}
    else:
        hung = HUNG if style.annotator.hung_boxed else ()
        wanted |= {name for name in (*hung, *SOMETIMES) if rng.random() < 0.7}
        wanted |= {name for name in _SMALL if style.annotator.small_boxed and rng.random() < 0.5}
        if rng.random() < 0.5:
            wanted -= {name for name in FURNITURE if rng.random() < 0.15}
    chosen = np.array([piece.class_name in wanted for piece in place.pieces])
    return chosen & (rng.random(len(chosen)) >= style.annotator.dropped)


def _take_wall(place: Place, seen: Seen, piece: Int32) -> None:
    """Give the strips of wall right behind and around doors, windows and pictures to them, as meshes do."""
    wall = np.flatnonzero(seen.solid == WALL)
    for number, thing in enumerate(place.pieces):
        if thing.class_name not in HUNG:
            continue
        low, high = thing.bounds()
        at = seen.surface[wall]
        near = ((at > low - _WALL_BEHIND) & (at < high + _WALL_BEHIND)).all(axis=1)
        piece[wall[near]] = number


def _forgotten(xyz: Float32, row: np.ndarray, style: Style, rng: np.random.Generator) -> np.ndarray:
    """Points without ground truth: small patches at the borders of objects."""
    objects = np.flatnonzero(row >= 0)
    wanted = round(style.annotator.unlabelled * len(objects))
    if not wanted:
        return objects[:0]
    reach = 0.012 if style.kind == "tabletop" else 0.04
    sample = rng.choice(objects, min(len(objects), 3000), replace=False)
    tree = KDTree(xyz)
    border: list[int] = []
    lost: list[int] = []
    for seed, beside in zip(sample, tree.query_ball_point(xyz[sample], reach), strict=True):
        if (row[beside] != row[seed]).any():
            border.append(seed)
            lost += [n for n in beside if row[n] == row[seed]]
        if len(lost) >= wanted:
            break
    return np.array(sorted(set(lost)), np.int64)


def _draw(xyz: Float32, row: np.ndarray, class_id: Int32, style: Style, rng: np.random.Generator) -> Boxes:
    """Boxes around the points of each row; each face is off by the annotator's error."""
    lower, upper = np.zeros((len(class_id), 3), np.float32), np.zeros((len(class_id), 3), np.float32)
    order = np.argsort(row, kind="stable")
    start = np.searchsorted(row[order], np.arange(len(class_id) + 1))
    for number in range(len(class_id)):
        mine = xyz[order[start[number] : start[number + 1]]]
        lower[number], upper[number] = mine.min(axis=0), mine.max(axis=0)
    if style.annotator.box_error or style.annotator.box_margin:
        # A face is never off by more than a fifth of the box: nobody would leave that.
        most = 0.2 * (upper - lower)
        off = [
            np.clip(style.annotator.box_margin + rng.normal(0, style.annotator.box_error, most.shape), -most, most)
            for _ in range(2)
        ]
        lower, upper = (lower - off[0]).astype(np.float32), (upper + off[1]).astype(np.float32)
    return Boxes(np.arange(1, len(class_id) + 1, dtype=np.int32), class_id, lower, upper)
