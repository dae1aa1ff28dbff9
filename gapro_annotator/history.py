"""What can be undone and redone, newest last."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from gapro_annotator.arrays import Int32, equal_fields
from gapro_annotator.labels import REDO, UNDO, EditRecord, LabelEdit, PseudoLabels


@dataclass(frozen=True, eq=False, slots=True)
class Step:
    """One undo: an edit of a person, a labelling run, or an edit with the labelling run that it caused.

    Parameters
    ----------
    text
        What it did, for people.
    edit
        The corrections of the gesture; None for a labelling run that the user asked for.
    before, after
        The pseudo labels around a labelling run; `after` is None where the step ran none.
    """

    text: str
    edit: LabelEdit | None = None
    before: PseudoLabels | None = None
    after: PseudoLabels | None = None

    def taken_back(self, current: PseudoLabels | None, correction: Int32) -> "Step":
        """Return the step with the pseudo labels that its undo shows, and that redo shows again.

        A step of an earlier session knows neither: they are those of now, in which nothing that was withdrawn stays
        certain.

        Parameters
        ----------
        current
            The pseudo labels before the undo.
        correction : (N,) int32
            A person's labels after it.
        """
        before = current if self.after is None else self.before
        before = before.without_withdrawn(correction) if before else None
        if self.after is None:
            return self if before is current else replace(self, before=before, after=current)
        return self if before is self.before else replace(self, before=before)


class History:
    """Undo and redo stacks; the oldest steps are forgotten beyond a number of steps and of bytes.

    A labelling run keeps its pseudo labels alive, 21 bytes a point: 200 runs on a million points would take 4 GB.

    Parameters
    ----------
    limit
        Steps that are kept at most.
    most_bytes
        What the pseudo labels of all steps may take; the newest step is kept whatever it takes.
    """

    def __init__(self, limit: int = 200, most_bytes: int = 512 * 2**20) -> None:
        self._done: deque[Step] = deque(maxlen=limit)
        self._undone: list[Step] = []
        self._most_bytes = most_bytes

    def push(self, step: Step) -> None:
        """Add a step that was just done; what was undone before it can no longer be redone."""
        self._done.append(step)
        self._undone.clear()
        self._forget()

    def amend(self, pseudo: PseudoLabels, current: PseudoLabels | None) -> None:
        """Let a run that only learnt what is corrected already belong to the newest step; it is never one of its own.

        What was undone after that step can still be redone. Without any step, as when a scan opens with corrections
        that its labels do not know, there is nothing to take back.

        Parameters
        ----------
        pseudo
            What the run gave.
        current
            The pseudo labels before it.
        """
        last = self.last
        if last is not None:
            self._done[-1] = replace(last, before=current if last.after is None else last.before, after=pseudo)
        if self._undone and self._undone[-1].after is not None:
            self._undone[-1] = replace(self._undone[-1], before=pseudo)
        self._forget()

    def recall(self, records: Sequence[EditRecord], correction: Int32) -> None:
        """Build both stacks anew from the log of edits, as when a scan is opened again.

        The log holds corrections only: labelling runs between them are no steps afterwards. Edits from before a place
        where the log does not lead to `correction` (labels of another program) cannot be taken back.

        Parameters
        ----------
        records
            The log, oldest first.
        correction : (N,) int32
            What it led to.
        """
        self._done.clear()
        self._undone.clear()
        for record in records[_first_that_follows(records, correction) :]:
            edit, last, following = record.edit, self.last, self.next
            if last is not None and last.edit is not None and _is_same(edit, last.edit.inverse(), UNDO + last.text):
                self.take_undo()
            elif (
                following is not None
                and following.edit is not None
                and _is_same(edit, following.edit, REDO + following.text)
            ):
                self.take_redo()
            else:
                self.push(Step(edit.text, edit))

    def take_undo(self, step: Step | None = None) -> None:
        """Move the newest step to the redo side, as `step` where what it replaced is known only now."""
        last = self._done.pop()
        self._undone.append(step or last)

    def take_redo(self) -> None:
        """Move the step that was undone last back."""
        self._done.append(self._undone.pop())

    @property
    def last(self) -> Step | None:
        """The step that undo would take back."""
        return self._done[-1] if self._done else None

    @property
    def next(self) -> Step | None:
        """The step that redo would do again."""
        return self._undone[-1] if self._undone else None

    @property
    def texts(self) -> tuple[list[str], list[str]]:
        """What was done, the newest last, and what was undone, the next to be done again first."""
        return [step.text for step in self._done], [step.text for step in reversed(self._undone)]

    def _forget(self) -> None:
        # What a step's run replaced is what an earlier step's run gave, so `after` alone counts.
        total = sum(step.after.nbytes for step in self._done if step.after is not None)
        while total > self._most_bytes and len(self._done) > 1:
            oldest = self._done.popleft()
            total -= oldest.after.nbytes if oldest.after is not None else 0


def _first_that_follows(records: Sequence[EditRecord], correction: Int32) -> int:
    """Go back from the newest edit as long as each one follows from the one before; return the oldest such edit."""
    now = correction.copy()
    for number in range(len(records) - 1, -1, -1):
        edit = records[number].edit
        if not np.array_equal(now[edit.points], edit.after):
            return number + 1
        now[edit.points] = edit.before
    return 0


def _is_same(edit: LabelEdit, other: LabelEdit, text: str) -> bool:
    return (
        edit.text == text
        and np.array_equal(edit.points, other.points)
        and np.array_equal(edit.before, other.before)
        and np.array_equal(edit.after, other.after)
        and (edit.boxes is None) == (other.boxes is None)
        and (edit.boxes is None or equal_fields(edit.boxes, other.boxes))
        and edit.remarks == other.remarks
    )
