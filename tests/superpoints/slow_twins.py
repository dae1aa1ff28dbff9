"""Slow, obviously right twins of the compiled algorithms: plain loops, everything computed again from the points."""

from itertools import combinations

import numpy as np

from gapro_annotator.arrays import Float32, Int32, UInt8


def scannet_twin(xyz: Float32, faces: Int32) -> list[int]:
    """ScanNet's segmentation of a small mesh; a group number for each vertex."""
    one = np.float32(1)
    normals = [np.zeros(3, np.float32) for _ in xyz]
    counts = [0] * len(xyz)
    edges = []
    for i, j, k in faces.tolist():
        u, v = xyz[j] - xyz[i], xyz[k] - xyz[i]
        cross = np.array([u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]])
        unit = cross / np.sqrt(cross[0] * cross[0] + cross[1] * cross[1] + cross[2] * cross[2])
        for vertex in (i, j, k):
            share = one / np.float32(counts[vertex] + 1)
            normals[vertex] = share * unit + (one - share) * normals[vertex]
            counts[vertex] += 1
        edges += [(i, j), (i, k), (k, j)]

    def dot(a: Float32, b: Float32) -> np.float32:
        return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]

    weighted = []
    for a, b in edges:
        across = xyz[b] - xyz[a]
        across = across / np.sqrt(dot(across, across))
        weight = one - dot(normals[a], normals[b])
        weighted.append((weight * weight if dot(normals[b], across) > 0 else weight, a, b))
    weighted.sort(key=lambda edge: edge[0])
    group_of = list(range(len(xyz)))
    members = {vertex: [vertex] for vertex in group_of}
    threshold = dict.fromkeys(group_of, np.float32(0.01))

    def join(a: int, b: int) -> int:
        for vertex in members[b]:
            group_of[vertex] = a
        members[a] += members.pop(b)
        return a

    for weight, i, j in weighted:
        a, b = group_of[i], group_of[j]
        if a != b and weight <= min(threshold[a], threshold[b]):
            join(a, b)
            threshold[a] = weight + np.float32(0.01) / np.float32(len(members[a]))
    for _, i, j in weighted:
        a, b = group_of[i], group_of[j]
        if a != b and min(len(members[a]), len(members[b])) < 20:
            join(a, b)
    return group_of


def merging_twin(xyz: Float32, rgb: UInt8 | None, count: int) -> list[int]:
    """Region merging of a small cloud down to `count` regions; a group number for each point."""
    position = xyz.astype(np.float64)
    distance = np.linalg.norm(position[:, None] - position[None], axis=2)
    nearest = np.argsort(distance, axis=1)
    position /= np.median(np.sort(distance, axis=1)[:, 4])
    feature = [_feature(position[near[:10]], None if rgb is None else rgb[i]) for i, near in enumerate(nearest)]
    touching = {frozenset((i, int(j))) for i in range(len(xyz)) for j in nearest[i, 1:7]}
    regions = [frozenset([i]) for i in range(len(xyz))]
    height = dict.fromkeys(regions, 0.0)
    merges = []

    def rough(region: frozenset[int]) -> float:
        if len(region) <= 3:
            return 0.0
        points = position[sorted(region)]
        return float(np.linalg.eigvalsh((points - points.mean(axis=0)).T @ (points - points.mean(axis=0)))[0])

    def cost(a: frozenset[int], b: frozenset[int]) -> float:
        links = sum(frozenset((i, j)) in touching for i in a for j in b)
        if not links:
            return np.inf
        apart = np.mean([feature[i] for i in a], axis=0) - np.mean([feature[i] for i in b], axis=0)
        bend = max(0.0, rough(a | b) - rough(a) - rough(b))
        return (len(a) * len(b) / (len(a) + len(b)) * float(apart @ apart) + 10 * bend) / links**0.3

    while len(regions) > 1:
        costs = {frozenset(pair): cost(*pair) for pair in combinations(regions, 2)}
        best = {a: min((pair for pair in costs if a in pair), key=costs.__getitem__) for a in regions}
        pairs = {pair for pair in best.values() if all(best[side] == pair for side in pair)}
        pairs = {pair for pair in pairs if np.isfinite(costs[pair])}
        if not pairs:
            break
        for pair in pairs:
            a, b = pair
            regions = [region for region in regions if region not in pair] + [a | b]
            height[a | b] = max(costs[pair], height[a], height[b])
            merges.append(a | b)
    merges.sort(key=height.__getitem__)  # stable: parts come before unions
    group_of = list(range(len(xyz)))
    for union in merges[: len(xyz) - count]:
        for point in union:
            group_of[point] = min(union)
    return group_of


def _feature(around: np.ndarray, rgb: np.ndarray | None) -> np.ndarray:
    """Direction and colour of a point: n nᵀ/√2 has the wanted distances, and Lab/100 · (√.3, 1, 1) · √20."""
    _, _, axes = np.linalg.svd(around - around.mean(axis=0))
    direction = np.outer(axes[2], axes[2]).ravel() / np.sqrt(2)
    if rgb is None:
        return direction
    r, g, b = (v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in rgb / 255.0)
    x = (0.4124564 * r + 0.3575761 * g + 0.1804375 * b) / 0.950470
    y = 0.2126729 * r + 0.7151522 * g + 0.0721750 * b
    z = (0.0193339 * r + 0.1191920 * g + 0.9503041 * b) / 1.088830
    fx, fy, fz = (v ** (1 / 3) if v > 216 / 24389 else (24389 / 27 * v + 16) / 116 for v in (x, y, z))
    lab = np.array([116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)])
    return np.concatenate([direction, lab / 100 * np.sqrt([0.3, 1, 1]) * np.sqrt(20)])
