"""`gapro-annotator import SRC... --project DIR`: read foreign scans, check them, say what they hold, keep them."""

import argparse
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from gapro_annotator.commands.output import progress_bar, say, say_json
from gapro_annotator.commands.scan_facts import facts_of, sentences_of, suspicions_of
from gapro_annotator.errors import AnnotatorError, CancelledError, InputError
from gapro_annotator.importing import copy_into_project, import_into_project
from gapro_annotator.readers import FORMATS, ReadOptions, detect, find_sources, load_source, read_source
from gapro_annotator.readers.class_file import read_class_names
from gapro_annotator.readers.frame import METRES, UP
from gapro_annotator.readers.preview import facts_in_words, preview_of


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the command."""
    parser.add_argument(
        "sources", nargs="+", type=Path, metavar="SRC", help="a scan file, a ScanNet scan folder, or a folder of these"
    )
    parser.add_argument("--project", type=Path, metavar="DIR", help="made when it is missing")
    parser.add_argument("--format", choices=tuple(FORMATS), help="default: told from each source")
    parser.add_argument(
        "--boxes", type=Path, metavar="FILE", help="of any known program; default: <stem>.boxes.json beside the scan"
    )
    parser.add_argument("--superpoints", type=Path, metavar="FILE", help="npy, npz, pth or segs.json of the scan")
    parser.add_argument(
        "--pseudo-labels", type=Path, metavar="FILE", help="GaPro's .pth of five arrays of the scan; kept as its labels"
    )
    parser.add_argument("--ground-truth", type=Path, metavar="FILE", help="npz with 'instance', for measuring only")
    parser.add_argument("--classes", type=Path, metavar="FILE", help="class names in their order, one a line")
    parser.add_argument("--name", help="name of the scan in the project (for one scan)")
    parser.add_argument("--replace", action="store_true", help="replace scans that the project has already")
    parser.add_argument("--columns", metavar="x,y,z,…", help="what the columns are: x y z r g b instance …, or -")
    parser.add_argument("--up", choices=tuple(UP), help="the scan's up axis where it is not z")
    parser.add_argument("--unit", choices=tuple(METRES), help="the scan's unit where it is not metres")
    parser.add_argument("--cure", action="store_true", help="change boxes that miss the cloud as proposed")
    parser.add_argument("--preview", action="store_true", help="say what each source is taken for and write nothing")
    parser.add_argument("--json", action="store_true", help="with --preview: print one JSON document")


def run(args: argparse.Namespace) -> int:
    """Import each source; a bad one leaves no trace and does not stop the others."""
    if args.preview:
        return _preview(args)
    if args.json or args.project is None:
        sys.stderr.write("error: import needs --project DIR to write to, or --preview (with --json) to write nothing\n")
        return 2
    if args.project.exists() and not args.project.is_dir():
        raise InputError(f"{args.project}: is a file; give a project folder")
    sources = [source for path in args.sources for source in find_sources(path)]
    if len(sources) > 1:
        for option, value in _one_scan_options(args):
            if value is not None:
                raise InputError(f"{option}: fits one scan but {len(sources)} were given; import them one by one")
    classes = read_class_names(args.classes) if args.classes else None
    taken: dict[str, Path] = {}
    failed = 0
    for source in sources:
        try:
            _import_one(source, args, classes, taken)
        except CancelledError:
            raise
        except (AnnotatorError, OSError) as error:
            if len(sources) == 1 or args.debug:
                raise
            failed += 1
            sys.stderr.write(f"error: {error}\n")
    if len(sources) > 1:
        say(f"{len(sources) - failed} of {len(sources)} scans imported into {args.project}")
    return 1 if failed else 0


def _copy_one(source: Path, args: argparse.Namespace, taken: dict[str, Path]) -> None:
    """Copy one of our own scans, labels and all."""
    given = [name for name, value in _options(args).items() if value]
    if given or args.classes:
        raise InputError(f"{source}: is a scan of ours and is copied as it is; leave out --{(given or ['classes'])[0]}")
    document = copy_into_project(source, args.project, name=args.name, replace=args.replace)
    taken[document.scan.name] = source
    say(f"{document.scan.name}: copied from {source}")
    for line in sentences_of(facts_of(document)):
        say(f"  {line}")


def _one_scan_options(args: argparse.Namespace) -> tuple[tuple[str, object], ...]:
    """Options that make sense for one scan only."""
    return (
        ("--name", args.name),
        ("--boxes", args.boxes),
        ("--ground-truth", args.ground_truth),
        ("--superpoints", args.superpoints),
        ("--pseudo-labels", args.pseudo_labels),
    )


def _options(args: argparse.Namespace) -> dict[str, Any]:
    columns = None if args.columns is None else [name.strip() for name in args.columns.split(",")]
    names = ("format", "boxes", "ground_truth", "superpoints", "pseudo_labels", "up", "unit", "cure")
    return {name: getattr(args, name) for name in names} | {"columns": columns}


def _preview(args: argparse.Namespace) -> int:
    """Say what each source is taken for."""
    found: list[dict[str, Any]] = []
    failed = 0
    for path in (source for given in args.sources for source in find_sources(given)):
        if path.suffix.casefold() == ".h5" and path.is_file():
            found.append({"path": str(path), "name": path.stem, "format": "h5"})
            if not args.json:
                say(f"{path}: one of our scans, copied with its labels, corrections and edits; nothing is written")
            continue
        try:
            source, cure = load_source(path, ReadOptions(**_options(args)))
        except AnnotatorError as error:
            failed += 1
            sys.stderr.write(f"error: {error}\n")
            continue
        told = detect(path)
        facts = preview_of(path, args.format or (told.name if told else ""), source, cure)
        found.append(facts)
        if not args.json:
            _say_preview(facts)
    if args.json:
        say_json({"sources": found})
    return 1 if failed else 0


def _say_preview(facts: dict[str, Any]) -> None:
    """Print it in words, with the option that takes up each guess."""
    say(f"{facts['path']}: {facts['format']}, nothing is written")
    up, unit = facts["up_guess"], facts["unit_guess"]
    cures = {
        "up axis": "" if up == "z" else f"; --up {up} turns it",
        "unit": "" if unit == "m" else f"; --unit {unit} makes it metres",
    }
    for title, text in facts_in_words(facts):
        say(f"  {title}: {text}{cures.get(title, '')}")
    for note in facts["notes"]:
        say(f"  note: {note}")


def _import_one(source: Path, args: argparse.Namespace, classes: list[str] | None, taken: dict[str, Path]) -> None:
    if source.suffix.casefold() == ".h5" and source.is_file():
        _copy_one(source, args, taken)
        return
    imported = read_source(source, classes=classes, **_options(args))
    if args.name is not None:
        imported = replace(imported, name=args.name)
    name = imported.name
    if name in taken:
        raise InputError(f"{source}: its name {name!r} is that of {taken[name]} too; import it with --name")
    with progress_bar(name) as progress:
        document = import_into_project(imported, args.project, replace=args.replace, progress=progress)
    taken[name] = source
    facts = facts_of(document)
    say(f"{name}: imported from {source}")
    for line in [*sentences_of(facts), *(f"note: {note}" for note in imported.notes)]:
        say(f"  {line}")
    for line in suspicions_of(facts):
        say(f"  check: {line}")
