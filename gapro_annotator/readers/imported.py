"""What a reader hands on: first as the source has it, then checked and in our frame."""

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from gapro_annotator.arrays import Float32, Float64, Int32, Int64, UInt8
from gapro_annotator.boxes import Boxes
from gapro_annotator.classes import Classes
from gapro_annotator.document import ScanDocument
from gapro_annotator.errors import InputError
from gapro_annotator.labels import BACKGROUND, GroundTruth, PseudoLabels
from gapro_annotator.oriented_boxes import OrientedBoxes
from gapro_annotator.scan import Scan


@dataclass(frozen=True, slots=True)
class TurnedBox:
    """A box that does not stand straight: centre and full size in metres, rotation by rows (its columns are the axes).

    Of a `SourceBox`, whose corners are then those of its hull.
    """

    center: tuple[float, ...]
    size: tuple[float, ...]
    turn: tuple[float, ...]

    def moved(self, matrix: Float64) -> "TurnedBox":
        """Return it moved by a similarity (4, 4): turn, scale of all axes alike, shift; a mirror keeps the solid."""
        scale = float(np.cbrt(abs(np.linalg.det(matrix[:3, :3]))))
        center = matrix[:3, :3] @ np.array(self.center) + matrix[:3, 3]
        turn = matrix[:3, :3] / scale @ np.array(self.turn).reshape(3, 3)
        if np.linalg.det(turn) < 0:
            turn[:, 0] *= -1  # a box is its own mirror image
        return TurnedBox(
            tuple(center.tolist()), tuple((scale * np.array(self.size)).tolist()), tuple(turn.ravel().tolist())
        )


@dataclass(frozen=True, slots=True)
class SourceBox:
    """One box as a file gives it: corners in metres, in the coordinates of the source."""

    id: int
    class_name: str
    lower: tuple[float, float, float]
    upper: tuple[float, float, float]
    turned: TurnedBox | None = None


@dataclass(frozen=True, eq=False, slots=True)
class SourceTruth:
    """Ground truth as a file gives it, one row per row of the source.

    `semantic` indexes `class_names`; None where only the instances are known. `where` is the file, for messages.
    """

    where: Path
    instance: Int64
    semantic: Int64 | None = None
    class_names: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False, slots=True)
