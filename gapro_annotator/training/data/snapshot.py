"""The labels as they were when a run began: ``RUN/labels/<scan>.safetensors``. Loads no torch.

A run reads this copy and never a file that the window writes. Ground truth goes along for scans that have it, to score
held-out scans against; nothing is learnt from it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from gapro_annotator.arrays import Bool, Float32, Int32, UInt8
from gapro_annotator.boxes import Boxes
from gapro_annotator.document import ScanDocument
from gapro_annotator.errors import CancelledError, InputError, reason_of
from gapro_annotator.labels import BACKGROUND, NO_RIVAL, Annotation, Decision, GroundTruth, Origin, PseudoLabels
from gapro_annotator.project import Project
from gapro_annotator.scan import Scan
from gapro_annotator.store.atomic import replacing


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class LabeledScan:
    """One scan of a snapshot.

    Parameters
    ----------
    scan, boxes
        What was recorded and what was drawn.
    pseudo
        The labeler's answer, with what it learnt from corrections.
    annotation
        What is trained on: pseudo labels with corrections above them.
    ground_truth
        For measuring only.
    """

    scan: Scan
    boxes: Boxes
    pseudo: PseudoLabels
    annotation: Annotation
    ground_truth: GroundTruth | None


def snapshot_labels(
    project: Project,
    labels: Path,
    names: Sequence[str],
    progress: Callable[[int, int, str], bool] | None = None,
) -> None:
    """Copy the labels of scans, with edits that are not saved yet.

    Parameters
    ----------
    project, names
        Which scans.
    labels
        The run's folder for them; made.
    progress
        Called as ``progress(done, total, name)``; False ends it with CancelledError.

    Raises
    ------
    InputError
        A scan is not labelled yet.
    """
    labels.mkdir(parents=True, exist_ok=True)
    for done, name in enumerate(names):
        if progress is not None and not progress(done, len(names), name):
            raise CancelledError("copying the labels was stopped; nothing was trained")
        write_labels(labels, project.load(name))
    if progress is not None:
        progress(len(names), len(names), "labels copied")


def write_labels(labels: Path, document: ScanDocument) -> None:
    """Copy the labels of one scan of a project; InputError where it has none."""
    scan, shown = document.scan, document.annotation
    if shown is None:
        raise InputError(f"{scan.name}: not labelled yet; run gapro-annotator label first, or leave it out")
    labeled = LabeledScan(
        scan=scan,
        boxes=document.boxes,
        pseudo=document.pseudo or _certain(shown),
        annotation=shown,
        ground_truth=document.ground_truth,
    )
    write_labeled(labels, labeled)


def write_labeled(labels: Path, labeled: LabeledScan) -> None:
    """Write one scan of a snapshot."""
    scan, boxes, shown = labeled.scan, labeled.boxes, labeled.annotation
    tensors: dict[str, np.ndarray | None] = {
        "xyz": scan.xyz,
        "rgb": scan.rgb,
        "normal": scan.normal,
        "superpoint": scan.superpoint,
        "box_id": boxes.id,
        "box_class": boxes.class_id,
        "lower": boxes.lower,
        "upper": boxes.upper,
        "instance": shown.instance,
        "semantic": shown.semantic,
        "origin": shown.origin,
        **{f"pseudo_{name}": getattr(labeled.pseudo, name) for name in _PSEUDO},
    }
    if labeled.ground_truth is not None:
        tensors |= {"true_instance": labeled.ground_truth.instance, "true_semantic": labeled.ground_truth.semantic}
    kept = {name: np.ascontiguousarray(value) for name, value in tensors.items() if value is not None}
    with replacing(labels / f"{scan.name}.safetensors") as temporary:
        save_file(kept, temporary)


def read_labels(labels: Path, name: str) -> LabeledScan:
    """Read one scan of a snapshot; InputError where it is missing or damaged."""
    path = labels / f"{name}.safetensors"
    try:
        held: dict[str, np.ndarray] = load_file(path)
        scan = Scan(
            name=name,
            xyz=held["xyz"],
            origin=np.zeros(3),
            superpoint=held["superpoint"],
            rgb=held.get("rgb"),
            normal=held.get("normal"),
        )
        truth = GroundTruth(held["true_instance"], held["true_semantic"]) if "true_instance" in held else None
        return LabeledScan(
            scan=scan,
            boxes=Boxes(held["box_id"], held["box_class"], held["lower"], held["upper"]),
            pseudo=PseudoLabels(**{key: held[f"pseudo_{key}"] for key in _PSEUDO}),  # pyright: ignore[reportArgumentType] - arrays
            annotation=Annotation(held["instance"], held["semantic"], held["origin"]),
            ground_truth=truth,
        )
    except (OSError, SafetensorError, ValueError, TypeError, KeyError) as error:
        raise InputError(f"{path}: cannot be read ({reason_of(error)}); start a new run") from error


def believed(labeled: LabeledScan, *, by_probability: bool, fallback: float) -> Float32:
    """(N,) float32, how far the label of each point is believed: 1 where a person labelled or no box is near.

    Elsewhere the probability that it is right, lessened by the factor `fallback` where a fallback rule decided.
    """
    person: Bool = labeled.annotation.origin == Origin.PERSON
    weight: Float32 = labeled.pseudo.probability if by_probability else np.ones(len(person), np.float32)
    ruled: Bool = labeled.pseudo.decision == Decision.FALLBACK
    weight = np.where(ruled, weight * np.float32(fallback), weight)
    # Where the pseudo labels are older than the shown ones (withdrawn, brought back) nothing is known of the label.
    stale: Bool = labeled.pseudo.instance != labeled.annotation.instance
    return np.where(person, 1, np.where(stale, np.float32(fallback), weight)).astype(np.float32)


_PSEUDO = ("instance", "rival", "probability", "mean", "variance", "decision")


def _certain(shown: Annotation) -> PseudoLabels:
    """Labels that came without a labeler's answer are taken as they are."""
    rows = len(shown)

    def full(value: float) -> Float32:
        return np.full(rows, value, np.float32)

    rival: Int32 = np.full(rows, NO_RIVAL, np.int32)
    inside: Bool = shown.instance != BACKGROUND
    decision: UInt8 = np.where(inside, Decision.ONE_BOX, Decision.NO_BOX).astype(np.uint8)
    return PseudoLabels(shown.instance, rival, full(1), full(1), full(0), decision)
