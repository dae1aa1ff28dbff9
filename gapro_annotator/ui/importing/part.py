"""The import page as the window assembles it: when it is shown, and what follows from it."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from gapro_annotator.ui.action_spec import ActionSpec

if TYPE_CHECKING:
    from gapro_annotator.ui.importing.order import ImportOrder
    from gapro_annotator.ui.importing.page import ImportPage
    from gapro_annotator.ui.main_window import MainWindow
    from gapro_annotator.ui.parts import DockSpec


class ImportPart(QObject):
    """Between the page and the work that it asks for."""

    docks: Sequence["DockSpec"] = ()
    specs: Sequence[ActionSpec] = ()

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window, self._bench = window, window.bench
        self.page: ImportPage | None = None

    def connect_window(self, window: "MainWindow") -> None:
        """Answer whoever asks for an import."""
        window.opening.import_asked.connect(self.show_page)
        window.bench.session_changed.connect(lambda _session: self._leave())

    def close(self) -> None:
        """Wait for what is being read."""
        if self.page is not None:
            self.page.join()

    def show_page(self, paths: list[Path]) -> None:
        """Ask how these are to be imported."""
        window = self._window
        if self.page is None:
            from gapro_annotator.ui.importing.page import ImportPage  # readers are many: not at the start

            self.page = ImportPage()
            self.page.asked.connect(self._import)
            self.page.closed.connect(self._leave)
            window.stack.addWidget(self.page)
        project = self._bench.workspace.project
        beside = paths[0].parent / f"{paths[0].stem if paths[0].is_file() else paths[0].name}-project"
        window.stack.show_alone(self.page)
        target = project.folder if project is not None else beside
        self.page.begin(paths, target, self._bench.workspace.path)

    def _import(self, order: "ImportOrder") -> None:
        if self._bench.sources.import_sources(order):
            self._leave()

    def _leave(self) -> None:
        window = self._window
        if self.page is None or window.stack.currentWidget() is not self.page:
            return
        nothing_open = self._bench.session is None and self._bench.workspace.project is None
        window.stack.show_alone(window.start_page if nothing_open else None)
        window.view.setFocus()
