"""Earlier versions of the open scan in a window beside it: when, what differs, and a button that goes back."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from gapro_annotator.labeling.request import Progress
from gapro_annotator.restoring import backups_of
from gapro_annotator.store.backups import Backup
from gapro_annotator.ui.job import Job


class BackupsWindow(QDialog):
    """Never modal: the scan can be looked at meanwhile. The list is read in a thread."""

    chosen = Signal(object)
    """Path of the backup to go back to."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setModal(False)
        self.setObjectName("backups")
        self.resize(620, 320)
        self._backups: list[Backup] = []
        self._path: Path | None = None
        self._job = Job("gapro-backups", self)
        self._job.succeeded.connect(self._show_list)
        self._job.failed.connect(self._show_failure)
        self.says = QLabel(wordWrap=True)
        self.table = QTableWidget(0, 3)
        self.table.setHorizontalHeaderLabels(["Saved", "Kept as", "Compared with now"])
        self.table.verticalHeader().hide()
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.horizontalHeader().setSectionResizeMode(2, QHeaderView.ResizeMode.Stretch)
        self.table.itemSelectionChanged.connect(self._selected)
        self.back = QPushButton("Go back to it")
        self.back.setToolTip("Put the chosen version in place of the scan; what is there now is kept as a backup")
        self.back.clicked.connect(self._go_back)
        close = QPushButton("Close")
        close.clicked.connect(self.close)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.back)
        buttons.addWidget(close)
        layout = QVBoxLayout(self)
        layout.addWidget(self.says)
        layout.addWidget(self.table, 1)
        layout.addLayout(buttons)

    def show_scan(self, path: Path | None) -> None:
        """List the versions of this scan file; None where no scan is open."""
        self._path = path
        self.setWindowTitle(f"Backups of {path.stem}" if path is not None else "Backups")
        self._show_rows([])
        self.says.setText("Reading the earlier versions …" if path is not None else "Open a scan first.")
        if path is not None and not self._job.running:
            self._start(path)

    def join(self) -> None:
        """Wait for the thread."""
        self._job.join()

    def _start(self, path: Path) -> None:
        self._job.start(partial(_read, path))

    @Slot(object)
    def _show_list(self, found: tuple[Path, list[Backup]]) -> None:
        path, backups = found
        if path != self._path:  # another scan was opened while these were read
            if self._path is not None:
                self._start(self._path)
            return
        self._show_rows(backups)
        self.says.setText(
            "The last five versions, and the first of each day. What is there now is kept when you go back."
            if backups
            else "No earlier version is kept yet: the first comes with the second save."
        )

    @Slot(object)
    def _show_failure(self, error: Exception) -> None:
        self.says.setText(f"The backups cannot be listed: {error}")

    def _show_rows(self, backups: list[Backup]) -> None:
        self._backups = backups
        self.table.setRowCount(len(backups))
        for row, one in enumerate(backups):
            for column, text in enumerate((f"{one.saved:%Y-%m-%d %H:%M:%S}", one.name, one.says)):
                item = QTableWidgetItem(text)
                if not one.whole:
                    item.setFlags(Qt.ItemFlag.NoItemFlags)
                self.table.setItem(row, column, item)
        self.table.resizeColumnsToContents()
        self._selected()

    def _selected(self) -> None:
        row = self._row()
        self.back.setEnabled(row is not None and self._backups[row].whole)

    def _row(self) -> int | None:
        rows = self.table.selectionModel().selectedRows()
        return rows[0].row() if rows else None

    def _go_back(self) -> None:
        row = self._row()
        if row is not None:
            self.chosen.emit(self._backups[row].path)


def _read(path: Path, _progress: Progress) -> tuple[Path, list[Backup]]:
    return path, backups_of(path)
