"""What every exporter writes of one scan: its rows in the source's order, in one frame, with labels and certainty."""

from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from gapro_annotator.arrays import Bool, Float32, Float64, Int32, Int64, UInt8
from gapro_annotator.document import ScanDocument
from gapro_annotator.errors import InputError
from gapro_annotator.labels import BACKGROUND, Annotation, Origin

Frame: TypeAlias = Literal["source", "aligned"]
FAR = 1000.0
"""Beyond this distance from zero, in metres, coordinates are shifted before they become float32."""
ROUNDING = 1e-4
"""Largest error, in metres, that float32 may bring in."""


@dataclass(frozen=True, slots=True)
class ExportedObject:
    """One instance of an export; its number is its place in `ExportRows.objects`."""

    box: int
    class_id: int
    points: int


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class ExportRows:
    """R rows; a row that the import dropped repeats the coordinates, colour and normal of the kept row before it.

    Parameters
    ----------
    name
        Of the scan.
    xyz : (R, 3) float64
        World coordinates in the chosen frame, metres, finite.
    rgb : (R, 3) uint8 or None
    normal : (R, 3) float32 or None
    kept : (R,) bool
        False where the import dropped the row.
    superpoint : (R,) int64
        0..S-1; all dropped rows together are one more superpoint, the last.
    instance : (R,) int64
        Row of `objects`, -1 background or dropped.
    class_id : (R,) int64
        Of the project's table, -1 background or dropped.
    origin : (R,) uint8
        An `Origin`; 0 dropped.
    probability, mean, variance : (R,) float32
        Of the label; a person's has probability 1, dropped rows 0.
    latent : (R,) bool
        Where mean and variance are a Gaussian Process's: not where a person labelled and not where the variance is 0.
    objects
        K instances that have points, by rising box id.
    faces : (F, 3) int64 or None
        Rows of this table.
    to_aligned : (4, 4) float64
        The chosen frame → the aligned frame, in world coordinates.
    rows_known
        Whether R is the source's number of rows; else rows after the last kept one may be missing.
    """

    name: str
    xyz: Float64
    rgb: UInt8 | None
    normal: Float32 | None
    kept: Bool
    superpoint: Int64
    instance: Int64
    class_id: Int64
    origin: UInt8
    probability: Float32
    mean: Float32
    variance: Float32
    latent: Bool
    objects: tuple[ExportedObject, ...]
    faces: Int64 | None
    to_aligned: Float64
    rows_known: bool

    def __len__(self) -> int:
        return len(self.xyz)

    @property
    def dropped(self) -> int:
        """Rows that the import had dropped."""
        return int((~self.kept).sum())


def rows_of(document: ScanDocument, frame: Frame = "source", *, dropped_rows: bool = True) -> ExportRows:
    """Lay out a labelled scan for an export.

    Parameters
    ----------
    document
        With labels.
    frame
        "source": the coordinates of the file that was imported; "aligned": those of the window.
    dropped_rows
        Whether rows that the import dropped are there again; without them the table has one row a point.
    """
    scan = document.scan
    labels = annotation_of(document)
    row = np.arange(len(scan)) if scan.source_row is None or not dropped_rows else scan.source_row
    kept, point, nearest = _points_of_rows(scan.name, row)
    to_aligned, to_frame = _frames(document, frame)
    world = scan.xyz.astype(np.float64) + scan.origin
    instance, objects = _objects(document, labels)
    class_id = np.array([one.class_id for one in objects] + [BACKGROUND], np.int64)[instance]
    probability, mean, variance, latent = certainty_of(document)

    def spread(values: npt.NDArray[Any], fill: Any) -> npt.NDArray[Any]:
        return np.where(kept, values[point], np.asarray(fill, values.dtype))

    superpoint = spread(scan.superpoint.astype(np.int64), scan.superpoint_count)
    return ExportRows(
        name=scan.name,
        xyz=(world @ to_frame[:3, :3].T + to_frame[:3, 3])[nearest],
        rgb=None if scan.rgb is None else scan.rgb[nearest],
        normal=None if scan.normal is None else (scan.normal @ to_frame[:3, :3].T).astype(np.float32)[nearest],
        kept=kept,
        superpoint=superpoint,
        instance=spread(instance, BACKGROUND),
        class_id=spread(class_id, BACKGROUND),
        origin=spread(labels.origin, 0),
        probability=spread(probability, 0),
        mean=spread(mean, 0),
        variance=spread(variance, 0),
        latent=spread(latent, False),  # noqa: FBT003 - the value of the array
        objects=objects,
        faces=None if scan.faces is None else row[scan.faces].astype(np.int64),
        to_aligned=to_aligned,
        rows_known=scan.source_row is None or not dropped_rows,
    )


