"""Rectangle: an outline between two corners."""

from typing import ClassVar

from PySide6.QtCore import QPointF

from gapro_annotator.ui.tools.area import AreaTool


class RectangleTool(AreaTool):
    """Selects what lies between the place of the press and that of the release."""

    id: ClassVar[str] = "rectangle"
    name: ClassVar[str] = "Rectangle"
    short: ClassVar[str] = "Rect"
    key: ClassVar[str] = "Shift+E"
    tooltip: ClassVar[str] = "Drag over points to select them; then a key says whose they are"

    def corners(self, path: list[QPointF]) -> list[QPointF]:
        """The four corners."""
        a, b = path[0], path[-1]
        return [a, QPointF(b.x(), a.y()), b, QPointF(a.x(), b.y())]
