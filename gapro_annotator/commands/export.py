"""`gapro-annotator export PROJECT --format F --output DIR`: annotations for other programs."""

import argparse
from pathlib import Path

from gapro_annotator.commands.output import say
from gapro_annotator.commands.scans import chosen_scans
from gapro_annotator.document import ScanDocument
from gapro_annotator.errors import InputError
from gapro_annotator.exporters import FORMATS, export_scan
from gapro_annotator.project import Project, is_project, load_document


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the command."""
    parser.add_argument("project", type=Path, metavar="PROJECT", help="a project folder or one .h5 scan")
    parser.add_argument("--scan", action="append", default=[], metavar="NAME", help="only this scan (repeatable)")
    choices = "; ".join(f"{one.name}: {one.text}" for one in FORMATS.values())
    parser.add_argument("--format", required=True, choices=tuple(FORMATS), help=choices)
    parser.add_argument("--output", required=True, type=Path, metavar="DIR", help="made when it is missing")


def run(args: argparse.Namespace) -> int:
    """Write one file a scan and print its path."""
    if is_project(args.project):
        project = Project.open(args.project)
        names = chosen_scans(project, args.scan)
        _refuse_own_folder(project.scan_path(names[0]).parent, args.output)
        for name in names:
            _export(project.load(name), args)
        return 0
    if args.project.is_dir() or not args.project.exists():
        raise InputError(f"{args.project}: is neither a project nor a scan file; give one of the two")
    if args.scan:
        raise InputError(f"--scan: {args.project} is one scan; leave the option out")
    _refuse_own_folder(args.project.parent, args.output)
    _export(load_document(args.project), args)
    return 0


def _refuse_own_folder(folder: Path, output: Path) -> None:
    if folder.resolve() == output.resolve():
        raise InputError(f"{output}: holds the scans themselves; choose another folder for the export")


def _export(document: ScanDocument, args: argparse.Namespace) -> None:
    say(str(export_scan(document, args.format, args.output)))
