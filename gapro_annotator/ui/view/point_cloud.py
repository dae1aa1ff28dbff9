"""The scan's points: whole, or a random subset while the camera moves."""

import numpy as np
import numpy.typing as npt
from vtkmodules.vtkRenderingCore import vtkActor

from gapro_annotator.arrays import Bool, Float32, Float64, Int64, UInt8
from gapro_annotator.ui.view.point_actor import PointActor, Splat
from gapro_annotator.ui.view.surface import point_spacing

_SHARE, _FEWEST, _MOST = 0.4, 60_000, 120_000
_WORTH_IT = 1.5
"""A cloud that is not this many times larger than its subset is always drawn whole."""


def subset_size(count: int) -> int:
    """Return how many of so many points are drawn while the camera moves.

    Software OpenGL draws 150,000 points in twice the time of 60,000, and at those the room still looks like itself.
    """
    size = int(np.clip(_SHARE * count, _FEWEST, _MOST))
    return size if count >= _WORTH_IT * size else count


class PointCloud:
    """The points of a scan, with a random subset for clouds that are slow to draw.

    Parameters
    ----------
    xyz : (N, 3) float32
        Metres.
    rgba : (N, 4) uint8
    """

    def __init__(self, xyz: Float32, rgba: UInt8) -> None:
        self.xyz = xyz
        self.sights = 0
        """Rises whenever other points are hidden than before."""
        self._whole = PointActor(xyz, rgba)
        self._rows: Int64 | None = None
        self._subset: PointActor | None = None
        self._subset_is_stale = False
        size = subset_size(len(xyz))
        if size < len(xyz):
            rows = np.sort(np.random.default_rng(0).choice(len(xyz), size, replace=False))
            self._rows = rows
            self._subset = PointActor(xyz[rows], rgba[rows])
            self._subset.actor.VisibilityOff()
        self.spacing = point_spacing(xyz)
        corners = xyz if len(xyz) else np.zeros((1, 3), np.float32)
        self.lower = corners.min(axis=0).astype(np.float64)
        self.upper = corners.max(axis=0).astype(np.float64)

    def __len__(self) -> int:
        return len(self.xyz)

    @property
    def actors(self) -> list[vtkActor]:
        """What the renderer draws."""
        return [part.actor for part in self._parts]

    @property
    def rgba(self) -> UInt8:
        """(N, 4) uint8, the colours as they are shown."""
        return self._whole.rgba

    @property
    def shown(self) -> Bool:
        """(N,) bool, which points are drawn: those that are not transparent."""
        return self._whole.rgba[:, 3] > 0

    @property
    def shown_xyz(self) -> Float32:
        """(M, 3) float32, the points that are drawn, metres; all where none is."""
        shown = self.shown
        return self.xyz if shown.all() or not shown.any() else self.xyz[shown]

    @property
    def normal(self) -> Float32:
        """(N, 3) float32, of either sign; zeros until they are known."""
        return self._whole.normal

    @property
    def is_coarse(self) -> bool:
        """Whether the random subset is drawn in place of the cloud."""
        return self._subset is not None and bool(self._subset.actor.GetVisibility())

    def recolor(self, points: Int64 | None, rgba: UInt8) -> None:
        """Change the colours of these rows (None: all) in place."""
        before = self._whole.rgba[slice(None) if points is None else points, 3]
        if ((before > 0) != (rgba[:, 3] > 0)).any():
            self.sights += 1
        if points is None:
            np.copyto(self._whole.rgba, rgba)
        else:
            as_words(self._whole.rgba)[points] = as_words(np.ascontiguousarray(rgba))
        self._whole.colors_changed()
        self._subset_is_stale = True
        if self.is_coarse:
            self._refresh_subset()

    def set_normals(self, normal: Float32) -> None:
        """Shade the points by their normals (N, 3)."""
        np.copyto(self._whole.normal, normal)
        self._whole.normals_changed()
        if self._subset is not None and self._rows is not None:
            np.copyto(self._subset.normal, normal[self._rows])
            self._subset.normals_changed()

    def set_coarse(self, coarse: bool) -> None:  # noqa: FBT001 - the only thing that it says
        """Draw the subset (True) or the whole cloud (False); small clouds are always whole."""
        if self._subset is None or coarse == self.is_coarse:
            return
        if coarse:
            self._refresh_subset()
        self._subset.actor.SetVisibility(coarse)
        self._whole.actor.SetVisibility(not coarse)

    def set_size(self, splat: Splat) -> None:
        """Draw points in this size; the sparse subset larger, so that it covers as much."""
        self._whole.set_size(splat)
        if self._subset is not None:
            wider = min(float(np.sqrt(len(self) / subset_size(len(self)))), 3.0)
            self._subset.set_size(Splat(splat.scale * wider, splat.lowest, splat.highest * min(wider, 1.5)), 1.0)

    def set_light(self, direction: Float64) -> None:
        """Light comes from this direction (3,), a unit vector."""
        for part in self._parts:
            part.set_light(direction)

    @property
    def _parts(self) -> list[PointActor]:
        return [self._whole] if self._subset is None else [self._whole, self._subset]

    def _refresh_subset(self) -> None:
        if self._subset is not None and self._rows is not None and self._subset_is_stale:
            np.take(as_words(self._whole.rgba), self._rows, out=as_words(self._subset.rgba))
            self._subset.colors_changed()
            self._subset_is_stale = False


def as_words(rgba: UInt8) -> npt.NDArray[np.uint32]:
    """(M,) uint32 view of contiguous colours (M, 4): four bytes move as one number."""
    return rgba.view(np.uint32)[:, 0]
