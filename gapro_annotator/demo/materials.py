"""What surfaces look like: palettes that clash as little as in real rooms, and simple textures."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from gapro_annotator.arrays import Float32

Texture: TypeAlias = Literal["plain", "wood", "fabric", "stripes", "planks", "tiles", "painting", "doors", "screen"]
Color: TypeAlias = tuple[int, int, int]

PALE: tuple[Color, ...] = ((232, 228, 218), (226, 222, 214), (238, 235, 228), (220, 214, 203))
WOODS: tuple[Color, ...] = ((150, 108, 70), (186, 146, 100), (112, 76, 50), (201, 170, 128), (92, 66, 48))
FABRICS: tuple[Color, ...] = (
    (92, 104, 120),
    (150, 142, 130),
    (70, 92, 84),
    (128, 72, 62),
    (62, 66, 76),
    (176, 158, 124),
    (98, 84, 108),
)
BRIGHTS: tuple[Color, ...] = (
    (196, 120, 52),
    (172, 52, 48),
    (60, 112, 150),
    (214, 178, 74),
    (84, 130, 82),
    (232, 226, 214),
    (52, 58, 70),
    (150, 92, 120),
)
METALS: tuple[Color, ...] = ((58, 58, 60), (150, 152, 154), (196, 178, 134))


@dataclass(frozen=True, slots=True)
class Material:
    """A surface.

    Parameters
    ----------
    color, second
        sRGB 0-255 of the body and of its pattern.
    texture
        Which pattern.
    gloss
        0..1; glossy surfaces lose more of the scanner's rays.
    phase
        Shifts the pattern, so that two things of one material differ.
    """

    color: Color
    texture: Texture = "plain"
    second: Color = (120, 110, 100)
    gloss: float = 0.0
    phase: float = 0.0


def pick(rng: np.random.Generator, colors: tuple[Color, ...], *, spread: int = 10) -> Color:
    """Return one of the colours, a little lighter or darker."""
    red, green, blue = colors[int(rng.integers(len(colors)))]
    shift = int(rng.integers(-spread, spread + 1))
    return _clip(red + shift), _clip(green + shift), _clip(blue + shift)


def wood(rng: np.random.Generator, *, pale: float = 0.3) -> Material:
    """Return wood, or pale lacquer with the chance `pale`: furniture that hides before the wall."""
    if rng.random() < pale:
        return Material(pick(rng, PALE, spread=5), "plain", phase=_phase(rng))
    return Material(pick(rng, WOODS), "wood", phase=_phase(rng))


def fabric(rng: np.random.Generator, *, pale: float = 0.25) -> Material:
    """Return upholstery, in the colour of the walls with the chance `pale`."""
    return Material(pick(rng, PALE if rng.random() < pale else FABRICS), "fabric", phase=_phase(rng))


def bright(rng: np.random.Generator, texture: Texture = "plain") -> Material:
    """Return a small thing's lively colour."""
    return Material(pick(rng, BRIGHTS), texture, pick(rng, PALE), phase=_phase(rng))


def metal(rng: np.random.Generator) -> Material:
    """Return painted or bare metal; it reflects."""
    return Material(pick(rng, METALS), gloss=0.25)


def pattern(material: Material, local: Float32, half: Float32) -> Float32:
    """Colour of points on a surface before light falls on it.

    Parameters
    ----------
    local : (M, 3) float32
        In the solid's own frame from its centre, metres.
    half : (3,) float32
        Half the solid's edges, metres.

    Returns
    -------
    (M, 3) float32
        0-255.
    """
    at = local + np.float32(material.phase)
    x, y, z = at.T
    color = np.array(material.color, np.float32)
    second = np.array(material.second, np.float32)
    mottled = 1 + 0.025 * np.sin(7 * x + 3 * np.sin(5 * y)) * np.cos(6 * z + 2 * x)
    body = color * mottled[:, None]
    match material.texture:
        case "wood" | "fabric" | "planks":
            body = body * _grain(material.texture, at)[:, None]
        case "stripes":
            body = np.where((np.sin(42 * x) > 0.3)[:, None], second, body)
        case "tiles":
            joint = ((x / 0.4) % 1 < 0.05) | ((y / 0.4) % 1 < 0.05)
            body = np.where(joint[:, None], body * 0.8, body)
        case "painting":
            body = _painting(local, half, color, second)
        case "doors":
            # Gaps between the doors of a cabinet, every 45 cm of its front.
            gap = np.abs((local[:, 0] / 0.45 + 0.5) % 1 - 0.5) < 0.03
            body = np.where((gap & (local[:, 1] < 0))[:, None], body * 0.62, body)
        case "screen":
            rim = (np.abs(local[:, [0, 2]]) > half[[0, 2]] - 0.015).any(axis=1) | (local[:, 1] > 0)
            body = np.where(rim[:, None], body, second)
        case "plain":
            pass
    return body.astype(np.float32)


def _grain(texture: Texture, at: Float32) -> Float32:
    """Lighter and darker places of wood, cloth or a plank floor, around 1."""
    x, y, z = at.T
    if texture == "wood":
        return 1 + 0.06 * np.sin(55 * y + 4 * np.sin(2.1 * x) + 38 * z) + 0.03 * np.sin(171 * y + 9 * x + 90 * z)
    if texture == "fabric":
        return 1 + 0.05 * np.sin(240 * x) * np.sin(240 * y + 100 * z)
    row = np.floor(y / 0.15)
    plank = np.floor((x + 0.37 * (row % 5)) / 1.1)
    return 1 + 0.09 * np.sin(12.9898 * row + 78.233 * plank) + 0.03 * np.sin(130 * y + 3 * x)


def _painting(local: Float32, half: Float32, color: Float32, second: Float32) -> Float32:
    """A frame, a passe-partout and a landscape."""
    u, w = local[:, 0] / half[0], local[:, 2] / half[2]
    hills = w < 0.25 * np.sin(3.1 * u + color[0]) - 0.1
    sky = second * (0.85 + 0.15 * w)[:, None]
    picture = np.where(hills[:, None], second[::-1] * 0.55 + 20, sky)
    inside = np.maximum(np.abs(u), np.abs(w))
    mount = np.where((inside > 0.72)[:, None], np.float32(240), picture)
    return np.where((inside > 0.86)[:, None], color, mount).astype(np.float32)


def _phase(rng: np.random.Generator) -> float:
    return float(rng.uniform(0, 10))


def _clip(value: int) -> int:
    return max(0, min(255, value))
