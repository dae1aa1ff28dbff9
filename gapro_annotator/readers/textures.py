"""Textures → colours of vertices. Opens nothing outside the folder of the mesh, and no image of absurd size."""

import io
import warnings
from pathlib import Path

import numpy as np

from gapro_annotator.arrays import Float64, UInt8

_MOST_PIXELS = 16_384 * 8_192


def open_texture(folder: Path, name: str) -> UInt8 | None:
    """Read an image beside a mesh, (H, W, 3); None where there is none that may be read."""
    if not name:
        return None
    place = (folder / name).resolve()
    if not place.is_relative_to(folder.resolve()) or not place.is_file():
        return None
    try:
        return decode_texture(place.read_bytes())
    except OSError:
        return None


def decode_texture(content: bytes) -> UInt8 | None:
    """Decode a PNG or JPEG, (H, W, 3); None where that fails."""
    from PIL import Image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=("PNG", "JPEG")) as image:
                if image.width * image.height > _MOST_PIXELS:
                    return None
                return np.asarray(image.convert("RGB"), np.uint8)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None


def colors_at(image: UInt8, uv: Float64) -> UInt8:
    """(M, 3) colours at texture coordinates (M, 2), v from the top; the texture repeats beyond 0..1."""
    height, width = image.shape[:2]
    part = np.nan_to_num(uv) % 1.0
    column = np.minimum((part[:, 0] * width).astype(np.int64), width - 1)
    row = np.minimum((part[:, 1] * height).astype(np.int64), height - 1)
    return image[row, column]
