"""The cut tool: a line drawn across the chosen instance splits it in two."""

import numpy as np
from PySide6.QtCore import QPointF

from gapro_annotator.arrays import Float64
from gapro_annotator.ui.boxes.geometry import Ray
from gapro_annotator.ui.instance_desk import InstanceDesk
from gapro_annotator.ui.naming import instance_name
from gapro_annotator.ui.tools.tool import STILL, Pointer, Selection, Stage, Tool


class CutTool(Tool):
    """Cuts along the plane that is seen as the line: also what nothing shows of the instance is split by it."""

    id, name, short, key = "cut", "Cut", "Cut", "Y"
    tooltip = "Split the chosen instance in two: drag a line across it"
    outlines = False

    def __init__(self, stage: Stage, desk: InstanceDesk) -> None:
        super().__init__(stage)
        self._desk, self._view = desk, desk.bench.view
        self._start: Pointer | None = None

    def hint(self, target: str) -> str:
        """Say what a line would cut."""
        del target
        session, chosen = self._desk.session, self._desk.chosen
        if session is None or chosen is None:
            return "Cut: choose an instance first, in the table or with A"
        return f"Cut: drag a line across {instance_name(session, chosen)} · the larger part keeps its number"

    def press(self, pointer: Pointer) -> None:
        """Begin the line."""
        self._start = pointer

    def move(self, pointer: Pointer) -> None:
        """Show it."""
        if self._start is not None:
            self.stage.sketch.show_outline([self._start.place, pointer.place])

    def release(self, pointer: Pointer) -> Selection | None:
        """Cut, where the line is one."""
        start = self._start
        self.leave()
        if start is None or QPointF(pointer.place - start.place).manhattanLength() <= STILL:
            return None
        a, b = self._ray(start), self._ray(pointer)
        normal: Float64 = np.cross(a.direction, b.origin + b.direction - a.origin)
        self._desk.cut(a.origin, normal / np.linalg.norm(normal))
        return None

    def leave(self) -> None:
        """Drop the line."""
        super().leave()
        self._start = None

    def _ray(self, pointer: Pointer) -> Ray:
        return Ray.under(pointer.x, pointer.y, self._view.pose, (self._view.width(), self._view.height()))
