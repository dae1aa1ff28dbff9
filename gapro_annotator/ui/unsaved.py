"""What becomes of corrections that are not saved: asked of the files, so that the window says what is so."""

from enum import Enum
from pathlib import Path

from gapro_annotator.errors import StoreError
from gapro_annotator.scan_session import journal_path_of
from gapro_annotator.session import Session
from gapro_annotator.store.journal import Journal
from gapro_annotator.store.scan_file import read_edit_times


class Fate(Enum):
    """Where the corrections of an open scan are that closing without saving would leave."""

    SAVED = "in the scan file, all of them"
    KEPT = "in the scan file and its journal"
    REPLACED = "another scan lies in its place"
    AT_RISK = "neither the file nor the journal holds all of them"


def fate_of(path: Path, session: Session) -> Fate:
    """Read from the scan file and its journal whether they hold every correction of the session."""
    created = session.document().created
    made = tuple(record.time for record in session.edits)
    try:
        saved = read_edit_times(path, created)
    except StoreError:
        return Fate.REPLACED
    if saved is None:  # without the file the journal cannot be opened
        return Fate.AT_RISK
    if saved == made:
        return Fate.SAVED
    try:
        kept = Journal(journal_path_of(path), saved=len(saved), scan=created).read()
    except StoreError:
        return Fate.AT_RISK
    return Fate.KEPT if saved + tuple(record.time for record in kept) == made else Fate.AT_RISK


def in_words(fate: Fate, backups: Path) -> str:
    """Say what closing without saving means; `backups` is where earlier versions of the scan lie."""
    return {
        Fate.SAVED: "The newest labels are not in the scan file yet: without saving they have to be made again. "
        "No correction is lost either way.",
        Fate.KEPT: "Your corrections are safe in its journal either way and come back when you open it again. "
        "Saving writes them, and the newest labels, into the scan file that other programs read.",
        Fate.REPLACED: "Another scan was put in its place since you opened it, so it cannot be saved here. "
        f"Your corrections up to then lie in {backups}; later ones were refused.",
        Fate.AT_RISK: "Its file and journal do not hold all of your corrections any more (one of them was removed, "
        "damaged, or saved by another program): closing without saving loses what they lack.",
    }[fate]
