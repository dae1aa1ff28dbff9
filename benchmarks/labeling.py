"""How good and how fast the labelling methods are, against ground truth.

Run: python benchmarks/labeling.py SOURCE... [--boxes SUFFIX]... [--rooms SEED...] [--methods M...] [--min-points N]

SOURCE is a *.ply with `<stem>.gt.npz` and boxes files beside it, a folder of such, or a raw ScanNet scan folder.
`--boxes` names the boxes files by their ending ('.boxes.json', '.furniture.boxes.json'); each is a protocol of its own,
and an object of the ground truth without a box is background in it. `--rooms` adds generated rooms.
Average precision with one constant confidence, per cent; seconds without superpoints, one thread.
"""

import argparse
import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before numpy and torch are loaded

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gapro_annotator.document import ScanDocument
from gapro_annotator.evaluation import JudgedPoints, Scores, judge, pool_scores, score_labels
from gapro_annotator.labeling.labeler import label
from gapro_annotator.labeling.request import METHODS, LabelerConfig, LabelRequest
from gapro_annotator.labels import BACKGROUND, UNCORRECTED, GroundTruth
from gapro_annotator.readers.registry import read_source
from gapro_annotator.superpoints import compute_superpoints


@dataclass(frozen=True)
class Result:
    """What one method made of one scan."""

    scan: str
    method: str
    scores: Scores
    seconds: float
    judged: JudgedPoints


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


def measure(document: ScanDocument, method: str, min_points: int) -> Result:
    scan, boxes, truth = document.scan, document.boxes, document.ground_truth
    assert truth is not None, f"{scan.name} has no ground truth"
    correction = np.full(len(scan), UNCORRECTED, np.int32)
    config = LabelerConfig(method=method, device="cpu")
    response = label(LabelRequest(scan=scan, boxes=boxes, correction=correction, config=config))
    boxed = boxes.row_of(truth.instance) >= 0
    instance = np.where(boxed, truth.instance, np.int32(BACKGROUND))
    inside = boxes.count_per_point(scan.xyz) > 0
    scores = score_labels(
        response.pseudo.instance,
        boxes.class_of(response.pseudo.instance),
        instance,
        boxes.class_of(instance),
        document.classes,
        min_points=min_points,
        in_boxes=inside,
    )
    judged = judge(response.pseudo, GroundTruth(instance, boxes.class_of(instance)), inside)
    return Result(scan.name, method, scores, response.seconds, judged)


def show(title: str, results: list[Result]) -> None:
    columns = "scan | method | class-agnostic AP | AP90 | AP (classes) | AP90 | wrong in boxes | AUROC | ECE | s"
    print(f"\n{title}\n| {columns} |\n{'|---' * 10}|")
    for method in dict.fromkeys(r.method for r in results):
        chosen = [r for r in results if r.method == method]
        for result in chosen:
            row(result.scan, method, [result])
        if len(chosen) > 1:
            row(f"all {len(chosen)}, mean of the scans", method, chosen)
            row(f"all {len(chosen)}, objects pooled", method, chosen, pool_scores([r.scores for r in chosen]))


def row(name: str, method: str, results: list[Result], pooled: Scores | None = None) -> None:
    scored = [pooled] if pooled is not None else [r.scores for r in results]
    values = [s.to_dict() for s in scored]
    picked = [
        [v["class_agnostic"]["ap"], v["class_agnostic"]["ap90"], v["ap"], v["ap90"], v["wrong_in_boxes"]]
        for v in values
    ]
    percent = " | ".join(f"{100 * x:.1f}" for x in np.mean(np.array(picked, float), axis=0))
    figures = [r.judged.calibration() for r in results]
    doubt = np.mean(np.array([[f["auroc"], f["ece"]] for f in figures], float), axis=0)
    seconds = np.mean([r.seconds for r in results])
    print(f"| {name} | {method} | {percent} | {doubt[0]:.2f} | {doubt[1]:.2f} | {seconds:.2f} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sources", nargs="*", type=Path)
    parser.add_argument("--boxes", action="append", help="ending of the boxes files; may be given several times")
    parser.add_argument("--rooms", nargs="*", type=int, default=[], help="seeds of generated rooms")
    parser.add_argument("--methods", nargs="+", default=list(METHODS), choices=METHODS)
    parser.add_argument("--min-points", type=int, default=50)
    options = parser.parse_args()
    protocols: dict[str, list[ScanDocument]] = {}
    for suffix in options.boxes or [".boxes.json"]:
        paths = [p for p in sources_of(options.sources) if p.is_dir() or p.with_name(p.stem + suffix).exists()]
        if paths:
            protocols[f"boxes: *{suffix}"] = [read(path, suffix) for path in paths]
    if options.rooms:
        from gapro_annotator.demo import generate_room

        protocols["generated rooms"] = [generate_room(seed) for seed in options.rooms]
    for title, documents in protocols.items():
        measure(documents[0], "gp", options.min_points)  # loads and compiles what is lazy
        show(title, [measure(d, method, options.min_points) for method in options.methods for d in documents])


if __name__ == "__main__":
    main()
