"""How commands talk: results on stdout, progress on a terminal's stderr and nowhere else."""

import json
import sys
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

from tqdm import tqdm

from gapro_annotator.labeling.request import Progress


def say(line: str = "") -> None:
    """Print a line of the result."""
    sys.stdout.write(line + "\n")


def warn(sentence: str) -> None:
    """Say what was ignored, where it mixes with no result."""
    sys.stderr.write(f"warning: {sentence}\n")


def say_json(document: Any) -> None:
    """Print one JSON document."""
    json.dump(document, sys.stdout, indent=2, allow_nan=False)
    sys.stdout.write("\n")


def number_of(count: int, one: str, many: str) -> str:
    """'1 point', '1,200 points'."""
    return f"{count:,} {one if count == 1 else many}"


@contextmanager
def progress_bar(what: str) -> Generator[Progress]:
    """Show a progress bar on a terminal and nothing on a pipe; yields the callback to give to a job."""
    with tqdm(
        desc=what, leave=False, disable=not sys.stderr.isatty(), bar_format="{desc} {percentage:3.0f}%|{bar}|"
    ) as bar:

        def show(done: int, total: int, step: str) -> bool:
            bar.total = max(total, 1)
            bar.n = done
            bar.set_description_str(f"{what}: {step}")
            return True

        yield show
