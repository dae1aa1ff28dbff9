"""Seconds that superpoints take, and how much of the ground truth they keep.

    python benchmarks/superpoints.py                     seconds for generated rooms of 50k to 2M points
    python benchmarks/superpoints.py FOLDER_OR_PLY...    counts, purity and oracle of scans with NAME.ply + NAME.gt.npz

Purity is the share of the points that lie in the majority instance of their superpoint. The oracle gives each
superpoint its majority instance; its mean IoU over the instances is what no labeling by superpoints exceeds by much.
Core seconds leave out what other programs took of the machine.
"""

import argparse
import sys
import time
from pathlib import Path

import numpy as np
from plyfile import PlyData

from gapro_annotator.arrays import Float32, Int32, UInt8
from gapro_annotator.superpoints import compute_superpoints

SIZES = (50_000, 100_000, 200_000, 400_000, 1_000_000, 1_000_001, 2_000_000)


def room(points: int, seed: int = 0) -> tuple[Float32, UInt8, Int32]:
    """Draw a room with 60 boxes in it, 5 mm noise and shaded colours; the instance of each point, -1 outside."""
    generator = np.random.default_rng(seed)
    side = generator.uniform(0.2, 1.2, (61, 3))
    low = np.column_stack([generator.uniform(0, 6, 61), generator.uniform(0, 5, 61), np.zeros(61)])
    color = generator.integers(30, 226, (61, 3))
    side[0], low[0], color[0] = (7.5, 6.5, 2.6), 0.0, 200  # the room itself
    drawn = 2 * points  # what other boxes hide is dropped
    area = np.repeat(
        np.stack([side[:, 1] * side[:, 2], side[:, 0] * side[:, 2], side[:, 0] * side[:, 1]], axis=1), 2, axis=1
    )
    area[1:, 4] = 0.0  # nobody sees the underside of what stands on the floor
    face = generator.choice(area.size, drawn, p=area.ravel() / area.sum())
    instance, axis, end = face // 6, face % 6 // 2, face % 2
    within = generator.random((drawn, 3))
    within[np.arange(drawn), axis] = end
    xyz = low[instance] + within * side[instance]
    hidden = np.zeros(drawn, np.bool_)
    for box in range(1, 61):
        inside = (xyz > low[box] - 1e-9) & (xyz < low[box] + side[box])
        hidden |= inside.all(axis=1) & (instance != box)
    seen = np.flatnonzero(~hidden)[:points]
    xyz, instance = xyz[seen] + generator.normal(0, 0.005, (points, 3)), instance[seen]
    shade = 0.8 + 0.1 * axis[seen][:, None]
    rgb = np.clip(color[instance] * shade + generator.normal(0, 6, (points, 3)), 0, 255)
    return xyz.astype(np.float32), rgb.astype(np.uint8), (instance - 1).astype(np.int32)


def quality(superpoint: Int32, instance: Int32) -> tuple[float, float]:
    """Purity and mean IoU of the superpoint oracle, fractions."""
    names, number = np.unique(instance, return_inverse=True)
    pair, votes = np.unique(superpoint.astype(np.int64) * len(names) + number, return_counts=True)
    order = np.argsort(votes, kind="stable")
    majority = np.zeros(superpoint.max() + 1, np.int64)
    majority[pair[order] // len(names)] = pair[order] % len(names)  # the last, largest vote stays
    oracle = majority[superpoint]
    hit = np.bincount(number[oracle == number], minlength=len(names))
    union = np.bincount(number, minlength=len(names)) + np.bincount(oracle, minlength=len(names)) - hit
    return float(hit.sum() / len(number)), float((hit / union)[names >= 0].mean())


def read(path: Path) -> tuple[Float32, UInt8, Int32 | None]:
    """Points, colours and triangles of a PLY file."""
    ply = PlyData.read(path)
    vertex = ply["vertex"]
    xyz = np.stack([vertex[name] for name in ("x", "y", "z")], axis=1).astype(np.float32)
    rgb = np.stack([vertex[name] for name in ("red", "green", "blue")], axis=1).astype(np.uint8)
    faces = np.vstack(ply["face"]["vertex_indices"]).astype(np.int32) if "face" in ply else None
    return xyz, rgb, faces


def report(
    name: str, xyz: Float32, rgb: UInt8, instance: Int32, *, faces: Int32 | None = None, count: int | None = None
) -> None:
    start, busy = time.perf_counter(), time.process_time()
    superpoint = compute_superpoints(xyz, rgb=rgb, faces=faces, count=count)
    seconds, core = time.perf_counter() - start, time.process_time() - busy
    purity, oracle = quality(superpoint, instance)
    kind = "cloud" if faces is None else "mesh"
    timing = f"{seconds:>9.2f}{core:>9.2f}"
    print(f"{name:24}{kind:>6}{len(xyz):>10}{superpoint.max() + 1:>8}{timing}{purity:>9.4f}{oracle:>9.4f}", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("path", nargs="*", type=Path, help="scans with ground truth, or folders of them")
    parser.add_argument("--count", type=int, help="superpoints wanted of a cloud (default: by its size)")
    options = parser.parse_args()
    warm = room(3_000)
    compute_superpoints(warm[0], rgb=warm[1])
    compute_superpoints(warm[0], faces=np.arange(2_997, dtype=np.int32).reshape(-1, 3))
    print(f"{'scan':24}{'kind':>6}{'points':>10}{'count':>8}{'seconds':>9}{'core s':>9}{'purity':>9}{'oracle':>9}")
    if not options.path:
        for points in SIZES:
            xyz, rgb, instance = room(points)
            report("generated room", xyz, rgb, instance, count=options.count)
        return 0
    files = [file for path in options.path for file in (sorted(path.rglob("*.ply")) if path.is_dir() else [path])]
    for file in files:
        truth = file.with_name(file.stem.removesuffix("_vh_clean_2") + ".gt.npz")
        if not truth.exists():
            print(f"{file}: no {truth.name} beside it; left out", file=sys.stderr)
            continue
        xyz, rgb, faces = read(file)
        instance = np.load(truth)["instance"]
        report(file.stem, xyz, rgb, instance, faces=faces, count=options.count)
        if faces is not None:
            report(file.stem, xyz, rgb, instance, count=options.count)
    return 0


if __name__ == "__main__":
    sys.exit(main())
