"""The points of a scan drawn into a buffer of depths and rows, as the graphics card draws them; compiled."""

import numpy as np
from numba import njit

from gapro_annotator.arrays import Bool, Float32, Float64, Int32, Int64, UInt8

_STEEP = 8.0
"""Most metres that a surface is taken to recede per metre across: beyond, it is seen edge-on."""
_UNKNOWN_SLOPE = 4.0


@njit(cache=True, nogil=True)
def project_points(xyz: Float32, position: Float64, axes: Float64, size: tuple[int, int], focus: float) -> Float32:
    """(N, 3) float32, x and y (pixels, y down) and depth (metres along the view; 0 behind the camera) of points (N, 3).

    `axes` (3, 3) are right, up and backward of the camera, `focus` the pixels of a metre at a depth of one metre.
    """
    seen = np.zeros((len(xyz), 3), np.float32)
    for row in range(len(xyz)):
        x, y, z = xyz[row, 0] - position[0], xyz[row, 1] - position[1], xyz[row, 2] - position[2]
        depth = -(x * axes[2, 0] + y * axes[2, 1] + z * axes[2, 2])
        if depth > 1e-6:
            scale = focus / depth
            seen[row, 0] = size[0] / 2 + (x * axes[0, 0] + y * axes[0, 1] + z * axes[0, 2]) * scale
            seen[row, 1] = size[1] / 2 - (x * axes[1, 0] + y * axes[1, 1] + z * axes[1, 2]) * scale
            seen[row, 2] = depth
    return seen


@njit(cache=True, nogil=True)
def draw(seen: Float32, splat: tuple[float, float, float], front: Float32, owner: Int32) -> None:
    """Draw discs into `front` (h, w), metres, and `owner` (h, w), rows; both are changed in place.

    `splat`: the diameter in pixels at a depth of one metre, and its limits.
    """
    height, width = front.shape
    for row in range(len(seen)):
        x, y, depth = seen[row, 0], seen[row, 1], seen[row, 2]
        if depth <= 0:
            continue
        reach = min(max(splat[0] / depth, splat[1]), splat[2]) / 2
        if x < -reach or y < -reach or x > width + reach or y > height + reach:
            continue
        left, right = max(int(np.ceil(x - reach - 0.5)), 0), min(int(np.floor(x + reach - 0.5)), width - 1)
        top, bottom = max(int(np.ceil(y - reach - 0.5)), 0), min(int(np.floor(y + reach - 0.5)), height - 1)
        for line in range(top, bottom + 1):
            for column in range(left, right + 1):
                beside, below = column + 0.5 - x, line + 0.5 - y
                if depth < front[line, column] and beside * beside + below * below <= reach * reach:
                    front[line, column] = depth
                    owner[line, column] = row


@njit(cache=True, nogil=True)
def rows_in_mask(seen: Float32, mask: UInt8) -> Int64:
    """(M,) int64, rows of the points that appear where the mask (h, w) is not zero."""
    height, width = mask.shape
    found = np.empty(len(seen), np.int64)
    count = 0
    for row in range(len(seen)):
        x, y = seen[row, 0], seen[row, 1]
        if seen[row, 2] > 0 and 0 <= x < width and 0 <= y < height and mask[int(y), int(x)]:
            found[count] = row
            count += 1
    return found[:count].copy()


@njit(cache=True, nogil=True)
def in_front(
    rows: Int64,
    cloud: tuple[Float32, Float32, Float32],
    camera: tuple[Float64, float, float],
    splat: tuple[float, float, float],
    front: Float32,
) -> Bool:
    """(M,) bool, which of these rows lie on the surface that is in front.

    Discs of one surface cover each other, the more the flatter it is looked at: a point counts as seen where what
    covers it is nearer by no more than a spacing and what its surface recedes across a disc.

    Parameters
    ----------
    rows : (M,) int64
    cloud
        Positions (N, 3), normals (N, 3; zeros: unknown), and places in the picture (N, 3).
    camera
        Position (3,), pixels of a metre at a depth of one metre, and the spacing of the points.
    splat
        As in `draw`.
    front : (h, w) float32
        What was drawn.
    """
    xyz, normal, seen = cloud
    position, focus, spacing = camera
    height, width = front.shape
    shown = np.zeros(len(rows), np.bool_)
    for k in range(len(rows)):
        row = rows[k]
        x, y, depth = seen[row, 0], seen[row, 1], seen[row, 2]
        if depth <= 0 or x < 0 or y < 0 or x >= width or y >= height:
            continue
        reach = min(max(splat[0] / depth, splat[1]), splat[2]) / 2 * depth / focus
        a, b, c = xyz[row, 0] - position[0], xyz[row, 1] - position[1], xyz[row, 2] - position[2]
        along = abs(a * normal[row, 0] + b * normal[row, 1] + c * normal[row, 2]) / np.sqrt(a * a + b * b + c * c)
        slope = _UNKNOWN_SLOPE
        if normal[row, 0] != 0 or normal[row, 1] != 0 or normal[row, 2] != 0:
            slope = min(np.sqrt(max(1 - along * along, 0.0)) / max(along, 1e-3), _STEEP)
        shown[k] = depth <= front[int(y), int(x)] + spacing + reach * slope
    return shown
