"""The page: a table of the scans with search, and what can be done with several of them."""

from PySide6.QtCore import QEvent, QSortFilterProxyModel, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from gapro_annotator.ui.project_page.model import SORT_ROLE, ScansModel

_WIDTHS = (130, 70, 50, 112, 76, 76, 96)


class ProjectPage(QWidget):
    """Shows what it is given; what is asked for goes out as signals."""

    open_asked = Signal(str)
    label_asked = Signal(list)
    export_asked = Signal(list)
    next_asked = Signal()
    stop_asked = Signal()
    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = QLabel()
        self.title.setProperty("role", "heading")
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search scans")
        self.search.setClearButtonEnabled(True)
        self.search.setToolTip("Show only scans with this in their name")
        self.model = ScansModel(self)
        self.filtered = QSortFilterProxyModel(self)
        self.filtered.setSourceModel(self.model)
        self.filtered.setSortRole(SORT_ROLE)
        self.filtered.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.filtered.setFilterKeyColumn(-1)
        self.search.textChanged.connect(self.filtered.setFilterFixedString)
        self.table = QTreeView()
        self.table.setRootIsDecorated(False)
        self.table.setUniformRowHeights(True)
        self.table.setSortingEnabled(True)
        self.table.setModel(self.filtered)
        self.table.sortByColumn(0, Qt.SortOrder.AscendingOrder)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        for column, width in enumerate(_WIDTHS):
            self.table.setColumnWidth(column, width)
        self.table.activated.connect(lambda index: self.open_asked.emit(self._name(index.row())))
        self.open = _button("Open", "Open the selected scan  (Enter)")
        self.next = _button("Next by worth", "Open the scan with the most points that are probably wrong")
        self.label = _button("Label", "Label the selected scans anew; without a selection, those that are not labelled")
        self.export = _button("Export…", "Export the selected scans; without a selection, all")
        self.stop = _button("Stop", "Stop what runs; a scan is saved as a whole or not at all")
        self.back = _button("Back to the scan", "Go back to the view  (Esc)")
        self.status, self.progress = QLabel(), QProgressBar(textVisible=False)
        self.status.setWordWrap(True)
        self.status.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.progress.setFixedHeight(6)
        self._lay_out()
        self.open.clicked.connect(self._open_first)
        self.next.clicked.connect(self.next_asked)
        self.label.clicked.connect(lambda: self.label_asked.emit(self.selected))
        self.export.clicked.connect(lambda: self.export_asked.emit(self.selected))
        self.stop.clicked.connect(self.stop_asked)
        self.back.clicked.connect(self.closed)
        self.show_work("", -1)

    @property
    def selected(self) -> list[str]:
        """Names of the selected scans, as the table has them."""
        return [self._name(index.row()) for index in self.table.selectionModel().selectedRows()]

    def show_work(self, text: str, share: float) -> None:
        """Say what runs or ran; `share` 0..1 of it is done, -1: nothing runs, above 1: nobody knows how much."""
        self.status.setText(text)
        self.progress.setVisible(share >= 0)
        self.progress.setRange(0, 0 if share > 1 else 1000)
        self.progress.setValue(round(1000 * min(max(share, 0.0), 1.0)))
        self.stop.setVisible(share >= 0)

    def event(self, arg__1: QEvent) -> bool:
        """Keep Esc from the tools of the view, which is not seen."""
        is_escape = isinstance(arg__1, QKeyEvent) and arg__1.key() == Qt.Key.Key_Escape
        if is_escape and arg__1.type() == QEvent.Type.ShortcutOverride:
            arg__1.accept()
            return True
        return super().event(arg__1)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc goes back."""
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        else:
            super().keyPressEvent(event)

    def _lay_out(self) -> None:
        top, row, foot = QHBoxLayout(), QHBoxLayout(), QHBoxLayout()
        top.addWidget(self.title, 1)
        top.addWidget(self.search)
        for button in (self.open, self.next, self.label, self.export):
            row.addWidget(button)
        row.addStretch()
        row.addWidget(self.back)
        foot.addWidget(self.status, 1)
        foot.addWidget(self.stop)
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(12, 10, 12, 8)
        self.body.addLayout(top)
        self.body.addWidget(self.table, 1)
        self.body.addLayout(row)
        self.body.addWidget(self.progress)
        self.body.addLayout(foot)

    def _open_first(self) -> None:
        names = self.selected or [self._name(row) for row in range(min(self.filtered.rowCount(), 1))]
        for name in names[:1]:
            self.open_asked.emit(name)

    def _name(self, row: int) -> str:
        return self.model.name_at(self.filtered.mapToSource(self.filtered.index(row, 0)).row())


def _button(text: str, tip: str) -> QPushButton:
    button = QPushButton(text)
    button.setToolTip(tip)
    return button
