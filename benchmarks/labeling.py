"""How good and how fast the labelling methods are, against ground truth.

Run: python benchmarks/labeling.py SOURCE... [--boxes SUFFIX]... [--rooms SEED...] [--methods M...]
    [--set FIELD=VALUE]... [--min-points N]

SOURCE is a *.ply with `<stem>.gt.npz` and boxes files beside it, a folder of such, or a raw ScanNet scan folder.
`--boxes` names the boxes files by their ending ('.boxes.json', '.furniture.boxes.json'); each is a protocol of its own,
and an object of the ground truth without a box is background in it. `--rooms` adds generated rooms.
`--set` sets a field of LabelerConfig for every method ('occupancy=0.8'); several values ('occupancy=0.8,0.999') measure
each method with each of them, where the method has use for the field.
Average precision with one constant confidence, per cent; seconds without superpoints, one thread.
"""

import argparse
import itertools
import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before numpy and torch are loaded

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from sources import add_source_options, read, sources_of, true_instances

from gapro_annotator.document import ScanDocument
from gapro_annotator.evaluation import JudgedPoints, Scores, judge, pool_scores, score_labels
from gapro_annotator.labeling.labeler import label
from gapro_annotator.labeling.request import METHODS, PROCESSES_OF_THE_PAPER, LabelerConfig, LabelRequest
from gapro_annotator.labels import UNCORRECTED, GroundTruth


@dataclass(frozen=True)
class Result:
    """What one method made of one scan."""

    scan: str
    method: str
    scores: Scores
    seconds: float
    judged: JudgedPoints


def variants(method: str, given: list[str]) -> Iterator[tuple[str, LabelerConfig]]:
    """Every combination of the settings that means something to the method, with a name for the table."""
    fields = [(name, values.split(",")) for name, _, values in (text.partition("=") for text in given)]
    own = [(name, values) for name, values in fields if name in settings_of(method)]
    for chosen in itertools.product(*(values for _, values in own)):
        settings = {name: value for (name, _), value in zip(own, chosen, strict=True)}
        share = {"occupancy": float(settings["occupancy"])} if "occupancy" in settings else {}
        title = ", ".join([method, *(str(v) for v in settings.values())])
        yield title, LabelerConfig(**{"method": method, "device": "cpu", **settings, **share})


def settings_of(method: str) -> tuple[str, ...]:
    if method not in PROCESSES_OF_THE_PAPER:
        return ()
    return ("hyperparameters", "paper_features") + (() if method == "gp-points" else ("occupancy",))


def measure(document: ScanDocument, config: LabelerConfig, min_points: int, title: str | None = None) -> Result:
    scan, boxes, instance = document.scan, document.boxes, true_instances(document)
    correction = np.full(len(scan), UNCORRECTED, np.int32)
    response = label(LabelRequest(scan=scan, boxes=boxes, correction=correction, config=config))
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
    return Result(scan.name, title or config.method, scores, response.seconds, judged)


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
    add_source_options(parser)
    parser.add_argument("--methods", nargs="+", default=list(METHODS), choices=METHODS)
    parser.add_argument("--set", action="append", default=[], metavar="FIELD=VALUE[,VALUE]", help="of LabelerConfig")
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
        measure(documents[0], LabelerConfig(), options.min_points)  # loads and compiles what is lazy
        asked = [variant for method in options.methods for variant in variants(method, options.set)]
        show(title, [measure(d, config, options.min_points, name) for name, config in asked for d in documents])


if __name__ == "__main__":
    main()
