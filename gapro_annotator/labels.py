"""What is known about which point belongs to which object: pseudo labels, corrections, annotation, ground truth."""

from dataclasses import dataclass, field, replace
from enum import IntEnum
from typing import Any

import numpy as np

from gapro_annotator.arrays import Float32, Int32, Int64, UInt8, check_array, check_finite, freeze
from gapro_annotator.box_edits import BoxEdit
from gapro_annotator.errors import InvalidValueError
from gapro_annotator.remarks import RemarkEdit

BACKGROUND = -1
"""Instance and class of a point that belongs to no boxed object."""
NO_RIVAL = -2
"""Rival of a point that nobody contests."""
UNCORRECTED = -2
"""Correction of a point that no person has labelled."""


class Decision(IntEnum):
    """How the label of a point was decided."""

    ONE_BOX = 0
    NESTED = 1
    GAUSSIAN_PROCESS = 2
    FALLBACK = 3
    NO_BOX = 4
    PARTLY_IN_BOX = 5
    STRUCTURE = 6
    PERSON = 7


class Origin(IntEnum):
    """Who labelled a point."""

    PSEUDO_LABEL = 0
    PERSON = 1


@dataclass(frozen=True, eq=False, slots=True)
class PseudoLabels:
    """Labels made by the labeler, one row per point of the scan.

    Parameters
    ----------
    instance : (N,) int32
        Box id, -1 background.
    rival : (N,) int32
        The other candidate: box id, -1 background, -2 none.
    probability : (N,) float32
        That `instance` is right, 0..1.
    mean : (N,) float32
        Latent GP mean, signed so that > 0 favours `instance` over `rival`.
    variance : (N,) float32
        Of the latent; 0 only where a person labelled or no box is near.
    decision : (N,) uint8
        A `Decision`.
    provenance
        JSON-able: method, features, kernel, fitted hyper-parameters, seed, device, seconds, versions.
    teaches : (S,) float32 or None
        What a person's label of each superpoint would mend elsewhere, in instances; made with the labels and not saved.
    """

    instance: Int32
    rival: Int32
    probability: Float32
    mean: Float32
    variance: Float32
    decision: UInt8
    provenance: dict[str, Any] = field(default_factory=dict[str, Any])
    teaches: Float32 | None = None

    def __post_init__(self) -> None:
        rows = len(self.instance)
        check_array("pseudo instance", self.instance, np.int32, (rows,))
        check_array("pseudo rival", self.rival, np.int32, (rows,))
        for name in ("probability", "mean", "variance"):
            check_array(f"pseudo {name}", getattr(self, name), np.float32, (rows,))
            check_finite(f"pseudo {name}", getattr(self, name))
        check_array("pseudo decision", self.decision, np.uint8, (rows,))
        if rows and (self.probability.min() < 0 or self.probability.max() > 1):
            raise InvalidValueError("pseudo probability must lie between 0 and 1")
        if rows and (self.instance.min() < BACKGROUND or self.rival.min() < NO_RIVAL or self.variance.min() < 0):
            raise InvalidValueError("pseudo instance must be >= -1, rival >= -2, variance >= 0")
        freeze(self.instance, self.rival, self.probability, self.mean, self.variance, self.decision)

    def __len__(self) -> int:
        return len(self.instance)

    @property
    def nbytes(self) -> int:
        """What the arrays take in memory."""
        columns = (self.instance, self.rival, self.probability, self.mean, self.variance, self.decision)
        return sum(column.nbytes for column in columns)

    @property
    def learnt(self) -> Int32:
        """(N,) int32, the corrections that the labeler knew: box id or -1 background, -2 where it knew of none."""
        return np.where(self.decision == Decision.PERSON, self.instance, np.int32(UNCORRECTED))

    def without_withdrawn(self, correction: Int32) -> "PseudoLabels":
        """Return labels that no longer take for certain what a person has withdrawn since.

        Parameters
        ----------
        correction : (N,) int32
            A person's label of each point now, -2 where there is none.

        Returns
        -------
        PseudoLabels
            A withdrawn point keeps its label as a coin toss (probability 0.5, a fallback) until it is labelled again:
            what the labeler alone would say of it is not known any more. The provenance says how many there are as
            `withdrawn`. Itself where nothing was withdrawn.
        """
        withdrawn = (self.decision == Decision.PERSON) & (correction == UNCORRECTED)
        if not withdrawn.any():
            return self
        no_rival = withdrawn & (self.rival == NO_RIVAL) & (self.instance != BACKGROUND)
        return replace(
            self,
            rival=np.where(no_rival, np.int32(BACKGROUND), self.rival),
            probability=np.where(withdrawn, np.float32(0.5), self.probability),
            mean=np.where(withdrawn, np.float32(0), self.mean),
            variance=np.where(withdrawn, np.float32(1), self.variance),
            decision=np.where(withdrawn, np.uint8(Decision.FALLBACK), self.decision),
            provenance={**self.provenance, "withdrawn": int(withdrawn.sum())},
        )

    def after_boxes(self, edit: BoxEdit) -> "PseudoLabels":
        """Return labels that name no box which an edit removed, until the boxes are labelled anew.

        Labels of a removed box go to its heir. Without one they go to the rival, else to background, as a coin toss
        (probability 0.5, a fallback). The provenance says that the boxes changed since as `boxes_changed`.
        """
        gone, heir = edit.removed, np.int32(edit.heir)
        provenance = {**self.provenance, "boxes_changed": True}
        own, rival = np.isin(self.instance, gone), np.isin(self.rival, gone)
        if not own.any() and not rival.any():
            return replace(self, provenance=provenance)
        if edit.heir >= 0:
            instance, other = np.where(own, heir, self.instance), np.where(rival, heir, self.rival)
            return replace(self, instance=instance, rival=_unlike(other, instance), provenance=provenance)
        fallen = np.where((self.rival >= 0) & ~rival, self.rival, np.int32(BACKGROUND))
        instance = np.where(own, fallen, self.instance)
        other = np.where(own | rival, np.int32(BACKGROUND), self.rival)
        return replace(
            self,
            instance=instance,
            rival=_unlike(other, instance),
            probability=np.where(own, np.float32(0.5), self.probability),
            mean=np.where(own, np.float32(0), self.mean),
            variance=np.where(own, np.float32(1), self.variance),
            decision=np.where(own, np.uint8(Decision.FALLBACK), self.decision),
            provenance=provenance,
        )


