"""What each ingredient of the default method is worth, and what sloppy boxes cost.

Run: python benchmarks/ablation.py SOURCE... [--boxes SUFFIX]... [--rooms SEED...] [--what ingredients|clicks|boxes]...

Sources and boxes as in benchmarks/labeling.py. `ingredients`: labels without any corrections, each switch of
LabelerConfig off in turn. `clicks`: AP after 20 clicks in our order, with what a correction teaches off. `boxes`: as
Table 10 of the paper, boxes whose faces are off by normal errors, or whose sides are, or some of which were forgotten;
an object without a box is background then. Class-agnostic average precision with one constant confidence, and wrong
points in the exact boxes, per cent; means over the scans of a set.
"""

import argparse
import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before numpy and torch are loaded

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from annotator import Annotator, walk
from sources import add_source_options, goodness_of, sets_of, true_instances

from gapro_annotator.boxes import Boxes
from gapro_annotator.document import ScanDocument
from gapro_annotator.evaluation import judge
from gapro_annotator.labeling.labeler import Labeler, label
from gapro_annotator.labeling.request import LabelerConfig, LabelRequest
from gapro_annotator.labels import UNCORRECTED, GroundTruth

SWITCHES = ("slack", "planes", "contacts", "likeness", "process", "graph", "learn_hyperparameters")
TEACHING: dict[str, dict[str, Any]] = {
    "all": {},
    "without teach_alike": {"teach_alike": False},
    "without teach_near": {"teach_near": False},
    "without both": {"teach_alike": False, "teach_near": False},
}
METHODS: dict[str, dict[str, Any]] = {
    "gp": {},
    "gp-regression, 0.8": {"method": "gp-regression", "occupancy": 0.8},
    "smaller-box": {"method": "smaller-box"},
}
TABLE_TOP = 0.25
"""Boxes of table tops are drawn as much more exactly as their objects are smaller than furniture."""
_TABLE_TOP_BELOW = 0.5
"""Metres; longest side of most of its boxes."""


def asked_again(document: ScanDocument, boxes: Boxes, settings: dict[str, Any]) -> tuple[float, ...]:
    """AP, AP90 and wrong share of the labels in the exact boxes that are left; AUROC and ECE of the probabilities."""
    scan, config = document.scan, LabelerConfig(**{"device": "cpu", **settings})
    none = np.full(len(scan), UNCORRECTED, np.int32)
    pseudo = label(LabelRequest(scan=scan, boxes=boxes, correction=none, config=config)).pseudo
    kept = replace(document, boxes=_chosen(document.boxes, np.isin(document.boxes.id, boxes.id)))
    truth, inside = true_instances(kept), kept.boxes.count_per_point(scan.xyz) > 0
    good = goodness_of(pseudo.instance, truth, inside)
    doubt = judge(pseudo, GroundTruth(truth, kept.boxes.class_of(truth)), inside).calibration()
    figures = (doubt["auroc"], doubt["ece"])
    percent = (100 * good.ap, 100 * good.ap90, 100 * good.wrong)
    return (*percent, *(float("nan") if figure is None else float(figure) for figure in figures))


def ingredients(documents: list[ScanDocument]) -> None:
    head("ingredients", ("AP", "AP90", "wrong", "AUROC", "ECE"))
    for name, off in (("all", {}), *((f"without {switch}", {switch: False}) for switch in SWITCHES)):
        row(name, [asked_again(document, document.boxes, off) for document in documents], "1f 1f 1f 3f 3f")


def clicks(documents: list[ScanDocument]) -> None:
    head("20 clicks in our order", ("AP 0", "AP 5", "AP 20", "wrong 0", "wrong 5", "wrong 20"))
    for name, off in TEACHING.items():
        found: list[tuple[float, ...]] = []
        for document in documents:
            annotator = Annotator(true_instances(document), "ours", 0.0, np.random.default_rng(0))
            stops = list(walk(document, Labeler(), annotator, LabelerConfig(**{"device": "cpu", **off}), (0, 5, 20)))
            found.append((*(100 * good.ap for good in stops), *(100 * good.wrong for good in stops)))
        row(name, found, "1f 1f 1f 1f 1f 1f")


