"""Every check on a project, a scan file or an export: what is wrong, where, and how badly."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from gapro_annotator.document import ScanDocument
from gapro_annotator.document_checks import Finding, check_document
from gapro_annotator.errors import AnnotatorError, InputError
from gapro_annotator.project import Project, is_project, journal_path_of
from gapro_annotator.store.journal import Journal
from gapro_annotator.store.salvage import check_without_seal
from gapro_annotator.store.scan_file import read_scan


def validate(path: Path | str) -> list[Finding]:
    """Check everything and change nothing.

    Parameters
    ----------
    path
        A project folder, a scan file (an h5 export is one too), an exported PLY or the folder of an export.

    Returns
    -------
    list of Finding
        Empty where all is well.

    Raises
    ------
    InputError
        There is nothing at `path` that can be checked.
    """
    path = Path(path)
    if path.name == "project.toml" and is_project(path.parent):
        path = path.parent
    if is_project(path):
        return list(_project_findings(path))
    if path.is_file() and path.suffix.casefold() == ".ply":
        from gapro_annotator.exporters.checks.ply import check_ply_file

        return list(check_ply_file(path))
    if path.is_file():
        return list(_scan_findings(path, None))
    if path.is_dir():
        from gapro_annotator.exporters.checks import check_export, is_export

        reported = list(check_export(path)) if is_export(path) else []
        exports = sorted(p for p in path.iterdir() if p.suffix.casefold() in (".h5", ".ply"))
        if exports or is_export(path):
            return reported + [finding for export in exports for finding in validate(export)]
    raise InputError(f"{path}: is no project, scan file or export; check the path")


def _project_findings(folder: Path) -> Iterator[Finding]:
    try:
        project = Project.open(folder)
    except AnnotatorError as error:
        yield Finding("error", str(folder), str(error))
        return
    if not project.scan_names():
        yield Finding("warning", str(folder), "holds no scans")
    for name in project.scan_names():
        yield from _scan_findings(project.scan_path(name), project)
    for left in sorted((folder / "scans").glob(".*.tmp")):
        yield Finding("warning", str(left), "was left by a save that did not end; it can be removed")
    for journal in sorted((folder / "scans").glob("*.h5.journal")):
        if not journal.with_suffix("").exists():
            yield Finding("error", str(journal), "holds edits of a scan that is gone; restore the scan from .backups")


def _scan_findings(path: Path, project: Project | None) -> Iterator[Finding]:
    where = str(path)
    try:
        check_without_seal(path)
        document = read_scan(path)
    except AnnotatorError as error:
        yield Finding("error", where, str(error).removeprefix(f"{path}: "))
        return
    if document.scan.name != path.stem:
        yield Finding("warning", where, f"holds a scan named {document.scan.name!r}; it opens as {path.stem!r}")
    yield from check_document(document, where)
    if project is not None:
        yield from _class_findings(document, project, where)
    yield from _journal_findings(path, document)


def _class_findings(document: ScanDocument, project: Project, where: str) -> Iterator[Finding]:
    classes = project.classes
    for number, name in zip(document.classes.id.tolist(), document.classes.name, strict=True):
        if not np.isin(number, classes.id):
            yield Finding("error", where, f"its class {number} ({name}) is not in project.toml")
        elif classes.name_of(number) != name and not project.formerly.knows(number, name):
            yield Finding(
                "error", where, f"its class {number} is {name!r} but {classes.name_of(number)!r} in project.toml"
            )


def _journal_findings(path: Path, document: ScanDocument) -> Iterator[Finding]:
    journal = Journal(journal_path_of(path), saved=len(document.edits), scan=document.created)
    try:
        unsaved = journal.read()
    except AnnotatorError as error:
        yield Finding("error", str(journal.path), str(error).removeprefix(f"{journal.path}: "))
        return
    if journal.lost:
        yield Finding("error", str(journal.path), f"{journal.lost} damaged lines; the edits before them are whole")
    if unsaved:
        yield Finding(
            "warning", str(journal.path), f"{len(unsaved)} edits are not saved yet; open the scan and save it"
        )
