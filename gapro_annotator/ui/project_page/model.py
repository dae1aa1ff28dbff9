"""The scans of the project as rows of a table."""

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QWidget

from gapro_annotator.ui.project_page.reader import Known
from gapro_annotator.ui.remarks.history_panel import in_local_time
from gapro_annotator.ui.theme import shown

Index = QModelIndex | QPersistentModelIndex
SORT_ROLE = Qt.ItemDataRole.UserRole
COLUMNS = ("Scan", "Points", "Boxes", "Expected wrong", "Corrected", "Reviewed", "Last edit", "Labelled by")
_TIPS = (
    "Name; ● has edits that are not in its file yet",
    "How many points it has",
    "How many boxes it has",
    "Share of the points in or near boxes that is probably labelled wrong, and how many these are",
    "Share of its points that a person labelled",
    "Instances that were marked reviewed, and how many need a look",
    "Time of the newest edit",
    "Method, and the run whose features it saw",
)


class ScansModel(QAbstractTableModel):
    """One row a scan."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._names: list[str] = []
        self._known: dict[str, Known] = {}
        self._unsaved: set[str] = set()
        self._open = ""

    def show(self, names: list[str], known: dict[str, Known], unsaved: set[str], open_scan: str) -> None:
        """Show these scans with what is known of them."""
        same = names == self._names
        if not same:
            self.beginResetModel()
        self._names, self._known, self._unsaved, self._open = names, dict(known), unsaved, open_scan
        if not same:
            self.endResetModel()
        elif names:
            self.dataChanged.emit(self.index(0, 0), self.index(len(names) - 1, len(COLUMNS) - 1))

    def name_at(self, row: int) -> str:
        """Scan of a row."""
        return self._names[row]

    def rowCount(self, parent: Index | None = None) -> int:
        """Qt's."""
        return 0 if parent is not None and parent.isValid() else len(self._names)

    def columnCount(self, parent: Index | None = None) -> int:
        """Qt's."""
        return 0 if parent is not None and parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Qt's."""
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(section)
        return {Qt.ItemDataRole.DisplayRole: COLUMNS, Qt.ItemDataRole.ToolTipRole: _TIPS}.get(
            Qt.ItemDataRole(role), (None,) * len(COLUMNS)
        )[section]

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Qt's."""
        name, column = self._names[index.row()], index.column()
        known = self._known.get(name)
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(name, known, column)
        if role == SORT_ROLE:
            return _sort_key(name, known, column)
        if role == Qt.ItemDataRole.ToolTipRole and isinstance(known, str):
            return known
        if role == Qt.ItemDataRole.ForegroundRole:
            if isinstance(known, str):
                return QColor(shown().warning)
            return QColor(shown().muted) if known is None and column else None
        return _alignment(column) if role == Qt.ItemDataRole.TextAlignmentRole else None

    def _text(self, name: str, known: Known | None, column: int) -> str:
        if column == 0:
            opened = "  (open)" if name == self._open else ""
            return f"{name}  ●{opened}" if name in self._unsaved else f"{name}{opened}"
        if known is None:
            return "…" if column == 1 else ""
        if isinstance(known, str):
            return known if column == len(COLUMNS) - 1 else ""
        wrong = "not labelled" if known.wrong_share is None else f"{known.wrong_share:.1%}"
        if known.wrong_points is not None and known.wrong_points >= 1:
            wrong += f"  ({round(known.wrong_points):,})"
        marked = f", {known.marked} to look at" if known.marked else ""
        return (
            "",
            f"{known.points:,}",
            f"{known.boxes:,}",
            wrong,
            f"{known.corrected:.1%}" if known.corrected else "–",
            f"{known.reviewed} of {known.boxes}{marked}" if known.reviewed or known.marked else "–",
            in_local_time(known.last_edit) if known.last_edit else "–",
            known.labelled_by or "–",
        )[column]


def _sort_key(name: str, known: Known | None, column: int) -> Any:
    if column == 0 or known is None or isinstance(known, str):
        return name if column in (0, 6, 7) else -1.0
    share = known.reviewed / max(known.boxes, 1)
    wrong = known.wrong_points if known.wrong_points is not None else float("inf")
    return (name, known.points, known.boxes, wrong, known.corrected, share, known.last_edit, known.labelled_by)[column]


def _alignment(column: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if 1 <= column <= 4 else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter
