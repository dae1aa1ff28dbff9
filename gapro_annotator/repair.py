"""Saves what can be saved of a damaged scan file, its journal and its backups, and says what could not."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from gapro_annotator.arrays import Int32
from gapro_annotator.boxes import Boxes
from gapro_annotator.classes import Classes
from gapro_annotator.document import ScanDocument
from gapro_annotator.edit_rules import boxes_after
from gapro_annotator.errors import AnnotatorError, StoreError
from gapro_annotator.labels import (
    BACKGROUND,
    NO_RIVAL,
    UNCORRECTED,
    Annotation,
    Decision,
    EditRecord,
    GroundTruth,
    LabelEdit,
    Origin,
    PseudoLabels,
)
from gapro_annotator.oriented_boxes import OrientedBoxes
from gapro_annotator.scan import Scan
from gapro_annotator.scan_session import journal_path_of
from gapro_annotator.session import Session
from gapro_annotator.store.backups import backup_files
from gapro_annotator.store.box_rows import COLUMNS, box_edits_of
from gapro_annotator.store.edit_log import edits_of
from gapro_annotator.store.journal import readable_edits
from gapro_annotator.store.remark_rows import TEXTS as REMARK_TEXTS
from gapro_annotator.store.remark_rows import remark_edits_of
from gapro_annotator.store.salvage import Salvage, salvage
from gapro_annotator.store.scan_file import read_scan

_PSEUDO = ("instance", "rival", "probability", "mean", "variance", "decision")


def repair(path: Path) -> tuple[ScanDocument, list[str]]:
    """Put a scan together from what is left; nothing is written.

    Returns
    -------
    document : ScanDocument
        What could be saved.
    said : list of str
        A sentence for each part that is not as it was; empty where all is whole.

    Raises
    ------
    StoreError
        The points or boxes are lost, and no backup has them.
    """
    work = _Repair(path, salvage(path))
    document = work.document()
    return work.with_journal(document), work.said


class _Repair:
    """The parts of one scan: from the file where they are whole, else from the newest backup that has them."""

    def __init__(self, path: Path, found: Salvage) -> None:
        self.path = path
        self.found = found
        self.said: list[str] = []
        self.backup, self.backup_name = self._newest_backup()
        if "the file" in found.problems:
            self.said.append(f"the file itself: {found.problems['the file']}")

    def document(self) -> ScanDocument:
        scan = self._part("points, mesh and colours", self._scan, lambda backup: backup.scan)
        boxes = self._part("boxes", self._boxes, lambda backup: backup.boxes)
        if scan is None or boxes is None:
            lost = "points" if scan is None else "boxes"
            raise StoreError(
                f"{self.path}: its {lost} cannot be read and no backup has them; import the scan again from its source"
            )
        classes = self._part("classes", self._classes, lambda backup: backup.classes) or self._invented(boxes)
        pseudo = self._part("pseudo labels", self._pseudo, lambda backup: backup.pseudo)
        truth = self._part("ground truth", self._truth, lambda backup: backup.ground_truth)
        oriented = self._part("turned boxes", self._oriented, lambda backup: backup.oriented)
        edits = self._part("log of edits", self._edits, lambda backup: backup.edits) or ()
        created = self.found.whole.get("@created", "") or (self.backup.created if self.backup else "")
        bare = ScanDocument(
            scan=scan,
            boxes=boxes,
            classes=classes,
            pseudo=pseudo,
            ground_truth=truth,
            oriented=oriented,
            created=created,
        )
        labels = self._part("labels", self._labels, lambda _backup: None)
        return self._with_labels(bare, labels, edits)

    def with_journal(self, document: ScanDocument) -> ScanDocument:
        """Add the edits of the journal that follow from what is there; damaged lines are passed over."""
        records, lost = readable_edits(journal_path_of(self.path), document.created, len(document.edits))
        session = Session(document)
        for record in records:
            if _follows(record.edit, session):
                session.replay([record])
            else:
                lost += 1
        if lost:
            self.said.append(f"journal: {lost} edits are damaged or do not follow from the rest; they are lost")
        return session.document() if records else document

    def _part(self, what: str, read: Callable[[], Any], of_backup: Callable[[ScanDocument], Any]) -> Any:
        """Read a part from the file, else from a backup, and say which."""
        try:
            return read()
        except (KeyError, ValueError, TypeError, AnnotatorError) as error:
            why = self._why(str(error.args[0])) if isinstance(error, KeyError) else str(error)
        found = of_backup(self.backup) if self.backup is not None else None
        self.said.append(f"{what}: {why}; " + (f"taken from {self.backup_name}" if found is not None else "lost"))
        return found

    def _why(self, name: str) -> str:
        return f"{name} {self.found.problems.get(name, 'cannot be read')}"

    def _get(self, name: str) -> Any:
        return self.found.whole[name]

    def _optional(self, name: str) -> Any:
        """An array that a scan need not have: KeyError only where it is there and damaged."""
        if self.found.problems.get(name) == "is missing":
            return None
        return self.found.whole[name]

    def _scan(self) -> Scan:
        optional = {name: self._optional(f"points/{name}") for name in ("rgb", "normal", "source_row")}
        return Scan(
            name=self.path.stem,
            xyz=self._get("points/xyz"),
            origin=np.array(self._get("@origin"), np.float64),
            superpoint=self._get("points/superpoint"),
            faces=self._optional("mesh/faces"),
            axis_alignment=self._optional("transform/axis_alignment"),
            **optional,
        )

    def _boxes(self) -> Boxes:
        return Boxes(*(self._get(f"boxes/{name}") for name in ("id", "class_id", "lower", "upper")))

    def _classes(self) -> Classes:
        return Classes(self._get("classes/id"), self._get("classes/name"), self._get("classes/color"))

    def _invented(self, boxes: Boxes) -> Classes:
        count = int(boxes.class_id.max()) + 1 if len(boxes) else 0
        return Classes.of([f"class {number}" for number in range(count)])

    def _pseudo(self) -> PseudoLabels | None:
        if all(self.found.problems.get(f"pseudo/{name}") == "is missing" for name in _PSEUDO):
            return None
        provenance: dict[str, Any] = json.loads(self.found.whole.get("@provenance", "{}"))
        columns = {name: self.found.whole[f"pseudo/{name}"] for name in _PSEUDO if f"pseudo/{name}" in self.found.whole}
        lost = [f"pseudo/{name}" for name in _PSEUDO if name not in columns]
        if "instance" not in columns:
            columns["instance"] = self._labels_by_nobody()
        if lost:
            self.said.append(
                f"pseudo labels: {self._why(lost[0])}; {', '.join(lost)} are a coin toss until it is labelled"
            )
            provenance["repaired"] = lost
        return PseudoLabels(**(_coin_toss(len(columns["instance"])) | columns), provenance=provenance)

    def _labels_by_nobody(self) -> Int32:
        """What the labels say where no person spoke: the pseudo label."""
        instance, origin = self._get("labels/instance"), self._get("labels/origin")
        return np.where(origin == Origin.PERSON, BACKGROUND, instance).astype(np.int32)

    def _truth(self) -> GroundTruth | None:
        instance, semantic = self._optional("ground_truth/instance"), self._optional("ground_truth/semantic")
        return None if instance is None or semantic is None else GroundTruth(instance, semantic)

    def _oriented(self) -> OrientedBoxes | None:
        number, *rest = (self._optional(f"oriented_boxes/{name}") for name in ("id", "center", "size", "turn"))
        return None if number is None or any(part is None for part in rest) else OrientedBoxes(number, *rest)

    def _edits(self) -> tuple[EditRecord, ...]:
        names = ("time", "annotator", "text", "start", "points", "before", "after")
        columns = {name: self._get(f"edits/{name}") for name in names}
        boxes = {name: self._optional(f"edits/boxes/{name}") for name in COLUMNS}
        there = any(rows is not None for rows in boxes.values())  # a log that touched no box has none of them
        said = {name: self._optional(f"edits/remarks/{name}") for name in ("edit", *REMARK_TEXTS)}
        count = len(columns["time"])
        return edits_of(
            **columns,
            boxes=box_edits_of(boxes, count) if there else {},
            remarks=remark_edits_of(said["edit"], said, count) if said["edit"] is not None else {},
        )

    def _labels(self) -> Annotation | None:
        names = ("instance", "semantic", "origin")
        if all(self.found.problems.get(f"labels/{name}") == "is missing" for name in names):
            return None
        return Annotation(*(self._get(f"labels/{name}") for name in names))

    def _with_labels(
        self, bare: ScanDocument, labels: Annotation | None, edits: tuple[EditRecord, ...]
    ) -> ScanDocument:
        """Labels from the file where they are whole, else from the log of edits over the pseudo labels."""
        played = _nothing(bare)
        for record in edits:
            played[record.edit.points] = record.edit.after
        if labels is None or len(labels) != len(bare.scan):
            if edits or bare.pseudo is not None:
                if labels is not None or any(name.startswith("labels/") for name in self._damaged()):
                    self.said.append("labels: made anew from the pseudo labels and the log of edits")
                return _labelled(replace(bare, edits=edits), played)
            return replace(bare, edits=edits)
        correction = labels.correction
        differ = np.flatnonzero(correction != played)
        if differ.size:
            now = datetime.now(UTC).isoformat(timespec="milliseconds")
            edit = LabelEdit("Repair: corrections whose edits were lost", differ, played[differ], correction[differ])
            edits = (*edits, EditRecord(now, "repair command", edit))
        return _labelled(replace(bare, annotation=labels, edits=edits), correction)

    def _damaged(self) -> list[str]:
        return [name for name, why in self.found.problems.items() if why != "is missing"]

    def _newest_backup(self) -> tuple[ScanDocument | None, str]:
        created = self.found.whole.get("@created", "")
        for one in backup_files(self.path):
            try:
                document = read_scan(one)
            except AnnotatorError:
                continue
            if created in ("", document.created):
                return document, f"backup {one.suffix[1:]}"
        return None, ""


def _follows(edit: LabelEdit, session: Session) -> bool:
    """Whether labels and boxes are as they were when the edit was made."""
    points, correction = edit.points, session.correction
    if points.size and (points.min() < 0 or points.max() >= len(correction)):
        return False
    try:
        boxes_after(edit, session.boxes, correction)
    except AnnotatorError:
        return False
    return np.array_equal(correction[points], edit.before)


def _coin_toss(rows: int) -> dict[str, Any]:
    return {
        "rival": np.full(rows, NO_RIVAL, np.int32),
        "probability": np.full(rows, 0.5, np.float32),
        "mean": np.zeros(rows, np.float32),
        "variance": np.ones(rows, np.float32),
        "decision": np.full(rows, Decision.FALLBACK, np.uint8),
    }


def _nothing(document: ScanDocument) -> Int32:
    return np.full(len(document.scan), UNCORRECTED, np.int32)


def _labelled(document: ScanDocument, correction: Int32) -> ScanDocument:
    """Lay corrections over the pseudo labels, or over the labels where there are none."""
    below = np.full(len(correction), BACKGROUND, np.int32)
    if document.pseudo is not None:
        pseudo = document.pseudo.without_withdrawn(correction)
        document, below = replace(document, pseudo=pseudo), pseudo.instance
    elif document.annotation is not None:
        below = np.where(document.annotation.origin == Origin.PERSON, below, document.annotation.instance)
    instance = np.where(correction == UNCORRECTED, below, correction).astype(np.int32)
    origin = np.where(correction == UNCORRECTED, Origin.PSEUDO_LABEL, Origin.PERSON).astype(np.uint8)
    return replace(document, annotation=Annotation(instance, document.boxes.class_of(instance), origin))
