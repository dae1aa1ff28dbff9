"""The boxes of a scan as one set of lines."""

import numpy as np
from vtkmodules.util.numpy_support import numpy_to_vtk
from vtkmodules.vtkCommonCore import vtkPoints
from vtkmodules.vtkCommonDataModel import vtkCellArray, vtkPolyData
from vtkmodules.vtkRenderingCore import vtkActor, vtkPolyDataMapper

from gapro_annotator.arrays import Float32, Int64, UInt8

# Corners are numbered by their bits: 1 upper x, 2 upper y, 4 upper z.
_EDGES = np.array([(a, a | bit) for bit in (1, 2, 4) for a in range(8) if not a & bit], np.int32)  # (12, 2)
_FAINT, _PLAIN, _STRONG = 70, 150, 255


class BoxLines:
    """Box edges; emphasised boxes are thick and opaque while the others step back."""

    def __init__(self) -> None:
        self._corner = np.zeros((0, 8, 3), np.float32)
        self._color = np.zeros((0, 3), np.uint8)
        self._emphasised: list[int] = []
        self._thin = _line_actor(1.0)
        self._thick = _line_actor(2.5)

    @property
    def actors(self) -> list[vtkActor]:
        """What the renderer draws."""
        return [self._thin, self._thick]

    @property
    def shown(self) -> tuple[Float32, UInt8, list[int]]:
        """Corners (B, 8, 3), colours (B, 3), and which rows are emphasised."""
        return self._corner, self._color, self._emphasised

    def show(self, lower: Float32, upper: Float32, color: UInt8) -> None:
        """Draw these boxes: corners (B, 3) in metres, colour (B, 3)."""
        bit = (np.arange(8)[:, None] >> np.arange(3)) & 1  # (8, 3)
        self._corner = np.where(bit[None] == 1, upper[:, None], lower[:, None]).astype(np.float32)
        self._color = _bright(np.asarray(color, np.uint8).reshape(-1, 3))
        self._emphasised = []
        self._build()

    def emphasise(self, rows: list[int]) -> None:
        """Bring these boxes to the front; an empty list treats all alike."""
        self._emphasised = [row for row in rows if 0 <= row < len(self._color)]
        self._build()

    def show_like(self, other: "BoxLines") -> None:
        """Draw the same boxes in the same way."""
        self._corner, self._color, self._emphasised = other.shown
        self.set_visible(bool(other.actors[0].GetVisibility()))
        self._build()

    def set_visible(self, visible: bool) -> None:  # noqa: FBT001 - the only thing that it says
        """Show or hide all of them."""
        for actor in self.actors:
            actor.SetVisibility(visible)

    def set_scale(self, ratio: float) -> None:
        """Follow the screen's device pixel ratio."""
        self._thin.GetProperty().SetLineWidth(1.0 * ratio)
        self._thick.GetProperty().SetLineWidth(2.5 * ratio)

    def _build(self) -> None:
        strong = np.zeros(len(self._color), bool)
        strong[self._emphasised] = True
        alpha = _FAINT if strong.any() else _PLAIN
        self._fill(self._thin, np.flatnonzero(~strong), alpha)
        self._fill(self._thick, np.flatnonzero(strong), _STRONG)

    def _fill(self, actor: vtkActor, rows: Int64, alpha: int) -> None:
        data = vtkPolyData()
        points = vtkPoints()
        points.SetData(numpy_to_vtk(self._corner[rows].reshape(-1, 3), deep=True))
        data.SetPoints(points)
        ends = (_EDGES[None] + 8 * np.arange(len(rows), dtype=np.int32)[:, None, None]).ravel()
        offsets = np.arange(0, len(ends) + 1, 2, dtype=np.int32)
        lines = vtkCellArray()
        lines.SetData(numpy_to_vtk(offsets, deep=True), numpy_to_vtk(ends.astype(np.int32), deep=True))
        data.SetLines(lines)
        rgba = np.concatenate([self._color[rows], np.full((len(rows), 1), alpha, np.uint8)], axis=1)
        data.GetPointData().SetScalars(numpy_to_vtk(np.repeat(rgba, 8, axis=0), deep=True))
        mapper = actor.GetMapper()
        assert isinstance(mapper, vtkPolyDataMapper)  # noqa: S101 - made below
        mapper.SetInputData(data)


def _bright(color: UInt8) -> UInt8:
    """Lighten dark colours (B, 3): a thin line needs more contrast to the dark ground than a surface does."""
    light = color.astype(np.float32) @ np.array([0.30, 0.59, 0.11], np.float32) / 255
    white = np.clip(0.55 - light, 0, 1)[:, None]
    return np.round(color + (255 - color) * white).astype(np.uint8)


def _line_actor(width: float) -> vtkActor:
    mapper = vtkPolyDataMapper()
    mapper.SetInputData(vtkPolyData())
    mapper.SetColorModeToDirectScalars()
    actor = vtkActor()
    actor.SetMapper(mapper)
    actor.PickableOff()
    actor.GetProperty().LightingOff()
    actor.GetProperty().SetLineWidth(width)
    # What is translucent leaves the depth buffer alone, so that picking sees points only.
    actor.ForceTranslucentOn()
    return actor
