"""Reads the figures of the scans in a thread, one after the other, and again only what changed on disk."""

from pathlib import Path
from typing import TypeAlias

from PySide6.QtCore import QObject, Signal

from gapro_annotator.errors import AnnotatorError
from gapro_annotator.project import Project
from gapro_annotator.scan_figures import ScanFigures, figures_of
from gapro_annotator.ui.job import Job

Known: TypeAlias = ScanFigures | str
"""What a scan has, or the sentence that says why it cannot be read."""


class FiguresReader(QObject):
    """Knows the figures of the project's scans as their files are."""

    changed = Signal()
    progressed = Signal(int, int)
    """How many scans are read, of how many."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.known: dict[str, Known] = {}
        self._marks: dict[str, tuple[float, ...]] = {}
        self._folder: Path | None = None
        self._project: Project | None = None
        self._waiting: list[str] = []
        self._reading = ""
        self._total = 0
        self._job = Job("gapro-figures", self)
        self._job.succeeded.connect(self._take)
        self._job.cancelled.connect(self._next)

    @property
    def busy(self) -> bool:
        """Whether something is still to be read."""
        return self._job.running or bool(self._waiting)

    def read(self, project: Project | None) -> None:
        """Read what changed since it was read last."""
        folder = project.folder if project is not None else None
        if folder != self._folder:
            self.known, self._marks, self._folder = {}, {}, folder
        self._project = project
        names = project.scan_names() if project is not None else []
        for gone in self.known.keys() - set(names):
            del self.known[gone]
            self._marks.pop(gone, None)
        self._waiting = [name for name in names if self._mark_of(name) != self._marks.get(name)]
        self._total = len(self._waiting)
        self.changed.emit()
        self._next()

    def close(self) -> None:
        """Wait for the thread."""
        self._waiting = []
        self._job.join()

    def _next(self) -> None:
        if self._job.running or not self._waiting or self._project is None:
            return
        project, name = self._project, self._waiting.pop(0)
        mark = self._mark_of(name)

        def work(_progress: object) -> tuple[Path, str, tuple[float, ...], Known]:
            try:
                return project.folder, name, mark, figures_of(project.load(name))
            except AnnotatorError as error:
                return project.folder, name, mark, str(error)

        self._job.start(work)

    def _take(self, answer: tuple[Path, str, tuple[float, ...], Known]) -> None:
        folder, name, mark, figures = answer
        if folder == self._folder:
            self.known[name], self._marks[name] = figures, mark
            self.progressed.emit(self._total - len(self._waiting), self._total)
            self.changed.emit()
        self._next()

    def _mark_of(self, name: str) -> tuple[float, ...]:
        """When and how long the scan's file and journal were written."""
        if self._project is None:
            return ()
        found: list[float] = []
        for path in (self._project.scan_path(name), self._project.journal_path(name)):
            try:
                status = path.stat()
            except OSError:
                found.append(-1.0)
            else:
                found += [status.st_mtime, status.st_size]
        return tuple(found)
