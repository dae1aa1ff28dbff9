"""The instances of the open scan: a table that is sorted, filtered and selects both ways with the view."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QSortFilterProxyModel, Qt, Signal
from PySide6.QtGui import QColor, QPixmap
from PySide6.QtWidgets import QAbstractItemView, QLineEdit, QTreeView, QVBoxLayout, QWidget

from gapro_annotator.classes import default_color
from gapro_annotator.labels import UNCORRECTED
from gapro_annotator.session import Session
from gapro_annotator.ui.naming import percent
from gapro_annotator.ui.panels.columns import fit_columns

Index = QModelIndex | QPersistentModelIndex
SORT_ROLE = Qt.ItemDataRole.UserRole
_COLUMNS = ("Id", "Class", "Points", "Sure")
_TIPS = (
    "The instance: one box, one id",
    "Its class",
    "Points that carry its label now",
    "Mean probability that these labels are right; 100 % is a person's",
)


@dataclass(frozen=True, slots=True)
class InstanceRow:
    """One line of the table; `sure` is the mean probability, None without points or labels."""

    instance: int
    name: str
    points: int
    sure: float | None


def instance_rows(session: Session) -> list[InstanceRow]:
    """Count what each instance has; corrected points count as certain."""
    boxes = session.boxes
    rows = boxes.row_of(session.instance)
    inside = rows >= 0
    counts = np.bincount(rows[inside], minlength=len(boxes))
    sums = np.zeros(len(boxes))
    if session.pseudo is not None:
        probability = np.where(session.correction == UNCORRECTED, session.pseudo.probability, 1.0)
        sums = np.bincount(rows[inside], weights=probability[inside], minlength=len(boxes))
    known = session.pseudo is not None
    return [
        InstanceRow(
            int(boxes.id[row]),
            session.classes.name_of(int(boxes.class_id[row])),
            int(counts[row]),
            float(sums[row] / counts[row]) if known and counts[row] else None,
        )
        for row in range(len(boxes))
    ]


class InstanceModel(QAbstractTableModel):
    """The rows of the table."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: list[InstanceRow] = []

    def show(self, session: Session | None) -> None:
        """Show what the session says now; the selection survives where the instances are the same."""
        rows = instance_rows(session) if session else []
        if [r.instance for r in rows] == [r.instance for r in self._rows]:
            self._rows = rows
            if rows:
                self.dataChanged.emit(self.index(0, 0), self.index(len(rows) - 1, len(_COLUMNS) - 1))
            return
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()

    def row_of(self, instance: int) -> int:
        """Row of an instance; -1 where it is none."""
        return next((row for row, item in enumerate(self._rows) if item.instance == instance), -1)

    def instance_at(self, row: int) -> int:
        """Instance of a row."""
        return self._rows[row].instance

    def rowCount(self, parent: Index | None = None) -> int:
        """Qt's."""
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index | None = None) -> int:
        """Qt's."""
        return 0 if parent is not None and parent.isValid() else len(_COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Qt's."""
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(section)
        return {Qt.ItemDataRole.DisplayRole: _COLUMNS, Qt.ItemDataRole.ToolTipRole: _TIPS}.get(
            Qt.ItemDataRole(role), (None,) * len(_COLUMNS)
        )[section]

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Qt's."""
        row, column = self._rows[index.row()], index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            sure = "–" if row.sure is None else percent(row.sure)
            return (str(row.instance), row.name, f"{row.points:,}", sure)[column]
        if role == SORT_ROLE:
            return (row.instance, row.name, row.points, -1.0 if row.sure is None else row.sure)[column]
        if role == Qt.ItemDataRole.DecorationRole and column == 0:
            return swatch(row.instance)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(column)
        return None


class InstancesPanel(QWidget):
    """Table and filter; `chosen` is the instance that G gives to."""

    chosen_changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = InstanceModel(self)
        self.filtered = QSortFilterProxyModel(
            self,
            filterKeyColumn=-1,
            filterCaseSensitivity=Qt.CaseSensitivity.CaseInsensitive,
            sortRole=SORT_ROLE,
        )
        self.filtered.setSourceModel(self.model)
        self.filter = QLineEdit(placeholderText="Filter by class or id", clearButtonEnabled=True)
        self.filter.setFocusPolicy(Qt.FocusPolicy.ClickFocus)  # keys belong to the view until it is clicked
        self.filter.textChanged.connect(self.filtered.setFilterFixedString)
        self.table = _table(self.filtered)
        self.table.selectionModel().currentRowChanged.connect(self._selected)
        self.filtered.modelReset.connect(self._selected)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 6, 6, 0)
        layout.addWidget(self.filter)
        layout.addWidget(self.table)

    @property
    def chosen(self) -> int | None:
        """The selected instance."""
        index = self.filtered.mapToSource(self.table.currentIndex())
        return self.model.instance_at(index.row()) if index.isValid() else None

    def choose(self, instance: int) -> None:
        """Select an instance, as when it was picked in the view; a filter that hides it is cleared."""
        row = self.model.row_of(instance)
        if row < 0:
            self.table.setCurrentIndex(QModelIndex())
            return
        if not self.filtered.mapFromSource(self.model.index(row, 0)).isValid():
            self.filter.clear()
        index = self.filtered.mapFromSource(self.model.index(row, 0))
        self.table.setCurrentIndex(index)
        self.table.scrollTo(index)

    def show_session(self, session: Session | None) -> None:
        """Show the instances as they are now."""
        self.model.show(session)

    def _selected(self) -> None:
        self.chosen_changed.emit(self.chosen)


def swatch(instance: int) -> QPixmap:
    """A square in the colour of an instance."""
    pixmap = QPixmap(12, 12)
    pixmap.fill(QColor(*default_color(instance)))
    return pixmap


def _alignment(column: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column >= 2 else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter


def _table(model: QSortFilterProxyModel) -> QTreeView:
    table = QTreeView(
        rootIsDecorated=False,
        uniformRowHeights=True,
        sortingEnabled=True,
        allColumnsShowFocus=True,
    )
    table.setModel(model)
    table.sortByColumn(0, Qt.SortOrder.AscendingOrder)
    table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    # The first column holds the swatch and, in the header, the arrow of the sorted column.
    fit_columns(table, {0: "■ 00 ▾", 2: "000,000", 3: " 100 %"}, stretched=1)
    return table
