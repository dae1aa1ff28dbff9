"""A scan that is not imported yet, from above and from the front with its boxes: is it upright, do they fit."""

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from gapro_annotator.arrays import Float64, UInt8
from gapro_annotator.readers.frame import some_points
from gapro_annotator.readers.imported import Source

_MOST = 60_000
_CEILING = 0.12
"""Share of the height (or depth) that is cut away: a ceiling or the near wall would hide the room."""
_MARGIN = 10


@dataclass(frozen=True, eq=False, slots=True)
class Sketch:
    """Points of a parallel projection, the last of them in front.

    `place` (K, 2) float64 is to the right and up, in metres; `color` (K, 3) uint8; `boxes` (B, 2, 2) float64 the
    lower and upper corners of the boxes' outlines.
    """

    place: Float64
    color: UInt8
    boxes: Float64


def sketch_of(source: Source, depth: int) -> Sketch:
    """Project a source along an axis: 2 looks down on it, 1 looks at it from the front."""
    right, up = (0, 1) if depth == 2 else (0, 2)
    step = max(-(-len(source.xyz) // _MOST), 1)
    xyz = source.xyz[::step]
    finite = (np.abs(xyz) < 1e12).all(axis=1)
    xyz = xyz[finite]
    corners = np.array([(box.lower, box.upper) for box in source.boxes or ()], np.float64).reshape(-1, 2, 3)
    if not len(xyz):
        return Sketch(np.zeros((0, 2)), np.zeros((0, 3), np.uint8), corners[:, :, [right, up]])
    color = _grey(xyz[:, 2]) if source.rgb is None else source.rgb[::step][finite]
    # The eye is above (large z) or in front (small y).
    distance = -xyz[:, depth] if depth == 2 else xyz[:, depth]
    near, far = float(distance.min()), float(distance.max())
    seen = np.flatnonzero(distance >= near + _CEILING * (far - near))
    order = seen[np.argsort(-distance[seen], kind="stable")]
    return Sketch(xyz[order][:, [right, up]], color[order], corners[:, :, [right, up]])


def _grey(height: Float64) -> UInt8:
    low, high = np.quantile(height, [0.02, 0.98])
    level = 60 + 180 * np.clip((height - low) / max(high - low, 1e-9), 0, 1)
    return np.repeat(level.astype(np.uint8)[:, None], 3, axis=1)


class SketchView(QWidget):
    """Draws a sketch as large as fits, on the dark of the view."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title, self._sketch = title, None
        self._image: QImage | None = None
        self._frame = (np.zeros(2), 1.0)
        self.setMinimumSize(220, 150)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(title)

    def sizeHint(self) -> QSize:
        """Prefer a size at which a room is recognised."""
        return QSize(420, 260)

    def show_sketch(self, sketch: Sketch | None) -> None:
        """Show another one, or nothing."""
        self._sketch, self._image = sketch, None
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the points once a size, the boxes above them."""
        del event
        painter = QPainter(self)
        painter.fillRect(self.rect(), Qt.GlobalColor.black)
        if self._sketch is not None and len(self._sketch.place):
            if self._image is None or self._image.deviceIndependentSize().toSize() != self.size():
                self._image = self._drawn(self._sketch)
            painter.drawImage(QPointF(0, 0), self._image)
            self._draw_boxes(painter, self._sketch)
        painter.setPen(Qt.GlobalColor.white)
        painter.drawText(self.rect().adjusted(8, 6, -8, -6), Qt.AlignmentFlag.AlignLeft, self._title)

    def _drawn(self, sketch: Sketch) -> QImage:
        ratio = self.devicePixelRatioF()
        wide, high = max(round(self.width() * ratio), 1), max(round(self.height() * ratio), 1)
        # A stray point far away must not make a dot of the room.
        both = some_points(np.c_[sketch.place, np.zeros(len(sketch.place))])[:, :2]
        low, top = np.quantile(both, [0.002, 0.998], axis=0)
        margin = _MARGIN * ratio
        scale = min((wide - 2 * margin) / max(top[0] - low[0], 1e-6), (high - 2 * margin) / max(top[1] - low[1], 1e-6))
        middle = (low + top) / 2
        start = np.array([wide / 2, high / 2]) - scale * middle * (1, -1)
        self._frame = start / ratio, scale / ratio
        pixel = np.floor(start + sketch.place * scale * (1, -1)).astype(np.int64)
        inside = ((pixel >= 0) & (pixel < (wide - 1, high - 1))).all(axis=1)
        column, row = pixel[inside].T
        canvas = np.zeros((high, wide, 4), np.uint8)
        canvas[..., 3] = 255
        for right, down in ((1, 1), (1, 0), (0, 1), (0, 0)):  # two pixels a point: the gaps of a thinned scan close
            canvas[row + down, column + right, :3] = sketch.color[inside]
        image = QImage(canvas.tobytes(), wide, high, 4 * wide, QImage.Format.Format_RGBA8888).copy()
        image.setDevicePixelRatio(ratio)
        return image

    def _draw_boxes(self, painter: QPainter, sketch: Sketch) -> None:
        start, scale = self._frame
        painter.setPen(QPen(Qt.GlobalColor.yellow, 1))
        for low, high in sketch.boxes.tolist():
            x, y = start[0] + scale * low[0], start[1] - scale * high[1]
            painter.drawRect(QRectF(x, y, scale * (high[0] - low[0]), scale * (high[1] - low[1])))
