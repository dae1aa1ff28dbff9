"""The line that is left of the panel when it is folded: which run, how it is, and the buttons."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QProgressBar, QSizePolicy, QToolButton, QWidget

from gapro_annotator.ui.training.run_reader import RunView
from gapro_annotator.ui.training.words import summary_of

NO_PROJECT = "Open a project to train a network on its labels."
NO_RUN = "No run yet. Retrain trains a network on the labels of this project, beside the window."


class ElidedLabel(QLabel):
    """One line that ends in … where there is no room; the tooltip has all of it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.full = ""
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def say(self, text: str) -> None:
        """Show this text."""
        self.full = text
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the text to the new width."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        fitting = QFontMetrics(self.font()).elidedText(self.full, Qt.TextElideMode.ElideRight, self.width())
        self.setText(fitting)
        self.setToolTip(self.full if fitting != self.full else "")


class RunHeader(QWidget):
    """Fold button, runs, one line of state, progress, and the buttons of what can be done now."""

    folded = Signal(bool)
    run_chosen = Signal(str)

    def __init__(self, actions: Sequence[QAction], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.is_folded = True
        self.fold = QToolButton()
        self.fold.setToolTip("Fold or unfold the panel")
        self.fold.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.fold.clicked.connect(lambda: self.set_folded(not self.is_folded))
        self.runs = QComboBox()
        self.runs.setToolTip("The run that is shown; ● is being trained")
        self.runs.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.runs.activated.connect(lambda _row: self.run_chosen.emit(self.runs.currentData()))
        self.text = ElidedLabel()
        self.progress = QProgressBar(textVisible=False)
        self.progress.setFixedSize(120, 10)
        self.buttons = [_button(action) for action in actions]
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 2, 0, 2)
        layout.setSpacing(6)
        layout.addWidget(self.fold)
        layout.addWidget(self.runs)
        layout.addWidget(self.text, 1)
        layout.addWidget(self.progress)
        for button in self.buttons:
            layout.addWidget(button)
        self._show_arrow()

    def show_runs(self, views: Sequence[RunView], chosen: RunView | None) -> None:
        """List the runs."""
        named = [(f"{view.id}  ●" if view.running else view.id, view.id) for view in views]
        if named != [(self.runs.itemText(row), self.runs.itemData(row)) for row in range(self.runs.count())]:
            self.runs.clear()
            for text, name in named:
                self.runs.addItem(text, name)
        self.runs.setVisible(bool(named))
        if chosen is not None:
            self.runs.setCurrentIndex(self.runs.findData(chosen.id))

    def show_state(self, view: RunView | None, *, has_project: bool, doing: str, asked: str = "") -> None:
        """Say how the run is, what was asked of it, or what is being done before there is one."""
        otherwise = summary_of(view) if view is not None else NO_RUN if has_project else NO_PROJECT
        if asked:
            otherwise = f"{asked} … · {otherwise}"
        self.text.say(f"{doing} …" if doing else otherwise)
        state = view.state if view is not None and view.running else None
        self.progress.setVisible(bool(doing) or state is not None)
        known = not doing and state is not None and state.total > 0
        self.progress.setRange(0, state.total if known and state is not None else 0)
        self.progress.setValue(state.step if known and state is not None else 0)
        for button in self.buttons:
            action = button.defaultAction()
            button.setVisible(action.isEnabled() or action.objectName() == "retrain")

    def set_folded(self, folded: bool) -> None:  # noqa: FBT001 - a state
        """Turn the arrow, and say so."""
        self.is_folded = folded
        self._show_arrow()
        self.folded.emit(folded)

    def _show_arrow(self) -> None:
        self.fold.setArrowType(Qt.ArrowType.RightArrow if self.is_folded else Qt.ArrowType.DownArrow)


def _button(action: QAction) -> QToolButton:
    button = QToolButton()
    button.setProperty("role", "button")
    button.setDefaultAction(action)
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
    button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    return button
