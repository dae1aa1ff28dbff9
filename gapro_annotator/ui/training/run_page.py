"""Curves of the chosen or the compared runs, the figures of the chosen one, and what can be done with it."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from gapro_annotator.ui.training.curves import CurvesView, described
from gapro_annotator.ui.training.run_reader import RunView
from gapro_annotator.ui.training.words import facts_of

_COLUMN = 290


class RunPage(QWidget):
    """Curves on the left, a column of facts and buttons on the right."""

    def __init__(self, actions: Sequence[QAction], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.curves = CurvesView()
        self._facts = QGridLayout()
        self._facts.setVerticalSpacing(1)
        self._facts.setColumnStretch(1, 1)
        self._labels: list[tuple[QLabel, QLabel]] = []
        buttons = QGridLayout()
        buttons.setSpacing(4)
        for number, action in enumerate(actions):
            button = QToolButton()
            button.setProperty("role", "button")
            button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            button.setDefaultAction(action)
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            buttons.addWidget(button, number // 2, number % 2)
        side = QWidget()
        side.setFixedWidth(_COLUMN)
        column = QVBoxLayout(side)
        column.setContentsMargins(6, 0, 0, 0)
        column.addLayout(self._facts)
        column.addStretch()
        column.addLayout(buttons)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 4, 0, 0)
        layout.addWidget(self.curves, 1)
        layout.addWidget(side)

    def show_run(self, view: RunView | None, compared: Sequence[RunView]) -> None:
        """Draw the compared runs and name the figures of the chosen one."""
        self.curves.show_runs(compared)
        facts = facts_of(view) if view is not None else []
        while len(self._labels) < len(facts):
            self._add_row()
        for row, (name, value) in enumerate(self._labels):
            shown = row < len(facts)
            name.setVisible(shown)
            value.setVisible(shown)
            if shown:
                name.setText(facts[row][0])
                value.setText(facts[row][1])
        if view is not None:
            self.curves.setAccessibleDescription(described(view))

    @property
    def facts(self) -> dict[str, str]:
        """What the figures say now."""
        return {name.text(): value.text() for name, value in self._labels if not name.isHidden()}

    def _add_row(self) -> None:
        name, value = QLabel(), QLabel()
        name.setProperty("role", "muted")
        value.setAlignment(Qt.AlignmentFlag.AlignRight)
        row = len(self._labels)
        self._facts.addWidget(name, row, 0)
        self._facts.addWidget(value, row, 1)
        self._labels.append((name, value))
