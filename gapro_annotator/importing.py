"""A foreign scan that was read → a scan of a project, with superpoints; the same for the command and the window."""

from pathlib import Path

from gapro_annotator.document import ScanDocument
from gapro_annotator.errors import CancelledError, InputError
from gapro_annotator.labeling.request import Progress
from gapro_annotator.project import Project, is_project
from gapro_annotator.readers import ImportedScan


def import_into_project(
    imported: ImportedScan, folder: Path, *, replace: bool = False, progress: Progress | None = None
) -> ScanDocument:
    """Keep a scan in a project, which is made where there is none.

    Parameters
    ----------
    imported
        What a reader gave. Superpoints are computed where its source brought none.
    folder
        The project.
    replace
        Whether a scan of the same name gives way; its corrections are lost, but for the backups.
    progress
        Called while superpoints are computed; False ends the import, and nothing was written.

    Raises
    ------
    InputError
        The project has a scan of this name already.
    CancelledError
        `progress` answered False.
    """
    project = Project.open(folder) if is_project(folder) else None
    if project is not None and imported.name in project.scan_names() and not replace:
        raise InputError(
            f"{folder}: has a scan {imported.name!r} already; choose another project, or import it "
            "with --name or --replace on the command line"
        )
    superpoint = imported.superpoint
    if superpoint is None:
        from gapro_annotator.superpoints import compute_superpoints

        superpoint = compute_superpoints(imported.xyz, rgb=imported.rgb, faces=imported.faces, progress=progress)
    if progress is not None and not progress(1, 1, "writing"):
        raise CancelledError(f"{imported.name}: not imported; nothing was written")
    imported.document(superpoint)  # whatever breaks a contract shows before a project is made for it
    project = project or Project.create(folder)
    document = imported.document(superpoint, project.add_classes(imported.class_names))
    project.replace(document, "an import")
    return document
