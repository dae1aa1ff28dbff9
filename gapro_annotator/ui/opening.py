"""What the window asks before it opens, imports or leaves something."""

from pathlib import Path

from PySide6.QtCore import QObject, QStandardPaths, QTimer, Signal
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from gapro_annotator.errors import AnnotatorError, CancelledError
from gapro_annotator.ui.backups_window import BackupsWindow
from gapro_annotator.ui.messages import ask_to_save
from gapro_annotator.ui.unsaved import Fate
from gapro_annotator.ui.workbench import Workbench

_FILTER = (
    "Scans (*.h5 *.ply *.pcd *.las *.laz *.e57 *.xyz *.txt *.csv *.pts *.asc *.npy *.npz *.pth *.bin *.obj *.glb "
    "*.gltf *.stl *.vtk *.vtp *.vtu);;All files (*)"
)
_AGAIN_MS = 200


class Opening(QObject):
    """Dialogs that choose a path, and the question about what is not saved."""

    import_asked = Signal(list)
    """Paths of foreign scans, or folders of them, that are to be imported."""

    def __init__(self, bench: Workbench, window: QWidget) -> None:
        super().__init__(window)
        self._bench = bench
        self._window = window
        self.backups = BackupsWindow(window)
        self.backups.chosen.connect(self.restore)

    def open(self, path: Path) -> None:
        """Open a project or scan, or ask how a foreign scan is to be imported."""
        if self._bench.needs_import(path):
            self.import_asked.emit([path])
        elif not path.exists() or self.may_leave():  # what is gone asks nothing, it ends in an error
            self._bench.open(path)

    def open_all(self, paths: list[Path]) -> None:
        """Open one path, or ask how several are to be imported."""
        if len(paths) == 1:
            self.open(paths[0])
        elif paths:
            self.import_asked.emit(paths)

    def choose_project(self) -> None:
        """Ask for a project folder and open it."""
        folder = QFileDialog.getExistingDirectory(self._window, "Open project")
        if folder:
            self.open(Path(folder))

    def choose_scan(self) -> None:
        """Ask for scan files and open or import them."""
        files, _ = QFileDialog.getOpenFileNames(self._window, "Open or import scans", "", _FILTER)
        self.open_all([Path(file) for file in files])

    def open_demo(self) -> None:
        """Open the demo project among the user's documents; it is made the first time."""
        place = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        self._bench.sources.make_demo(Path(place) / "gapro-demo")

    def open_made(self, path: Path) -> None:
        """Open what was imported or made in the background, unless the user would rather stay."""
        if self._bench.workspace.busy():
            QTimer.singleShot(_AGAIN_MS, self, lambda: self.open_made(path))
            return
        if self.may_leave():
            self._bench.open(path)
        else:
            self._bench.said.emit(f"It is ready whenever you want it: {path}")

    def open_scan(self, name: str) -> None:
        """Open another scan of the project; the open one is saved, and where that cannot be, the user is asked."""
        session = self._bench.session
        if session is not None and name == session.scan.name:
            return
        if self._leave_saved():
            self._bench.open_scan(name)
        self._bench.changed.emit()

    def open_again(self) -> None:
        """Open the open scan anew from its file and journal, as when another window or program changed it."""
        path = self._bench.workspace.path
        if path is not None and self.may_leave():
            self._bench.open(path)

    def show_backups(self) -> None:
        """List the earlier versions of the open scan in a window beside this one."""
        self.backups.show_scan(self._bench.workspace.path)
        self.backups.show()
        self.backups.raise_()

    def restore(self, backup: Path) -> None:
        """Go back to an earlier version of the open scan."""
        path = self._bench.workspace.path
        if path is None:
            return
        try:
            self._bench.workspace.restore(backup)
        except AnnotatorError as error:
            self._bench.failed.emit(error)
        else:
            self._bench.said.emit(f"{path.stem} is what {backup.suffix[1:]} was; what was there is kept as a backup.")
        self.backups.show_scan(path)

    def close(self) -> None:
        """Close what lies beside the window."""
        self.backups.close()
        self.backups.join()

    def _leave_saved(self) -> bool:
        workspace = self._bench.workspace
        if not workspace.unsaved:
            return True
        try:
            workspace.save()
        except CancelledError:
            return False
        except AnnotatorError:
            return self.may_leave()  # says what cannot be saved and what is kept
        return True

    def may_leave(self) -> bool:
        """Ask about what is not saved; say whether to go on."""
        session = self._bench.session
        if session is None or not self._bench.workspace.unsaved:
            return True
        fate, consequence = self._bench.workspace.consequence
        can_save = fate is not Fate.REPLACED
        answer = ask_to_save(self._window, session.scan.name, consequence, can_save=can_save)
        if answer == QMessageBox.StandardButton.Save:
            return self._bench.save()
        return answer == QMessageBox.StandardButton.Discard
