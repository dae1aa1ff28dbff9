"""The newest evaluation of a run: AP of each class."""

from typing import Any

from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from gapro_annotator.training.progress import EvaluationMetrics
from gapro_annotator.ui.training.run_reader import RunView
from gapro_annotator.ui.training.tables import row, table
from gapro_annotator.ui.training.words import share

_COLUMNS = {"ap": "AP", "ap50": "AP50", "ap25": "AP25", "box_ap50": "Box AP50", "box_ap25": "Box AP25"}
EMPTY = "No evaluation yet. AP is measured on held-out scans as the run goes on; without any, at its end."


class ScoresView(QWidget):
    """A row for all classes, one without regard to class, and one a class."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.caption = QLabel(wordWrap=True)
        self.caption.setProperty("role", "muted")
        widest = dict.fromkeys(range(1, len(_COLUMNS) + 1), "Box AP50 ")
        self.table = table(["Class", *_COLUMNS.values()], widest, selects=False, figures_from=1)
        self._shown: EvaluationMetrics | None = None
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 4, 0, 0)
        layout.addWidget(self.caption)
        layout.addWidget(self.table, 1)
        self.show_run(None)

    def show_run(self, view: RunView | None) -> None:
        """Show the newest evaluation of this run."""
        newest = view.evaluations[-1] if view is not None and view.evaluations else None
        self.table.setVisible(newest is not None)
        if newest is None:
            self._shown = None
            self.caption.setText(EMPTY)
        elif newest is not self._shown:
            self._shown = newest
            learnt = view is not None and view.config is not None and set(newest.scans) <= set(view.config.scans)
            caution = (
                " It learnt from these very scans: hold some out to see what it can do elsewhere." if learnt else ""
            )
            scans = ", ".join(newest.scans)
            self.caption.setText(f"Step {newest.step:,}, {scans} scored against {newest.against}.{caution}")
            self._fill(newest.scores)

    def _fill(self, scores: dict[str, Any]) -> None:
        self.table.clear()
        self._add("all classes", scores)
        self._add("whatever the class", scores.get("class_agnostic") or {})
        for name, measures in (scores.get("per_class") or {}).items():
            self._add(name, measures)

    def _add(self, name: str, measures: dict[str, Any]) -> None:
        figures = [share(measures.get(key)) for key in _COLUMNS]
        self.table.addTopLevelItem(row([name, *figures], figures_from=1))
