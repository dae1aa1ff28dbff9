"""Scans changed before each step, as PointGroup and SPFormer do: jitter, flip, turn, size, elastic, colour, gaps."""

import math

import numpy as np
from scipy.ndimage import map_coordinates, uniform_filter1d

from gapro_annotator.arrays import Float32, Float64
from gapro_annotator.training.config import AugmentationConfig, Rotation


def linear_map(config: AugmentationConfig, random: np.random.Generator) -> Float64:
    """(3, 3): jitter, flip of x, size, turn about z; columns of points are multiplied from the left."""
    matrix = np.eye(3) + random.normal(0, config.jitter, (3, 3))
    if config.flip and random.random() < 0.5:
        matrix[:, 0] *= -1
    matrix *= 1 + random.uniform(-config.scale, config.scale)
    angle = _angle(config.rotate, random)
    cosine, sine = math.cos(angle), math.sin(angle)
    return np.array([[cosine, -sine, 0], [sine, cosine, 0], [0, 0, 1]]) @ matrix


def _angle(rotate: Rotation, random: np.random.Generator) -> float:
    if rotate == "any":
        return random.uniform(0, 2 * math.pi)
    return int(random.integers(4)) * math.pi / 2 if rotate == "quarters" else 0.0


def elastic(xyz: Float32, granularity: float, magnitude: float, voxel: float, random: np.random.Generator) -> Float32:
    """Push points (N, 3) to and fro by smooth noise, as SPFormer and PointGroup do.

    Parameters
    ----------
    xyz : (N, 3) float32
        Metres.
    granularity, magnitude
        Half the distance of the noise's nodes (so it is in the published code), and the noise's standard deviation
        before smoothing, in voxels.
    voxel
        Metres.
    """
    step = 2 * granularity * voxel
    lower = xyz.min(axis=0)
    nodes = tuple(int(n) for n in (xyz.max(axis=0) - lower) // step + 3)
    where = ((xyz - lower) / step).T + 1
    push = np.empty_like(xyz)
    for axis in range(3):
        noise = random.standard_normal(nodes).astype(np.float32)
        for along in (0, 1, 2, 0, 1, 2):  # twice a box of three nodes along each axis
            noise = uniform_filter1d(noise, 3, axis=along, mode="constant")
        push[:, axis] = map_coordinates(noise, where, order=1, mode="nearest")
    pushed: Float32 = (xyz + push * np.float32(magnitude * voxel)).astype(np.float32)
    return pushed


def recolor(rgb: Float32, config: AugmentationConfig, random: np.random.Generator) -> Float32:
    """Shift each channel of (N, 3) colours in -1..1."""
    shifted: Float32 = (rgb + random.normal(0, config.color, 3)).astype(np.float32)
    return shifted


def kept_points(count: int, config: AugmentationConfig, random: np.random.Generator) -> np.ndarray | None:
    """(N,) bool, which points stay; None for all."""
    share = random.uniform(0, config.drop)
    if share == 0:
        return None
    return random.random(count) >= share
