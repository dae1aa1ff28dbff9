"""A foreign scan that was read → a scan of a project, with superpoints; the same for the command and the window."""

import dataclasses
from pathlib import Path

import numpy as np

from gapro_annotator.arrays import Int32
from gapro_annotator.boxes import Boxes
from gapro_annotator.document import ScanDocument
from gapro_annotator.errors import CancelledError, InputError
from gapro_annotator.labeling.request import Progress
from gapro_annotator.labels import Annotation, GroundTruth
from gapro_annotator.project import Project, is_project, load_document
from gapro_annotator.readers import ImportedScan
from gapro_annotator.session import Session


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
            f"{folder}: has a scan {imported.name!r} already; give it another name (--name), "
            "or replace that one (--replace)"
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
    if document.pseudo is not None:
        document = Session(document).document()  # with the labels that follow from them
    project.replace(document, "an import")
    return document


def copy_into_project(path: Path, folder: Path, *, name: str | None = None, replace: bool = False) -> ScanDocument:
    """Copy one of our own scan files into a project, labels, corrections and edits with it; classes match by name.

    Raises
    ------
    InputError
        The project has a scan of this name already.
    StoreError
        The file is damaged, or no scan of ours.
    """
    document = load_document(path)
    name = document.scan.name if name is None else name
    project = Project.open(folder) if is_project(folder) else None
    if project is not None and name in project.scan_names() and not replace:
        raise InputError(f"{folder}: has a scan {name!r} already; import it with --name or --replace")
    project = project or Project.create(folder)
    classes = project.add_classes(document.classes.name)
    old, new = document.classes.id, np.array([classes.id_of(one) for one in document.classes.name], np.int32)

    def renumbered(ids: Int32) -> Int32:
        order = np.argsort(old)
        place = np.minimum(np.searchsorted(old, ids, sorter=order), max(len(old) - 1, 0))
        return np.where(ids < 0, ids, new[order[place]] if len(old) else ids).astype(np.int32)

    boxes, labels, truth = document.boxes, document.annotation, document.ground_truth
    copied = dataclasses.replace(
        document,
        scan=dataclasses.replace(document.scan, name=name),
        classes=classes,
        boxes=Boxes(boxes.id, renumbered(boxes.class_id), boxes.lower, boxes.upper),
        annotation=labels and Annotation(labels.instance, renumbered(labels.semantic), labels.origin),
        ground_truth=truth and GroundTruth(truth.instance, renumbered(truth.semantic)),
    )
    project.replace(copied)
    return copied
