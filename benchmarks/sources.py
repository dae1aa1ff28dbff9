"""The scans that benchmarks measure on: files with ground truth and boxes beside them, and generated rooms."""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gapro_annotator.arrays import Bool, Int32
from gapro_annotator.document import ScanDocument
from gapro_annotator.evaluation.overlap import MIN_POINTS, Overlap
from gapro_annotator.evaluation.prediction import InstancePrediction
from gapro_annotator.labels import BACKGROUND, GroundTruth
from gapro_annotator.readers.registry import read_source
from gapro_annotator.superpoints import compute_superpoints


def add_source_options(parser: argparse.ArgumentParser) -> None:
    """Declare SOURCE..., --boxes and --rooms; benchmarks/labeling.py tells what they mean."""
    parser.add_argument("sources", nargs="*", type=Path)
    parser.add_argument("--boxes", action="append", help="ending of the boxes files; may be given several times")
    parser.add_argument("--rooms", nargs="*", type=int, default=[], help="seeds of generated rooms")


def sources_of(paths: list[Path]) -> Iterator[Path]:
    for path in paths:
        scans = sorted(path.glob("*.ply")) if path.is_dir() and not list(path.glob("*.aggregation.json")) else [path]
        yield from scans


def read(path: Path, suffix: str | None) -> ScanDocument:
    truth = path.with_suffix(".gt.npz") if path.is_file() else None
    boxes = path.with_name(path.stem + suffix) if suffix and path.is_file() else None
    imported = read_source(path, boxes=boxes, ground_truth=truth)
    superpoint = imported.superpoint
    if superpoint is None:
        superpoint = compute_superpoints(imported.xyz, rgb=imported.rgb, faces=imported.faces)
    return imported.document(superpoint)


def sets_of(options: argparse.Namespace) -> Iterator[tuple[str, list[ScanDocument]]]:
    """Each folder with each kind of boxes is a set, and so are the generated rooms; read when they are asked for."""
    paths = list(sources_of(options.sources))
    for suffix in options.boxes or [".boxes.json"]:
        mine = [p for p in paths if p.is_dir() or p.with_name(p.stem + suffix).exists()]
        for folder in dict.fromkeys(path.parent for path in mine):
            title = folder.name + suffix.removesuffix(".boxes.json").replace(".", ", ")
            yield title, [read(path, suffix) for path in mine if path.parent == folder]
    if options.rooms:
        from gapro_annotator.demo import generate_room

        yield "generated rooms", [generate_room(seed) for seed in options.rooms]


def true_instances(document: ScanDocument) -> Int32:
    """(N,) box id of the true object of each point; an object without a box is background."""
    truth = document.ground_truth
    assert truth is not None, f"{document.scan.name} has no ground truth"
    return np.where(document.boxes.row_of(truth.instance) >= 0, truth.instance, np.int32(BACKGROUND))


@dataclass(frozen=True)
class Goodness:
    """Class-agnostic average precision with one constant confidence, and wrong points in boxes; fractions 0..1."""

    ap: float
    ap90: float
    wrong: float


def goodness_of(instance: Int32, truth: Int32, in_boxes: Bool, min_points: int = MIN_POINTS) -> Goodness:
    """Score labels, (N,) int32, without asking for classes, which takes most of the time of `score_labels`."""
    same = np.zeros(len(instance), np.int32)
    prediction = InstancePrediction.from_labels(instance, np.where(instance >= 0, same, np.int32(BACKGROUND)), None)
    labelled = GroundTruth(truth, np.where(truth >= 0, same, np.int32(BACKGROUND)))
    found = Overlap.count(prediction, labelled).score(min_points).measures()
    wrong = float((instance != truth)[in_boxes].mean()) if in_boxes.any() else 0.0
    return Goodness(found["ap"] or 0.0, found["ap90"] or 0.0, wrong)
