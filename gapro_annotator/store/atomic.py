"""Files that are replaced as a whole or not at all, with the versions before kept beside them."""

import glob
import os
import shutil
from collections.abc import Generator
from contextlib import contextmanager
from datetime import datetime
from itertools import pairwise
from pathlib import Path

BACKUP_FOLDER = ".backups"
BACKUP_COUNT = 5
DAY_COUNT = 30
"""Of how many days, on which a file was saved, its first version is kept."""


@contextmanager
def replacing(path: Path, *, backups: bool = False) -> Generator[Path]:
    """Give a temporary path to write to; at the end it takes the place of `path`, durably.

    Parameters
    ----------
    path
        The file to make or to replace. It stays whole if anything fails, and the temporary is removed.
    backups
        Whether the version before is kept in ``.backups/`` beside it: the newest is ``.bak1``, and the first that was
        saved on a day is ``.day-2026-11-22`` as well.

    Raises
    ------
    OSError
        Writing, or putting the new file in its place, failed.
    """
    # The process number keeps two programs apart; a crash leaves one hidden file, never a broken scan.
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        yield temporary
        _sync_file(temporary)
        if backups and path.exists():
            _rotate_backups(path)
        temporary.replace(path)
        sync_folder(path.parent)
    finally:
        temporary.unlink(missing_ok=True)


def backup_paths(path: Path) -> list[Path]:
    """Where the last versions of a file are kept, newest first; they need not exist."""
    folder = path.parent / BACKUP_FOLDER
    return [folder / f"{path.name}.bak{number}" for number in range(1, BACKUP_COUNT + 1)]


def day_paths(path: Path) -> list[Path]:
    """The first versions of the days that are kept, newest first."""
    return sorted((path.parent / BACKUP_FOLDER).glob(f"{glob.escape(path.name)}.day-*"), reverse=True)


def keep_as_backup(path: Path) -> None:
    """Move a file to the backups under a name of its own."""
    folder = path.parent / BACKUP_FOLDER
    folder.mkdir(exist_ok=True)
    number = 1
    while (kept := folder / f"{path.name}.{number}").exists():
        number += 1
    path.replace(kept)
    sync_folder(folder)


def sync_folder(folder: Path) -> None:
    """Make new, renamed and removed names in a folder durable."""
    if os.name == "nt":
        return  # Windows cannot open folders; its renames are journalled by NTFS
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sync_file(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _rotate_backups(path: Path) -> None:
    kept = backup_paths(path)
    kept[0].parent.mkdir(exist_ok=True)
    # By the file's own date, and counted, not aged: a clock that goes backwards costs no version.
    day = datetime.fromtimestamp(path.stat().st_mtime).astimezone().date().isoformat()
    first = kept[0].with_name(f"{path.name}.day-{day}")
    if not first.exists():
        _keep(path, first)
    for newer, older in reversed(list(pairwise(kept))):
        if newer.exists():
            newer.replace(older)
    _keep(path, kept[0])
    for old in day_paths(path)[DAY_COUNT:]:
        old.unlink(missing_ok=True)
    sync_folder(kept[0].parent)


def _keep(path: Path, kept: Path) -> None:
    try:
        kept.unlink(missing_ok=True)
        kept.hardlink_to(path)  # costs nothing, and the name `path` never vanishes
    except OSError:
        # File systems without hard links. A copy that was cut off must not look like a version.
        half = kept.with_name(f"{kept.name}.tmp")
        shutil.copy2(path, half)
        half.replace(kept)
