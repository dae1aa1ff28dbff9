"""`gapro-annotator [open] [PATH]`: the window."""

import argparse
from pathlib import Path

from gapro_annotator.errors import InputError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the command."""
    parser.add_argument("path", nargs="?", type=Path, help="project folder, .h5 scan or any readable scan")


def run(args: argparse.Namespace) -> int:
    """Open the window and return its exit code."""
    path: Path | None = args.path
    if path is not None and not path.exists():
        raise InputError(f"{path}: there is no such file, folder or command; see gapro-annotator --help")
    from gapro_annotator.ui.application import main

    return main(path)
