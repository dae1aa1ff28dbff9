"""A few points lifted out of the cloud: a bright outline with the points' own colours on top."""

import numpy as np
from vtkmodules.vtkRenderingCore import vtkActor, vtkMapper

from gapro_annotator.arrays import Float32, UInt8
from gapro_annotator.ui.view.point_cloud import PointActor


class Highlight:
    """The points of one region: squares in the outline colour, and smaller ones in their own colours over them.

    Where points lie close together only the region's outline shows; where they are sparse each one gets a rim.
    """

    def __init__(self, xyz: Float32, rgba: UInt8, color: tuple[int, int, int], rim: float) -> None:
        halo = np.empty((len(xyz), 4), np.uint8)
        halo[:] = (*color, 255)
        self._rim = rim
        self._halo = PointActor(xyz, halo)
        self._points = PointActor(xyz, rgba)
        _lift(self._halo.actor, -300)
        _lift(self._points.actor, -600)

    @property
    def actors(self) -> list[vtkActor]:
        """What the renderer draws."""
        return [self._halo.actor, self._points.actor]

    def recolor(self, rgba: UInt8) -> None:
        """Follow the cloud's colours of the same points."""
        np.copyto(self._points.rgba, rgba)
        self._points.colors_changed()

    def set_size(self, pixels: float, ratio: float) -> None:
        """Fit the cloud's point size (device pixels)."""
        self._points.set_size(pixels + 1)
        self._halo.set_size(pixels + 2 * self._rim * ratio)


def _lift(actor: vtkActor, units: float) -> None:
    """Draw as if a little nearer than it is, and leave the depth buffer to the cloud."""
    mapper = actor.GetMapper()
    assert isinstance(mapper, vtkMapper)  # noqa: S101 - PointActor makes one
    mapper.SetResolveCoincidentTopologyToPolygonOffset()
    mapper.SetRelativeCoincidentTopologyPointOffsetParameter(units)
    actor.ForceOpaqueOff()
    actor.ForceTranslucentOn()
