"""One recording: its points and what is known about each of them."""

from dataclasses import dataclass

import numpy as np

from gapro_annotator.arrays import Float32, Float64, Int32, Int64, UInt8, check_array, check_finite, freeze
from gapro_annotator.errors import InvalidValueError


def check_scan_name(name: str) -> None:
    """Raise InvalidValueError unless a scan can have this name: it is the stem of files."""
    if not name or "/" in name or "\\" in name or name.startswith("."):
        raise InvalidValueError(f"a scan cannot be named {name!r}; use a plain name without slashes")


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Scan:
    """Points of one recording in an axis-aligned frame, Z up, in metres.

    Parameters
    ----------
    name
        The file's stem unless told otherwise.
    xyz : (N, 3) float32
        Metres relative to `origin`; finite.
    origin : (3,) float64
        World coordinates are ``xyz + origin``. Keeps millimetres where coordinates are geo-sized.
    rgb : (N, 3) uint8 or None
    normal : (N, 3) float32 or None
    superpoint : (N,) int32
        0..S-1, every number in use. A superpoint is a small group of points that no object border cuts.
    faces : (F, 3) int32 or None
        Triangles of a mesh, as rows of `xyz`.
    source_row : (N,) int64 or None
        Row of each point in the source file; None where they are the same rows.
    axis_alignment : (4, 4) float64 or None
        Source coordinates → this frame's world coordinates.

    Raises
    ------
    InvalidValueError
        A field breaks its contract.
    """

    name: str
    xyz: Float32
    origin: Float64
    superpoint: Int32
    rgb: UInt8 | None = None
    normal: Float32 | None = None
    faces: Int32 | None = None
    source_row: Int64 | None = None
    axis_alignment: Float64 | None = None

    def __post_init__(self) -> None:
        check_scan_name(self.name)
        check_array("xyz", self.xyz, np.float32, (None, 3))
        rows = len(self.xyz)
        check_finite("xyz", self.xyz)
        check_array("origin", self.origin, np.float64, (3,))
        check_finite("origin", self.origin)
        check_array("superpoint", self.superpoint, np.int32, (rows,))
        _check_consecutive(self.superpoint)
        if self.rgb is not None:
            check_array("rgb", self.rgb, np.uint8, (rows, 3))
        if self.normal is not None:
            check_array("normal", self.normal, np.float32, (rows, 3))
        if self.faces is not None:
            check_array("faces", self.faces, np.int32, (None, 3))
            if self.faces.size and (self.faces.min() < 0 or self.faces.max() >= rows):
                raise InvalidValueError(f"faces name rows outside 0..{rows - 1}")
        if self.source_row is not None:
            check_array("source_row", self.source_row, np.int64, (rows,))
        if self.axis_alignment is not None:
            check_array("axis_alignment", self.axis_alignment, np.float64, (4, 4))
            check_finite("axis_alignment", self.axis_alignment)
        freeze(self.xyz, self.origin, self.superpoint, self.rgb, self.normal, self.faces)
        freeze(self.source_row, self.axis_alignment)

    def __len__(self) -> int:
        return len(self.xyz)

    @property
    def superpoint_count(self) -> int:
        """S, the number of superpoints."""
        return int(self.superpoint.max()) + 1 if len(self) else 0


def _check_consecutive(superpoint: Int32) -> None:
    if not superpoint.size:
        return
    if superpoint.min() < 0 or superpoint.max() >= len(superpoint) or not np.bincount(superpoint).all():
        raise InvalidValueError("superpoint must use every number from 0 to S-1")
