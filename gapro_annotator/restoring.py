"""Going back to an earlier version of a scan; the same for the command and the window."""

import shutil
from pathlib import Path

from gapro_annotator.errors import AnnotatorError, StoreError, reason_of
from gapro_annotator.scan_session import load_document, settle_journal
from gapro_annotator.store.backups import Backup, list_backups, put_back
from gapro_annotator.store.scan_file import read_scan


def backups_of(path: Path) -> list[Backup]:
    """Return the earlier versions of a scan, newest first, compared with what there is now, unsaved edits included."""
    try:
        current = load_document(path)
    except AnnotatorError:
        current = None  # damaged or gone: that is why one looks for a backup
    return list_backups(path, current)


def restore(path: Path, backup: Path) -> None:
    """Put an earlier version of a scan back; the present one, unsaved edits and all, becomes the newest backup.

    The caller holds the scan's lock.

    Raises
    ------
    StoreError
        The backup is not whole, or cannot be put in place: nothing was changed.
    """
    read_scan(backup)  # before anything is moved
    kept = path.with_name(f".{path.name}.restored.tmp")  # settling saves, which may push the backup out of its place
    try:
        shutil.copyfile(backup, kept)
        settle_journal(path)
        put_back(path, kept)
    except OSError as error:
        raise StoreError(
            f"{path}: the backup cannot be put back ({reason_of(error)}); nothing was changed, make room or rights"
        ) from error
    finally:
        kept.unlink(missing_ok=True)
