"""`gapro-annotator label PROJECT`: boxes → pseudo labels, scan after scan or several at once."""

import argparse
import multiprocessing
import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import replace
from pathlib import Path
from typing import Any

from gapro_annotator.commands.output import number_of, progress_bar, say, say_json
from gapro_annotator.commands.scans import chosen_scans
from gapro_annotator.errors import InputError
from gapro_annotator.labeling.request import METHODS, LabelerConfig, Progress
from gapro_annotator.project import Project


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the command."""
    parser.add_argument("project", type=Path, metavar="PROJECT")
    parser.add_argument("--scan", action="append", default=[], metavar="NAME", help="only this scan (repeatable)")
    parser.add_argument("--method", choices=METHODS, help="default: what project.toml says, else gp")
    parser.add_argument("--features", default="input", metavar="input", help="what the GP sees; only 'input' so far")
    parser.add_argument("--device", choices=("auto", "cpu", "cuda"))
    parser.add_argument("--workers", type=_positive, default=1, metavar="N", help="scans at a time, each in a process")
    parser.add_argument("--seed", type=int, metavar="N")
    parser.add_argument("--json", action="store_true", help="print one JSON document")


def run(args: argparse.Namespace) -> int:
    """Label the chosen scans and report seconds, pairs and undetermined points of each."""
    if args.features != "input":
        raise InputError(
            f"--features {args.features}: only 'input' is known; features of a training run come with training"
        )
    project = Project.open(args.project)
    names = chosen_scans(project, args.scan)
    given = {"method": args.method, "device": args.device, "seed": args.seed}
    config = replace(project.labeler, **{key: value for key, value in given.items() if value is not None})
    rows: dict[str, dict[str, Any]] = {}
    for name, row in _label_all(project.folder, names, config, args.workers):
        rows[name] = row
        if not args.json:
            say(
                f"{name}: {row['seconds']:.2f} s, {number_of(row['pairs'], 'pair', 'pairs')} of overlapping boxes, "
                f"{row['undetermined']:,} undetermined points of {row['points']:,}"
            )
    if args.json:
        say_json({"method": config.method, "scans": {name: rows[name] for name in names}})
    return 0


def label_scan(folder: Path, name: str, config: LabelerConfig, progress: Progress | None = None) -> dict[str, Any]:
    """Label one scan of a project, keep its corrections, save it; return what was measured."""
    from gapro_annotator.labeling.labeler import label
    from gapro_annotator.labeling.request import LabelRequest

    project = Project.open(folder)
    session, _ = project.open_session(name, "label command")
    request = LabelRequest(
        scan=session.scan,
        boxes=session.boxes,
        correction=session.correction.copy(),
        config=config,
        revision=session.revision,
    )
    response = label(request, progress)
    session.install(response.pseudo, response.revision)
    project.save_session(session)
    return {
        "seconds": round(response.seconds, 3),
        "pairs": response.pairs,
        "undetermined": response.undetermined,
        "points": len(session.scan),
    }


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("give 1 or more")
    return number


def _label_all(
    folder: Path, names: list[str], config: LabelerConfig, workers: int
) -> Iterator[tuple[str, dict[str, Any]]]:
    if workers == 1 or len(names) < 2:
        for number, name in enumerate(names, 1):
            with progress_bar(f"{name} ({number}/{len(names)})") as progress:
                row = label_scan(folder, name, config, progress)
            yield name, row
        return
    count = min(workers, len(names))
    threads = max(1, (os.cpu_count() or 1) // count)
    context = multiprocessing.get_context("spawn")
    with (
        progress_bar("Labelling") as bar,
        ProcessPoolExecutor(count, mp_context=context, initializer=_limit_threads, initargs=(threads,)) as pool,
    ):
        jobs = {pool.submit(label_scan, folder, name, config): name for name in names}
        for done, job in enumerate(as_completed(jobs), 1):
            row = job.result()
            bar(done, len(names), jobs[job])
            yield jobs[job], row


def _limit_threads(threads: int) -> None:
    """Give each worker its share of the cores: more threads than cores are slower than one."""
    import torch

    torch.set_num_threads(threads)
