"""`gapro-annotator validate PATH`: every check on a project, a scan file or an export."""

import argparse
from pathlib import Path

from gapro_annotator.commands.output import number_of, say
from gapro_annotator.validation import validate


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the command."""
    parser.add_argument("path", type=Path, metavar="PATH", help="a project folder, a .h5 scan or an export")


def run(args: argparse.Namespace) -> int:
    """List what is wrong; 1 where anything is."""
    findings = validate(args.path)
    for finding in findings:
        say(f"{finding.severity}: {finding.where}: {finding.text}")
    errors = sum(finding.severity == "error" for finding in findings)
    counts = f"{number_of(errors, 'error', 'errors')}, {number_of(len(findings) - errors, 'warning', 'warnings')}"
    say(f"{args.path}: {counts if findings else 'all is well'}")
    return 1 if errors else 0
