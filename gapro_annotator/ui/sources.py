"""Long work that ends in something to open: an import or the demo. Runs in a worker and knows no widget."""

from pathlib import Path

from gapro_annotator.errors import CancelledError, InputError
from gapro_annotator.labeling.request import Progress
from gapro_annotator.project import Project, is_project


def import_source(source: Path, folder: Path, progress: Progress) -> Path:
    """Read a foreign scan with its boxes, compute superpoints, put it into a project; return the scan file's path."""
    from gapro_annotator.readers import read_source
    from gapro_annotator.superpoints import compute_superpoints

    progress(0, 0, f"Reading {source.name}")
    imported = read_source(source)
    project = Project.open(folder) if is_project(folder) else None
    if project is not None and imported.name in project.scan_names():
        raise InputError(f"{folder}: has a scan {imported.name!r} already; rename the file or choose another project")
    superpoint = imported.superpoint
    if superpoint is None:
        superpoint = compute_superpoints(imported.xyz, rgb=imported.rgb, faces=imported.faces, progress=progress)
    if not progress(1, 1, "Writing"):
        raise CancelledError(f"{source.name}: not imported")
    # Whatever breaks a contract shows here, before a project is made for it.
    imported.document(superpoint)
    project = project or Project.create(folder)
    project.save(imported.document(superpoint, project.add_classes(imported.class_names)))
    return project.scan_path(imported.name)


def make_demo(folder: Path, progress: Progress) -> Path:
    """Make the demo project where it is not there yet; return its folder."""
    from gapro_annotator.demo import make_demo_project

    return make_demo_project(folder, progress=progress).folder
