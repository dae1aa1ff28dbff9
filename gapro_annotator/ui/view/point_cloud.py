"""Points that VTK draws straight from our arrays."""

import numpy as np
import numpy.typing as npt
from vtkmodules.util.numpy_support import numpy_to_vtk
from vtkmodules.vtkCommonCore import vtkPoints, vtkUnsignedCharArray
from vtkmodules.vtkCommonDataModel import vtkCellArray, vtkPolyData
from vtkmodules.vtkRenderingCore import vtkActor, vtkPolyDataMapper

from gapro_annotator.arrays import Float32, Int64, UInt8

SUBSET = 200_000
"""Points that are drawn while the camera moves; smaller clouds are always drawn whole."""


class PointActor:
    """One actor of points: `rgba` (N, 4) uint8 is the memory that VTK reads."""

    def __init__(self, xyz: Float32, rgba: UInt8) -> None:
        self._xyz = np.ascontiguousarray(xyz, np.float32)
        self.rgba: UInt8 = np.array(rgba, np.uint8, order="C")
        self._colors = vtkUnsignedCharArray()
        self._colors.SetNumberOfComponents(4)
        self._colors.SetArray(self.rgba, self.rgba.size, 1)
        data = vtkPolyData()
        points = vtkPoints()
        points.SetData(numpy_to_vtk(self._xyz))
        data.SetPoints(points)
        data.SetVerts(_one_cell_each(len(xyz)))
        data.GetPointData().SetScalars(self._colors)
        mapper = vtkPolyDataMapper()
        mapper.SetInputData(data)
        mapper.SetColorModeToDirectScalars()
        mapper.SetStatic(1)
        self.actor = vtkActor()
        self.actor.SetMapper(mapper)
        self.actor.PickableOff()
        # Otherwise VTK reads every alpha value again in each frame to find out.
        self.actor.ForceOpaqueOn()
        self.actor.GetProperty().LightingOff()

    def colors_changed(self) -> None:
        """Have VTK read `rgba` again with the next frame."""
        self._colors.Modified()

    def set_size(self, pixels: float) -> None:
        """Draw each point as a square of this many device pixels."""
        self.actor.GetProperty().SetPointSize(pixels)


class PointCloud:
    """The scan's points: whole, or a random subset while the camera moves.

    Parameters
    ----------
    xyz : (N, 3) float32
        Metres.
    rgba : (N, 4) uint8
    """

    def __init__(self, xyz: Float32, rgba: UInt8) -> None:
        self.xyz = xyz
        self._whole = PointActor(xyz, rgba)
        self._rows: Int64 | None = None
        self._subset: PointActor | None = None
        self._subset_is_stale = False
        if len(xyz) > SUBSET:
            rows = np.sort(np.random.default_rng(0).choice(len(xyz), SUBSET, replace=False))
            self._rows = rows
            self._subset = PointActor(xyz[rows], rgba[rows])
            self._subset.actor.VisibilityOff()
        finite = xyz if len(xyz) else np.zeros((1, 3), np.float32)
        self.lower = finite.min(axis=0).astype(np.float64)
        self.upper = finite.max(axis=0).astype(np.float64)

    def __len__(self) -> int:
        return len(self.xyz)

    @property
    def actors(self) -> list[vtkActor]:
        """What the renderer draws."""
        return [self._whole.actor] + ([self._subset.actor] if self._subset else [])

    @property
    def rgba(self) -> UInt8:
        """(N, 4) uint8, the colours as they are shown."""
        return self._whole.rgba

    @property
    def is_coarse(self) -> bool:
        """Whether the random subset is drawn in place of the cloud."""
        return self._subset is not None and bool(self._subset.actor.GetVisibility())

    def recolor(self, points: Int64 | None, rgba: UInt8) -> None:
        """Change the colours of these rows (None: all) in place."""
        if points is None:
            np.copyto(self._whole.rgba, rgba)
        else:
            self._whole.rgba.view(np.uint32)[points, 0] = as_words(rgba)
        self._whole.colors_changed()
        self._subset_is_stale = True
        if self.is_coarse:
            self._refresh_subset()

    def set_coarse(self, coarse: bool) -> None:  # noqa: FBT001 - the only thing that it says
        """Draw the subset (True) or the whole cloud (False); small clouds are always whole."""
        if self._subset is None or coarse == self.is_coarse:
            return
        if coarse:
            self._refresh_subset()
        self._subset.actor.SetVisibility(coarse)
        self._whole.actor.SetVisibility(not coarse)

    def set_size(self, pixels: float) -> None:
        """Draw points as squares of this many device pixels; the sparse subset a little larger, to close its gaps."""
        self._whole.set_size(pixels)
        if self._subset is not None:
            self._subset.set_size(pixels + 1)

    def _refresh_subset(self) -> None:
        if self._subset is not None and self._rows is not None and self._subset_is_stale:
            np.take(self._whole.rgba.view(np.uint32)[:, 0], self._rows, out=self._subset.rgba.view(np.uint32)[:, 0])
            self._subset.colors_changed()
            self._subset_is_stale = False


def as_words(rgba: UInt8) -> npt.NDArray[np.uint32]:
    """(M,) uint32, the four bytes of each colour as one number: four times fewer to move."""
    return np.ascontiguousarray(rgba).view(np.uint32)[:, 0]


def _one_cell_each(count: int) -> vtkCellArray:
    dtype = np.int32 if count < 2**31 - 1 else np.int64
    numbers = np.arange(count + 1, dtype=dtype)
    cells = vtkCellArray()
    cells.SetData(numpy_to_vtk(numbers, deep=True), numpy_to_vtk(numbers[:-1], deep=True))
    return cells