def _points_of_rows(name: str, row: Int64) -> tuple[Bool, Int64, Int64]:
    """(R,) each: whether a row was kept, its point, and the point that stands in for it where it was not."""
    total = int(row.max(initial=-1)) + 1
    kept = np.zeros(total, np.bool_)
    kept[row] = True
    if int(kept.sum()) != len(row):
        raise InputError(f"{name}: two points have the same row in the source; import the scan again")
    point = np.zeros(total, np.int64)
    point[row] = np.arange(len(row))
    # The kept row before each row; the first kept one where there is none.
    before = np.maximum.accumulate(np.where(kept, np.arange(total), int(row.min(initial=0))))
    return kept, point, point[before]


def annotation_of(document: ScanDocument) -> Annotation:
    """Return the labels of a document; InputError where it has none."""
    if document.annotation is None:
        raise InputError(f"{document.scan.name}: has no labels yet; run `gapro-annotator label` first")
    return document.annotation


def certainty_of(document: ScanDocument) -> tuple[Float32, Float32, Float32, Bool]:
    """(N,) each: probability, mean, variance of the label, and where mean and variance are of a Gaussian Process."""
    labels, rows = annotation_of(document), len(document.scan)
    person = labels.origin == Origin.PERSON
    probability, mean, variance = (np.zeros(rows, np.float32) for _ in range(3))
    if document.pseudo is not None:
        pseudo = document.pseudo.without_withdrawn(labels.correction)
        probability, mean, variance = pseudo.probability.copy(), pseudo.mean.copy(), pseudo.variance.copy()
    probability[person], mean[person], variance[person] = 1, 0, 0
    return probability, mean, variance, (variance > 0) & ~person


def near_zero(xyz: Float64) -> tuple[Float32, Float64]:
    """Coordinates as float32 after whole metres were taken off those axes where float32 would lose digits.

    Returns
    -------
    xyz : (R, 3) float32
    shift : (3,) float64
        Add it to come back; zeros nearly always.
    """
    if not len(xyz):
        return xyz.astype(np.float32), np.zeros(3)
    center = (xyz.min(axis=0) + xyz.max(axis=0)) / 2
    error = np.abs(xyz - xyz.astype(np.float32)).max(axis=0)
    shift = np.where((np.abs(center) > FAR) | (error > ROUNDING), np.floor(center), 0.0)
    return (xyz - shift).astype(np.float32), shift


def moved(shift: Float64) -> Float64:
    """(4, 4), the translation by `shift`."""
    matrix = np.eye(4)
    matrix[:3, 3] = shift
    return matrix


def _frames(document: ScanDocument, frame: Frame) -> tuple[Float64, Float64]:
    """(4, 4) each: chosen frame → aligned, and aligned → chosen frame."""
    alignment = document.scan.axis_alignment
    if alignment is None or frame == "aligned":
        return np.eye(4), np.eye(4)
    try:
        return alignment.copy(), np.linalg.inv(alignment).astype(np.float64)
    except np.linalg.LinAlgError as error:
        raise InputError(
            f"{document.scan.name}: its axis alignment cannot be undone; export with --frame aligned"
        ) from error


def _objects(document: ScanDocument, labels: Annotation) -> tuple[Int64, tuple[ExportedObject, ...]]:
    """Number the instances that have points from 0, by rising box id."""
    boxes, counts = np.unique(labels.instance[labels.instance >= 0], return_counts=True)
    # One class an instance, that of its box, whatever single labels say: SPFormer insists on it.
    classes = _class_of(document, labels, boxes.astype(np.int32))
    objects = tuple(
        ExportedObject(box, class_id, points)
        for box, class_id, points in zip(boxes.tolist(), classes.tolist(), counts.tolist(), strict=True)
    )
    number = np.full(len(labels), BACKGROUND, np.int64)
    inside = labels.instance >= 0
    number[inside] = np.searchsorted(boxes, labels.instance[inside])
    return number, objects


def _class_of(document: ScanDocument, labels: Annotation, boxes: Int32) -> Int32:
    of_box = document.boxes.class_of(boxes)
    for place in np.flatnonzero(of_box < 0).tolist():
        of_box[place] = np.bincount(np.maximum(labels.semantic[labels.instance == boxes[place]], 0)).argmax()
    return of_box