def _unlike(rival: Int32, instance: Int32) -> Int32:
    """Rivals with none where they would be the instance itself."""
    return np.where(rival == instance, np.int32(NO_RIVAL), rival)


UNDO = "Undo: "
"""How the text of an edit begins that takes another back; in the log it stands as an edit of its own."""
REDO = "Redo: "
"""How the text of an edit begins that does another again."""


@dataclass(frozen=True, eq=False, slots=True)
class LabelEdit:
    """One gesture of a person = one undo.

    Parameters
    ----------
    text
        What it did, for people.
    points : (M,) int64
        The rows it touched, each once.
    before, after : (M,) int32
        The person's label of each point: box id, -1 background, -2 none (the pseudo label shows through).
    boxes : BoxEdit or None
        What the same gesture did to the boxes; None: nothing.
    remarks : RemarkEdit or None
        What it changed of what people say about the scan; None: nothing.
    """

    text: str
    points: Int64
    before: Int32
    after: Int32
    boxes: BoxEdit | None = None
    remarks: RemarkEdit | None = None

    def __post_init__(self) -> None:
        rows = len(self.points)
        check_array("edit points", self.points, np.int64, (rows,))
        check_array("edit before", self.before, np.int32, (rows,))
        check_array("edit after", self.after, np.int32, (rows,))
        freeze(self.points, self.before, self.after)

    def inverse(self) -> "LabelEdit":
        """Return the edit that takes this one back."""
        boxes = self.boxes.inverse() if self.boxes else None
        remarks = self.remarks.inverse() if self.remarks else None
        return LabelEdit(f"{UNDO}{self.text}", self.points, self.after, self.before, boxes, remarks)


@dataclass(frozen=True, eq=False, slots=True)
class EditRecord:
    """A `LabelEdit` in the append-only log: who did it and when (UTC, ISO 8601)."""

    time: str
    annotator: str
    edit: LabelEdit


@dataclass(frozen=True, eq=False, slots=True)
class Annotation:
    """Pseudo labels and corrections together: what is saved, shown, exported and trained on.

    Parameters
    ----------
    instance : (N,) int32
        Box id, -1 background.
    semantic : (N,) int32
        Class id, -1 background.
    origin : (N,) uint8
        An `Origin`.
    """

    instance: Int32
    semantic: Int32
    origin: UInt8

    def __post_init__(self) -> None:
        rows = len(self.instance)
        check_array("label instance", self.instance, np.int32, (rows,))
        check_array("label semantic", self.semantic, np.int32, (rows,))
        check_array("label origin", self.origin, np.uint8, (rows,))
        freeze(self.instance, self.semantic, self.origin)

    def __len__(self) -> int:
        return len(self.instance)

    @property
    def correction(self) -> Int32:
        """(N,) int32, the person's label, `UNCORRECTED` where there is none."""
        return np.where(self.origin == Origin.PERSON, self.instance, np.int32(UNCORRECTED))


@dataclass(frozen=True, eq=False, slots=True)
class GroundTruth:
    """The true instance (box id, -1 background) and class id (-1 background) of each point, for measuring only."""

    instance: Int32
    semantic: Int32

    def __post_init__(self) -> None:
        check_array("ground truth instance", self.instance, np.int32, (len(self.instance),))
        check_array("ground truth semantic", self.semantic, np.int32, (len(self.instance),))
        freeze(self.instance, self.semantic)

    def __len__(self) -> int:
        return len(self.instance)
