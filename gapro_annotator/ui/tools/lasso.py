"""Lasso: a freely drawn outline."""

from typing import ClassVar

from PySide6.QtCore import QPointF

from gapro_annotator.ui.tools.area import AreaTool


class LassoTool(AreaTool):
    """Selects what a closed line is drawn round."""

    id: ClassVar[str] = "lasso"
    name: ClassVar[str] = "Lasso"
    short: ClassVar[str] = "Lasso"
    key: ClassVar[str] = "E"
    tooltip: ClassVar[str] = "Draw round points to select them; then a key says whose they are"

    def corners(self, path: list[QPointF]) -> list[QPointF]:
        """Every place of the path."""
        return path
