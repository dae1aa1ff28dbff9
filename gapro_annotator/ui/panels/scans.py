"""The scans of the open project."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from gapro_annotator.project import Project
from gapro_annotator.session import Session


class ScansPanel(QWidget):
    """Names of the scans; ● has edits that are not in its file yet."""

    asked_for = Signal(str)
    """A scan that the user wants to see."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.list = QListWidget()
        self.list.itemClicked.connect(self._ask)
        self.list.itemActivated.connect(self._ask)
        self.hint = QLabel("Open a project to see its scans here.", wordWrap=True)
        self.hint.setProperty("role", "muted")
        self.hint.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.hint.setMargin(10)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.list)
        layout.addWidget(self.hint)

    def show_project(self, project: Project | None, session: Session | None) -> None:
        """List the scans, the open one selected."""
        names = project.scan_names() if project else []
        self.list.clear()
        for name in names:
            is_open = session is not None and session.scan.name == name
            unsaved = session.dirty if session is not None and is_open else _has_edits(project, name)
            item = QListWidgetItem(f"{name}  ●" if unsaved else name)
            item.setData(Qt.ItemDataRole.UserRole, name)
            item.setToolTip("Has edits that are not in its file yet; they are safe in its journal." if unsaved else "")
            self.list.addItem(item)
            if is_open:
                self.list.setCurrentItem(item)
        self.list.setVisible(bool(names))
        self.hint.setVisible(not names)
        self.hint.setText(
            "No scan yet. Drop one on the window, or use gapro-annotator import."
            if project
            else "Open a project to see its scans here."
        )

    def _ask(self, item: QListWidgetItem) -> None:
        self.asked_for.emit(item.data(Qt.ItemDataRole.UserRole))


def _has_edits(project: Project | None, name: str) -> bool:
    return project is not None and project.journal_path(name).exists()
