"""Mesh → superpoints exactly as ScanNet's segmentator: Felzenszwalb and Huttenlocher's graph cut on vertex normals.

Small deviations ruin the agreement with published superpoints, so the arithmetic is float32 as there, normals are
running means that are never normalised again, and the odd order of a triangle's edges is kept.
"""

import numpy as np
from numba import njit

from gapro_annotator.arrays import Float32, Int32, Int64

FIRST_THRESHOLD = 0.01
"""k: how different the normals inside a superpoint may be, divided by its size in vertices."""
SMALLEST = 20
"""Vertices; smaller pieces join the neighbour with the most alike normal."""


def segment_mesh(xyz: Float32, faces: Int32) -> Int64:
    """Group the vertices of a mesh.

    Parameters
    ----------
    xyz : (N, 3) float32
    faces : (F, 3) int32
        In file order, which matters.

    Returns
    -------
    (N,) int64
        A vertex that stands for the group of each vertex; vertices in no face stand for themselves.
    """
    xyz, faces = np.array(xyz, order="C"), np.array(faces, order="C")  # read-only arrays would be compiled for again
    normal = vertex_normals(xyz, faces)
    edge = faces[:, [0, 1, 0, 2, 2, 1]].reshape(-1, 2).astype(np.int64)  # (3F, 2): 1→2, 1→3, 3→2
    weight = edge_weights(xyz, normal, edge)
    order = np.argsort(weight, kind="stable")
    return join_edges(edge[order], weight[order], len(xyz))


@njit(cache=True)
def vertex_normals(xyz: Float32, faces: Int32) -> Float32:
    """Mean of the unit normals of the faces around each vertex, running, never normalised again; (N, 3)."""
    normal = np.zeros(xyz.shape, np.float32)
    seen = np.zeros(len(xyz), np.float32)
    unit = np.empty(3, np.float32)
    one = np.float32(1.0)
    for f in range(len(faces)):
        p, q, r = xyz[faces[f, 0]], xyz[faces[f, 1]], xyz[faces[f, 2]]
        ux, uy, uz = q[0] - p[0], q[1] - p[1], q[2] - p[2]
        vx, vy, vz = r[0] - p[0], r[1] - p[1], r[2] - p[2]
        unit[0] = uy * vz - uz * vy
        unit[1] = uz * vx - ux * vz
        unit[2] = ux * vy - uy * vx
        length = np.float32(np.sqrt(unit[0] * unit[0] + unit[1] * unit[1] + unit[2] * unit[2]))
        if not length > 0:
            continue  # a face without area has no normal: it links its vertices and says nothing about their direction
        for k in range(3):
            unit[k] = unit[k] / length
        for corner in range(3):
            vertex = faces[f, corner]
            share = one / (seen[vertex] + one)
            for k in range(3):
                normal[vertex, k] = share * unit[k] + (one - share) * normal[vertex, k]
            seen[vertex] += one
    return normal


@njit(cache=True)
def edge_weights(xyz: Float32, normal: Float32, edge: Int64) -> Float32:
    """How much the normals differ along each directed edge, squared where the surface bulges outwards; (E,)."""
    weight = np.empty(len(edge), np.float32)
    for e in range(len(edge)):
        a, b = edge[e, 0], edge[e, 1]
        dx, dy, dz = xyz[b, 0] - xyz[a, 0], xyz[b, 1] - xyz[a, 1], xyz[b, 2] - xyz[a, 2]
        length = np.float32(np.sqrt(dx * dx + dy * dy + dz * dz))
        likeness = normal[a, 0] * normal[b, 0] + normal[a, 1] * normal[b, 1] + normal[a, 2] * normal[b, 2]
        w = np.float32(1.0) - likeness
        if length > 0:
            bulge = normal[b, 0] * (dx / length) + normal[b, 1] * (dy / length) + normal[b, 2] * (dz / length)
            if bulge > 0:
                w = w * w
        weight[e] = w
    return weight


@njit(cache=True)
def join_edges(edge: Int64, weight: Float32, vertices: int) -> Int64:
    """Walk the sorted edges twice: join what is alike, then what is too small; the root of each vertex, (N,)."""
    parent = np.arange(vertices)
    rank = np.zeros(vertices, np.int64)
    size = np.ones(vertices, np.int64)
    first = np.float32(FIRST_THRESHOLD)
    threshold = np.full(vertices, first, np.float32)
    for e in range(len(edge)):
        a, b = find_root(parent, edge[e, 0]), find_root(parent, edge[e, 1])
        if a != b and weight[e] <= threshold[a] and weight[e] <= threshold[b]:
            root = join_roots(parent, rank, size, a, b)
            threshold[root] = weight[e] + first / np.float32(size[root])
    for e in range(len(edge)):
        a, b = find_root(parent, edge[e, 0]), find_root(parent, edge[e, 1])
        if a != b and (size[a] < SMALLEST or size[b] < SMALLEST):
            join_roots(parent, rank, size, a, b)
    for vertex in range(vertices):
        parent[vertex] = find_root(parent, vertex)
    return parent


@njit(cache=True)
def find_root(parent: Int64, vertex: int) -> int:
    """The vertex that stands for this vertex's group; shortens the way there."""
    root = vertex
    while parent[root] != root:
        root = parent[root]
    parent[vertex] = root
    return root


@njit(cache=True)
def join_roots(parent: Int64, rank: Int64, size: Int64, a: int, b: int) -> int:
    """Join two groups by rank; of equal ranks the second wins, as in ScanNet's code."""
    if rank[a] > rank[b]:
        a, b = b, a
    elif rank[a] == rank[b]:
        rank[b] += 1
    parent[a] = b
    size[b] += size[a]
    return b
