"""`gapro-annotator label PROJECT`: boxes → pseudo labels, scan after scan or several at once."""

import argparse
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from gapro_annotator.commands.label_features import chosen_features
from gapro_annotator.commands.label_scan import Labelled, LabelWork
from gapro_annotator.commands.label_workers import Workers
from gapro_annotator.commands.output import number_of, progress_bar, say, say_json, warn
from gapro_annotator.commands.scans import chosen_scans, refuse_locked
from gapro_annotator.errors import InputError
from gapro_annotator.labeling.request import (
    METHODS,
    PROCESSES_OF_THE_PAPER,
    HyperparameterSource,
    LabelerConfig,
    PaperFeatures,
)
from gapro_annotator.project import Project

if TYPE_CHECKING:
    from gapro_annotator.labeling.experience import Experience
    from gapro_annotator.store.experience_file import KeptExperience


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the command."""
    parser.add_argument("project", type=Path, metavar="PROJECT")
    parser.add_argument("--scan", action="append", default=[], metavar="NAME", help="only this scan (repeatable)")
    parser.add_argument("--method", choices=METHODS, help="default: what project.toml says, else gp")
    parser.add_argument(
        "--features",
        metavar="input|RUN",
        help="deep features of this run, or folder; usually those of the run that the project took up; input: none",
    )
    parser.add_argument(
        "--occupancy", type=float, metavar="X", help="share of a superpoint that must lie in a box, 0..1"
    )
    parser.add_argument(
        "--hyperparameters", choices=get_args(HyperparameterSource), help="of the paper's processes; default: learnt"
    )
    parser.add_argument("--paper-features", choices=get_args(PaperFeatures), help="what the paper's processes see")
    parser.add_argument("--device", choices=("auto", "cpu", "cuda"))
    parser.add_argument("--workers", type=_positive, default=1, metavar="N", help="scans at a time, each in a process")
    parser.add_argument("--seed", type=int, metavar="N")
    parser.add_argument(
        "--forget",
        action="store_true",
        help="first forget what corrections of all scans taught in this project, whatever --scan names",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON document")


def run(args: argparse.Namespace) -> int:
    """Label the chosen scans and report seconds, pairs and undetermined points of each."""
    project = Project.open(args.project)
    names = chosen_scans(project, args.scan)
    refuse_locked(project, names)
    config = _config(args, project.labeler)
    features = chosen_features(project, args.features, config.method)
    workers = min(args.workers, len(names))
    with ExitStack() as stack:
        # Before anything that takes long to import here: they load torch meanwhile.
        pool = stack.enter_context(Workers(workers)) if workers > 1 else None
        kept = _recall(project.folder, forget=args.forget, aloud=not args.json)
        work = LabelWork(project.folder, config, kept, features)
        rows = _labelled(work, names, pool, aloud=not args.json)
    if args.json:
        known = {"scans": kept.scans, "corrections": kept.corrections}
        say_json({"method": config.method, "experience": known, "scans": {name: rows[name] for name in names}})
    return 0


def _labelled(work: LabelWork, names: list[str], pool: Workers | None, *, aloud: bool) -> dict[str, dict[str, Any]]:
    """Label the scans, say what was measured of each, keep what all of them taught; return what was measured."""
    from gapro_annotator.store.experience_file import keep_experience

    rows: dict[str, dict[str, Any]] = {}
    taught: dict[str, Experience] = {}
    for name, (row, part) in _one_by_one(work, names) if pool is None else pool.label(work, names):
        rows[name] = row
        if part is not None:
            taught[name] = part
        if aloud:
            say(_sentence(name, row))
    if taught:
        # At the end, and all scans saw what was known at the start: their order and the workers change no label.
        keep_experience(work.folder, taught)
    return rows


def _one_by_one(work: LabelWork, names: list[str]) -> Iterator[tuple[str, Labelled]]:
    for number, name in enumerate(names, 1):
        with progress_bar(f"{name} ({number}/{len(names)})") as progress:
            labelled = work.label(name, progress=progress)
        yield name, labelled


def _sentence(name: str, row: dict[str, Any]) -> str:
    if not row["boxes"]:
        return f"{name}: no boxes: all background"
    return (
        f"{name}: {row['seconds']:.2f} s, {number_of(row['pairs'], 'pair', 'pairs')} of overlapping boxes, "
        f"{row['undetermined']:,} undetermined points of {row['points']:,}"
    )


def _recall(folder: Path, *, forget: bool, aloud: bool) -> "KeptExperience":
    """Read what corrections taught, or forget it first, and say so."""
    from gapro_annotator.store.experience_file import forget_experience, read_experience

    if forget:
        forgotten = forget_experience(folder)
        if aloud:
            say(
                f"forgot {forgotten}, for all scans of the project"
                if forgotten.scans
                else "there was nothing to forget"
            )
    kept = read_experience(folder)
    if kept.problem:
        warn(kept.problem)
    if kept.scans and aloud:
        say(f"knows {kept}")
    return kept


def _config(args: argparse.Namespace, usual: LabelerConfig) -> LabelerConfig:
    """Lay the options over the project's settings; features of a run are there to be seen."""
    names = ("method", "device", "seed", "occupancy", "hyperparameters", "paper_features")
    given = {name: getattr(args, name) for name in names if getattr(args, name) is not None}
    config = replace(usual, **given)
    of_paper = config.method in PROCESSES_OF_THE_PAPER
    for option, value in (("--paper-features", args.paper_features), ("--hyperparameters", args.hyperparameters)):
        if value is not None and not of_paper:
            raise InputError(
                f"{option} {value}: the method {config.method} has no such choice; leave it out, "
                f"or add --method {' or '.join(PROCESSES_OF_THE_PAPER)}"
            )
    if args.features in {None, "input"}:
        return config
    if args.paper_features not in {None, "deep"}:
        raise InputError(
            f"--features {args.features}: features of a run go with --paper-features deep, "
            f"not {args.paper_features}; leave one of the two out"
        )
    if config.method != "gp" and not of_paper:
        raise InputError(
            f"--features {args.features}: the method {config.method} does not look at features of a run; "
            f"add --method {' or '.join(('gp', *PROCESSES_OF_THE_PAPER))}"
        )
    return replace(config, paper_features="deep") if of_paper else config


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("give 1 or more")
    return number
