"""Small clouds and meshes that several tests draw, and the score they share."""

import numpy as np

from gapro_annotator.arrays import Float32, Int32, UInt8


def adjusted_rand_index(a: Int32, b: Int32) -> float:
    """Agreement of two partitions, 1 for equal up to naming."""

    def pairs(counts: np.ndarray) -> float:
        return float((counts * (counts - 1.0) / 2).sum())

    _, a = np.unique(a, return_inverse=True)
    _, b = np.unique(b, return_inverse=True)
    both = pairs(np.unique(a * (b.max() + 1) + b, return_counts=True)[1])
    in_a, in_b, every = pairs(np.bincount(a)), pairs(np.bincount(b)), len(a) * (len(a) - 1) / 2
    expected, most = in_a * in_b / every, (in_a + in_b) / 2
    return (both - expected) / (most - expected) if most > expected else 1.0


def purity(superpoint: Int32, truth: Int32) -> float:
    """Share of the points that lie in the majority truth of their superpoint."""
    votes = np.zeros((superpoint.max() + 1, truth.max() + 1))
    np.add.at(votes, (superpoint, truth), 1)
    return float(votes.max(axis=1).sum() / len(truth))


def two_boxes_on_a_floor(points: int = 6_000, seed: int = 0) -> tuple[Float32, UInt8, Int32]:
    """Two boxes of 0.5 m, 20 cm apart, on a floor of 2 m × 2 m, all of one noisy grey; floor 0, boxes 1 and 2."""
    generator = np.random.default_rng(seed)
    floor = generator.random((points, 3)) * [2.0, 2.0, 0.0]
    under = (floor[:, 1] > 0.5) & (floor[:, 1] < 1.0)
    under &= ((floor[:, 0] > 0.3) & (floor[:, 0] < 0.8)) | ((floor[:, 0] > 1.0) & (floor[:, 0] < 1.5))
    parts = [floor[~under]]
    for left in (0.3, 1.0):
        box = generator.random((points // 2, 3))
        face = generator.integers(0, 5, len(box))  # four sides and the top
        box[np.arange(len(box)), face // 2] = np.where(face == 4, 1, face % 2)
        parts.append(box * 0.5 + [left, 0.5, 0.0])
    xyz = np.vstack(parts) + generator.normal(0, 0.002, (sum(map(len, parts)), 3))
    rgb = np.clip(generator.normal(128, 3, (len(xyz), 3)), 0, 255)
    return xyz.astype(np.float32), rgb.astype(np.uint8), np.repeat([0, 1, 2], list(map(len, parts))).astype(np.int32)


def bumpy_mesh(columns: int = 40, rows: int = 30, seed: int = 0) -> tuple[Float32, Int32]:
    """A noisy height field with steps of all heights: (columns · rows, 3) vertices and two triangles a cell."""
    generator = np.random.default_rng(seed)
    x, y = np.meshgrid(np.arange(columns), np.arange(rows), indexing="xy")
    step = generator.uniform(0, 8, (4, 5))[y // 8, x // 8]
    z = step + 0.5 * np.sin(y / 3.0) + generator.normal(0, 0.05, x.shape)
    corner = (np.arange(rows - 1)[:, None] * columns + np.arange(columns - 1)).ravel()
    lower = np.stack([corner, corner + 1, corner + columns], axis=1)
    upper = np.stack([corner + 1, corner + columns + 1, corner + columns], axis=1)
    xyz = np.stack([x, y, z], axis=-1).reshape(-1, 3) * 0.02
    faces = generator.permutation(np.vstack([lower, upper]))  # file order matters, so do not make it tidy
    return xyz.astype(np.float32), faces.astype(np.int32)
