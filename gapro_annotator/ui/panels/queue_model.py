"""The review queue as rows of a table."""

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QWidget

from gapro_annotator.labeling.review import Region
from gapro_annotator.session import Session
from gapro_annotator.ui.naming import candidates, instance_name, percent, why
from gapro_annotator.ui.review import Review
from gapro_annotator.ui.theme import GOOD, MUTED

Index = QModelIndex | QPersistentModelIndex
_COLUMNS = ("Region", "Points", "Sure")


class QueueModel(QAbstractTableModel):
    """Regions in review order; decided ones keep their place with a ✓ and what they became."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session: Session | None = None
        self._regions: list[Region] = []
        self._decided: list[bool] = []

    def show(self, review: Review) -> None:
        """Take over the queue as it is now."""
        session = review.session
        self.beginResetModel()
        self._session = session
        self._regions = list(review.queue) if session else []
        self._decided = review.queue.decided(session.correction) if session else []
        self.endResetModel()

    def rowCount(self, parent: Index | None = None) -> int:
        """Qt's."""
        return 0 if parent is not None and parent.isValid() else len(self._regions)

    def columnCount(self, parent: Index | None = None) -> int:
        """Qt's."""
        return 0 if parent is not None and parent.isValid() else len(_COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Qt's."""
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return _COLUMNS[section]
        return _alignment(section) if role == Qt.ItemDataRole.TextAlignmentRole else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Qt's."""
        session = self._session
        if session is None:
            return None
        region, column, done = self._regions[index.row()], index.column(), self._decided[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            became = instance_name(session, int(session.instance[region.points[0]]))
            what = f"✓ {became}" if done else candidates(session, region)
            return (what, f"{len(region.points):,}", "" if done else percent(region.probability))[column]
        if role == Qt.ItemDataRole.ToolTipRole:
            return f"{candidates(session, region)}\n{why(session, region)}"
        if role == Qt.ItemDataRole.ForegroundRole and done:
            return QColor(GOOD if column == 0 else MUTED)
        return _alignment(column) if role == Qt.ItemDataRole.TextAlignmentRole else None


def _alignment(column: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter
