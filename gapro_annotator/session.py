"""An open scan, its labels and its edits: the one mutable thing."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np

from gapro_annotator.arrays import Float32, Int32, Int64, UInt8, read_only
from gapro_annotator.boxes import Boxes
from gapro_annotator.change import Change
from gapro_annotator.classes import Classes
from gapro_annotator.document import ScanDocument
from gapro_annotator.edit_rules import boxes_after, known_after, label_edit
from gapro_annotator.errors import StoreError
from gapro_annotator.history import History, Step
from gapro_annotator.label_layers import LabelLayers
from gapro_annotator.labels import (
    REDO,
    Annotation,
    EditRecord,
    GroundTruth,
    LabelEdit,
    PseudoLabels,
)
from gapro_annotator.remarks import Remarks, what_is_said
from gapro_annotator.scan import Scan

__all__ = ["Change", "Session"]


class Session:
    """An open scan with its labels, edits and undo history.

    Parameters
    ----------
    document
        What the scan file holds.
    record
        Makes an edit durable (the journal) and raises if it cannot; called before anything shows the edit.
    annotator
        Who is working, for the log.
    read_only
        Why nothing can be edited, in one sentence; empty where it can.
    """

    def __init__(
        self,
        document: ScanDocument,
        *,
        record: Callable[[EditRecord], None] | None = None,
        annotator: str = "",
        read_only: str = "",
    ) -> None:
        self.read_only = read_only
        self._document = document
        self._record = record
        self._annotator = annotator
        self._edits = list(document.edits)
        self._remarks = what_is_said(record.edit.remarks for record in document.edits)
        self._history = History()
        self._listeners: list[Callable[[Change], None]] = []
        self.locked: frozenset[int] = frozenset()
        self._labels = LabelLayers(document)
        self.revision = 0
        self.dirty = False

    @property
    def scan(self) -> Scan:
        """The recording."""
        return self._document.scan

    @property
    def boxes(self) -> Boxes:
        """Its boxes."""
        return self._document.boxes

    @property
    def classes(self) -> Classes:
        """The class table."""
        return self._document.classes

    @property
    def next_box_id(self) -> int:
        """The id of the next new box; no box ever had it."""
        return replace(self._document, edits=self.edits).next_box_id

    @property
    def ground_truth(self) -> GroundTruth | None:
        """For measuring only."""
        return self._document.ground_truth

    @property
    def pseudo(self) -> PseudoLabels | None:
        """The labeler's latest answer."""
        return self._labels.pseudo

    @property
    def correction(self) -> Int32:
        """(N,) int32, a person's label of each point, -2 where there is none; read-only view."""
        return read_only(self._labels.correction)

    @property
    def instance(self) -> Int32:
        """(N,) int32, the label of each point that is saved and shown; read-only view."""
        return read_only(self._labels.instance)

    @property
    def origin(self) -> UInt8:
        """(N,) uint8, an `Origin` for each point."""
        return self._labels.origin

    @property
    def annotation(self) -> Annotation:
        """Pseudo labels and corrections together."""
        return self._labels.annotation(self.boxes)

    @property
    def is_learnt(self) -> bool:
        """Whether the pseudo labels know all corrections, none that was withdrawn, and the boxes as they are."""
        return self._labels.is_learnt

    @property
    def edits(self) -> tuple[EditRecord, ...]:
        """The append-only log of corrections, oldest first."""
        return tuple(self._edits)

    @property
    def remarks(self) -> Remarks:
        """What people say about the scan now."""
        return self._remarks

    @property
    def history(self) -> tuple[list[str], list[str]]:
        """What undo takes back, the newest last, and what redo does again, the next first."""
        return self._history.texts

    @property
    def undo_text(self) -> str | None:
        """What undo would take back; None where there is nothing."""
        return self._history.last.text if self._history.last else None

    @property
    def redo_text(self) -> str | None:
        """What redo would do again; None where there is nothing."""
        return self._history.next.text if self._history.next else None

    def document(self) -> ScanDocument:
        """Everything that is to be saved."""
        labelled = self._labels.pseudo is not None or bool(self._edits) or self._document.annotation is not None
        return replace(
            self._document,
            pseudo=self._labels.pseudo,
            annotation=self.annotation if labelled else None,
            edits=self.edits,
        )

    def subscribe(self, listener: Callable[[Change], None]) -> Callable[[], None]:
        """Call `listener` after every change; the returned function ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def set_locked(self, instances: Iterable[int], *, initiator: str = "") -> None:
        """Let no edit take points from these instances or give them any; the log and undo are not bound by it."""
        self.locked = frozenset(instances)
        self._announce(np.empty(0, np.int64), initiator)

    def assign(self, points: Int64, instance: int, text: str, *, initiator: str = "") -> LabelEdit | None:
        """Give points to an instance, to background (-1), or back to the labeler (-2), as one undoable edit.

        Points that would leave a locked instance, or come to one, stay as they are.

        Returns
        -------
        LabelEdit or None
            None where a person had already labelled every one of these points so, or all of them are locked.

        Raises
        ------
        InvalidValueError
            There is no such box, or no such row.
        """
        labels = self._labels.instance, self._labels.correction
        edit = label_edit(points, instance, text, boxes=self.boxes, labels=labels, locked=self.locked)
        if edit is not None:
            self.perform(edit, initiator=initiator)
        return edit

    def perform(self, edit: LabelEdit, *, initiator: str = "") -> None:
        """Do an edit of labels, boxes or both as one undoable step.

        Raises
        ------
        InvalidValueError
            It does not follow from what is open, or leaves labels of boxes that are not there.
        """
        self._apply(edit)
        before = self._labels.pseudo
        after = known_after(before, edit, self._labels.correction)
        step = Step(edit.text, edit) if after is before else Step(edit.text, edit, before, after)
        self._history.push(step)
        self._follow(step, after, initiator)

    def set_classes(self, classes: Classes, *, initiator: str = "") -> None:
        """Take over the project's class table as it is now; it is the project's, so there is nothing to undo."""
        self._document = replace(self._document, classes=classes)
        self.dirty = True
        self._announce(None, initiator, boxes=True)

    def install(
        self, pseudo: PseudoLabels, revision: int, *, learnt: bool = False, text: str = "Label", initiator: str = ""
    ) -> bool:
        """Take over the labeler's answer if it fits what is open now.

        Parameters
        ----------
        pseudo, revision
            The answer, and the revision of its request.
        learnt
            Whether the run followed from a correction. It belongs to the newest step then, so that one undo takes back
            both, and what was undone can still be redone; otherwise it is a step of its own.
        text, initiator
            What a step of its own is called, and who did it.

        Returns
        -------
        bool
            False where the answer is stale, made for an older revision, or nothing can be changed here.
        """
        if revision != self.revision or len(pseudo) != len(self.scan) or self.read_only:
            return False
        if learnt:
            self._history.amend(pseudo, self._labels.pseudo)
        else:
            self._history.push(Step(text, before=self._labels.pseudo, after=pseudo))
        self._set_pseudo(pseudo, initiator)
        return True

    def inform(self, teaches: Float32, revision: int, *, initiator: str = "") -> bool:
        """Take over what labels would teach, (S,) float32: nothing to save or undo. False where it is stale."""
        if revision != self.revision or self._labels.pseudo is None or len(teaches) != self.scan.superpoint_count:
            return False
        self._labels.pseudo = replace(self._labels.pseudo, teaches=teaches)
        self._announce(np.empty(0, np.int64), initiator)
        return True

    def undo(self, *, initiator: str = "") -> str | None:
        """Take the newest step back; return what it was."""
        if (step := self._history.last) is None:
            return None
        if step.edit is not None:
            self._apply(step.edit.inverse())
        step = step.taken_back(self._labels.pseudo, self._labels.correction)
        self._history.take_undo(step)  # only now: an edit that cannot be recorded leaves everything as it was
        self._follow(step, step.before, initiator)
        return step.text

    def redo(self, *, initiator: str = "") -> str | None:
        """Do the step again that was undone last; return what it was."""
        if (step := self._history.next) is None:
            return None
        if step.edit is not None:
            self._apply(replace(step.edit, text=f"{REDO}{step.text}"))
        self._history.take_redo()
        self._follow(step, step.after, initiator)
        return step.text

    def replay(self, records: list[EditRecord]) -> None:
        """Do edits again that a journal kept; they are in the journal already, so they are not recorded twice."""
        pseudo = self._labels.pseudo
        for record in records:
            edit = record.edit
            self._set_boxes(boxes_after(edit, self.boxes, self._labels.correction))
            self._labels.correction[edit.points] = edit.after
            pseudo = pseudo.after_boxes(edit.boxes) if pseudo and edit.boxes else pseudo
            self._edits.append(record)
            self._remarks = self._remarks.after(edit.remarks)
        if records:
            self.revision += 1
            self._set_pseudo(pseudo.without_withdrawn(self._labels.correction) if pseudo else None, "")
            self.dirty = not self.read_only

    def recall_history(self) -> None:
        """Let undo and redo reach back into earlier sessions, after `replay`; the labeler sees to what lies below."""
        self._history.recall(self._edits, self._labels.correction)

    def mark_saved(self, *, saved: bool = True) -> None:
        """Note that `document()` is on disk, or that after all it is not."""
        self.dirty = not saved

    def check_writable(self) -> None:
        """Raise StoreError with the reason where nothing can be edited."""
        if self.read_only:
            raise StoreError(self.read_only)

    def _apply(self, edit: LabelEdit) -> None:
        self.check_writable()
        boxes = boxes_after(edit, self.boxes, self._labels.correction)
        remarks = self._remarks.after(edit.remarks)
        record = EditRecord(datetime.now(UTC).isoformat(timespec="milliseconds"), self._annotator, edit)
        if self._record is not None:
            self._record(record)
        self._edits.append(record)
        self._remarks = remarks
        self._set_boxes(boxes)
        self._labels.correction[edit.points] = edit.after
        self._labels.refresh(edit.points if edit.boxes is None else None, self.boxes)
        self.revision += 1
        self.dirty = True

    def _set_boxes(self, boxes: Boxes) -> None:
        if boxes is not self.boxes:
            self._document = replace(self._document, boxes=boxes)

    def _follow(self, step: Step, pseudo: PseudoLabels | None, initiator: str) -> None:
        """Install the pseudo labels of a step that was done or taken back, and tell the listeners."""
        boxes = step.edit is not None and step.edit.boxes is not None
        if step.after is not None:
            self._set_pseudo(pseudo, initiator, boxes=boxes)
        elif step.edit is not None:
            self._announce(None if boxes else step.edit.points, initiator, boxes=boxes)

    def _set_pseudo(self, pseudo: PseudoLabels | None, initiator: str, *, boxes: bool = False) -> None:
        self._labels.pseudo = pseudo
        self.dirty = True
        self._labels.refresh(None, self.boxes)
        self._announce(None, initiator, boxes=boxes)

    def _announce(self, points: Int64 | None, initiator: str, *, boxes: bool = False) -> None:
        for listener in list(self._listeners):
            listener(Change(points, initiator, boxes))
