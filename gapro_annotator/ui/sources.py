"""Long work that ends in something to open: an import or the demo. Runs in a worker and knows no widget."""

from pathlib import Path

from gapro_annotator.labeling.request import Progress


def import_source(source: Path, folder: Path, progress: Progress) -> Path:
    """Read a foreign scan with its boxes, compute superpoints, put it into a project; return the scan file's path."""
    from gapro_annotator.commands.import_scans import import_into

    return import_into(source, folder, progress)


def make_demo(folder: Path, progress: Progress) -> Path:
    """Make the demo project where it is not there yet; return its folder."""
    from gapro_annotator.demo import make_demo_project

    return make_demo_project(folder, progress=progress).folder
