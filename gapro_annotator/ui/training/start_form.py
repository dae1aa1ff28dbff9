"""Chooses network, scans, length and device of a new run."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal, cast

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSpinBox,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from gapro_annotator.project import Project
from gapro_annotator.training.config import RunConfig, preset, preset_names
from gapro_annotator.training.planning import held_out, labelled_scans, usual_network
from gapro_annotator.ui.training.run_reader import RunView
from gapro_annotator.ui.training.tables import table
from gapro_annotator.ui.training.words import settings_of

NO_PROJECT = "Open a project: a network learns from the labels of its scans."
NO_SCANS = "Tick at least one scan to learn from."
NONE_LABELLED = "No scan is labelled yet: Ctrl+L labels the open one."
NOT_LABELLED = "not labelled yet"
NOTHING_HELD_OUT = "No scan is held out: AP comes at the end only, of the scans that it learnt from."
_DEVICES = (("auto", "GPU where there is one"), ("cpu", "CPU"), ("cuda", "GPU"))
_LEARN, _HOLD_OUT = 1, 2
Device = Literal["auto", "cpu", "cuda"]


class StartForm(QWidget):
    """Every field has a choice that suits, so that Enter starts a run at once."""

    asked = Signal(object)
    """The `RunConfig` that is to be started."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.network = QComboBox()
        self.network.addItems(preset_names())
        self.network.setCurrentText(usual_network())
        self.network.setToolTip("What is trained; the line below says what it is good for")
        self.what = QLabel(wordWrap=True)
        self.what.setProperty("role", "muted")
        self.length = QSpinBox(minimum=1, maximum=100_000)
        self.unit = QComboBox()
        self.unit.addItems(["minutes", "epochs"])
        self.length.setToolTip("How long it trains; Stop ends it sooner and keeps what it learnt")
        self.unit.setToolTip("Minutes of training, or passes over all scans")
        self.device = QComboBox()
        for value, text in _DEVICES:
            self.device.addItem(text, value)
        self.device.setToolTip("Where it trains: a graphics card is many times faster")
        self.rounds = QSpinBox(minimum=0, maximum=20)
        self.rounds.setSpecialValueText("none: train once")
        self.rounds.setToolTip(
            "Each round trains, lets the labeler see the network's features, and trains on what it labels then"
        )
        self.warm_start = QComboBox()
        self.warm_start.setToolTip("Take over the weights of an earlier run where they fit")
        self.scans = _scan_list()
        self.scans.itemChanged.connect(self._ticked)
        self.hint = QLabel(wordWrap=True)
        self.hint.setProperty("role", "muted")
        self.start = QPushButton("Start training")
        self.start.setAutoDefault(True)
        self.start.setToolTip("Save what is not saved, copy the labels, and train beside the window  (Enter)")
        self.start.clicked.connect(lambda: self.asked.emit(self.config()))
        self.project: Project | None = None
        """Whose scans are offered."""
        self._offered: tuple[tuple[str, bool], ...] = ()
        self._lay_out()
        self.network.currentTextChanged.connect(self._show_network)
        self._show_network()
        self.show_project(None)

    def _lay_out(self) -> None:
        length = QHBoxLayout()
        length.addWidget(self.length, 1)
        length.addWidget(self.unit, 1)
        left, middle = QFormLayout(), QFormLayout()
        left.addRow("Network", self.network)
        left.addRow("", self.what)
        left.addRow("Train for", length)
        middle.addRow("On", self.device)
        middle.addRow("Start from", self.warm_start)
        middle.addRow("Rounds of self-training", self.rounds)
        right = QVBoxLayout()
        right.addWidget(self.scans, 1)
        foot = QHBoxLayout()
        foot.addWidget(self.hint, 1)
        foot.addWidget(self.start, alignment=Qt.AlignmentFlag.AlignBottom)
        right.addLayout(foot)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 6, 0, 0)
        layout.setSpacing(18)
        layout.addLayout(left, 3)
        layout.addLayout(middle, 3)
        layout.addLayout(right, 5)

    def show_project(self, project: Project | None, open_labelled: str = "") -> None:
        """Offer the scans of this project: all that are labelled to learn from, but of many some are held out.

        Parameters
        ----------
        project
            None for none.
        open_labelled
            Name of the open scan if it has labels, which are saved before a run starts.
        """
        labelled = {*labelled_scans(project), open_labelled} if project is not None else set[str]()
        offered = tuple((name, name in labelled) for name in project.scan_names()) if project is not None else ()
        same = project is not None and self.project is not None and project.folder == self.project.folder
        self.project = project
        if not same or offered != self._offered:
            self._offered = offered
            self._list_scans()
        self._ticked(None, 0)

    def show_runs(self, views: Sequence[RunView]) -> None:
        """Offer the weights of these runs to start from."""
        before = self.warm_start.currentData()
        offered = [("new weights", "")] + [(view.id, str(view.folder)) for view in views if view.has_model]
        if offered != [
            (self.warm_start.itemText(i), self.warm_start.itemData(i)) for i in range(self.warm_start.count())
        ]:
            self.warm_start.clear()
            for text, folder in offered:
                self.warm_start.addItem(text, folder)
            self.warm_start.setCurrentIndex(max(self.warm_start.findData(before), 0))

    def config(self) -> RunConfig:
        """Return the run that the fields describe."""
        by_time = self.unit.currentIndex() == 0
        classes = self.project.classes if self.project is not None else None
        return replace(
            preset(self.network.currentText()),
            scans=self._names(_LEARN),
            validation=self._names(_HOLD_OUT),
            classes=tuple(classes.name) if classes is not None else (),
            class_ids=tuple(classes.id.tolist()) if classes is not None else (),
            minutes=float(self.length.value()) if by_time else 0.0,
            epochs=0 if by_time else self.length.value(),
            device=cast("Device", self.device.currentData()),
            rounds=self.rounds.value(),
            warm_start=self.warm_start.currentData() or "",
        )

    def _show_network(self) -> None:
        name = self.network.currentText()
        if not name:
            return
        usual = preset(name)
        self.what.setText(settings_of(usual))
        self.unit.setCurrentIndex(1 if usual.epochs else 0)
        self.length.setValue(max(usual.epochs or round(usual.minutes), 1))

    def _list_scans(self) -> None:
        self.scans.blockSignals(True)  # noqa: FBT003 - Qt's own
        self.scans.clear()
        out = held_out([name for name, labelled in self._offered if labelled])
        for name, labelled in self._offered:
            item = QTreeWidgetItem([name])
            if labelled:
                item.setCheckState(_LEARN, Qt.CheckState.Unchecked if name in out else Qt.CheckState.Checked)
                item.setCheckState(_HOLD_OUT, Qt.CheckState.Checked if name in out else Qt.CheckState.Unchecked)
            else:
                item.setText(_LEARN, NOT_LABELLED)
                item.setDisabled(True)
            self.scans.addTopLevelItem(item)
        self.scans.blockSignals(False)  # noqa: FBT003 - Qt's own

    def _ticked(self, item: QTreeWidgetItem | None, column: int) -> None:
        """A scan is learnt from, held out, or neither; never both."""
        if item is not None and column and item.checkState(column) == Qt.CheckState.Checked:
            item.setCheckState(_LEARN + _HOLD_OUT - column, Qt.CheckState.Unchecked)
        ready = bool(self._names(_LEARN)) and self.network.count() > 0
        self.start.setEnabled(ready)
        if self.project is None:
            text = NO_PROJECT
        elif not any(labelled for _, labelled in self._offered):
            text = NONE_LABELLED
        elif not ready:
            text = NO_SCANS
        else:
            text = "" if self._names(_HOLD_OUT) else NOTHING_HELD_OUT
        self.hint.setText(text)

    @property
    def _items(self) -> list[QTreeWidgetItem]:
        found = [self.scans.topLevelItem(row) for row in range(self.scans.topLevelItemCount())]
        return [item for item in found if item is not None]

    def _names(self, column: int) -> tuple[str, ...]:
        return tuple(item.text(0) for item in self._items if item.checkState(column) == Qt.CheckState.Checked)


def _scan_list() -> QTreeWidget:
    scans = table(("Scan", "learn from", "hold out"), {_LEARN: f"{NOT_LABELLED} ", _HOLD_OUT: "hold out "})
    scans.headerItem().setToolTip(_HOLD_OUT, "Scored at every evaluation and not learnt from")
    return scans
