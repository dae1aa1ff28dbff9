"""Seconds and memory that superpoints take, for generated rooms of 50k to 5M points: whether the cost is linear.

    python benchmarks/superpoints.py [POINTS...]

Core seconds leave out what other programs took of the machine; they are also given for each million points. The peak is
of the whole process while it computes (Linux only): libraries and input included. What superpoints keep of the ground
truth: benchmarks/superpoint_quality.py.
"""

import argparse
import sys
import time
from pathlib import Path

import numpy as np
from superpoint_quality import majority

from gapro_annotator.arrays import Float32, Int32, UInt8
from gapro_annotator.superpoints import compute_superpoints

SIZES = (50_000, 100_000, 200_000, 400_000, 1_000_000, 1_000_001, 2_000_000, 5_000_000)
STATUS = Path("/proc/self/status")
HEAD = f"{'points':>10}{'count':>8}{'seconds':>9}{'core s':>9}{'core s/M':>10}{'peak MB':>9}{'purity':>9}"


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


def forget_peak() -> None:
    """Let the kernel measure the peak of this process anew; drawing a room takes more than segmenting it."""
    if STATUS.exists():
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def peak_memory() -> float:
    """Megabytes, NaN where it is not known."""
    if not STATUS.exists():
        return float("nan")
    line = next(line for line in STATUS.read_text(encoding="ascii").splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1e3


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("points", nargs="*", type=int, default=SIZES, help="sizes of the rooms")
    parser.add_argument("--count", type=int, help="superpoints wanted (default: by the size)")
    options = parser.parse_args()
    warm = room(60_000)  # large enough for every kernel to be loaded
    compute_superpoints(warm[0], rgb=warm[1])
    print(HEAD)
    for points in options.points:
        xyz, rgb, instance = room(points)
        forget_peak()
        start, busy = time.perf_counter(), time.process_time()
        superpoint = compute_superpoints(xyz, rgb=rgb, count=options.count)
        seconds, core = time.perf_counter() - start, time.process_time() - busy
        peak = peak_memory()
        purity = (majority(superpoint, instance) == instance).mean()
        timing = f"{seconds:>9.2f}{core:>9.2f}{core / points * 1e6:>10.1f}"
        print(f"{points:>10}{superpoint.max() + 1:>8}{timing}{peak:>9.0f}{purity:>9.4f}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
