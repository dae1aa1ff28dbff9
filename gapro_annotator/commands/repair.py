"""`gapro-annotator repair FILE`: a new file with what can be saved, and a list of what could not."""

import argparse
from dataclasses import replace
from pathlib import Path

from gapro_annotator.commands.output import say
from gapro_annotator.errors import InputError
from gapro_annotator.repair import repair
from gapro_annotator.store.scan_file import write_scan


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the command."""
    parser.add_argument("path", type=Path, metavar="FILE", help="a damaged .h5 scan; it is left as it is")
    parser.add_argument("--output", type=Path, metavar="FILE", help="default: FILE.repaired.h5 beside it")


def run(args: argparse.Namespace) -> int:
    """Write what can be saved; say what is not as it was."""
    path: Path = args.path
    if not path.is_file():
        raise InputError(f"{path}: there is no such file; a scan that is gone comes back with gapro-annotator restore")
    output: Path = args.output or path.with_name(f"{path.stem}.repaired.h5")
    if output.exists():
        raise InputError(f"{output}: is there already; move it away or give another --output")
    document, said = repair(path)
    document = replace(document, scan=replace(document.scan, name=output.stem))
    write_scan(output, document, backups=False)
    for sentence in said:
        say(f"not as it was: {sentence}")
    if not said:
        say("everything could be read")
    say(f"{output}: {len(document.scan):,} points, {len(document.boxes)} boxes, {len(document.edits)} edits were saved")
    return 0
