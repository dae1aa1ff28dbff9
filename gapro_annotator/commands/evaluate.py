"""`gapro-annotator evaluate PROJECT`: labels against ground truth."""

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from gapro_annotator.arrays import Bool
from gapro_annotator.commands.evaluate_run import RunScorer
from gapro_annotator.commands.output import say, say_json
from gapro_annotator.commands.scans import chosen_scans
from gapro_annotator.document import ScanDocument
from gapro_annotator.errors import InputError
from gapro_annotator.evaluation import (
    MIN_POINTS,
    JudgedPoints,
    Scores,
    format_calibration,
    format_table,
    judge,
    pool_judged,
    score_labels,
    to_json,
)
from gapro_annotator.project import Project


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the command."""
    parser.add_argument("project", type=Path, metavar="PROJECT")
    parser.add_argument("--scan", action="append", default=[], metavar="NAME", help="only this scan (repeatable)")
    parser.add_argument(
        "--what",
        default="pseudo",
        metavar="WHAT",
        help="pseudo: the labeler's answer, with what it learnt from corrections; annotation: what is shown and saved; "
        "or a run (its id, its folder, an exported model): what its network finds",
    )
    parser.add_argument(
        "--min-points", type=int, default=MIN_POINTS, metavar="N", help=f"ignore smaller objects (default {MIN_POINTS})"
    )
    parser.add_argument(
        "--plots",
        type=Path,
        metavar="DIR",
        help="write figures of how honest the probabilities are (PNG, SVG, CSV); only with --what pseudo",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON document, fractions 0-1")


def run(args: argparse.Namespace) -> int:
    """Score the chosen scans that have ground truth, each and all pooled."""
    if args.plots is not None and args.what != "pseudo":
        raise InputError(f"--plots {args.plots}: only pseudo labels say how sure they are; use --what pseudo")
    project = Project.open(args.project)
    scorer = None if args.what in {"pseudo", "annotation"} else RunScorer(project, args.what)
    scores: dict[str, Scores] = {}
    judged: dict[str, JudgedPoints] = {}
    unknown: list[str] = []
    for name in chosen_scans(project, args.scan):
        document = project.load(name)
        if document.ground_truth is None:
            unknown.append(name)
            continue
        if scorer is not None:
            scores[name] = scorer.score(document, args.min_points)
            continue
        in_boxes = document.boxes.count_per_point(document.scan.xyz) > 0
        scores[name] = _score(document, args.what, args.min_points, in_boxes)
        if args.what == "pseudo" and document.pseudo is not None:
            judged[name] = judge(document.pseudo, document.ground_truth, in_boxes)
    if unknown and (args.scan or not scores):
        raise InputError(f"{', '.join(unknown)}: no ground truth; import with --ground-truth FILE to measure")
    plots = _draw(args.plots, judged) if args.plots is not None else []
    if args.json:
        document = _with_calibration(to_json(scores), judged)
        if scorer is not None:
            for name, one in document["scans"].items():
                one["learnt_from"] = name in scorer.learnt_from
        say_json({**document, "plots": [str(path) for path in plots]} if plots else document)
        return 0
    say(format_table(scores))
    if judged:
        say("\n" + format_calibration(judged))
    learnt = [name for name in scores if scorer is not None and name in scorer.learnt_from]
    if learnt:
        say(f"the network learnt from: {', '.join(learnt)}")
    _say_left_out(unknown)
    for path in plots:
        say(f"wrote {path}")
    return 0


def _draw(folder: Path, judged: Mapping[str, JudgedPoints]) -> list[Path]:
    # Loads matplotlib, which nobody else should wait for.
    from gapro_annotator.evaluation.plots import write_plots

    return write_plots(folder, judged)


def _with_calibration(document: dict[str, Any], judged: Mapping[str, JudgedPoints]) -> dict[str, Any]:
    """Add how honest the probabilities are to each scan and to all of them; annotations have none."""
    for name, one in judged.items():
        document["scans"][name]["calibration"] = one.calibration()
    if judged:
        document["all"]["calibration"] = pool_judged(list(judged.values())).calibration()
    return document


def _score(document: ScanDocument, what: str, min_points: int, in_boxes: Bool) -> Scores:
    truth = document.ground_truth
    labels = document.pseudo if what == "pseudo" else document.annotation
    if labels is None or truth is None:
        raise InputError(f"{document.scan.name}: not labelled yet; run gapro-annotator label first")
    return score_labels(
        labels.instance,
        document.boxes.class_of(labels.instance),
        truth.instance,
        truth.semantic,
        document.classes,
        min_points=min_points,
        in_boxes=in_boxes,
        xyz=document.scan.xyz,
    )


def _say_left_out(unknown: Sequence[str]) -> None:
    if unknown:
        say(f"left out, without ground truth: {', '.join(unknown)}")
