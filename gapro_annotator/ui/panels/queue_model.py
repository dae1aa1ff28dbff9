"""The review queue as rows of a table."""

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QWidget

from gapro_annotator.labeling.review import Region
from gapro_annotator.session import Session
from gapro_annotator.ui.naming import candidates, instance_name, percent, why, worth
from gapro_annotator.ui.queue.thumbnails import Thumbnails
from gapro_annotator.ui.review import Review
from gapro_annotator.ui.theme import shown

Index = QModelIndex | QPersistentModelIndex
_COLUMNS = ("Region", "Points", "Sure")


class QueueModel(QAbstractTableModel):
    """Regions in review order; decided ones keep their place with a ✓ and what they became."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session: Session | None = None
        self._regions: list[Region] = []
        self._decided: list[bool] = []
        self._places: list[int] = []
        self.thumbnails: Thumbnails | None = None

    def show(self, review: Review) -> None:
        """Take over the queue as it is now."""
        session = review.session
        self.beginResetModel()
        self._session = session
        whole = list(review.queue) if session else []
        # What is looked at stays, whatever the filters say: a row must not vanish under the eye.
        kept = [row == review.queue.place or review.admits(region) for row, region in enumerate(whole)]
        self._places = [row for row, keep in enumerate(kept) if keep]
        self._regions = [whole[row] for row in self._places]
        done = review.queue.decided(session.correction) if session else []
        self._decided = [done[row] for row in self._places]
        self.endResetModel()

    def place_of(self, row: int) -> int:
        """Place in the queue of what this row shows."""
        return self._places[row]

    def row_of(self, place: int) -> int:
        """Row that shows this place of the queue; -1 where none does."""
        return self._places.index(place) if place in self._places else -1

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
            who = candidates(session, region)
            # Beside a picture there is room for two lines.
            who = who.replace(" or ", "\nor ", 1) if self.thumbnails is not None else who
            what = f"✓ {became}" if done else who
            return (what, f"{len(region.points):,}", "" if done else percent(region.probability))[column]
        if role == Qt.ItemDataRole.DecorationRole and column == 0 and self.thumbnails is not None:
            return self.thumbnails.of(region)
        if role == Qt.ItemDataRole.ToolTipRole:
            return "\n".join(filter(None, (candidates(session, region), why(session, region), worth(session, region))))
        if role == Qt.ItemDataRole.ForegroundRole and done:
            return QColor(shown().good if column == 0 else shown().muted)
        return _alignment(column) if role == Qt.ItemDataRole.TextAlignmentRole else None


def _alignment(column: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter
