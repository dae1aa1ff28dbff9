"""Brush: gives the points within a radius of the cursor to the target; it may split superpoints."""

from typing import ClassVar

import numpy as np
from PySide6.QtCore import Qt

from gapro_annotator.arrays import Float64, Int64
from gapro_annotator.ui.tools.stroke import StrokeTool
from gapro_annotator.ui.tools.tool import Pointer
from gapro_annotator.ui.view.camera import project
from gapro_annotator.ui.view.picture import Picture

SMALLEST, LARGEST = 0.01, 2.0
"""Limits of the radius, metres."""
USUAL = 0.1
_STEP = 1.25
_CORNERS = 48


class BrushTool(StrokeTool):
    """Takes the points in sight that lie within the radius of the surface under the cursor."""

    id: ClassVar[str] = "brush"
    name: ClassVar[str] = "Brush"
    short: ClassVar[str] = "Brush"
    key: ClassVar[str] = "W"
    tooltip: ClassVar[str] = "A stroke gives the points in the ring to the target; [ and ] or Ctrl+wheel size it"
    cursor: ClassVar[Qt.CursorShape] = Qt.CursorShape.CrossCursor
    outlines: ClassVar[bool] = False
    _at: Pointer | None = None

    def hint(self, target: str) -> str:
        """Say what it will do."""
        which = "all points, also hidden ones," if self.stage.through else "points in sight"
        return f"Brush of {in_words(self.stage.radius)}: a stroke gives {which} to {target} · [ ] size"

    def resize(self, steps: float) -> None:
        """Make it larger (> 0) or smaller."""
        self.stage.radius = float(np.clip(self.stage.radius * _STEP**steps, SMALLEST, LARGEST))
        if self._at is not None:
            self.hover(self._at)

    def scroll(self, steps: float) -> bool:
        """Change the size."""
        self.resize(steps)
        return True

    def hover(self, pointer: Pointer) -> None:
        """Show the ring on the surface under the cursor."""
        self._at = pointer
        picture = self.stage.picture()
        row = picture.row_at(pointer.x, pointer.y) if picture is not None else -1
        ring = _ring(picture, row, self.stage.radius) if picture is not None and row >= 0 else None
        self.stage.sketch.show_ring(ring)

    def move(self, pointer: Pointer) -> None:
        """Paint on, and take the ring along."""
        super().move(pointer)
        self.hover(pointer)

    def leave(self) -> None:
        """Forget the stroke and the ring."""
        super().leave()
        self._at = None

    def touched(self, picture: Picture, places: Float64) -> Int64:
        """Points round the places on the surface."""
        rows = {picture.row_at(x, y) for x, y in places.tolist()} - {-1}
        if not rows:
            return np.zeros(0, np.int64)
        centers = picture.cloud.xyz[sorted(rows)]
        return picture.rows_near(centers, self.stage.radius, through=self.stage.through)


def in_words(radius: float) -> str:
    """'12 cm', '1.3 m'."""
    return f"{100 * radius:.2g} cm" if radius < 0.995 else f"{radius:.2g} m"


def _ring(picture: Picture, row: int, radius: float) -> Float64 | None:
    """(K, 2) float64, a circle round a point on its surface, or facing the viewer where that is not known; pixels."""
    center, normal = picture.cloud.xyz[row].astype(np.float64), picture.cloud.normal[row].astype(np.float64)
    if not normal.any():
        normal = picture.pose.axes[2]
    across = np.cross(normal, [1.0, 0.0, 0.0] if abs(normal[0]) < 0.8 else [0.0, 1.0, 0.0])
    across /= np.linalg.norm(across)
    along = np.cross(normal, across)
    angle = np.linspace(0, 2 * np.pi, _CORNERS, endpoint=False)[:, None]
    seen = project(picture.pose, center + radius * (np.cos(angle) * across + np.sin(angle) * along), picture.size)
    # Where the circle reaches behind the camera it has no place in the picture.
    return seen[:, :2] if (seen[:, 2] > 0).all() else None
