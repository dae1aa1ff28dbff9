"""Small pictures of regions: bright among what is around; made for the rows that are seen, one a moment."""

from collections import OrderedDict

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QImage, QPixmap

from gapro_annotator.arrays import Float32, Int64, UInt8
from gapro_annotator.labeling.review import Region
from gapro_annotator.scan import Scan
from gapro_annotator.ui.queue.wanted import Key, key_of
from gapro_annotator.ui.view.camera import direction

SIZE = (56, 40)
"""Width and height, logical pixels."""
_FROM = (float(np.radians(-60)), float(np.radians(40)))
_CROWD, _REGION, _KEPT = 80_000, 1_500, 2_000
_AROUND, _LEAST = 1.8, 0.25
"""How much wider than the region the picture is, and metres from its middle that it shows at least."""
_FAINT, _MARK = 0.42, np.array([255, 214, 92], np.float32)


class Thumbnails(QObject):
    """Makes and keeps pictures of the regions of one scan."""

    made = Signal()
    """One or more pictures are there that were asked for."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._scan: Scan | None = None
        self._crowd: Int64 = np.zeros(0, np.int64)
        self._kept: OrderedDict[tuple[Key, int], QPixmap] = OrderedDict()
        self._wanted: list[Region] = []
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._make_one)

    def restart(self, scan: Scan | None) -> None:
        """Make pictures of this scan from now on."""
        self._scan = scan
        self._kept.clear()
        self._wanted.clear()
        count = len(scan) if scan is not None else 0
        rows = np.random.default_rng(0).choice(count, _CROWD, replace=False) if count > _CROWD else np.arange(count)
        self._crowd = np.sort(rows).astype(np.int64)

    def of(self, region: Region) -> QPixmap | None:
        """Return the picture of a region; None where it is still to be made, which `made` tells."""
        found = self._kept.get(_key(region))
        if found is None and self._scan is not None:
            self._wanted.append(region)
            if not self._soon.isActive():
                self._soon.start()
        return found

    def _make_one(self) -> None:
        if not self._wanted or self._scan is None:
            return
        region = self._wanted.pop()  # what was asked for last is what is seen now
        if _key(region) not in self._kept:
            rgb = picture_of(self._scan, region.points, self._crowd)
            image = QImage(rgb.data, rgb.shape[1], rgb.shape[0], 3 * rgb.shape[1], QImage.Format.Format_RGB888)
            self._kept[_key(region)] = QPixmap.fromImage(image)
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        if self._wanted:
            self._soon.start()
        else:
            self.made.emit()


def picture_of(scan: Scan, points: Int64, crowd: Int64) -> UInt8:
    """(h, w, 3) uint8, points (M,) of a scan marked among these others (K,), seen from above one side."""
    width, height = SIZE
    mine = points[:: max(len(points) // _REGION, 1)]
    low, high = scan.xyz[mine].min(axis=0), scan.xyz[mine].max(axis=0)
    middle = (low + high) / 2
    reach = max(_AROUND * float(np.linalg.norm(high - low)) / 2, _LEAST)
    near = crowd[(np.abs(scan.xyz[crowd] - middle) < reach).all(axis=1)]
    rows = np.concatenate([near, mine])
    marked = np.concatenate([np.isin(near, points), np.ones(len(mine), np.bool_)])
    back = direction(*_FROM)
    right = np.array([-np.sin(_FROM[0]), np.cos(_FROM[0]), 0.0])
    at = scan.xyz[rows] - middle
    scale = min(width, height) / 2 / reach
    x = (width / 2 + at @ right * scale).astype(np.int64)
    y = (height / 2 - at @ np.cross(back, right) * scale).astype(np.int64)
    colors = _colors(scan, rows, marked)
    order = np.argsort(at @ back)  # what is nearer is drawn over what is farther
    seen = np.full((height + 1, width + 1, 3), 24, np.uint8)
    for dx in (0, 1):
        for dy in (0, 1):
            column, line = x[order] + dx, y[order] + dy
            inside = (column >= 0) & (line >= 0) & (column <= width) & (line <= height)
            seen[line[inside], column[inside]] = colors[order][inside]
    return np.ascontiguousarray(seen[:height, :width])


def _colors(scan: Scan, rows: Int64, marked: np.ndarray) -> UInt8:  # pyright: ignore[reportMissingTypeArgument]
    if scan.rgb is not None:
        base: Float32 = scan.rgb[rows].astype(np.float32)
    else:
        z = scan.xyz[rows, 2]
        base = np.repeat((90 + 120 * (z - z.min()) / max(float(np.ptp(z)), 1e-6))[:, None], 3, axis=1)
    shown = np.where(marked[:, None], 0.5 * base + 0.5 * _MARK, _FAINT * base + 12)
    return shown.clip(0, 255).astype(np.uint8)


def _key(region: Region) -> tuple[Key, int]:
    return key_of(region), len(region.points)
