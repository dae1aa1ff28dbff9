"""How much faster `label --workers 2` is than `--workers 1`, start-up and all.

Run: python benchmarks/label_workers.py [--rooms 6] [--points 100000] [--times 5] [--workers 2] [--project DIR]

Generated rooms in a project of their own; both commands in turn, so that what else the machine does meets both alike.
Seconds of each pair of runs, medians and their ratio; 'load' is how many programs wanted a core in the last minute:
more than one before it starts, and the figures are too low.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from gapro_annotator.demo import generate_room
from gapro_annotator.project import Project, is_project


def make_project(folder: Path, rooms: int, points: int) -> None:
    for number in range(rooms):
        room = generate_room(number, f"room_{number:02d}", points)
        project = Project.open(folder) if is_project(folder) else Project.create(folder, room.classes)
        project.save(room)


def seconds(folder: Path, workers: int) -> float:
    command = [sys.executable, "-m", "gapro_annotator", "label", str(folder), "--workers", str(workers)]
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - our own command
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rooms", type=int, default=6)
    parser.add_argument("--points", type=int, default=100_000)
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--project", type=Path, help="where the rooms are made, and used again the next time")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.project or Path(temporary) / "rooms"
        if not is_project(folder):
            make_project(folder, options.rooms, options.points)
        taken: dict[int, list[float]] = {1: [], options.workers: []}
        for _ in range(options.times):
            load = os.getloadavg()[0]
            for workers, all_of_it in taken.items():
                all_of_it.append(seconds(folder, workers))
            print(" ".join(f"{workers}: {runs[-1]:.2f} s" for workers, runs in taken.items()), f"load {load:.1f}")
    alone, together = (np.array(runs) for runs in taken.values())
    print(f"medians {np.median(alone):.2f} s and {np.median(together):.2f} s, ratio {np.median(alone / together):.2f}")


if __name__ == "__main__":
    main()
