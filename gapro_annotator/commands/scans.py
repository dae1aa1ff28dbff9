"""Which scans of a project a command works on."""

from gapro_annotator.errors import InputError
from gapro_annotator.project import Project
from gapro_annotator.store.lock import LockedError, holder_of


def chosen_scans(project: Project, wanted: list[str]) -> list[str]:
    """Names of the wanted scans, of all where none is named.

    Raises
    ------
    InputError
        The project has no such scan, or none at all.
    """
    have = project.scan_names()
    if not have:
        raise InputError(f"{project.folder}: the project has no scans yet; add some with gapro-annotator import")
    for name in wanted:
        if name not in have:
            raise InputError(f"{project.folder}: there is no scan {name!r}; it has {', '.join(have)}")
    return list(dict.fromkeys(wanted)) or have


def refuse_locked(project: Project, names: list[str]) -> None:
    """Before anything is done: LockedError where somebody has one of these scans open for editing."""
    for name in names:
        holder = holder_of(project.scan_path(name))
        if holder is not None:
            raise LockedError(f"{project.scan_path(name)}: {holder}; close it there, or wait; nothing was changed")