def sloppy_boxes(documents: list[ScanDocument]) -> None:
    head("sloppy boxes", ("AP", "AP90", "wrong", "AUROC", "ECE"))
    errors: dict[str, Callable[[Boxes, np.random.Generator], Boxes]] = {"exact": lambda boxes, _: boxes}
    for centimetres in (1, 2, 5, 10):
        errors[f"faces {centimetres} cm"] = lambda boxes, random, e=centimetres / 100: _faces_off(boxes, random, e)
    for share in (0.1, 0.2):
        errors[f"sizes {share:.0%}"] = lambda boxes, random, s=share: _sizes_off(boxes, random, s)
        errors[f"dropped {share:.0%}"] = lambda boxes, random, s=share: _dropped(boxes, random, s)
    for error, spoil in errors.items():
        spoilt = [_spoilt(document, spoil, number) for number, document in enumerate(documents)]
        for method, settings in METHODS.items():
            pairs = zip(documents, spoilt, strict=True)
            row(f"{error}: {method}", [asked_again(*pair, settings) for pair in pairs], "1f 1f 1f 3f 3f")


def _spoilt(document: ScanDocument, spoil: Callable[[Boxes, np.random.Generator], Boxes], seed: int) -> Boxes:
    boxes = spoil(document.boxes, np.random.default_rng(seed))
    filled = np.array([len(rows) > 0 for rows in boxes.members(document.scan.xyz)], bool)
    return _chosen(boxes, filled)


def _faces_off(boxes: Boxes, random: np.random.Generator, error: float) -> Boxes:
    """Move every face by a normal error, metres in a room."""
    table_top = np.median((boxes.upper - boxes.lower).max(axis=1)) < _TABLE_TOP_BELOW
    shift = random.normal(0.0, error * (TABLE_TOP if table_top else 1.0), (2, len(boxes), 3))
    return _between(boxes, boxes.lower + shift[0], boxes.upper + shift[1])


def _sizes_off(boxes: Boxes, random: np.random.Generator, share: float) -> Boxes:
    """Change every side by a normal share of its length, about its middle."""
    half = (boxes.upper - boxes.lower) / 2 * (1.0 + random.normal(0.0, share, (len(boxes), 3)))
    middle = (boxes.upper + boxes.lower) / 2
    return _between(boxes, middle - half, middle + half)


def _dropped(boxes: Boxes, random: np.random.Generator, share: float) -> Boxes:
    return _chosen(boxes, random.random(len(boxes)) >= share)


def _between(boxes: Boxes, one: np.ndarray, other: np.ndarray) -> Boxes:
    lower, upper = np.minimum(one, other).astype(np.float32), np.maximum(one, other).astype(np.float32)
    return Boxes(boxes.id, boxes.class_id, lower, upper)


def _chosen(boxes: Boxes, kept: np.ndarray) -> Boxes:
    return Boxes(boxes.id[kept], boxes.class_id[kept], boxes.lower[kept], boxes.upper[kept])


def head(title: str, columns: tuple[str, ...]) -> None:
    print(f"\n| {title} | {' | '.join(columns)} |\n{'|---' * (len(columns) + 1)}|")


def row(name: str, found: list[tuple[float, ...]], formats: str) -> None:
    values = zip(np.nanmean(np.array(found), axis=0), formats.split(), strict=True)
    print(f"| {name} | " + " | ".join(f"{value:.{form}}" for value, form in values) + " |", flush=True)


PARTS = {"ingredients": ingredients, "clicks": clicks, "boxes": sloppy_boxes}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_source_options(parser)
    parser.add_argument("--what", nargs="+", default=list(PARTS), choices=PARTS)
    options = parser.parse_args()
    for title, documents in sets_of(options):
        print(f"\n## {title}, {len(documents)} scans")
        for part in options.what:
            PARTS[part](documents)


if __name__ == "__main__":
    main()
