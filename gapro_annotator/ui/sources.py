"""Long work that ends in something to open: an import or the demo. Runs in a worker and knows no widget."""

from dataclasses import dataclass
from pathlib import Path

from gapro_annotator.labeling.request import Progress


@dataclass(frozen=True, slots=True)
class Made:
    """What came of long work: the path that can be opened, and a sentence for each source that failed."""

    path: Path
    failed: tuple[str, ...] = ()


def make_demo(folder: Path, progress: Progress) -> Made:
    """Make the demo project where it is not there yet; its folder can be opened."""
    from gapro_annotator.demo import make_demo_project

    return Made(make_demo_project(folder, progress=progress).folder)
