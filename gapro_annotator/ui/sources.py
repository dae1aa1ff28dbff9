"""Long work that ends in something to open: an import or the demo. Runs in a worker and knows no widget."""

from pathlib import Path

from gapro_annotator.labeling.request import Progress
from gapro_annotator.project import Project


def import_source(source: Path, folder: Path, progress: Progress) -> Path:
    """Read a foreign scan with its boxes, compute superpoints, put it into a project; return the scan file's path."""
    from gapro_annotator.importing import import_into_project
    from gapro_annotator.readers import read_source

    progress(0, 0, f"Reading {source.name}")
    document = import_into_project(read_source(source), folder, progress=progress)
    return Project.open(folder).scan_path(document.scan.name)


def make_demo(folder: Path, progress: Progress) -> Path:
    """Make the demo project where it is not there yet; return its folder."""
    from gapro_annotator.demo import make_demo_project

    return make_demo_project(folder, progress=progress).folder
