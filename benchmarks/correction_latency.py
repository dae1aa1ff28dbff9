"""How long a person waits after a correction, an undo, or a box that was moved, added or removed.

Run: python benchmarks/correction_latency.py [--seed N] [--points N] [--corrections N] [--hash]
    [--profile first|labels|queue|undo|boxes]

A generated room of 150,000 points with about 25 boxes, corrected in the order of the review queue. Milliseconds, median
and 90th percentile: new labels and probabilities; the queue; both; the undo of each correction; and the labels after a
change of boxes, where the scan and the hyper-parameters of the last answer are kept. 'core ms' does not count what
other programs took of the machine. --hash prints digests of labels and of probabilities of every step, to see whether
a faster way gives the same.
"""

import argparse
import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before numpy and torch are loaded

import cProfile
import hashlib
import pstats
import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from sources import true_instances

from gapro_annotator.boxes import Boxes
from gapro_annotator.demo import generate_room
from gapro_annotator.document import ScanDocument
from gapro_annotator.labeling.labeler import Labeler
from gapro_annotator.labeling.request import LabelerConfig, LabelRequest
from gapro_annotator.labeling.review import rank_regions
from gapro_annotator.labels import UNCORRECTED, PseudoLabels


class Stopwatch:
    """Milliseconds by what took them; one of them under a profiler."""

    def __init__(self, profiled: str | None) -> None:
        self.taken: dict[str, list[float]] = {}
        self.profiled = profiled
        self.profiler = cProfile.Profile()
        self.busy: dict[str, list[float]] = {}
        self.labels, self.values = hashlib.sha256(), hashlib.sha256()

    def time(self, what: str, part: str, work: Callable[[], object]) -> object:
        """Do the work, and remember its time and its answer's digest."""
        if part == self.profiled:
            self.profiler.enable()
        start, busy = time.perf_counter(), time.process_time()
        found = work()
        self.taken.setdefault(what, []).append(1e3 * (time.perf_counter() - start))
        self.busy.setdefault(what, []).append(1e3 * (time.process_time() - busy))
        self.profiler.disable()
        if isinstance(found, PseudoLabels):
            for column in (found.instance, found.rival, found.decision):
                self.labels.update(column.tobytes())
            for column in (found.probability, found.mean, found.variance):
                self.values.update(column.tobytes())
        return found

    def label(self, what: str, part: str, labeler: Labeler, request: LabelRequest) -> PseudoLabels:
        """Label, and return the labels."""
        found = self.time(what, part, lambda: labeler.label(request).pseudo)
        assert isinstance(found, PseudoLabels)
        return found

    def show(self) -> None:
        """Print the table."""
        print(f"{'':32}{'median ms':>10}{'90th':>8}{'core ms':>9}{'times':>7}")
        for what, taken in self.taken.items():
            wall = f"{np.median(taken):>10.1f}{np.quantile(taken, 0.9):>8.1f}"
            print(f"{what:32}{wall}{np.median(self.busy[what]):>9.1f}{len(taken):>7}")


def correct(document: ScanDocument, corrections: int, watch: Stopwatch) -> tuple[Labeler, LabelRequest]:
    """Answer the queue one region after the other, and take every answer back once."""
    truth, labeler, config = true_instances(document), Labeler(), LabelerConfig(device="cpu")
    correction = np.full(len(document.scan), UNCORRECTED, np.int32)
    request = LabelRequest(scan=document.scan, boxes=document.boxes, correction=correction, config=config)
    pseudo = watch.label("first labelling", "first", labeler, request)
    for _ in range(corrections):
        regions = rank_regions(document.scan, pseudo, request.correction)
        correction = request.correction.copy()
        found, votes = np.unique(truth[regions[0].points], return_counts=True)
        correction[regions[0].points] = found[votes.argmax()]
        before, request = request, replace(request, correction=correction)
        pseudo = watch.label("(a) labels after a correction", "labels", labeler, request)
        watch.time("(b) queue", "queue", lambda now=pseudo, asked=request: rank_regions(
            asked.scan, now, asked.correction))  # fmt: skip
        watch.label("(c) undo", "undo", labeler, before)
        watch.label("redo", "undo", labeler, request)
    for taken in (watch.taken, watch.busy):
        both = zip(taken["(a) labels after a correction"], taken["(b) queue"], strict=True)
        taken["(a) + (b)"] = [sum(pair) for pair in both]
    return labeler, replace(request, fitted=pseudo.provenance)


def change_boxes(labeler: Labeler, request: LabelRequest, watch: Stopwatch) -> None:
    boxes = request.boxes
    for row in range(0, len(boxes), 2):
        shift = np.zeros((len(boxes), 3), np.float32)
        shift[row, row % 3] = 0.05
        moved = Boxes(boxes.id, boxes.class_id, boxes.lower + shift, boxes.upper + shift)
        watch.label("(d) box moved", "boxes", labeler, replace(request, boxes=moved))
        kept = np.arange(len(boxes)) != row
        fewer = Boxes(boxes.id[kept], boxes.class_id[kept], boxes.lower[kept], boxes.upper[kept])
        watch.label("(d) box removed", "boxes", labeler, replace(request, boxes=fewer))
        watch.label("(d) box added", "boxes", labeler, request)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--points", type=int, default=150_000)
    parser.add_argument("--corrections", type=int, default=30)
    parser.add_argument("--hash", action="store_true", help="print a digest of all labels")
    parser.add_argument("--profile", choices=("first", "labels", "queue", "undo", "boxes"))
    options = parser.parse_args()
    document = generate_room(options.seed, points=options.points)
    print(f"{len(document.scan):,} points, {len(document.boxes)} boxes, {document.scan.superpoint_count} superpoints")
    Labeler().label(  # loads and compiles what is lazy
        LabelRequest(
            scan=document.scan, boxes=document.boxes, correction=np.full(len(document.scan), UNCORRECTED, np.int32)
        )
    )
    watch = Stopwatch(options.profile)
    change_boxes(*correct(document, options.corrections, watch), watch)
    watch.show()
    if options.hash:
        print(f"labels {watch.labels.hexdigest()[:16]}, probabilities {watch.values.hexdigest()[:16]}")
    if options.profile:
        pstats.Stats(watch.profiler).sort_stats("tottime").print_stats(28)


if __name__ == "__main__":
    main()
