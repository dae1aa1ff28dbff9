"""What the table of instances shows: a row for each, with what is seen and what is locked."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor, QPixmap
from PySide6.QtWidgets import QWidget

from gapro_annotator.labels import UNCORRECTED
from gapro_annotator.remarks import Status
from gapro_annotator.session import Session
from gapro_annotator.ui.instance_colors import instance_color
from gapro_annotator.ui.naming import percent
from gapro_annotator.ui.theme import shown
from gapro_annotator.ui.visibility import Visibility

Index = QModelIndex | QPersistentModelIndex
SORT_ROLE = Qt.ItemDataRole.UserRole
_COLUMNS = ("Id", "Class", "Points", "Sure", "See", "Lock", "✓")
SEE, LOCK, STATE = 4, 5, 6
_STATES = {Status.REVIEWED: "✓", Status.NEEDS_A_LOOK: "!"}
_TIPS = (
    "The instance: one box, one id",
    "Its class",
    "Points that carry its label now",
    "Mean probability that these labels are right; 100 % is a person's",
    "Whether it is seen  (H, alone: Shift+H)",
    "Whether it is safe from every edit  (L)",
    "✓ reviewed, ! needs a look, ✎ corrected by somebody; Shift+Space marks it",
)


@dataclass(frozen=True, slots=True)
class InstanceRow:
    """One line of the table; `sure` is the mean probability, None without points or labels."""

    instance: int
    name: str
    points: int
    sure: float | None
    seen: bool = True
    locked: bool = False
    state: str = ""
    note: str = ""


def instance_rows(session: Session, visibility: Visibility) -> list[InstanceRow]:
    """Count what each instance has; corrected points count as certain."""
    boxes = session.boxes
    points = np.flatnonzero(session.instance >= 0)  # mostly a small part: the rest is floor and walls
    rows = boxes.row_of(session.instance[points])
    points, rows = points[rows >= 0], rows[rows >= 0]
    corrected = session.correction[points] != UNCORRECTED
    counts, known = np.bincount(rows, minlength=len(boxes)), session.pseudo is not None
    sums = np.zeros(len(boxes))
    if session.pseudo is not None:
        sure = np.where(corrected, np.float32(1), session.pseudo.probability[points])
        sums = np.bincount(rows, weights=sure, minlength=len(boxes))
    touched = np.bincount(rows[corrected], minlength=len(boxes)) > 0
    return [
        InstanceRow(
            int(boxes.id[row]),
            session.classes.name_of(int(boxes.class_id[row])),
            int(counts[row]),
            float(sums[row] / counts[row]) if known and counts[row] else None,
            visibility.shows(int(boxes.id[row])),
            int(boxes.id[row]) in session.locked,
            _STATES.get(session.remarks.status_of(int(boxes.id[row])), "✎" if touched[row] else ""),
            session.remarks.note_of(int(boxes.id[row])),
        )
        for row in range(len(boxes))
    ]


def _state_of(session: Session, visibility: Visibility) -> tuple[object, ...]:
    """All that the rows are made of; each part is another object when it has changed."""
    said = session.revision, session.pseudo, session.remarks, session.locked, session.boxes, session.classes
    return session, visibility, *said


class InstanceModel(QAbstractTableModel):
    """The rows of the table."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: list[InstanceRow] = []
        self._shown: tuple[object, ...] = ()
        self.toggled: Callable[[int, int], None] | None = None
        """Told the column (SEE or LOCK) and the instance whose mark was clicked."""

    def show(self, session: Session | None, visibility: Visibility) -> None:
        """Show what the session says now; the selection survives where the instances are the same."""
        # Asked for at every turn, and counting a large scan takes a while: only what may differ is counted again.
        state = _state_of(session, visibility) if session else (visibility,)
        if len(state) == len(self._shown) and all(a is b for a, b in zip(state, self._shown, strict=True)):
            return
        self._shown = state
        rows = instance_rows(session, visibility) if session else []
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
            return (str(row.instance), row.name, f"{row.points:,}", sure, None, None, row.state)[column]
        if role == SORT_ROLE:
            sure = -1.0 if row.sure is None else row.sure
            return (row.instance, row.name, row.points, sure, row.seen, row.locked, row.state)[column]
        if column in (SEE, LOCK):
            return _mark(on=(row.seen, row.locked)[column - SEE], column=column, role=role)
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.ForegroundRole):
            return _said(row) if role == Qt.ItemDataRole.ToolTipRole else _ink(row, column)
        if role == Qt.ItemDataRole.DecorationRole and column == 0:
            return swatch(row.instance)
        return _alignment(column) if role == Qt.ItemDataRole.TextAlignmentRole else None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Qt's; marks can be clicked."""
        usual = super().flags(index)
        return usual | Qt.ItemFlag.ItemIsUserCheckable if index.column() in (SEE, LOCK) else usual

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Qt's: a mark was clicked; what becomes of it comes back with `show`."""
        if role != Qt.ItemDataRole.CheckStateRole or self.toggled is None:
            return super().setData(index, value, role)
        self.toggled(index.column(), self._rows[index.row()].instance)
        return True


def _said(row: InstanceRow) -> str:
    said = {"✓": "reviewed", "!": "needs a look", "✎": "corrected by somebody"}.get(row.state, "untouched")
    return f"{row.name} {row.instance}: {said}" + (f"\n{row.note}" if row.note else "")


def _ink(row: InstanceRow, column: int) -> QColor | None:
    return QColor(shown().warning if row.state == "!" else shown().good) if column == STATE else None


def swatch(instance: int) -> QPixmap:
    """A square in the colour of an instance."""
    pixmap = QPixmap(12, 12)
    pixmap.fill(QColor(*instance_color(instance)))
    return pixmap


def _mark(*, on: bool, column: int, role: int) -> Any:
    if role == Qt.ItemDataRole.CheckStateRole:
        return Qt.CheckState.Checked if on else Qt.CheckState.Unchecked
    if role == Qt.ItemDataRole.AccessibleTextRole:
        return {SEE: ("hidden", "seen"), LOCK: ("not locked", "locked")}[column][on]
    return None


def _alignment(column: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column >= 2 else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter
