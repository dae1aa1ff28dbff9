"""Plain tables: a row a thing, headers, columns as wide as their widest text."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QTreeWidget, QTreeWidgetItem

from gapro_annotator.ui.panels.columns import fit_columns

RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


def table(
    headers: Sequence[str], widest: Mapping[int, str] | None = None, *, selects: bool = True, figures_from: int = 99
) -> QTreeWidget:
    """Make an empty table; `widest` as in `fit_columns`, but no header is cut. The first column takes what is left."""
    made = QTreeWidget()
    made.setRootIsDecorated(False)
    made.setUniformRowHeights(True)
    made.setHeaderLabels(list(headers))
    mode = QTreeWidget.SelectionMode.SingleSelection if selects else QTreeWidget.SelectionMode.NoSelection
    made.setSelectionMode(mode)
    for column in range(figures_from, len(headers)):
        made.headerItem().setTextAlignment(column, RIGHT)
    if widest is not None:
        longest = {column: max(text, f"{headers[column]}  ", key=len) for column, text in widest.items()}
        fit_columns(made, longest, stretched=0)
    return made


def row(texts: Sequence[str], *, figures_from: int) -> QTreeWidgetItem:
    """Make a row; from column `figures_from` on it holds figures, which stand at the right."""
    item = QTreeWidgetItem(list(texts))
    for column in range(figures_from, len(texts)):
        item.setTextAlignment(column, RIGHT)
    return item
