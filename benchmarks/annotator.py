"""What clicks are worth: a simulated annotator answers the review queue in several orders, and labels are scored.

Run: python benchmarks/annotator.py SOURCE... [--boxes SUFFIX]... [--rooms SEED...] [--orders O...] [--clicks N...]
    [--errs SHARE] [--no-learning] [--plots FOLDER]

Sources and boxes as in benchmarks/labeling.py. One click answers one region: its open points become what most of them
truly are, and the labeler learns before the next click. Orders: random; variance (the paper's); entropy of the
probability; worth, (1 - p) × points; ours, expected gain (`Region.gain`); oracle, which knows the truth: wrong points
÷ √size of the instance. With --errs the annotator gives the other answer with that probability. --no-learning: what a
click says is kept, and teaches nothing of other regions. Class-agnostic average precision with one constant confidence
and wrong points in boxes, per cent, means over the scans of a set.
"""

import argparse
import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before numpy and torch are loaded

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sources import Goodness, add_source_options, goodness_of, sets_of, true_instances

from gapro_annotator.arrays import Int32
from gapro_annotator.document import ScanDocument
from gapro_annotator.labeling.gain import gain_of
from gapro_annotator.labeling.labeler import Labeler
from gapro_annotator.labeling.request import LabelerConfig, LabelRequest
from gapro_annotator.labeling.review import Region, rank_regions
from gapro_annotator.labels import UNCORRECTED, PseudoLabels

STOPS = (0, 5, 10, 20, 40, 60, 80)


@dataclass(frozen=True)
class Annotator:
    """A person who knows the truth, (N,) int32, asks in one order, and errs at times."""

    truth: Int32
    order: str
    errs: float
    random: np.random.Generator

    def next_region(self, regions: list[Region], pseudo: PseudoLabels) -> Region:
        """Choose; of equals the one that the queue has first."""
        if self.order == "ours":
            return regions[0]
        if self.order == "random":
            return regions[int(self.random.integers(len(regions)))]
        size = np.bincount(self.truth + 1)
        rank: dict[str, Callable[[Region], float]] = {
            "variance": lambda region: float(pseudo.variance[region.points].mean()),
            "entropy": lambda region: _entropy(region.probability),
            "worth": lambda region: region.worth,
            "oracle": lambda region: self._mended(region, size),
        }
        return max(regions, key=rank[self.order])

    def answer(self, region: Region) -> int:
        """Say what most of the points are, or err."""
        found, votes = np.unique(self.truth[region.points], return_counts=True)
        true = int(found[votes.argmax()])
        if self.random.random() >= self.errs:
            return true
        return region.rival if true != region.rival else region.instance

    def _mended(self, region: Region, size: np.ndarray) -> float:
        """Wrong points that the answer mends ÷ √size of the instance that they are added to or taken from."""
        truth = self.truth[region.points]
        found, votes = np.unique(truth, return_counts=True)
        true, right = int(found[votes.argmax()]), int((truth == region.instance).sum())
        instance = true if true >= 0 else region.instance
        return float(gain_of(np.float64(votes.max() - right), np.int64(size[instance + 1])))


def _entropy(probability: float) -> float:
    p = min(max(probability, 1e-6), 1 - 1e-6)
    return float(-p * np.log(p) - (1 - p) * np.log(1 - p))


def walk(
    document: ScanDocument, labeler: Labeler, annotator: Annotator, config: LabelerConfig, stops: tuple[int, ...]
) -> Iterator[Goodness]:
    """Click, learn, and score at the stops."""
    scan, boxes = document.scan, document.boxes
    in_boxes = boxes.count_per_point(scan.xyz) > 0
    correction = np.full(len(scan), UNCORRECTED, np.int32)
    for done in range(max(stops) + 1):
        pseudo = labeler.label(LabelRequest(scan=scan, boxes=boxes, correction=correction, config=config)).pseudo
        if done in stops:
            yield goodness_of(pseudo.instance, annotator.truth, in_boxes)
        regions = rank_regions(scan, pseudo, correction)
        if regions:
            region = annotator.next_region(regions, pseudo)
            correction = correction.copy()
            correction[region.points] = annotator.answer(region)


ORDERS = ("random", "variance", "entropy", "worth", "ours", "oracle")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_source_options(parser)
    parser.add_argument("--orders", nargs="+", default=ORDERS, choices=ORDERS)
    parser.add_argument("--clicks", nargs="+", type=int, default=STOPS, metavar="N", help="where labels are scored")
    parser.add_argument("--errs", type=float, default=0.0, metavar="SHARE", help="of the answers that are wrong, 0..1")
    parser.add_argument("--no-learning", action="store_true", help="a click teaches nothing of other regions")
    parser.add_argument("--plots", type=Path, metavar="FOLDER", help="draw AP against clicks for each set")
    options = parser.parse_args()
    stops = tuple(sorted(set(options.clicks)))
    learns = not options.no_learning
    config = LabelerConfig(device="cpu", teach_alike=learns, teach_near=learns)
    for title, documents in sets_of(options):
        curves: dict[str, np.ndarray] = {order: np.zeros((len(documents), len(stops), 2)) for order in options.orders}
        for number, document in enumerate(documents):
            labeler, truth = Labeler(), true_instances(document)
            for order in options.orders:
                annotator = Annotator(truth, order, options.errs, np.random.default_rng(number))
                found = walk(document, labeler, annotator, config, stops)
                curves[order][number] = [(good.ap, good.wrong) for good in found]
        show(title, curves, stops, len(documents))
        if options.plots:
            draw(title, curves, stops, options.plots)


def show(title: str, curves: dict[str, np.ndarray], stops: tuple[int, ...], scans: int) -> None:
    print(f"\n{title}, {scans} scans: AP, then wrong, after clicks")
    print("| order | " + " | ".join(f"AP {stop}" for stop in stops), end=" | ")
    print(" | ".join(f"wrong {stop}" for stop in stops) + f" |\n{'|---' * (2 * len(stops) + 1)}|")
    for order, curve in curves.items():
        ap, wrong = 100 * curve.mean(axis=0).T
        print(f"| {order} | " + " | ".join(f"{value:.1f}" for value in (*ap, *wrong)) + " |", flush=True)


COLORS = {  # of Okabe and Ito: told apart by most eyes
    "random": "#999999", "variance": "#e69f00", "entropy": "#56b4e9", "worth": "#009e73", "ours": "#d55e00",
    "oracle": "#000000",
}  # fmt: skip


def draw(title: str, curves: dict[str, np.ndarray], stops: tuple[int, ...], folder: Path) -> None:
    import matplotlib as mpl

    mpl.use("agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(6.4, 4.2), layout="constrained")
    for order, curve in curves.items():
        style = "--" if order == "oracle" else "-"
        axes.plot(stops, 100 * curve.mean(axis=0)[:, 0], style, color=COLORS[order], marker="o", ms=3.5, label=order)
    axes.set(title=f"{title}, {len(next(iter(curves.values())))} scans", xlabel="clicks per scan", ylabel="AP, %")
    axes.grid(alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False)
    folder.mkdir(parents=True, exist_ok=True)
    for ending in ("png", "svg"):
        figure.savefig(folder / f"clicks_{title.replace(', ', '_').replace(' ', '_')}.{ending}", dpi=150)
    pyplot.close(figure)


if __name__ == "__main__":
    main()
