"""A few points lifted out of the cloud: a bright outline with the points' own colours on top."""

import numpy as np
from vtkmodules.vtkRenderingCore import vtkActor

from gapro_annotator.arrays import Float64, Int64
from gapro_annotator.ui.view.point_actor import PointActor, Splat
from gapro_annotator.ui.view.point_cloud import PointCloud


class Highlight:
    """The points of one region: squares in the outline colour, and smaller ones in their own colours over them.

    Where points lie close together only the region's outline shows; where they are sparse each one gets a rim. What
    something hides shows through it as a faint screen of the outline colour, if asked for.
    """

    def __init__(
        self, cloud: PointCloud, points: Int64, color: tuple[int, int, int], rim: float, *, through: bool
    ) -> None:
        self._rim = rim
        self._rows = points
        xyz, normal = cloud.xyz[points], cloud.normal[points]
        halo = np.empty((len(xyz), 4), np.uint8)
        halo[:] = (*color, 255)
        self._halo = PointActor(xyz, halo, edge=0.0)
        self._points = PointActor(xyz, cloud.rgba[points], normal, edge=0.25)
        for part in (self._halo, self._points):
            part.lift(2 * cloud.spacing)
        self._through = PointActor(xyz, halo, edge=0.0) if through else None
        if self._through is not None:
            self._through.show_through()

    @property
    def actors(self) -> list[vtkActor]:
        """What the renderer draws."""
        through = [] if self._through is None else [self._through.actor]
        return [*through, self._halo.actor, self._points.actor]

    def follow(self, cloud: PointCloud) -> None:
        """Take over the cloud's colours and normals of the same points."""
        np.copyto(self._points.rgba, cloud.rgba[self._rows])
        np.copyto(self._points.normal, cloud.normal[self._rows])
        self._points.colors_changed()
        self._points.normals_changed()

    def set_light(self, direction: Float64) -> None:
        """Light comes from this direction (3,), a unit vector."""
        self._points.set_light(direction)

    def set_size(self, splat: Splat, ratio: float) -> None:
        """Fit the cloud's points on a screen of this device pixel ratio."""
        self._points.set_size(splat, ratio)
        self._halo.set_size(splat, 2 * self._rim * ratio)
        if self._through is not None:
            self._through.set_size(splat)
