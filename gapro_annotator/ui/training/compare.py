"""Runs side by side: their scores, and the settings in which they differ."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QHBoxLayout, QLabel, QTreeWidgetItem, QVBoxLayout, QWidget

from gapro_annotator.ui import theme
from gapro_annotator.ui.training.run_reader import RunView
from gapro_annotator.ui.training.tables import row as table_row
from gapro_annotator.ui.training.tables import table
from gapro_annotator.ui.training.words import condition_of, duration, share

_HEADERS = ("Run", "State", "Steps", "Trained", "Loss", "AP", "AP50", "AP25")
_WIDEST = dict(enumerate(("ended unexpectedly ", "000,000 ", "00 h 00 min ", "00.000 ", *["AP50 % "] * 3), 1))
ALIKE = "Tick two runs or more: their curves are laid over each other, and the settings in which they differ are here."
_IGNORED = ("class_ids",)


class CompareView(QWidget):
    """A row a run; ticked ones are compared."""

    ticked_changed = Signal()
    run_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.runs = table(_HEADERS, _WIDEST, figures_from=2)
        self.runs.itemChanged.connect(self._changed)
        self.runs.itemDoubleClicked.connect(lambda item, _column: self.run_chosen.emit(_id(item)))
        self.settings = table(("Setting",), selects=False)
        self.hint = QLabel(ALIKE, wordWrap=True)
        self.hint.setProperty("role", "muted")
        self.hint.setAlignment(Qt.AlignmentFlag.AlignTop)
        right = QVBoxLayout()
        right.addWidget(self.hint)
        right.addWidget(self.settings, 1)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 4, 0, 0)
        layout.addWidget(self.runs, 3)
        layout.addLayout(right, 2)
        self._listed: list[tuple[str, ...]] = []

    @property
    def ticked(self) -> list[str]:
        """Ids of the runs to compare, as they are listed."""
        items = [self.runs.topLevelItem(row) for row in range(self.runs.topLevelItemCount())]
        return [_id(item) for item in items if item and item.checkState(0) == Qt.CheckState.Checked]

    def show_runs(self, views: Sequence[RunView]) -> None:
        """List the runs, ticks kept."""
        rows = [_row(view) for view in views]
        ticked = self.ticked
        if rows != self._listed:
            self._listed = rows
            self._fill(rows, ticked)
        compared = [view for view in views if view.id in ticked]
        self._mark([view.id for view in compared])
        self._show_differences(compared)

    def _fill(self, rows: Sequence[tuple[str, ...]], ticked: Sequence[str]) -> None:
        self.runs.blockSignals(True)  # noqa: FBT003 - Qt's own
        self.runs.clear()
        for row in rows:
            item = table_row(row, figures_from=2)
            item.setCheckState(0, Qt.CheckState.Checked if row[0] in ticked else Qt.CheckState.Unchecked)
            self.runs.addTopLevelItem(item)
        self.runs.blockSignals(False)  # noqa: FBT003 - Qt's own

    def _mark(self, compared: Sequence[str]) -> None:
        """Write the names of compared runs in the colour of their curves."""
        colors = theme.shown().curves
        self.runs.blockSignals(True)  # noqa: FBT003 - Qt's own
        for row in range(self.runs.topLevelItemCount()):
            item = self.runs.topLevelItem(row)
            if item is not None:
                place = compared.index(_id(item)) if _id(item) in compared and len(compared) > 1 else -1
                color = colors[place % len(colors)] if place >= 0 else None
                item.setData(0, Qt.ItemDataRole.ForegroundRole, QColor(color) if color else None)
        self.runs.blockSignals(False)  # noqa: FBT003 - Qt's own

    def _show_differences(self, views: Sequence[RunView]) -> None:
        rows = differences(views)
        several = len(views) > 1
        self.settings.setVisible(several and bool(rows))
        self.hint.setText(ALIKE if not several else "Settings that differ:" if rows else "All settings are the same.")
        self.settings.clear()
        self.settings.setColumnCount(1 + len(views))
        self.settings.setHeaderLabels(["Setting", *(view.id for view in views)])
        for row in rows:
            self.settings.addTopLevelItem(QTreeWidgetItem(list(row)))
        for column in range(self.settings.columnCount()):
            self.settings.resizeColumnToContents(column)

    def _changed(self, _item: QTreeWidgetItem, column: int) -> None:
        if column == 0:
            self.ticked_changed.emit()


def differences(views: Sequence[RunView]) -> list[tuple[str, ...]]:
    """Return a row for each setting in which these runs differ: its name, and its value in each."""
    flat = [dict(_flattened(asdict(view.config))) if view.config is not None else {} for view in views]
    names = list(dict.fromkeys(name for one in flat for name in one))
    rows = [(name, *(one.get(name, "–") for one in flat)) for name in names]
    return [row for row in rows if len(set(row[1:])) > 1]


def _flattened(settings: Mapping[str, Any], before: str = "") -> Iterable[tuple[str, str]]:
    for key, value in settings.items():
        if isinstance(value, Mapping):
            yield from _flattened(value, f"{before}{key}.")
        elif key not in _IGNORED:
            yield f"{before}{key}", ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _row(view: RunView) -> tuple[str, ...]:
    last = view.last
    scores = view.evaluations[-1].scores if view.evaluations else {}
    figures = (f"{last.step:,}", duration(last.seconds), f"{last.loss:.3f}") if last else ("", "", "")
    return (
        view.id,
        condition_of(view),
        *figures,
        *(share(scores[key]) if key in scores else "" for key in ("ap", "ap50", "ap25")),
    )


def _id(item: QTreeWidgetItem) -> str:
    return item.text(0)
