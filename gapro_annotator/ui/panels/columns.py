"""Column widths of the tables: from the font, never by asking every row."""

from collections.abc import Mapping

from PySide6.QtWidgets import QHeaderView, QTreeView

_PADDING = 12
"""Pixels around a text: cell padding and a little air."""


def fit_columns(table: QTreeView, widest: Mapping[int, str], *, stretched: int) -> None:
    """Make columns as wide as the widest text that they will show; one takes what is left.

    `QHeaderView.ResizeToContents` would ask for the text of a thousand rows after each change.
    """
    header = table.header()
    header.setStretchLastSection(False)
    header.setMinimumSectionSize(1)
    header.setSectionResizeMode(stretched, QHeaderView.ResizeMode.Stretch)
    for column, text in widest.items():
        header.setSectionResizeMode(column, QHeaderView.ResizeMode.Fixed)
        header.resizeSection(column, table.fontMetrics().horizontalAdvance(text) + _PADDING)
