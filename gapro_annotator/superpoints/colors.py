"""Colours as people tell them apart, compiled."""

import numpy as np
from numba import njit

from gapro_annotator.arrays import Float64
from gapro_annotator.superpoints.threads import share_out

COLOR_WEIGHT = 20.0
"""Of a squared colour difference, against that of directions."""
LIGHTNESS_WEIGHT = 0.3
"""Lightness counts less than hue: shading changes it inside one object."""
_WHITE = (0.9504700, 1.0, 1.0888300)


def weighted_lab(rgb: Float64) -> Float64:
    """CIE Lab of sRGB 0..255 under D65, weighted; (N, 3)."""
    lab = np.empty((len(rgb), 3))
    share_out(lambda start, stop: _convert(rgb, lab, start, stop), len(rgb))
    return lab


@njit(cache=True, nogil=True)
def _convert(rgb: Float64, lab: Float64, start: int, stop: int) -> None:
    hue = np.sqrt(COLOR_WEIGHT) / 100.0
    lightness = np.sqrt(LIGHTNESS_WEIGHT) * hue
    for k in range(start, stop):
        r, g, b = linear(rgb[k, 0] / 255.0), linear(rgb[k, 1] / 255.0), linear(rgb[k, 2] / 255.0)
        x = root((0.4124564 * r + 0.3575761 * g + 0.1804375 * b) / _WHITE[0])
        y = root((0.2126729 * r + 0.7151522 * g + 0.0721750 * b) / _WHITE[1])
        z = root((0.0193339 * r + 0.1191920 * g + 0.9503041 * b) / _WHITE[2])
        lab[k, 0], lab[k, 1], lab[k, 2] = lightness * (116 * y - 16), hue * 500 * (x - y), hue * 200 * (y - z)


@njit(cache=True, nogil=True)
def linear(encoded: float) -> float:
    """Light of an sRGB value, both 0..1."""
    return encoded / 12.92 if encoded <= 0.04045 else ((encoded + 0.055) / 1.055) ** 2.4


@njit(cache=True, nogil=True)
def root(relative: float) -> float:
    """Lab's cube root, straight near black."""
    return relative ** (1 / 3) if relative > (6 / 29) ** 3 else relative / (3 * (6 / 29) ** 2) + 4 / 29
