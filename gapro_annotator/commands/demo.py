"""`gapro-annotator demo [DIR]`: the demo project, made once, labelled and opened."""

import argparse
from pathlib import Path

from gapro_annotator.commands.output import progress_bar, say


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the command."""
    parser.add_argument("folder", nargs="?", type=Path, default=Path("demo-project"), metavar="DIR")
    parser.add_argument("--no-window", action="store_true", help="make the project and stop")
    parser.add_argument(
        "--screenshots", type=Path, metavar="DIR", help="walk through the window, save pictures of it and quit"
    )


def run(args: argparse.Namespace) -> int:
    """Make the project where it is not there yet and open it."""
    from gapro_annotator.demo import make_demo_project

    folder: Path = args.folder
    with progress_bar("Making the demo rooms") as progress:
        make_demo_project(folder, progress=progress)
    say(f"demo project: {folder.resolve()}")
    if args.no_window:
        return 0
    from gapro_annotator.ui.application import main

    return main(folder, screenshots=args.screenshots)
