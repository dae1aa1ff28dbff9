"""Which instances are seen: hidden ones are neither drawn nor picked; nothing of it is saved."""

from dataclasses import dataclass, replace

import numpy as np

from gapro_annotator.arrays import Bool, Int32, UInt8
from gapro_annotator.box_edits import take
from gapro_annotator.boxes import Boxes


@dataclass(frozen=True, slots=True)
class Visibility:
    """What is hidden by name, or the only instance that is shown (solo)."""

    hidden: frozenset[int] = frozenset()
    solo: int | None = None

    def shows(self, instance: int) -> bool:
        """Whether an instance is seen."""
        return instance == self.solo if self.solo is not None else instance not in self.hidden

    def toggled(self, instance: int) -> "Visibility":
        """Hide an instance, or show it again; that ends a solo."""
        return Visibility(self.hidden ^ {instance}) if self.solo is None else Visibility(self.hidden - {instance})

    def soloed(self, instance: int) -> "Visibility":
        """Show an instance alone; the second time, everything as it was before."""
        return replace(self, solo=None if self.solo == instance else instance)

    def hides(self, instance: Int32) -> Bool | None:
        """(M,) bool, which points with these labels are hidden; None: none of any."""
        if self.solo is not None:
            return instance != self.solo
        return np.isin(instance, list(self.hidden)) if self.hidden else None

    def applied(self, rgba: UInt8, instance: Int32) -> UInt8:
        """Colours (M, 4) with alpha 0 where the label is hidden."""
        hidden = self.hides(instance)
        if hidden is not None:
            rgba[hidden, 3] = 0
        return rgba

    def boxes(self, boxes: Boxes) -> Boxes:
        """The boxes that are seen."""
        hidden = self.hides(boxes.id)
        return boxes if hidden is None else take(boxes, np.flatnonzero(~hidden).tolist())
