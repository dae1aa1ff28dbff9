"""The project page as the window assembles it: what it shows, and what its buttons do."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from gapro_annotator.project import Project
from gapro_annotator.scan_figures import ScanFigures
from gapro_annotator.ui.action_spec import ActionSpec
from gapro_annotator.ui.project_page.command import CommandRun
from gapro_annotator.ui.project_page.page import ProjectPage
from gapro_annotator.ui.project_page.reader import FiguresReader

if TYPE_CHECKING:
    from gapro_annotator.ui.main_window import MainWindow
    from gapro_annotator.ui.parts import DockSpec
    from gapro_annotator.ui.project_page.export_form import ExportForm


class ProjectPart(QObject):
    """Between the page, the files of the project, and our own commands."""

    docks: Sequence["DockSpec"] = ()

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window, self._bench = window, window.bench
        self.page, self.reader = ProjectPage(), FiguresReader(self)
        self.command = CommandRun(self)
        self.form: ExportForm | None = None
        self._exported: list[str] = []
        self._expected, self._lines, self._doing, self._report = 0, 0, "", ""
        self.specs: Sequence[ActionSpec] = [
            ActionSpec(id="project_page", menu="File", text="All scans of the project", shortcut="Ctrl+P",
                       slot=self.toggle, tooltip="Show the table of scans, or go back to the view"),
            ActionSpec(id="next_scan", menu="File", text="Next scan by worth", shortcut="Ctrl+Shift+N",
                       slot=self.open_next,
                       tooltip="Open the scan with the most points that are probably wrong"),
            ActionSpec(id="export", menu="File", text="Export…", shortcut="Ctrl+E", ends_section=True,
                       slot=lambda: self.ask_export([]),
                       tooltip="Write labels in a format that trainers and other tools read"),
        ]  # fmt: skip

    def connect_window(self, window: "MainWindow") -> None:
        """Put the page beside the view."""
        page = self.page
        window.stack.addWidget(page)
        page.open_asked.connect(self._open)
        page.next_asked.connect(self.open_next)
        page.label_asked.connect(self.label)
        page.export_asked.connect(self.ask_export)
        page.stop_asked.connect(self.command.cancel)
        page.closed.connect(self._leave)
        self.reader.changed.connect(self._show)
        self.command.said.connect(self._said)
        self.command.done.connect(self._done)
        self.command.failed.connect(self._failed)
        self._bench.workspace.saved.connect(self._refresh)
        self._bench.session_changed.connect(lambda _session: self._leave())

    def close(self) -> None:
        """Stop what runs."""
        self.command.close()
        self.reader.close()

    # -- what the user asks for ---------------------------------------------------------------------------------

    def toggle(self) -> None:
        """Show the page, or go back to the view."""
        if self._project is None:
            self._bench.said.emit("Open a project first: this scan is open alone.")
        elif self._window.stack.currentWidget() is self.page:
            self._leave()
        else:
            self._window.stack.setCurrentWidget(self.page)
            self._refresh()
            self.page.table.setFocus()

    def open_next(self) -> None:
        """Open the scan where most points are probably wrong; not the open one, and none that is good enough."""
        project = self._project
        if project is None:
            self._bench.said.emit("Open a project first: this scan is open alone.")
            return
        self.reader.read(project)
        open_scan = self._bench.session.scan.name if self._bench.session is not None else ""
        line = project.review.good_enough
        best = sorted(
            (-(each.wrong_points or 0.0), name)
            for name, each in self.reader.known.items()
            if isinstance(each, ScanFigures) and name != open_scan and (each.wrong_share or 0.0) > line
        )
        if not best:
            still = "Its scans are still being read; ask again in a moment." if self.reader.busy else ""
            self._bench.said.emit(still or "Every other scan is good enough, or not labelled yet.")
            return
        worth, name = -best[0][0], best[0][1]
        self._open(name)
        self._bench.said.emit(f"{name}: about {round(worth):,} points are probably wrong, more than in any other scan")

    def label(self, names: list[str]) -> None:
        """Label these scans anew; without any, those that are not labelled. The open one is labelled in the window."""
        project, session = self._project, self._bench.session
        if project is None or not self._may_start():
            return
        unlabelled = [
            name for name, each in self.reader.known.items()
            if isinstance(each, ScanFigures) and each.wrong_share is None
        ]  # fmt: skip
        wanted = names or unlabelled
        here = [name for name in wanted if session is not None and name == session.scan.name]
        others = [name for name in wanted if name not in here]
        if not wanted:
            self.page.show_work("Every scan is labelled. Select those that are to be labelled anew.", -1)
        if here:
            self._bench.label()
        if others:
            scans = [part for name in others for part in ("--scan", name)]
            self._start("Labelling", ["label", str(project.folder), *scans], len(others))

    def ask_export(self, names: list[str]) -> None:
        """Show the form of an export of these scans; without any: from the view the open scan, from the page all."""
        project, session = self._project, self._bench.session
        if project is None:
            self._bench.said.emit("Open a project first: this scan is open alone.")
            return
        on_page = self._window.stack.currentWidget() is self.page
        if not names and not on_page and session is not None:
            names = [session.scan.name]
        if not on_page:
            self.toggle()
        self._exported = names or project.scan_names()
        if self.form is None:
            from gapro_annotator.ui.project_page.export_form import ExportForm  # formats are many: not at the start

            self.form = ExportForm()
            self.form.asked.connect(self._export)
            self.page.body.insertWidget(self.page.body.count() - 2, self.form)
        self.form.begin(self._exported, project.folder.parent / f"{project.folder.name}-export")

    # -- inside -------------------------------------------------------------------------------------------------

    @property
    def _project(self) -> Project | None:
        return self._bench.workspace.project

    def _export(self, arguments: list[str]) -> None:
        project, session = self._project, self._bench.session
        if project is None or not self._may_start():
            return
        unsaved = session is not None and session.dirty and session.scan.name in self._exported
        if unsaved and not self._bench.save():  # exports read the file
            return
        scans = [part for name in self._exported for part in ("--scan", name)]
        self._start("Exporting", ["export", str(project.folder), *scans, *arguments], len(self._exported))

    def _may_start(self) -> bool:
        if self.command.running:
            done = self._lines / max(self._expected, 1)
            self.page.show_work("One thing at a time: stop what runs, or wait for it.", done)
        return not self.command.running

    def _start(self, doing: str, arguments: list[str], expected: int) -> None:
        self._doing, self._expected, self._lines = doing, expected, 0
        self.page.show_work(f"{doing} {expected} scan{'' if expected == 1 else 's'}…", 2.0)
        self.command.start(arguments)

    def _said(self, line: str) -> None:
        self._lines += 1
        self.page.show_work(f"{self._doing}: {line}", min(self._lines / max(self._expected, 1), 1.0))
        if self._doing == "Labelling":
            self._refresh()

    def _done(self, text: str) -> None:
        if self._doing == "Exporting" and self.form is not None:
            folder = self.form.folder.text().strip()
            self.form.hide()
            self._doing, self._report = "Checking", text
            self.page.show_work(f"{text}\nChecking {folder} as its trainer would…", 2.0)
            self.command.start(["validate", folder])
            return
        checked = f"{self._report}\nChecked as its trainer would: nothing is wrong."
        self._end(checked if self._doing == "Checking" else text)

    def _failed(self, text: str) -> None:
        self._end(f"{self._report}\nChecked: {text}" if self._doing == "Checking" else text)

    def _end(self, text: str) -> None:
        self.page.show_work(text, -1)
        self._refresh()

    def _refresh(self) -> None:
        if self._window.stack.currentWidget() is self.page:
            self.reader.read(self._project)
            self._show()

    def _show(self) -> None:
        project, session = self._project, self._bench.session
        names = project.scan_names() if project is not None else []
        unsaved = {name for name in names if project is not None and project.journal_path(name).exists()}
        open_scan = session.scan.name if session is not None else ""
        self.page.title.setText(f"{project.folder.name}: {len(names)} scans" if project is not None else "")
        self.page.model.show(names, self.reader.known, unsaved, open_scan)

    def _open(self, name: str) -> None:
        session = self._bench.session
        if session is not None and session.scan.name == name:
            self._leave()
        else:
            self._window.opening.open_scan(name)

    def _leave(self) -> None:
        if self._window.stack.currentWidget() is self.page:
            self._window.stack.setCurrentIndex(1)
            self._window.view.setFocus()
