"""What is open: a project or a single scan file, and its session on disk."""

import getpass
from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from gapro_annotator.errors import InputError
from gapro_annotator.project import Project, is_project
from gapro_annotator.restoring import restore
from gapro_annotator.scan_session import OpenedScan, open_for_editing, saving
from gapro_annotator.session import Session
from gapro_annotator.store.atomic import BACKUP_FOLDER
from gapro_annotator.store.deep_features import FOLDER
from gapro_annotator.store.lock import ScanLock
from gapro_annotator.training.run_folder import RUNS
from gapro_annotator.ui.settings import Settings
from gapro_annotator.ui.unsaved import Fate, fate_of, in_words
from gapro_annotator.ui.waiting import Wait, at_once


class Workspace(QObject):
    """Opens and saves; holds the project, if there is one, and the open session."""

    opened = Signal(object)
    """The session, or None where nothing is open."""
    project_changed = Signal()
    saved = Signal()
    recovered = Signal(object)
    """A `Recovery`: what came back from the journal."""
    locked = Signal(str)
    """Why the scan that was just opened is to look at only, in one sentence."""

    def __init__(self, settings: Settings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self.wait: Wait = at_once
        """Does what takes long."""
        self.busy: Callable[[], bool] = lambda: False
        """Whether `wait` is doing something: what is open may be another scan in a moment."""
        self.ahead: Callable[[Session], None] = lambda _session: None
        """Done with each session before it is shown, where the reading is done: in a thread, if `wait` has one."""
        self.project: Project | None = None
        self.session: Session | None = None
        self.saved_at: datetime | None = None
        self._path: Path | None = None
        self._lock: ScanLock | None = None

    @property
    def title(self) -> str:
        """'demo · room_1 ●': what the window's title says."""
        parts = [self.project.folder.name] if self.project else []
        if self.session:
            mark = " (read-only)" if self.session.read_only else " ●" if self.session.dirty else ""
            parts.append(self.session.scan.name + mark)
        return " · ".join(parts)

    @property
    def unsaved(self) -> bool:
        """Whether the scan file lacks something that is shown."""
        return self.session is not None and self.session.dirty

    @property
    def path(self) -> Path | None:
        """The file of the open scan."""
        return self._path

    @property
    def consequence(self) -> tuple[Fate, str]:
        """What becomes of the corrections if the open scan is closed without saving, and how to say it."""
        if self.session is None or self._path is None:
            raise InputError("nothing is open; open a scan first")
        fate = fate_of(self._path, self.session)
        return fate, in_words(fate, self._path.parent / BACKUP_FOLDER)

    def open(self, path: Path) -> None:
        """Open a project folder or one of our scan files.

        Raises
        ------
        AnnotatorError
            It cannot be opened; what was open stays open.
        """
        path = path.absolute()
        if not path.exists():
            raise InputError(f"{path}: is not there any more; open it from where it was moved to")
        if is_project(path):
            self._open_project(Project.open(path))
        elif path.suffix == ".h5" and path.parent.name == "scans" and is_project(path.parent.parent):
            self._open_project(Project.open(path.parent.parent), path.stem)
        elif path.suffix == ".h5":
            opened = self._read(path.name, partial(open_for_editing, path, annotator(), held=self._lock))
            self.project = None
            self._settings.add_recent(path)
            self.project_changed.emit()
            self._take(opened, path)
        else:
            raise InputError(f"{path}: is neither a project nor a scan file of this program; import it")

    def open_scan(self, name: str) -> None:
        """Open a scan of the project; what is not saved of the one that was open is dropped."""
        if self.project is None:
            return
        opened = self._opened(self.project, name)
        self._take(opened, self.project.scan_path(name))

    def save(self) -> None:
        """Write the open scan to its file and clear its journal."""
        if self.session is None or self._path is None:
            return
        if self._lock is not None:
            self._lock.confirm()
        session, was_dirty = self.session, self.session.dirty
        try:
            self.wait(f"Saving {session.scan.name}", saving(self._path, session))
        except BaseException:
            session.mark_saved(saved=not (was_dirty or session.dirty))  # also where it never began
            raise
        self.saved_at = datetime.now().astimezone()
        self.saved.emit()

    def restore(self, backup: Path) -> None:
        """Go back to an earlier version of the open scan and open it; what is shown now becomes a backup."""
        if self.session is None or self._path is None:
            return
        self.session.check_writable()
        if self.unsaved:
            self.save()
        restore(self._path, backup)
        wait, self.wait = self.wait, at_once  # the file is another by now: there is nothing to stop any more
        try:
            self.open(self._path)
        finally:
            self.wait = wait

    def _open_project(self, project: Project, name: str | None = None) -> None:
        names = project.scan_names()
        chosen = name or (names[0] if names else None)
        opened = self._opened(project, chosen) if chosen else None
        self.project = project
        self._settings.add_recent(project.folder)
        self.project_changed.emit()
        self._take(opened, project.scan_path(chosen) if chosen else None)

    def _opened(self, project: Project, name: str) -> OpenedScan:
        return self._read(name, partial(project.open_for_editing, name, annotator(), held=self._lock))

    def _read(self, name: str, read: Callable[[], OpenedScan]) -> OpenedScan:
        def work() -> OpenedScan:
            opened = read()
            try:
                self.ahead(opened.session)
            except BaseException:
                if opened.lock is not None and opened.lock is not self._lock:
                    opened.lock.release()
                raise
            return opened

        return self.wait(f"Opening {name}", work)

    def close(self) -> None:
        """Let others edit the scan."""
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def _take(self, opened: OpenedScan | None, path: Path | None) -> None:
        lock = opened.lock if opened is not None else None
        if lock is not self._lock:
            self.close()
            self._lock = lock
        self.session, self._path, self.saved_at = opened.session if opened is not None else None, path, None
        self.opened.emit(self.session)
        if opened is not None and opened.session.read_only:
            self.locked.emit(opened.session.read_only)
        elif opened is not None and any(opened.recovered):
            self.recovered.emit(opened.recovered)


def features_folder(project: Project | None) -> Path | None:
    """Where the deep features lie that the project wants the labeler to see; None where it wants none."""
    if project is None or not project.features:
        return None
    return project.folder / RUNS / project.features / FOLDER


def can_open(path: Path) -> bool:
    """Say whether `Workspace.open` takes this path; other readable files have to be imported."""
    return is_project(path) or path.suffix == ".h5"


def annotator() -> str:
    """Who is working, for the log of edits."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container may have no name for its user
        return ""
