"""What the generated training scans are like: kind, size, overlap, background, seconds; and pictures to look at.

Run: python benchmarks/varied_scans.py [--seeds FIRST LAST] [--pictures FOLDER] [--superpoints]

Shares are of the points inside boxes. A picture shows the scan from above and from a side, in colours and by instance
(grey: background), with its boxes.
"""

import argparse
import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before numpy is loaded

import time
from pathlib import Path

import numpy as np

from gapro_annotator.demo.variety import generate_varied_scan, style_of
from gapro_annotator.document import ScanDocument


def shares(document: ScanDocument) -> tuple[float, float, float]:
    """Points in boxes; of these, in two or more; and background."""
    count = document.boxes.count_per_point(document.scan.xyz)
    assert document.ground_truth is not None
    inside = count > 0
    if not inside.any():
        return 0.0, 0.0, 0.0
    background = document.ground_truth.instance[inside] < 0
    return float(inside.mean()), float((count[inside] > 1).mean()), float(background.mean())


def draw(document: ScanDocument, title: str, path: Path) -> None:
    import matplotlib as mpl

    mpl.use("agg")
    from matplotlib import pyplot

    scan, truth = document.scan, document.ground_truth
    assert scan.rgb is not None
    assert truth is not None
    # Strange angle, so that neither a square nor a turned room hides behind its own walls.
    forward, up = np.array([0.45, 0.7, -0.55]), np.array([0.0, 0.0, 1.0])
    right = np.cross(forward, up) / np.linalg.norm(np.cross(forward, up))
    forward /= np.linalg.norm(forward)
    raised = np.cross(right, forward)
    palette = np.random.default_rng(3).uniform(0.15, 0.95, (len(document.boxes) + 2, 3))
    by_instance = np.where((truth.instance < 0)[:, None], 0.75, palette[truth.instance])
    figure, axes = pyplot.subplots(2, 2, figsize=(15, 13))
    views = {
        "top": (np.array([1.0, 0, 0]), np.array([0, 1.0, 0]), scan.xyz[:, 2]),
        "side": (right, raised, -scan.xyz @ forward),
    }
    low = scan.xyz[:, 2] < np.quantile(scan.xyz[:, 2], 0.98)
    for row, (x, y, depth) in enumerate(views.values()):
        order = np.argsort(depth, kind="stable")
        order = order[low[order]] if row == 0 else order
        for axis, color in zip(axes[row], (scan.rgb / 255, by_instance), strict=True):
            axis.scatter(scan.xyz[order] @ x, scan.xyz[order] @ y, s=0.6, c=color[order], linewidths=0)
            axis.set_aspect("equal")
            axis.axis("off")
    for number, (a, b) in enumerate(zip(document.boxes.lower, document.boxes.upper, strict=True)):
        outline = np.array([[a[0], a[1]], [b[0], a[1]], [b[0], b[1]], [a[0], b[1]], [a[0], a[1]]])
        axes[0, 1].plot(*outline.T, color=palette[number + 1], linewidth=0.8)
    figure.suptitle(title)
    figure.tight_layout()
    figure.savefig(path, dpi=70)
    pyplot.close(figure)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", nargs=2, type=int, default=(0, 29), help="first and last seed")
    parser.add_argument("--pictures", type=Path, help="folder for a PNG of each scan")
    parser.add_argument("--superpoints", action="store_true", help="make superpoints as well (and time them)")
    options = parser.parse_args()
    generate_varied_scan(options.seeds[0], superpoints=options.superpoints)  # loads and compiles what is lazy
    print("seed | kind | protocol | yaw | points | boxes | in boxes | in >= 2 | background | CPU s")
    rows: list[tuple[float, ...]] = []
    for seed in range(options.seeds[0], options.seeds[1] + 1):
        started = time.process_time()
        document = generate_varied_scan(seed, superpoints=options.superpoints)
        seconds, style = time.process_time() - started, style_of(seed)
        inside, several, background = shares(document)
        rows.append((len(document.scan), len(document.boxes), inside, several, background, seconds))
        text = f"{seed} | {style.kind} | {style.annotator.protocol} | {np.degrees(style.home.yaw):.0f}"
        text += f" | {len(document.scan):,} | "
        text += f"{len(document.boxes)} | {inside:.1%} | {several:.1%} | {background:.1%} | {seconds:.2f}"
        print(text, flush=True)
        if options.pictures:
            options.pictures.mkdir(parents=True, exist_ok=True)
            draw(document, text, options.pictures / f"{seed:03d}.png")
    mean, least, most = (f(np.array(rows), axis=0) for f in (np.mean, np.min, np.max))
    for name, values in (("mean", mean), ("least", least), ("most", most)):
        print(f"{name}: {values[0]:,.0f} points, {values[1]:.0f} boxes, " + " | ".join(f"{v:.3f}" for v in values[2:]))


if __name__ == "__main__":
    main()
