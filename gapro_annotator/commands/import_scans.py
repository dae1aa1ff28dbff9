"""`gapro-annotator import SRC... --project DIR`: read foreign scans, check them, say what they hold, keep them."""

import argparse
import sys
from dataclasses import replace
from pathlib import Path

from gapro_annotator.commands.output import progress_bar, say
from gapro_annotator.commands.scan_facts import facts_of, sentences_of, suspicions_of
from gapro_annotator.errors import AnnotatorError, CancelledError, InputError
from gapro_annotator.importing import import_into_project
from gapro_annotator.readers import FORMATS, find_sources, read_source
from gapro_annotator.readers.class_file import read_class_names


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the command."""
    parser.add_argument(
        "sources", nargs="+", type=Path, metavar="SRC", help="a scan file, a ScanNet scan folder, or a folder of these"
    )
    parser.add_argument("--project", required=True, type=Path, metavar="DIR", help="made when it is missing")
    parser.add_argument("--format", choices=tuple(FORMATS), help="default: told from each source")
    parser.add_argument("--boxes", type=Path, metavar="FILE", help="default: <stem>.boxes.json beside the scan")
    parser.add_argument("--ground-truth", type=Path, metavar="FILE", help="npz with 'instance', for measuring only")
    parser.add_argument("--classes", type=Path, metavar="FILE", help="class names in their order, one a line")
    parser.add_argument("--name", help="name of the scan in the project (for one scan)")
    parser.add_argument("--replace", action="store_true", help="replace scans that the project has already")


def run(args: argparse.Namespace) -> int:
    """Import each source; a bad one leaves no trace and does not stop the others."""
    if args.project.exists() and not args.project.is_dir():
        raise InputError(f"{args.project}: is a file; give a project folder")
    sources = [source for path in args.sources for source in find_sources(path)]
    if len(sources) > 1:
        for option, value in (("--name", args.name), ("--boxes", args.boxes), ("--ground-truth", args.ground_truth)):
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


def _import_one(source: Path, args: argparse.Namespace, classes: list[str] | None, taken: dict[str, Path]) -> None:
    imported = read_source(
        source, format=args.format, boxes=args.boxes, ground_truth=args.ground_truth, classes=classes
    )
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
