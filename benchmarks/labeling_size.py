"""Seconds and memory of labelling: a usual scan, a large one, and several at a time.

Run: python benchmarks/labeling_size.py [--what usual|large|workers]...

usual: 150,000 points, about 25 boxes, superpoints given, one thread. large: generated rooms side by side, 5 million
points and about 200 boxes, superpoints included. Each in a process of its own; memory is its peak less what it has
taken after the libraries are loaded (Linux: resource.getrusage), and for large also less the points themselves.
workers: `label --workers 2` against one on a project of six rooms. 'core s' does not count what other programs took of
the machine.
"""

import argparse
import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before numpy and torch are loaded

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from gapro_annotator.boxes import Boxes
from gapro_annotator.demo import generate_room
from gapro_annotator.document import ScanDocument
from gapro_annotator.labeling.labeler import label
from gapro_annotator.labeling.request import LabelerConfig, LabelRequest
from gapro_annotator.labels import UNCORRECTED
from gapro_annotator.scan import Scan
from gapro_annotator.superpoints import compute_superpoints

ROOMS, POINTS_A_ROOM = 8, 625_000
STATUS = Path("/proc/self/status")


def peak() -> float:
    """Megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3


def resident() -> float:
    """Megabytes that the process takes now."""
    line = next(line for line in STATUS.read_text(encoding="ascii").splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1e3


def request_of(scan: Scan, boxes: Boxes) -> LabelRequest:
    none = np.full(len(scan), UNCORRECTED, np.int32)
    return LabelRequest(scan=scan, boxes=boxes, correction=none, config=LabelerConfig(device="cpu"))


def timed(what: str, loaded: float, work: Callable[[], object]) -> None:
    start, busy = time.perf_counter(), time.process_time()
    work()
    seconds, core = time.perf_counter() - start, time.process_time() - busy
    print(f"{what:52}{seconds:>8.2f} s{core:>8.2f} core s{peak() - loaded:>8.0f} MB", flush=True)


def label_usual(folder: Path) -> None:
    """Time the labelling alone; a small room first loads and compiles what is lazy, as the window does."""
    small = generate_room(1, points=8000)
    label(request_of(small.scan, small.boxes))
    scan, boxes = load(folder)
    loaded = resident()
    timed(
        f"{len(scan):,} points, {len(boxes)} boxes, superpoints given", loaded, lambda: label(request_of(scan, boxes))
    )


def label_large(folder: Path) -> None:
    small = generate_room(1, points=8000)
    label(request_of(small.scan, small.boxes))
    loaded = resident()
    scan, boxes = load(folder)
    start, busy = time.perf_counter(), time.process_time()
    found: list[Scan] = []
    timed("  superpoints", loaded, lambda: found.append(with_superpoints(scan)))
    timed("  labels", loaded, lambda: label(request_of(found[0], boxes)))
    seconds, core = time.perf_counter() - start, time.process_time() - busy
    title = f"{len(scan):,} points, {len(boxes)} boxes, {found[0].superpoint_count:,} superpoints"
    print(f"{title:52}{seconds:>8.2f} s{core:>8.2f} core s{peak() - loaded:>8.0f} MB", flush=True)


def with_superpoints(scan: Scan) -> Scan:
    superpoint = compute_superpoints(scan.xyz, rgb=scan.rgb, faces=None)
    return Scan(name=scan.name, xyz=scan.xyz, origin=scan.origin, superpoint=superpoint, rgb=scan.rgb)


def make(folder: Path, what: str) -> None:
    """Write the scan of a measurement; drawing it takes more memory than labelling it."""
    if what == "usual":
        save(folder, [generate_room(0, points=150_000)])
        return
    rooms = [generate_room(seed, points=POINTS_A_ROOM) for seed in range(ROOMS)]
    save(folder, rooms)


def save(folder: Path, rooms: list[ScanDocument]) -> None:
    """Set rooms side by side, a metre apart, two in a column."""
    widest = np.max([np.ptp(room.scan.xyz, axis=0) for room in rooms], axis=0)[:2] + 1.0
    shifts = [np.array([*(widest * divmod(place, 2)), 0.0], np.float32) for place in range(len(rooms))]
    pairs = list(zip(rooms, shifts, strict=True))
    firsts = np.cumsum([0, *(room.scan.superpoint_count for room in rooms[:-1])]).astype(np.int32)
    np.savez(
        folder / "scan.npz",
        xyz=np.concatenate([room.scan.xyz + shift for room, shift in pairs]),
        rgb=np.concatenate([room.scan.rgb for room in rooms if room.scan.rgb is not None]),
        superpoint=np.concatenate([r.scan.superpoint + first for r, first in zip(rooms, firsts, strict=True)]),
        lower=np.concatenate([room.boxes.lower + shift for room, shift in pairs]),
        upper=np.concatenate([room.boxes.upper + shift for room, shift in pairs]),
    )


def load(folder: Path) -> tuple[Scan, Boxes]:
    with np.load(folder / "scan.npz") as file:
        columns = {name: file[name] for name in ("xyz", "rgb", "superpoint")}
        lower, upper = file["lower"], file["upper"]
    ids = np.arange(len(lower), dtype=np.int32)
    return Scan(name="rooms", origin=np.zeros(3), **columns), Boxes(ids, np.zeros_like(ids), lower, upper)


def compare_workers() -> None:
    from gapro_annotator.project import Project

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "project"
        rooms = [generate_room(seed, points=150_000) for seed in range(6)]
        project = Project.create(folder, rooms[0].classes)
        for room in rooms:
            project.save(room)
        taken: list[float] = []
        for workers in ("1", "2"):
            start = time.perf_counter()
            command = [sys.executable, "-m", "gapro_annotator", "label", str(folder), "--workers", workers, "--json"]
            subprocess.run(command, check=True, capture_output=True)  # noqa: S603  # our own command
            taken.append(time.perf_counter() - start)
        print(f"{len(rooms)} rooms, --workers 1: {taken[0]:.1f} s, --workers 2: {taken[1]:.1f} s", end="")
        print(f" ({taken[0] / taken[1]:.2f} x)")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--what", nargs="+", default=["usual", "large", "workers"], choices=("usual", "large", "workers")
    )
    parser.add_argument("--inner", nargs=2, help=argparse.SUPPRESS)  # step and folder, in a process of its own
    options = parser.parse_args()
    if options.inner:
        step, folder = options.inner[0], Path(options.inner[1])
        steps: dict[str, Callable[[], None]] = {
            "make-usual": lambda: make(folder, "usual"), "make-large": lambda: make(folder, "large"),
            "usual": lambda: label_usual(folder), "large": lambda: label_large(folder),
        }  # fmt: skip
        steps[step]()
        return
    print(f"load of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    for what in options.what:
        if what == "workers":
            compare_workers()
            continue
        with tempfile.TemporaryDirectory() as folder:
            for step in (f"make-{what}", what):
                subprocess.run([sys.executable, __file__, "--inner", step, folder], check=True)  # noqa: S603  # ourselves


if __name__ == "__main__":
    main()
