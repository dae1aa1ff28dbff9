"""Which scans of a project a command works on."""

from gapro_annotator.errors import InputError
from gapro_annotator.project import Project


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
