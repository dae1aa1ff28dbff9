"""A folder of scans: their names, their files, the classes and settings that they share."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import tomli_w

from gapro_annotator.classes import Classes, FormerNames
from gapro_annotator.document import ScanDocument
from gapro_annotator.errors import InputError, StoreError, reason_of
from gapro_annotator.labeling.outlook import ReviewConfig
from gapro_annotator.labeling.request import LabelerConfig
from gapro_annotator.project_settings import FORMAT, FORMAT_VERSION, read_settings
from gapro_annotator.scan_session import (
    OpenedScan,
    Recovery,
    editing,
    journal_path_of,
    load_document,
    open_for_editing,
    open_scan_session,
    save_document,
    save_scan_session,
    settle_journal,
)
from gapro_annotator.session import Session
from gapro_annotator.store.atomic import replacing
from gapro_annotator.store.journal import Journal
from gapro_annotator.store.lock import ScanLock
from gapro_annotator.store.scan_file import write_scan

__all__ = ["Project", "is_project", "journal_path_of", "load_document", "open_scan_session", "save_scan_session"]

_SETTINGS = "project.toml"


def is_project(folder: Path | str) -> bool:
    """Say whether a folder is a project."""
    return (Path(folder) / _SETTINGS).is_file()


class Project:
    """A project folder; make one with `create` or `open`.

    Parameters
    ----------
    folder
        Holds project.toml and scans/.
    classes, labeler, review
        What the scans share.
    features
        Id of the run whose deep features the labeler sees; empty for none.
    formerly
        Names that a class had before it was renamed: scans saved before then still say so.
    """

    def __init__(
        self,
        folder: Path,
        classes: Classes,
        labeler: LabelerConfig,
        review: ReviewConfig | None = None,
        features: str = "",
        *,
        formerly: FormerNames | None = None,
    ) -> None:
        self._folder = folder
        self._classes = classes
        self._labeler = labeler
        self._review = review or ReviewConfig()
        self._features = features
        self._formerly = formerly or FormerNames({})

    @classmethod
    def create(
        cls, folder: Path | str, classes: Classes | None = None, labeler: LabelerConfig | None = None
    ) -> "Project":
        """Make a new project in a folder that is none yet."""
        folder = Path(folder)
        if is_project(folder):
            raise InputError(f"{folder}: is a project already; open it or choose another folder")
        project = cls(folder, classes or Classes.of([]), labeler or LabelerConfig())
        try:
            (folder / "scans").mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise InputError(
                f"{folder}: the folder cannot be made ({reason_of(error)}); choose another place"
            ) from error
        project._write_settings()
        return project

    @classmethod
    def open(cls, folder: Path | str) -> "Project":
        """Open an existing project."""
        folder = Path(folder)
        if not is_project(folder):
            raise InputError(f"{folder}: is no project (it has no {_SETTINGS}); make one with `gapro-annotator import`")
        classes, labeler, review, features, formerly = read_settings(folder / _SETTINGS)
        return cls(folder, classes, labeler, review, features, formerly=formerly)

    @property
    def folder(self) -> Path:
        """Where it lies."""
        return self._folder

    @property
    def classes(self) -> Classes:
        """The class table of every scan."""
        return self._classes

    @property
    def labeler(self) -> LabelerConfig:
        """How scans are labelled unless a command says otherwise."""
        return self._labeler

    @property
    def review(self) -> ReviewConfig:
        """What is asked of the labels of a scan."""
        return self._review

    def set_review(self, review: ReviewConfig) -> None:
        """Ask something else of the labels from now on."""
        self._refresh()
        self._review = review
        self._write_settings()

    def set_labeler(self, labeler: LabelerConfig) -> None:
        """Keep other labeler settings."""
        self._refresh()
        self._labeler = labeler
        self._write_settings()

    @property
    def features(self) -> str:
        """Id of the run whose deep features the labeler sees unless a command says otherwise; empty for none."""
        return self._features

    def set_features(self, run: str) -> None:
        """Let the labeler see the deep features of this run from now on; empty for none."""
        self._refresh()
        self._features = run
        self._write_settings()

    def scan_names(self) -> list[str]:
        """Names of the scans, sorted."""
        return sorted(p.stem for p in (self._folder / "scans").glob("*.h5") if not p.name.startswith("."))

    def scan_path(self, name: str) -> Path:
        """Where the file of a scan lies."""
        return self._folder / "scans" / f"{name}.h5"

    def journal_path(self, name: str) -> Path:
        """Where the edits of a scan lie that are not saved yet; absent when clean."""
        return journal_path_of(self.scan_path(name))

    def load(self, name: str) -> ScanDocument:
        """Read a scan as it was last seen: edits that a crash left in the journal are in it."""
        return load_document(self._known_path(name), self._classes, self._formerly)

    def save(self, document: ScanDocument) -> None:
        """Write a scan; classes that the project lacks are added to its table."""
        self._take_over(document.classes, document.scan.name)
        save_document(self.scan_path(document.scan.name), document)

    def replace(self, document: ScanDocument, annotator: str = "") -> None:
        """Write a scan in the place of one of the same name, which is kept as a backup, unsaved edits and all.

        Raises
        ------
        LockedError
            Somebody has the scan open for editing that would give way.
        """
        with ScanLock.take(self.scan_path(document.scan.name), annotator):
            self._replace(document)

    def _replace(self, document: ScanDocument) -> None:
        self._take_over(document.classes, document.scan.name)
        settle_journal(self.scan_path(document.scan.name))
        # A creation time of its own tells its edits from those of the scan that it replaces.
        created = datetime.now(UTC).isoformat(timespec="microseconds")
        write_scan(self.scan_path(document.scan.name), replace(document, created=created))
        Journal(self.journal_path(document.scan.name)).clear()

    def open_session(self, name: str, annotator: str) -> tuple[Session, Recovery]:
        """Open a scan without locking it; see `open_scan_session`."""
        return open_scan_session(self._known_path(name), annotator, self._classes, self._formerly)

    def open_for_editing(self, name: str, annotator: str, *, held: ScanLock | None = None) -> OpenedScan:
        """Open a scan as a window does, locked or read-only; see `scan_session.open_for_editing`."""
        return open_for_editing(self._known_path(name), annotator, self._classes, self._formerly, held=held)

    def editing(self, name: str, annotator: str) -> AbstractContextManager[Session]:
        """Lock and open a scan for a command; see `scan_session.editing`."""
        return editing(self._known_path(name), annotator, self._classes, self._formerly)

    def save_session(self, session: Session) -> None:
        """Write an open scan and clear its journal; see `save_scan_session`."""
        save_scan_session(self.scan_path(session.scan.name), session)

    def add_classes(self, names: Sequence[str]) -> Classes:
        """Add the names that the class table lacks; return the table."""
        self._refresh()
        added = self._classes.with_names(list(names))
        if added is not self._classes:
            self._classes = added
            self._write_settings()
        return self._classes

    def set_class(self, number: int, *, name: str | None = None, color: tuple[int, int, int] | None = None) -> Classes:
        """Rename or recolour a class; return the table. Its number stays, by which scans and runs know it."""
        self._refresh()
        before = self._classes
        self._classes = before.with_changed(number, name=name, color=color)
        if name is not None:
            self._formerly = self._formerly.renamed(number, before.name_of(number), name)
        self._write_settings()
        return self._classes

    @property
    def formerly(self) -> FormerNames:
        """Names that classes had before they were renamed."""
        return self._formerly

    def _known_path(self, name: str) -> Path:
        if name not in self.scan_names():
            known = ", ".join(self.scan_names()) or "none yet"
            raise InputError(f"{self._folder}: has no scan {name!r}; it has {known}")
        return self.scan_path(name)

    def _take_over(self, classes: Classes, scan: str) -> None:
        self._refresh()
        known = dict(zip(self._classes.id.tolist(), self._classes.name, strict=True))
        new = [row for row, number in enumerate(classes.id.tolist()) if number not in known]
        for number, name in zip(classes.id.tolist(), classes.name, strict=True):
            renamed = self._formerly.knows(number, name)
            if (known.get(number, name) != name and not renamed) or (
                number not in known and name in self._classes.name
            ):
                raise InputError(
                    f"{scan}: its class {number} is {name!r}, another than in {self._folder}; import it again"
                )
        if new:
            self._classes = Classes(
                np.concatenate([self._classes.id, classes.id[new]]),
                self._classes.name + tuple(classes.name[row] for row in new),
                np.concatenate([self._classes.color, classes.color[new]]),
            )
            self._write_settings()

    def _refresh(self) -> None:
        """Read the settings again, so that what another program added is not written away."""
        read = read_settings(self._folder / _SETTINGS)
        self._classes, self._labeler, self._review, self._features, self._formerly = read

    def _write_settings(self) -> None:
        rows = zip(self._classes.id.tolist(), self._classes.name, self._classes.color, strict=True)
        settings: dict[str, Any] = {
            "format": FORMAT,
            "format_version": FORMAT_VERSION,
            **({"features": self._features} if self._features else {}),
            "classes": [
                {"id": i, "name": name, "color": f"#{bytes(color).hex()}", **self._formerly.as_setting(i)}
                for i, name, color in rows
            ],
            "review": asdict(self._review),
            "labeler": {key: value for key, value in asdict(self._labeler).items() if value is not None},
        }
        try:
            with replacing(self._folder / _SETTINGS) as temporary:
                temporary.write_text(tomli_w.dumps(settings), encoding="utf-8")
        except OSError as error:
            raise StoreError(
                f"{self._folder / _SETTINGS}: cannot be written ({reason_of(error)}); check rights and room"
            ) from error
