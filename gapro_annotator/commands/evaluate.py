"""`gapro-annotator evaluate PROJECT`: labels against ground truth."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from gapro_annotator.commands.output import say, say_json
from gapro_annotator.commands.scans import chosen_scans
from gapro_annotator.document import ScanDocument
from gapro_annotator.errors import InputError
from gapro_annotator.evaluation import MIN_POINTS, Scores, format_table, score_labels, to_json
from gapro_annotator.project import Project


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the command."""
    parser.add_argument("project", type=Path, metavar="PROJECT")
    parser.add_argument("--scan", action="append", default=[], metavar="NAME", help="only this scan (repeatable)")
    parser.add_argument(
        "--what",
        choices=("pseudo", "annotation"),
        default="pseudo",
        help="the labeler's answer (with what it learnt from corrections) or what is shown and saved",
    )
    parser.add_argument(
        "--min-points", type=int, default=MIN_POINTS, metavar="N", help=f"ignore smaller objects (default {MIN_POINTS})"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON document, fractions 0-1")


def run(args: argparse.Namespace) -> int:
    """Score the chosen scans that have ground truth, each and all pooled."""
    project = Project.open(args.project)
    names = chosen_scans(project, args.scan)
    scores: dict[str, Scores] = {}
    unknown: list[str] = []
    for name in names:
        document = project.load(name)
        if document.ground_truth is None:
            unknown.append(name)
            continue
        scores[name] = _score(document, args.what, args.min_points)
    if unknown and (args.scan or not scores):
        raise InputError(f"{', '.join(unknown)}: no ground truth; import with --ground-truth FILE to measure")
    if args.json:
        say_json(to_json(scores))
    else:
        say(format_table(scores))
        _say_left_out(unknown)
    return 0


def _score(document: ScanDocument, what: str, min_points: int) -> Scores:
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
        in_boxes=document.boxes.count_per_point(document.scan.xyz) > 0,
    )


def _say_left_out(unknown: Sequence[str]) -> None:
    if unknown:
        say(f"left out, without ground truth: {', '.join(unknown)}")