class SourcePseudo:
    """Labels that another run of GaPro made, one row per row of the source.

    `instance` is -1 for background; mean and variance count where `decided`, by a Gaussian Process.
    """

    where: Path
    instance: Int64
    semantic: Int64
    probability: Float32
    mean: Float32
    variance: Float32
    decided: npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Source:
    """Everything that one source holds, row by row as it lies there.

    Parameters
    ----------
    where
        The file or folder, for messages.
    name
        Name of the scan unless told otherwise.
    xyz : (R, 3) float64
        Metres; may hold NaN and infinity. R counts the rows of the source.
    segment : (R,) int64 or None
        Superpoint ids of the source, any numbers.
    instance_property : (R,) int64 or None
        Integer instance column of the source: ground truth if it turns out to hold the ids of the boxes.
    boxes
        Boxes of the source; None where it has none of its own.
    columns
        What the source calls its columns, for the preview.
    color_range
        Least and largest colour value as the source has them; None where it has no colours or did not look.
    """

    where: Path
    name: str
    xyz: Float64
    rgb: UInt8 | None = None
    normal: Float32 | None = None
    faces: Int32 | None = None
    segment: Int64 | None = None
    axis_alignment: Float64 | None = None
    instance_property: Int64 | None = None
    boxes: tuple[SourceBox, ...] | None = None
    truth: SourceTruth | None = None
    pseudo: SourcePseudo | None = None
    columns: tuple[str, ...] = ()
    color_range: tuple[float, float] | None = None
    notes: tuple[str, ...] = field(default=())

    def rows(self, keep: npt.NDArray[np.bool_]) -> "Source":
        """Return this source without the rows that are not kept; triangles that lose a corner go too."""
        truth = self.truth
        if truth is not None:
            truth = replace(truth, instance=truth.instance[keep], semantic=_kept(truth.semantic, keep))
        pseudo = self.pseudo
        if pseudo is not None:
            names = ("instance", "semantic", "probability", "mean", "variance", "decided")
            pseudo = replace(pseudo, **{name: getattr(pseudo, name)[keep] for name in names})
        faces = self.faces
        if faces is not None:
            renumbered = np.cumsum(keep) - 1
            faces = renumbered[faces[keep[faces].all(axis=1)]].astype(np.int32)
        return replace(
            self,
            xyz=self.xyz[keep],
            rgb=_kept(self.rgb, keep),
            normal=_kept(self.normal, keep),
            faces=faces,
            segment=_kept(self.segment, keep),
            instance_property=_kept(self.instance_property, keep),
            truth=truth,
            pseudo=pseudo,
        )


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class ImportedScan:
    """One foreign scan, checked and in our frame.

    Parameters
    ----------
    name
        The file's stem unless told otherwise.
    xyz : (N, 3) float32
        Metres relative to `origin`.
    origin : (3,) float64
    rgb : (N, 3) uint8 or None
    normal : (N, 3) float32 or None
    faces : (F, 3) int32 or None
    source_row : (N,) int64 or None
        Row in the source; None where no row was dropped.
    superpoint : (N,) int32 or None
        Where the source brings its own (ScanNet).
    axis_alignment : (4, 4) float64 or None
    boxes : Boxes or None
        Their `class_id` indexes `class_names`.
    oriented : OrientedBoxes or None
        Those of them that their source turned.
    class_names
        Names of the classes, in the order of the class file where there is one.
    ground_truth : GroundTruth or None
        Its `semantic` indexes `class_names`.
    pseudo : PseudoLabels or None
        Labels that another run of GaPro made.
    notes
        What a person should know about the import, one sentence each.
    """

    name: str
    xyz: Float32
    origin: Float64
    rgb: UInt8 | None = None
    normal: Float32 | None = None
    faces: Int32 | None = None
    source_row: Int64 | None = None
    superpoint: Int32 | None = None
    axis_alignment: Float64 | None = None
    boxes: Boxes | None = None
    oriented: OrientedBoxes | None = None
    class_names: tuple[str, ...] = ()
    ground_truth: GroundTruth | None = None
    pseudo: PseudoLabels | None = None
    notes: tuple[str, ...] = ()

    def document(self, superpoint: Int32, classes: Classes | None = None) -> ScanDocument:
        """Make it a document.

        Parameters
        ----------
        superpoint : (N,) int32
            Its own, or computed.
        classes
            The project's table, which must hold every class of the boxes; default: a table of `class_names`.
        """
        classes = Classes.of(self.class_names) if classes is None else classes
        ids = [classes.id_of(name) for name in self.class_names]
        if None in ids:
            missing = self.class_names[ids.index(None)]
            raise InputError(f"{self.name}: class {missing!r} is not in the class table; add it first")
        # The last place answers for background: index -1.
        table = np.array([*ids, BACKGROUND], np.int32)
        boxes, truth = self.boxes or Boxes.empty(), self.ground_truth
        return ScanDocument(
            scan=Scan(
                name=self.name,
                xyz=self.xyz,
                origin=self.origin,
                superpoint=superpoint,
                rgb=self.rgb,
                normal=self.normal,
                faces=self.faces,
                source_row=self.source_row,
                axis_alignment=self.axis_alignment,
            ),
            boxes=Boxes(boxes.id, table[boxes.class_id], boxes.lower, boxes.upper),
            classes=classes,
            pseudo=self.pseudo,
            oriented=self.oriented,
            ground_truth=truth and GroundTruth(truth.instance, table[truth.semantic]),
        )


def _kept(array: Any, keep: npt.NDArray[np.bool_]) -> Any:
    return None if array is None else array[keep]
