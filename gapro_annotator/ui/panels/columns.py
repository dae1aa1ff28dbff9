"""Column widths of the tables: from the font, never by asking every row."""

from collections.abc import Mapping

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QHeaderView, QTreeView

_PADDING = 12
"""Pixels around a text: cell padding and a little air."""


def fit_columns(table: QTreeView, widest: Mapping[int, str], *, stretched: int) -> None:
    """Make columns as wide as the widest text that they will show; one takes what is left.

    `QHeaderView.ResizeToContents` would ask for the text of a thousand rows after each change.
    """
    header = table.header()
    _Fit(table, widest)
    header.setStretchLastSection(False)
    header.setMinimumSectionSize(1)
    header.setSectionResizeMode(stretched, QHeaderView.ResizeMode.Stretch)
    for column, text in widest.items():
        header.setSectionResizeMode(column, QHeaderView.ResizeMode.Fixed)
        header.resizeSection(column, table.fontMetrics().horizontalAdvance(text) + _PADDING)


class _Fit(QObject):
    """Follows the table's font, as when the interface is made larger."""

    def __init__(self, table: QTreeView, widest: Mapping[int, str]) -> None:
        super().__init__(table)
        self._table, self._widest = table, dict(widest)
        table.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Widths are those of the texts in the new font."""
        if watched is self._table and event.type() == QEvent.Type.FontChange:
            for column, text in self._widest.items():
                width = self._table.fontMetrics().horizontalAdvance(text) + _PADDING
                self._table.header().resizeSection(column, width)
        return False
