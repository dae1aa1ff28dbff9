"""A scan file and its journal together: opened for editing, saved without losing anybody's edits."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from gapro_annotator.classes import Classes, FormerNames
from gapro_annotator.document import ScanDocument
from gapro_annotator.errors import AnnotatorError, StoreError
from gapro_annotator.labels import EditRecord
from gapro_annotator.session import Session
from gapro_annotator.store.atomic import keep_as_backup
from gapro_annotator.store.journal import Journal
from gapro_annotator.store.lock import LockedError, ScanLock
from gapro_annotator.store.salvage import check_without_seal
from gapro_annotator.store.scan_file import read_edit_times, read_scan, write_scan


class Recovery(NamedTuple):
    """What a journal gave back: edits that were not saved when the program ended, and lines that a crash damaged."""

    edits: int
    damaged: int


class OpenedScan(NamedTuple):
    """A scan as a window has it: the lock is None where the session is read-only, which says why."""

    session: Session
    recovered: Recovery
    lock: ScanLock | None


def journal_path_of(scan_file: Path) -> Path:
    """Where the unsaved edits of a scan file lie."""
    return scan_file.with_name(f"{scan_file.name}.journal")


def load_document(
    path: Path | str, classes: Classes | None = None, formerly: FormerNames | None = None
) -> ScanDocument:
    """Read a scan file, in a project or alone, with the edits that a crash left in its journal."""
    document, journal, unsaved = _read_with_journal(Path(path), classes, formerly)
    if not unsaved:
        return document
    session = Session(document, record=journal.append)
    session.replay(unsaved)
    return session.document()


def open_scan_session(
    path: Path | str, annotator: str, classes: Classes | None = None, formerly: FormerNames | None = None
) -> tuple[Session, Recovery]:
    """Open a scan file, in a project or alone, for editing; whoever calls it sees to the lock (`editing`).

    Parameters
    ----------
    path
        The scan file.
    annotator
        Who is working, for the log.
    classes
        The project's table, which may have grown since the file was written.
    formerly
        How its classes were called before they were renamed.

    Returns
    -------
    session : Session
        Every edit is in the journal, on disk, before the session shows it.
    recovered : Recovery
        What was found in the journal, that is, was not saved when the program ended.
    """
    return _open(Path(path), annotator, (classes, formerly), None)


@contextmanager
def editing(
    path: Path, annotator: str, classes: Classes | None = None, formerly: FormerNames | None = None
) -> Generator[Session]:
    """Lock a scan file, open it, and let it go at the end; saving is up to the caller.

    Raises
    ------
    LockedError
        Somebody else has it open for editing.
    """
    with ScanLock.take(path, annotator) as lock:
        yield _open(path, annotator, (classes, formerly), lock)[0]


def open_for_editing(
    path: Path,
    annotator: str,
    classes: Classes | None = None,
    formerly: FormerNames | None = None,
    *,
    held: ScanLock | None = None,
) -> OpenedScan:
    """Open a scan file as a window does: locked, or read-only where somebody else has it.

    Parameters
    ----------
    path, annotator, classes, formerly
        As in `open_scan_session`.
    held
        The lock of the scan that was open before: it is kept where that is the same scan, and left alone otherwise.
    """
    lock, reason = held, ""
    if lock is None or lock.path != path or not lock.is_ours:
        if lock is not None and lock.path == path:
            lock.release()
        try:
            lock = ScanLock.take(path, annotator)
        except LockedError as error:
            lock, reason = None, str(error)
    try:
        check_without_seal(path)  # the window would hang or die with HDF5
        return OpenedScan(*_open(path, annotator, (classes, formerly), lock, reason), lock)
    except AnnotatorError:
        if lock is not None and lock is not held:
            lock.release()
        raise


def _open(
    path: Path,
    annotator: str,
    names: tuple[Classes | None, FormerNames | None],
    lock: ScanLock | None,
    reason: str = "",
) -> tuple[Session, Recovery]:
    document, journal, unsaved = _read_with_journal(path, *names)

    def record(edit: EditRecord) -> None:
        if lock is not None:
            lock.confirm()
        journal.append(edit)

    session = Session(document, record=record, annotator=annotator, read_only=reason)
    session.replay(unsaved)
    session.recall_history()
    return session, Recovery(len(unsaved), journal.lost)


def _read_with_journal(
    path: Path, classes: Classes | None, formerly: FormerNames | None
) -> tuple[ScanDocument, Journal, list[EditRecord]]:
    document = read_scan(path)
    # A file that was renamed is the scan of its new name: saving must not bring the old name back.
    if document.scan.name != path.stem:
        document = replace(document, scan=replace(document.scan, name=path.stem))
    if classes is not None and _contains(classes, document.classes, formerly or FormerNames({})):
        document = replace(document, classes=classes)
    journal = Journal(journal_path_of(path), saved=len(document.edits), scan=document.created)
    unsaved = journal.read()
    for record in unsaved:
        if record.edit.points.size and int(record.edit.points.max()) >= len(document.scan):
            raise StoreError(f"{journal.path}: an edit names rows that the scan lacks; move the journal away to go on")
    return document, journal, unsaved


def save_scan_session(path: Path | str, session: Session) -> None:
    """Write an open scan, then clear its journal; call it from the thread that edits the session."""
    saving(Path(path), session)()


def saving(path: Path, session: Session) -> Callable[[], None]:
    """Take what there is to save, in the thread that edits the session; what is returned saves it, in any thread.

    Nothing may be corrected until that is done: its journal is cleared at the end. New labels may come; they make the
    session dirty again.
    """
    session.check_writable()
    document, was_dirty = session.document(), session.dirty

    def save() -> None:
        try:
            save_document(path, document)
        except BaseException:
            if was_dirty:
                session.mark_saved(saved=False)
            raise

    session.mark_saved()
    return save


def save_document(path: Path, document: ScanDocument) -> None:
    """Write a scan file, then clear the journal if the file holds all of its edits now.

    Raises
    ------
    StoreError
        Writing failed, or the file holds edits by another program that `document` lacks.
    """
    on_disk = read_edit_times(path, document.created) or ()
    if on_disk != tuple(record.time for record in document.edits[: len(on_disk)]):
        raise StoreError(
            f"{path}: another program saved corrections since this was opened, and saving now would lose them; "
            "open the scan again (F5)"
        )
    write_scan(path, document)
    journal = Journal(journal_path_of(path), saved=len(document.edits), scan=document.created)
    if journal.path.exists() and not journal.read():
        journal.clear()


def settle_journal(path: Path) -> None:
    """Bring edits that were never saved into their scan file, so that its backup has them when it is replaced.

    Where they do not fit the file, the journal itself is moved to the backups.
    """
    journal = journal_path_of(path)
    if not journal.exists():
        return
    try:
        save_document(path, load_document(path))
    except AnnotatorError:
        keep_as_backup(journal)


def _contains(table: Classes, part: Classes, formerly: FormerNames) -> bool:
    known = dict(zip(table.id.tolist(), table.name, strict=True))
    rows = zip(part.id.tolist(), part.name, strict=True)
    return all(known.get(number) == name or formerly.knows(number, name) for number, name in rows)
