"""How long a person waits for a save, an open and one journalled edit, and what gzip levels would change.

Run: python benchmarks/save_and_open.py [POINTS]
"""

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from gapro_annotator.boxes import Boxes
from gapro_annotator.classes import Classes
from gapro_annotator.document import ScanDocument
from gapro_annotator.labels import PseudoLabels
from gapro_annotator.project import open_scan_session
from gapro_annotator.scan import Scan
from gapro_annotator.session import Session
from gapro_annotator.store import hdf5
from gapro_annotator.store.scan_file import read_scan, write_scan


def labelled(rows: int) -> ScanDocument:
    random = np.random.default_rng(0)
    xyz = random.random((rows, 3), np.float32) * 5
    near = np.lexsort(np.floor(xyz).T)  # neighbours in space are neighbours in the file, as in a scan
    instance = (np.floor(xyz[near]) @ [1, 5, 25]).astype(np.int32) % 30
    real = [random.random(rows, np.float32) for _ in range(3)]
    scan = Scan(
        name="room",
        xyz=xyz[near],
        origin=np.zeros(3),
        superpoint=np.arange(rows, dtype=np.int32) // 100,
        rgb=random.integers(0, 256, (rows, 3)).astype(np.uint8),
    )
    boxes = Boxes(
        np.arange(30, dtype=np.int32),
        np.zeros(30, np.int32),
        np.zeros((30, 3), np.float32),
        np.ones((30, 3), np.float32),
    )
    pseudo = PseudoLabels(instance, np.full(rows, -2, np.int32), *real, np.zeros(rows, np.uint8))
    return Session(ScanDocument(scan=scan, boxes=boxes, classes=Classes.of(["thing"]), pseudo=pseudo)).document()


def best_of(times: int, run: Callable[[], object]) -> float:
    found: list[float] = []
    for _ in range(times):
        start = time.perf_counter()
        run()
        found.append(time.perf_counter() - start)
    return min(found)


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 150_000
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "room.h5"
        document = labelled(rows)
        for level in (1, 4, 9):
            hdf5.GZIP_LEVEL = level
            save = best_of(3, lambda: write_scan(path, document))
            open_ = best_of(3, lambda: read_scan(path))
            print(f"gzip {level}: save {save:.2f} s, open {open_:.2f} s, {path.stat().st_size / 1e6:.1f} MB")
        session, _ = open_scan_session(path, "")
        for points in (100, 10_000, rows):
            some = np.arange(points)
            seconds = best_of(5, lambda some=some: (session.assign(some, 1, "on"), session.undo()))
            print(f"one edit of {points:,} points and its undo, both on disk: {seconds * 1000:.1f} ms")


if __name__ == "__main__":
    main()
