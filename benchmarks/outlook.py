"""Does the outlook come true? Estimated against true wrong share, mean IoU and AP, while clicks are answered.

Run: python benchmarks/outlook.py SOURCE... [--boxes SUFFIX]... [--rooms SEED...] [--clicks N...] [--learn-every N]

Sources and boxes as in benchmarks/labeling.py. A click answers the first region of the review queue with the truth of
most of its points; the labeler learns after every click as in the window, or less often to save time. Per cent; `worth`
and `to 2 %` are clicks left.
"""

import argparse
import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before numpy and torch are loaded

from collections.abc import Iterator
from dataclasses import astuple, dataclass

import numpy as np
from sources import add_source_options, read, sources_of, true_instances

from gapro_annotator.document import ScanDocument
from gapro_annotator.evaluation import score_labels
from gapro_annotator.labeling.labeler import label
from gapro_annotator.labeling.outlook import look_ahead
from gapro_annotator.labeling.request import LabelerConfig, LabelRequest
from gapro_annotator.labeling.review import rank_regions
from gapro_annotator.labels import NO_RIVAL, UNCORRECTED, PseudoLabels


@dataclass(frozen=True)
class Row:
    """Fractions 0..1, estimated and true, then clicks left."""

    wrong: float
    true_wrong: float
    iou: float
    true_iou: float
    ap: float
    true_ap: float
    worth: float
    to_good: float


def walk(document: ScanDocument, clicks: list[int], learn_every: int) -> Iterator[Row]:
    """Answer the first region again and again, and look at each stop."""
    scan, boxes, instance = document.scan, document.boxes, true_instances(document)
    correction = np.full(len(scan), UNCORRECTED, np.int32)
    config = LabelerConfig(device="cpu")
    pseudo = label(LabelRequest(scan=scan, boxes=boxes, correction=correction, config=config)).pseudo
    for done in range(max(clicks) + 1):
        if done in clicks:  # just labelled, so every correction is among the labels
            yield compare(document, instance, pseudo, correction)
        regions = rank_regions(scan, pseudo, correction)
        if done == max(clicks) or not regions:
            continue
        points = regions[0].points
        answers, votes = np.unique(instance[points], return_counts=True)
        correction = correction.copy()
        correction[points] = answers[votes.argmax()]
        if (done + 1) % learn_every == 0 or done + 1 in clicks:
            fitted = pseudo.provenance
            request = LabelRequest(scan=scan, boxes=boxes, correction=correction, config=config, fitted=fitted)
            pseudo = label(request).pseudo


def compare(document: ScanDocument, instance: np.ndarray, pseudo: PseudoLabels, correction: np.ndarray) -> Row:
    boxes = document.boxes
    outlook = look_ahead(pseudo, correction, document.scan.superpoint)
    asked = (pseudo.rival != NO_RIVAL) | (correction != UNCORRECTED)
    scores = score_labels(
        pseudo.instance, boxes.class_of(pseudo.instance), instance, boxes.class_of(instance), document.classes
    ).to_dict()
    return Row(
        outlook.wrong_share,
        float((pseudo.instance != instance)[asked].mean()),
        outlook.mean_iou or 0.0,
        scores["mean_iou"] or 0.0,
        outlook.ap or 0.0,
        scores["class_agnostic"]["ap"] or 0.0,
        outlook.clicks_worth / 100,
        outlook.clicks_to_good / 100,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_source_options(parser)
    parser.add_argument("--clicks", nargs="+", type=int, default=[0, 10, 40])
    parser.add_argument("--learn-every", type=int, default=1, metavar="N", help="clicks between two labellings")
    options = parser.parse_args()
    documents: list[tuple[str, ScanDocument]] = []
    for suffix in options.boxes or [".boxes.json"]:
        paths = [p for p in sources_of(options.sources) if p.is_dir() or p.with_name(p.stem + suffix).exists()]
        documents += [(f"{path.stem}{suffix.removesuffix('.boxes.json')}", read(path, suffix)) for path in paths]
    if options.rooms:
        from gapro_annotator.demo import generate_room

        documents += [(f"room_{seed}", generate_room(seed)) for seed in options.rooms]
    print("| scan | clicks | wrong: said | true | mean IoU: said | true | AP: said | true | worth | to 2 % |")
    print("|---" * 10 + "|")
    rows: list[list[Row]] = []
    for name, document in documents:
        rows.append(list(walk(document, options.clicks, options.learn_every)))
        for clicks, row in zip(options.clicks, rows[-1], strict=True):
            show(name, clicks, np.array(astuple(row)))
    for clicks, column in zip(options.clicks, zip(*rows, strict=True), strict=True):
        table = np.array([astuple(row) for row in column])
        show(f"mean of {len(documents)}", clicks, table.mean(axis=0))
        errors = [f"{100 * np.abs(table[:, at] - table[:, at + 1]).mean():.1f}" for at in (0, 2, 4)]
        print(f"| mean absolute error | {clicks} | {errors[0]} | | {errors[1]} | | {errors[2]} | | | |", flush=True)


def show(name: str, clicks: int, values: np.ndarray) -> None:
    shown = " | ".join(f"{100 * value:.1f}" for value in values[:6])
    print(f"| {name} | {clicks} | {shown} | {100 * values[6]:.0f} | {100 * values[7]:.0f} |", flush=True)


if __name__ == "__main__":
    main()
