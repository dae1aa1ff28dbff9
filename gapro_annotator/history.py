"""What can be undone and redone, newest last."""

from collections import deque
from dataclasses import dataclass

from gapro_annotator.labels import LabelEdit, PseudoLabels


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


class History:
    """Undo and redo stacks; the oldest steps are forgotten beyond `limit`.

    A step with a labelling run keeps two sets of pseudo labels alive (21 bytes a point each), hence the limit.
    """

    def __init__(self, limit: int = 200) -> None:
        self._done: deque[Step] = deque(maxlen=limit)
        self._undone: list[Step] = []

    def push(self, step: Step) -> None:
        """Add a step that was just done; what was undone before it can no longer be redone."""
        self._done.append(step)
        self._undone.clear()

    def replace_last(self, step: Step) -> None:
        """Put `step` in the place of the newest one, as when a labelling run follows an edit."""
        self._done[-1] = step

    def take_undo(self) -> None:
        """Move the newest step to the redo side."""
        self._undone.append(self._done.pop())

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
