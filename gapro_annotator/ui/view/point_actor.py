"""One set of points that VTK draws straight from our arrays, as small shaded discs."""

from dataclasses import dataclass

import numpy as np
from vtkmodules.util.numpy_support import numpy_to_vtk
from vtkmodules.vtkCommonCore import vtkPoints, vtkUnsignedCharArray
from vtkmodules.vtkCommonDataModel import vtkCellArray, vtkDataObject, vtkPolyData
from vtkmodules.vtkRenderingCore import vtkActor, vtkPolyDataMapper

from gapro_annotator.arrays import Float32, Float64, UInt8

# VTK's shaders are extended in four places. The size of a disc follows its depth (w), so that a surface stays closed
# when the camera comes near; `lift` draws it as if it were that many metres nearer, or before everything if negative.
# `sieve` leaves three of four pixels alone: discs that lie over each other stay as faint as one. A surface that faces
# the light is brightest; a normal of zero (not known yet) is not shaded. The light travels with the camera.
# A point of alpha 0 is hidden: it leaves no depth either, so that what lies behind it is picked.
_VERTEX = {
    "//VTK::Normal::Dec": "in vec3 surface; out float shadeOfPoint;",
    "//VTK::PositionVC::Impl": """
    gl_PointSize = clamp(splat.x / gl_Position.w, splat.y, splat.z) + splat.w;
    float nearer = min(lift, 0.5 * gl_Position.w);
    gl_Position.z -= (gl_Position.w - gl_Position.z) * nearer / (gl_Position.w - nearer);
    if (lift < 0.0) gl_Position.z = -0.999 * gl_Position.w;
    shadeOfPoint = 1.0 - 0.45 * (1.0 - abs(dot(surface, light))) * dot(surface, surface);
    """,
}
_FRAGMENT = {
    "//VTK::Normal::Dec": "in float shadeOfPoint;",
    "//VTK::Light::Impl": """
    vec2 across = 2.0 * gl_PointCoord - 1.0;
    float outward = dot(across, across);
    if (outward > 1.0 || opacity < 0.002) discard;
    if (sieve > 0 && mod(floor(gl_FragCoord.x) + 2.0 * floor(gl_FragCoord.y), 4.0) >= 1.0) discard;
    gl_FragData[0].rgb *= shadeOfPoint * (1.0 - edge * outward);
    """,
}


@dataclass(frozen=True, slots=True)
class Splat:
    """How large a point is drawn: like a small disc in the room, within limits on the screen.

    Parameters
    ----------
    scale
        Diameter in metres times pixels per metre at a depth of one metre.
    lowest, highest
        Limits of the diameter, device pixels.
    """

    scale: float
    lowest: float
    highest: float

    def pixels(self, depth: float) -> float:
        """Diameter of a point at this depth (metres), device pixels."""
        return float(np.clip(self.scale / max(depth, 1e-6), self.lowest, self.highest))


class PointActor:
    """Points that share one look; `rgba` (N, 4) uint8 and `normal` (N, 3) float32 are the memory that VTK reads.

    Parameters
    ----------
    xyz : (N, 3) float32
        Metres.
    rgba : (N, 4) uint8
    normal : (N, 3) float32 or None
        Either sign; None: not known yet.
    edge
        How much darker a disc is at its edge, 0..1.
    """

    def __init__(self, xyz: Float32, rgba: UInt8, normal: Float32 | None = None, edge: float = 0.12) -> None:
        self._xyz = np.ascontiguousarray(xyz, np.float32)
        self.rgba: UInt8 = np.array(rgba, np.uint8, order="C")
        self.normal: Float32 = np.zeros(xyz.shape, np.float32) if normal is None else np.array(normal, np.float32)
        self._colors = vtkUnsignedCharArray()
        self._colors.SetNumberOfComponents(4)
        self._colors.SetArray(self.rgba, self.rgba.size, 1)
        self._normals = numpy_to_vtk(self.normal)
        self._normals.SetName("surface")
        data = vtkPolyData()
        points = vtkPoints()
        points.SetData(numpy_to_vtk(self._xyz))
        data.SetPoints(points)
        data.SetVerts(_one_cell_each(len(xyz)))
        data.GetPointData().SetScalars(self._colors)
        data.GetPointData().AddArray(self._normals)
        mapper = vtkPolyDataMapper()
        mapper.SetInputData(data)
        mapper.SetColorModeToDirectScalars()
        mapper.SetStatic(1)
        # The same point must get the same depth in every set, to the last bit.
        mapper.SetVBOShiftScaleMethod(0)
        mapper.MapDataArrayToVertexAttribute("surface", "surface", vtkDataObject.FIELD_ASSOCIATION_POINTS, -1)
        self.actor = vtkActor()
        self.actor.SetMapper(mapper)
        self.actor.PickableOff()
        # Otherwise VTK reads every alpha value again in each frame to find out.
        self.actor.ForceOpaqueOn()
        self.actor.GetProperty().LightingOff()
        self._extend_shaders(edge)

    def colors_changed(self) -> None:
        """Have VTK read `rgba` again with the next frame."""
        self._colors.Modified()

    def normals_changed(self) -> None:
        """Have VTK read `normal` again with the next frame."""
        self._normals.Modified()

    def set_size(self, splat: Splat, rim: float = 0.0) -> None:
        """Draw each point in this size, larger by `rim` device pixels."""
        self._uniforms.SetUniform4f("splat", (splat.scale, splat.lowest, splat.highest, rim))

    def set_light(self, direction: Float64) -> None:
        """Light comes from this direction (3,), a unit vector."""
        x, y, z = direction.tolist()
        self._uniforms.SetUniform3f("light", (x, y, z))

    def show_through(self) -> None:
        """Draw the points faintly over everything, whatever hides them."""
        self.lift(-1.0)
        self._fragment_uniforms.SetUniformi("sieve", 1)

    def lift(self, metres: float) -> None:
        """Draw the points as if they were nearer, and leave the depth buffer to what lies under them."""
        self._uniforms.SetUniformf("lift", metres)
        self.actor.ForceOpaqueOff()
        self.actor.ForceTranslucentOn()

    def _extend_shaders(self, edge: float) -> None:
        shader = self.actor.GetShaderProperty()
        for place, code in _VERTEX.items():
            shader.AddVertexShaderReplacement(place, True, f"{place}\n{code}\n", False)  # noqa: FBT003 - VTK's order
        for place, code in _FRAGMENT.items():
            shader.AddFragmentShaderReplacement(place, True, f"{place}\n{code}\n", False)  # noqa: FBT003 - VTK's order
        self._fragment_uniforms = shader.GetFragmentCustomUniforms()
        self._fragment_uniforms.SetUniformf("edge", edge)
        self._fragment_uniforms.SetUniformi("sieve", 0)
        self._uniforms = shader.GetVertexCustomUniforms()
        self._uniforms.SetUniform4f("splat", (0.0, 1.0, 1.0, 0.0))
        self._uniforms.SetUniform3f("light", (0.0, 0.0, 1.0))
        self._uniforms.SetUniformf("lift", 0.0)


def _one_cell_each(count: int) -> vtkCellArray:
    numbers = np.arange(count + 1, dtype=np.int32)
    cells = vtkCellArray()
    cells.SetData(numpy_to_vtk(numbers, deep=True), numpy_to_vtk(numbers[:-1], deep=True))
    return cells
