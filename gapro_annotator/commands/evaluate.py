"""`gapro-annotator evaluate PROJECT`: labels against ground truth."""

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gapro_annotator.arrays import Bool
from gapro_annotator.commands.evaluate_run import RunScorer
from gapro_annotator.commands.output import progress_bar, say, say_json
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
    found = _measure(project, chosen_scans(project, args.scan), args.what, args.min_points, scorer)
    if found.unknown and (args.scan or not found.scores):
        raise InputError(f"{', '.join(found.unknown)}: no ground truth; import with --ground-truth FILE to measure")
    learnt = [name for name in found.scores if scorer is not None and name in scorer.learnt_from]
    plots = _draw(args.plots, found.judged) if args.plots is not None else []
    if args.json:
        document = _with_calibration(to_json(found.scores), found.judged)
        if scorer is not None:
            for name, one in document["scans"].items():
                one["learnt_from"] = name in learnt
        say_json({**document, "plots": [str(path) for path in plots]} if plots else document)
        return 0
    say(format_table(found.scores))
    if found.judged:
        say("\n" + format_calibration(found.judged))
    _say_names("the network learnt from", learnt)
    _say_names("left out, without ground truth", found.unknown)
    for path in plots:
        say(f"wrote {path}")
    return 0


@dataclass(frozen=True, slots=True)
class _Found:
    """Scores by scan, what the probabilities of pseudo labels are worth, and scans without ground truth."""

    scores: dict[str, Scores] = field(default_factory=dict[str, Scores])
    judged: dict[str, JudgedPoints] = field(default_factory=dict[str, JudgedPoints])
    unknown: list[str] = field(default_factory=list[str])


def _measure(project: Project, names: Sequence[str], what: str, min_points: int, scorer: RunScorer | None) -> _Found:
    found = _Found()
    with progress_bar("Scoring") as progress:
        for done, name in enumerate(names):
            progress(done, len(names), name)
            document = project.load(name)
            if document.ground_truth is None:
                found.unknown.append(name)
                continue
            if scorer is not None:
                found.scores[name] = scorer.score(document, min_points)
                continue
            in_boxes = document.boxes.count_per_point(document.scan.xyz) > 0
            found.scores[name] = _score(document, what, min_points, in_boxes)
            if what == "pseudo" and document.pseudo is not None:
                found.judged[name] = judge(document.pseudo, document.ground_truth, in_boxes)
    return found


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


def _say_names(what: str, names: Sequence[str]) -> None:
    if names:
        say(f"{what}: {', '.join(names)}")
