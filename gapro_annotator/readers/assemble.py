"""From what a source holds to a checked scan in our frame: rows, origin, boxes, classes, ground truth."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from gapro_annotator.arrays import Bool, Float64, Int32, Int64
from gapro_annotator.boxes import Boxes
from gapro_annotator.errors import InputError
from gapro_annotator.labels import BACKGROUND, NO_RIVAL, Decision, GroundTruth, PseudoLabels
from gapro_annotator.oriented_boxes import OrientedBoxes
from gapro_annotator.readers.imported import ImportedScan, Source, SourceBox, SourcePseudo, SourceTruth

FAR_CENTER = 1000.0
"""Beyond this distance from zero, in metres, an axis gets an origin of its own."""
MOST = 1e12
"""Coordinates beyond this are marks for "no value", not metres."""
ROUNDING = 1e-4
"""Largest error, in metres, that float32 may bring in."""


def assemble(source: Source, classes: Sequence[str] | None = None) -> ImportedScan:
    """Check a source and bring it into our frame.

    Parameters
    ----------
    source
        With its boxes and ground truth, whatever file they came from.
    classes
        The class table to keep to; None: the classes of the boxes in the order in which they occur, or,
        without boxes, those of the ground truth.

    Raises
    ------
    InputError
        No point is left, a box has a class that the table lacks, or ground truth does not fit.
    """
    if source.truth is not None and len(source.truth.instance) != len(source.xyz):
        raise InputError(
            f"{source.truth.where}: has {len(source.truth.instance):,} rows but {source.where} has "
            f"{len(source.xyz):,} points; give the ground truth of this scan"
        )
    source, source_row = _finite_rows(source)
    origin = _origin(source.xyz)
    names = _class_names(source, classes)
    boxes = _boxes(source.name, source.boxes, names, origin) if source.boxes is not None else None
    truth, notes = _ground_truth(source, boxes, names)
    segment = source.segment
    return ImportedScan(
        name=source.name,
        xyz=(source.xyz - origin).astype(np.float32),
        origin=origin,
        rgb=source.rgb,
        normal=source.normal,
        faces=source.faces,
        source_row=source_row,
        superpoint=None if segment is None else np.unique(segment, return_inverse=True)[1].astype(np.int32),
        axis_alignment=source.axis_alignment,
        boxes=boxes,
        oriented=_oriented(source.boxes or (), origin),
        class_names=names,
        ground_truth=truth,
        pseudo=_pseudo(source.pseudo, boxes) if source.pseudo is not None and boxes is not None else None,
        notes=source.notes + notes,
    )


def _finite_rows(source: Source) -> tuple[Source, Int64 | None]:
    if not len(source.xyz):
        raise InputError(f"{source.where}: holds no points; choose a scan that has some")
    keep: Bool = np.asarray((np.abs(source.xyz) < MOST).all(axis=1))  # NaN is not below either
    dropped = int((~keep).sum())
    if not dropped:
        return source, None
    if not keep.any():
        raise InputError(f"{source.where}: no row has finite coordinates; export the scan again")
    kept = source.rows(keep)
    note = f"{dropped:,} of {len(keep):,} rows had no finite coordinates and were dropped"
    rows = np.flatnonzero(keep).astype(np.int64)
    return replace(kept, notes=(*kept.notes, note)), rows


def _origin(xyz: Float64) -> Float64:
    """Whole metres, on those axes only where float32 would lose what the source knows."""
    center = (xyz.min(axis=0) + xyz.max(axis=0)) / 2
    error = np.abs(xyz - xyz.astype(np.float32)).max(axis=0)
    return np.where((np.abs(center) > FAR_CENTER) | (error > ROUNDING), np.floor(center), 0.0)


def _class_names(source: Source, classes: Sequence[str] | None) -> tuple[str, ...]:
    if classes is None:
        if source.boxes is None and source.truth is not None:
            return source.truth.class_names
        found: dict[str, str] = {}
        for box in source.boxes or ():
            found.setdefault(box.class_name.casefold(), box.class_name)
        return tuple(found.values())
    known = {name.casefold() for name in classes}
    for box in source.boxes or ():
        if box.class_name.casefold() not in known:
            raise InputError(
                f"{source.where}: box {box.id} has the class {box.class_name!r}, which the class table lacks; add it"
            )
    return tuple(classes)


def _boxes(name: str, boxes: tuple[SourceBox, ...], names: tuple[str, ...], origin: Float64) -> Boxes:
    place = {name.casefold(): number for number, name in enumerate(names)}
    for box in boxes:
        if not all(-MOST < value < MOST for value in (*box.lower, *box.upper)):
            raise InputError(f"{name}: box {box.id} reaches beyond {MOST:g} m; mend its corners")
    # Rounding is monotonic: a point on a face stays on it when both lose digits.
    return Boxes(
        np.array([box.id for box in boxes], np.int32),
        np.array([place[box.class_name.casefold()] for box in boxes], np.int32),
        (np.array([box.lower for box in boxes], np.float64).reshape(-1, 3) - origin).astype(np.float32),
        (np.array([box.upper for box in boxes], np.float64).reshape(-1, 3) - origin).astype(np.float32),
    )


def _oriented(boxes: tuple[SourceBox, ...], origin: Float64) -> OrientedBoxes | None:
    turned = [(box.id, box.turned) for box in boxes if box.turned is not None]
    if not turned:
        return None
    return OrientedBoxes(
        np.array([number for number, _ in turned], np.int32),
        (np.array([each.center for _, each in turned]) - origin).astype(np.float32),
        np.array([each.size for _, each in turned], np.float32),
        np.array([each.turn for _, each in turned], np.float32).reshape(-1, 3, 3),
    )


def _pseudo(pseudo: SourcePseudo, boxes: Boxes) -> PseudoLabels:
    """Bring pseudo labels to our ids; a number that is no box is background."""
    instance = np.where(np.isin(pseudo.instance, boxes.id), pseudo.instance, BACKGROUND).astype(np.int32)
    decision = np.where(instance == BACKGROUND, Decision.NO_BOX, Decision.ONE_BOX)
    return PseudoLabels(
        instance=instance,
        rival=np.full(len(instance), NO_RIVAL, np.int32),
        probability=pseudo.probability,
        mean=pseudo.mean,
        variance=pseudo.variance,
        decision=np.where(pseudo.decided, Decision.GAUSSIAN_PROCESS, decision).astype(np.uint8),
        provenance={"method": "imported", "source": pseudo.where.name},
    )


def _ground_truth(
    source: Source, boxes: Boxes | None, names: tuple[str, ...]
) -> tuple[GroundTruth | None, tuple[str, ...]]:
    if source.truth is not None:
        return _named_truth(source.truth, boxes, names)
    if source.instance_property is None or boxes is None or not len(boxes):
        return None, ()
    if not np.isin(boxes.id, source.instance_property).all():
        return None, ("its instance column does not hold the ids of the boxes and was not taken for ground truth",)
    truth, notes = _named_truth(SourceTruth(source.where, source.instance_property), boxes, names)
    return truth, ("its instance column holds the ids of the boxes and is kept as ground truth", *notes)


def _named_truth(
    truth: SourceTruth, boxes: Boxes | None, names: tuple[str, ...]
) -> tuple[GroundTruth, tuple[str, ...]]:
    """Bring ground truth to our ids: box ids for instances, `names` for classes."""
    notes: list[str] = []
    instance = np.maximum(truth.instance, BACKGROUND).astype(np.int32)
    row = np.full(len(instance), -1, np.int64)
    if boxes is not None and len(boxes):
        row = boxes.row_of(instance)
        unboxed = np.unique(instance[(row < 0) & (instance >= 0)])
        if unboxed.size:
            notes.append(f"{unboxed.size} instances of the ground truth have no box and count as background")
            instance = np.where(row < 0, np.int32(BACKGROUND), instance)
    semantic = np.full(len(instance), BACKGROUND, np.int32)
    if boxes is not None and len(boxes):
        semantic = np.where(row >= 0, boxes.class_id[row], semantic)
    semantic, unknown = _by_name(truth, names, instance, semantic.astype(np.int32))
    return GroundTruth(instance, semantic), (*notes, *unknown)


def _by_name(
    truth: SourceTruth, names: tuple[str, ...], instance: Int32, of_box: Int32
) -> tuple[Int32, tuple[str, ...]]:
    """Match classes by name; where that fails, a point takes the class of its box."""
    if truth.semantic is None or not truth.class_names:
        return of_box, ()
    place = {name.casefold(): number for number, name in enumerate(names)}
    # The last place answers for background: index -1.
    table = np.array([place.get(name.casefold(), BACKGROUND) for name in truth.class_names] + [BACKGROUND], np.int32)
    named = table[np.maximum(truth.semantic, BACKGROUND)]
    used = np.unique(truth.semantic[(truth.semantic >= 0) & (instance >= 0)])
    unknown = [truth.class_names[number] for number in used.tolist() if table[number] < 0]
    semantic = np.where(instance < 0, np.int32(BACKGROUND), np.where(named >= 0, named, of_box))
    if not unknown:
        return semantic, ()
    return semantic, (
        f"{len(unknown)} class names of the ground truth are not in the class table ({', '.join(unknown)}): "
        "their points take the class of their box",
    )
