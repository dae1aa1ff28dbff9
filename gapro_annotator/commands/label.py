"""`gapro-annotator label PROJECT`: boxes → pseudo labels, scan after scan or several at once."""

import argparse
import multiprocessing
import os
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias, get_args

from gapro_annotator.commands.output import number_of, progress_bar, say, say_json, warn
from gapro_annotator.commands.scans import chosen_scans
from gapro_annotator.errors import InputError
from gapro_annotator.labeling.experience import Experience
from gapro_annotator.labeling.request import (
    METHODS,
    PROCESSES_OF_THE_PAPER,
    HyperparameterSource,
    LabelerConfig,
    PaperFeatures,
    Progress,
)
from gapro_annotator.project import Project
from gapro_annotator.store.deep_features import features_path, find_features, read_features
from gapro_annotator.store.experience_file import (
    KeptExperience,
    forget_experience,
    keep_experience,
    read_experience,
)

Labelled: TypeAlias = tuple[dict[str, Any], Experience | None]
"""Figures of a scan, and what its corrections taught; None where the method does not learn from them."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the command."""
    parser.add_argument("project", type=Path, metavar="PROJECT")
    parser.add_argument("--scan", action="append", default=[], metavar="NAME", help="only this scan (repeatable)")
    parser.add_argument("--method", choices=METHODS, help="default: what project.toml says, else gp")
    parser.add_argument(
        "--features", metavar="input|RUN", help="deep features of this run, or folder; default: what project.toml says"
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
    parser.add_argument("--forget", action="store_true", help="first forget what corrections taught in this project")
    parser.add_argument("--json", action="store_true", help="print one JSON document")


def run(args: argparse.Namespace) -> int:
    """Label the chosen scans and report seconds, pairs and undetermined points of each."""
    project = Project.open(args.project)
    names = chosen_scans(project, args.scan)
    config = _config(args, project.labeler)
    features = _features(args, project, config, names)
    kept = _recall(project.folder, forget=args.forget, aloud=not args.json)
    rows: dict[str, dict[str, Any]] = {}
    taught: dict[str, Experience] = {}
    for name, (row, part) in _label_all(
        project.folder, names, config, features=features, workers=args.workers, kept=kept
    ):
        rows[name] = row
        if part is not None:
            taught[name] = part
        if not args.json:
            say(
                f"{name}: {row['seconds']:.2f} s, {number_of(row['pairs'], 'pair', 'pairs')} of overlapping boxes, "
                f"{row['undetermined']:,} undetermined points of {row['points']:,}"
            )
    if taught:
        # At the end, and all scans saw what was known at the start: their order and the workers change no label.
        keep_experience(project.folder, taught)
    if args.json:
        known = {"scans": kept.scans, "corrections": kept.corrections}
        say_json({"method": config.method, "experience": known, "scans": {name: rows[name] for name in names}})
    return 0


def _recall(folder: Path, *, forget: bool, aloud: bool) -> KeptExperience:
    """Read what corrections taught, or forget it first, and say so."""
    if forget:
        forgotten = forget_experience(folder)
        if aloud:
            say(f"forgot {forgotten}" if forgotten.scans else "there was nothing to forget")
    kept = read_experience(folder)
    if kept.problem:
        warn(kept.problem)
    if kept.scans and aloud:
        say(f"knows {kept}")
    return kept


def label_scan(
    folder: Path,
    name: str,
    config: LabelerConfig,
    *,
    features: Path | None = None,
    progress: Progress | None = None,
    experience: Experience | None = None,
) -> Labelled:
    """Label one scan of a project, keep its corrections, save it; return what was measured and what they taught.

    `features` is the folder of a run's deep features, where the method is to see them; `experience` comes from the
    corrections of other scans.
    """
    from gapro_annotator.labeling.labeler import Labeler
    from gapro_annotator.labeling.request import LabelRequest

    project = Project.open(folder)
    session, _ = project.open_session(name, "label command")
    request = LabelRequest(
        scan=session.scan,
        boxes=session.boxes,
        correction=session.correction.copy(),
        config=config,
        experience=experience,
        deep=None if features is None else read_features(features, name, session.scan.superpoint_count),
        revision=session.revision,
    )
    labeler = Labeler()
    response = labeler.label(request, progress)
    session.install(response.pseudo, response.revision)
    project.save_session(session)
    row = {
        "seconds": round(response.seconds, 3),
        "pairs": response.pairs,
        "undetermined": response.undetermined,
        "points": len(session.scan),
    }
    return row, labeler.experience(session.correction) if config.method == "gp" else None


def _config(args: argparse.Namespace, usual: LabelerConfig) -> LabelerConfig:
    """Lay the options over the project's settings; features of a run are there to be seen."""
    names = ("method", "device", "seed", "occupancy", "hyperparameters", "paper_features")
    given = {name: getattr(args, name) for name in names if getattr(args, name) is not None}
    if args.features in (None, "input"):
        return replace(usual, **given)
    if args.paper_features not in {None, "deep"}:
        raise InputError(
            f"--features {args.features}: features of a run go with --paper-features deep, "
            f"not {args.paper_features}; leave one of the two out"
        )
    config = replace(usual, **given)
    if config.method == "gp":
        return config
    if config.method not in PROCESSES_OF_THE_PAPER:
        raise InputError(
            f"--features {args.features}: the method {config.method} does not look at features of a run; "
            f"add --method {' or '.join(('gp', *PROCESSES_OF_THE_PAPER))}"
        )
    return replace(config, paper_features="deep")


def _features(args: argparse.Namespace, project: Project, config: LabelerConfig, names: list[str]) -> dict[str, Path]:
    """By scan, the folder of the deep features that the labeler is to see: those asked for, or the project's."""
    if args.features is not None:
        return {} if args.features == "input" else dict.fromkeys(names, find_features(project.folder, args.features))
    if not project.features or config.method != "gp":
        return {}
    try:
        folder = find_features(project.folder, project.features)
    except InputError:
        warn(f"the project's run {project.features} has no features any more; labelled without them")
        return {}
    there = [name for name in names if features_path(folder, name).exists()]
    if len(there) < len(names):
        missing = ", ".join(name for name in names if name not in there)
        warn(f"run {project.features} has no features of {missing}; labelled without them")
    return dict.fromkeys(there, folder)


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("give 1 or more")
    return number


def _label_all(
    folder: Path,
    names: list[str],
    config: LabelerConfig,
    *,
    features: Mapping[str, Path],
    workers: int,
    kept: KeptExperience,
) -> Iterator[tuple[str, Labelled]]:
    if workers == 1 or len(names) < 2:
        for number, name in enumerate(names, 1):
            with progress_bar(f"{name} ({number}/{len(names)})") as progress:
                labelled = label_scan(
                    folder, name, config, features=features.get(name), progress=progress, experience=kept.without(name)
                )
            yield name, labelled
        return
    count = min(workers, len(names))
    threads = max(1, (os.cpu_count() or 1) // count)
    context = multiprocessing.get_context("spawn")
    with (
        progress_bar("Labelling") as bar,
        ProcessPoolExecutor(count, mp_context=context, initializer=_limit_threads, initargs=(threads,)) as pool,
    ):
        jobs = {
            pool.submit(
                label_scan, folder, name, config, features=features.get(name), experience=kept.without(name)
            ): name
            for name in names
        }
        for done, job in enumerate(as_completed(jobs), 1):
            labelled = job.result()
            bar(done, len(names), jobs[job])
            yield jobs[job], labelled


def _limit_threads(threads: int) -> None:
    """Give each worker its share of the cores: more threads than cores are slower than one."""
    import torch

    torch.set_num_threads(threads)
