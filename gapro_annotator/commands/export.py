"""`gapro-annotator export PROJECT --format F --output DIR`: annotations for other programs."""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from gapro_annotator.commands.output import number_of, progress_bar, say
from gapro_annotator.commands.scans import chosen_scans
from gapro_annotator.document import ScanDocument
from gapro_annotator.errors import InputError
from gapro_annotator.exporters import FORMATS, Export, start_export
from gapro_annotator.exporters.report import TEXT
from gapro_annotator.project import Project, is_project, load_document


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the command."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("project", type=Path, metavar="PROJECT", help="a project folder or one .h5 scan")
    parser.add_argument("--scan", action="append", default=[], metavar="NAME", help="only this scan (repeatable)")
    parser.add_argument("--format", required=True, choices=tuple(FORMATS), metavar="F", help="listed below")
    parser.add_argument("--output", required=True, type=Path, metavar="DIR", help="made when it is missing")
    parser.add_argument(
        "--frame",
        choices=("source", "aligned"),
        help="coordinates of the imported file, or of the window; default: what the format's readers expect",
    )
    parser.add_argument(
        "--option", action="append", default=[], metavar="KEY=VALUE", help="a choice of the format (repeatable)"
    )
    parser.epilog = "\n".join(["formats and their options:", *_formats()])


def run(args: argparse.Namespace) -> int:
    """Write each scan and print its main file; where the report lies goes to stderr."""
    names, load = _scans(args)
    export = start_export(args.format, args.output, frame=args.frame, options=args.option)
    _refuse_unknown_splits(export, names)
    written: list[Path] = []
    try:
        with progress_bar(args.format) as progress:
            for done, name in enumerate(names):
                progress(done, len(names), name)
                written.append(export.add(load(name)))
    finally:
        # What was written before a scan failed is whole, and the report must know of it.
        if written:
            export.finish()
        for path in written:
            say(str(path))
    changed = sum(len(export.report.scans[name].changed) for name in names if name in export.report.scans)
    told = f"; {number_of(changed, 'thing', 'things')} did not fit and changed" if changed else ""
    sys.stderr.write(f"report: {args.output / TEXT}{told}\n")
    return 0


def _scans(args: argparse.Namespace) -> tuple[list[str], Callable[[str], ScanDocument]]:
    """Names of the scans, and how to load one."""
    if is_project(args.project):
        project = Project.open(args.project)
        names = chosen_scans(project, args.scan)
        _refuse_own_folder(project.scan_path(names[0]).parent, args.output)
        return names, project.load
    if args.project.is_dir() or not args.project.exists():
        raise InputError(f"{args.project}: is neither a project nor a scan file; give one of the two")
    if args.scan:
        raise InputError(f"--scan: {args.project} is one scan; leave the option out")
    _refuse_own_folder(args.project.parent, args.output)
    return [args.project.stem], lambda _: load_document(args.project)


def _refuse_own_folder(folder: Path, output: Path) -> None:
    if folder.resolve() == output.resolve():
        raise InputError(f"{output}: holds the scans themselves; choose another folder for the export")


def _refuse_unknown_splits(export: Export, names: Sequence[str]) -> None:
    """A slip of the pen must not put a scan for validation among those for training."""
    known = {*names, *export.report.scans}
    for split in ("val", "test"):
        for name in filter(None, map(str.strip, export.options.get(split, "").split(","))):
            if name not in known:
                raise InputError(f"--option {split}={name}: is not exported here; there are {', '.join(sorted(known))}")


def _formats() -> list[str]:
    lines: list[str] = []
    for one in FORMATS.values():
        lines.append(f"  {one.name:14}{one.text}; frame {one.frame}")
        lines += [f"  {'':16}{str(option).replace('%', '%%')}" for option in one.options]
    return lines
