"""Earlier versions of a scan file: which there are, how they differ, and going back to one."""

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from gapro_annotator.document import ScanDocument
from gapro_annotator.errors import AnnotatorError, InputError, StoreError, reason_of
from gapro_annotator.labels import UNCORRECTED
from gapro_annotator.store.atomic import backup_paths, day_paths, replacing
from gapro_annotator.store.scan_file import read_scan


@dataclass(frozen=True, slots=True)
class Backup:
    """One earlier version.

    Parameters
    ----------
    number
        From 1, the newest, as `restore --backup` counts.
    path
        Where it lies.
    saved
        When it was saved, local time.
    says
        How it differs from the version that it is compared with, in words; why it cannot be read, where it cannot.
    whole
        Whether it can be read.
    """

    number: int
    path: Path
    saved: datetime
    says: str
    whole: bool

    @property
    def name(self) -> str:
        """'bak1' or 'day-2026-11-22'."""
        return self.path.suffix.removeprefix(".")


def backup_files(path: Path) -> list[Path]:
    """Return the earlier versions, newest first, each once: the first of a day may be one of the last, too."""
    found: list[Path] = []
    for one in [*backup_paths(path), *day_paths(path)]:
        if one.exists() and not any(one.samefile(other) for other in found):
            found.append(one)
    return sorted(found, key=lambda one: one.stat().st_mtime, reverse=True) if _dates_agree(path, found) else found


def list_backups(path: Path, current: ScanDocument | None) -> list[Backup]:
    """Read every earlier version and say how it differs from `current`; None where that cannot be read."""
    return [_described(number, one, current) for number, one in enumerate(backup_files(path), 1)]


def find_backup(path: Path, wanted: str) -> Path:
    """Return the backup of this number, name ('bak2', 'day-2026-11-22') or file name.

    Raises
    ------
    InputError
        There is no such backup.
    """
    files = backup_files(path)
    for number, one in enumerate(files, 1):
        if wanted in (str(number), one.name):
            return one
    for one in [*backup_paths(path), *day_paths(path)]:  # a name that another one stands for
        if one.exists() and wanted in (one.name, one.suffix.removeprefix(".")):
            return one
    known = ", ".join(f"{number} ({one.suffix[1:]})" for number, one in enumerate(files, 1)) or "none"
    raise InputError(f"--backup {wanted}: {path} has no such backup; it has {known}")


def put_back(path: Path, backup: Path) -> None:
    """Put a backup, byte for byte, in the place of a scan file, which becomes the newest backup itself.

    Raises
    ------
    StoreError
        The backup is not whole, or cannot be put in place; the scan file is as it was then.
    """
    read_scan(backup)
    try:
        with replacing(path, backups=True) as temporary:
            shutil.copyfile(backup, temporary)
            read_scan(temporary)
    except OSError as error:
        raise StoreError(
            f"{path}: the backup cannot be put back ({reason_of(error)}); nothing was changed, make room or rights"
        ) from error


def _described(number: int, path: Path, current: ScanDocument | None) -> Backup:
    saved = datetime.fromtimestamp(path.stat().st_mtime, UTC).astimezone()
    try:
        document = read_scan(path)
    except AnnotatorError as error:
        reason = str(error).removeprefix(f"{path}: ").split(";")[0]
        return Backup(number, path, saved, f"cannot be read: {reason}", whole=False)
    return Backup(number, path, saved, _difference(document, current), whole=True)


def _difference(document: ScanDocument, current: ScanDocument | None) -> str:
    edits = len(document.edits)
    if current is None:
        return f"{_count(edits, 'edit')}, {'labelled' if document.annotation is not None else 'not labelled'}"
    if document.created != current.created:
        return f"another import of this scan, with {_count(edits, 'edit')}"
    said: list[str] = []
    if edits != len(current.edits):
        more = "fewer" if edits < len(current.edits) else "more"
        said.append(f"{_count(abs(edits - len(current.edits)), 'edit')} {more}")
    said += _label_difference(document, current)
    if not np.array_equal(document.boxes.id, current.boxes.id):
        said.append("other boxes")
    return ", ".join(said) or "the same labels"


def _label_difference(document: ScanDocument, current: ScanDocument) -> list[str]:
    old, new = document.annotation, current.annotation
    if old is None or new is None:
        return [] if old is new else ["not labelled" if old is None else "labelled"]
    if len(old) != len(new):
        return ["another number of points"]
    said: list[str] = []
    differ = int((old.instance != new.instance).sum())
    if differ:
        said.append(f"{_count(differ, 'label')} differ{'s' if differ == 1 else ''}")
    by_person = [int((labels.correction != UNCORRECTED).sum()) for labels in (old, new)]
    if by_person[0] != by_person[1]:
        said.append(f"{by_person[0]:,} points corrected instead of {by_person[1]:,}")
    return said


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _dates_agree(path: Path, found: list[Path]) -> bool:
    """Whether the files' dates order the last versions as their numbers do; a wrong clock may have dated one."""
    dates = [one.stat().st_mtime for one in backup_paths(path) if one in found]
    return dates == sorted(dates, reverse=True)
