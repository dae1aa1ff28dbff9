"""What is to be imported and how: what the page asks for and the worker does. Knows no widget."""

from dataclasses import dataclass, field, replace
from pathlib import Path

from gapro_annotator.errors import AnnotatorError, CancelledError
from gapro_annotator.labeling.request import Progress
from gapro_annotator.project import Project, is_project
from gapro_annotator.readers.imported import Source
from gapro_annotator.readers.registry import ReadOptions
from gapro_annotator.ui.sources import Made


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportOrder:
    """Sources that go into a project.

    Parameters
    ----------
    sources
        Files and scan folders.
    options
        How each is read.
    folder
        The project; made where there is none.
    name
        Of the scan in the project, where there is one source; empty: the source's own.
    replace
        Whether scans of the same name give way.
    read
        Sources that are read and finished already, by their path.
    """

    sources: tuple[Path, ...]
    options: ReadOptions
    folder: Path
    name: str = ""
    replace: bool = False
    read: dict[Path, Source] = field(default_factory=dict)

    @property
    def in_words(self) -> str:
        """Say it for a status bar."""
        return f"Importing {self.sources[0].name if len(self.sources) == 1 else f'{len(self.sources)} scans'}"


def import_sources(order: ImportOrder, progress: Progress) -> Made:
    """Import one source after the other; a bad one leaves no trace and does not stop the others.

    Raises
    ------
    AnnotatorError
        There is one source and it failed, or all of them did: the first reason.
    CancelledError
        Nothing of the source at hand was written; those before it are in the project.
    """
    names: list[str] = []
    failed: list[AnnotatorError] = []
    for number, path in enumerate(order.sources):
        of = f"{number + 1} of {len(order.sources)}: " if len(order.sources) > 1 else ""

        def told(done: int, total: int, what: str, before: str = of) -> bool:
            return progress(done, total, before + what)

        try:
            names.append(_import_one(path, order, told))
        except CancelledError:
            raise
        except AnnotatorError as error:
            failed.append(error)
    if not names:
        raise failed[0]
    scan = Project.open(order.folder).scan_path(names[0])
    return Made(scan, tuple(str(error) for error in failed))


def scan_of_name(folder: Path, name: str) -> Path | None:
    """Return the file of the project's scan of this name; None where the name is free."""
    if not name or not is_project(folder):
        return None
    project = Project.open(folder)
    return project.scan_path(name) if name in project.scan_names() else None


def _import_one(path: Path, order: ImportOrder, progress: Progress) -> str:
    from gapro_annotator.importing import copy_into_project, import_into_project
    from gapro_annotator.readers import load_source
    from gapro_annotator.readers.assemble import assemble

    name = order.name or None
    if is_ours(path):
        return copy_into_project(path, order.folder, name=name, replace=order.replace).scan.name
    source = order.read.get(path)
    if source is None:
        if not progress(0, 0, f"Reading {path.name}"):
            raise CancelledError(f"{path}: not imported; nothing was written")
        source, _ = load_source(path, order.options)
    imported = assemble(source)
    if name is not None:
        imported = replace(imported, name=name)
    return import_into_project(imported, order.folder, replace=order.replace, progress=progress).scan.name


def is_ours(path: Path) -> bool:
    """Say whether a path is one of our own scan files, which is copied with its labels."""
    return path.suffix.casefold() == ".h5" and path.is_file()
