"""The fold of the review panel: filters, the spread of doubt, accepting what is sure, the line of good enough."""

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSpinBox,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gapro_annotator.session import Session
from gapro_annotator.ui.naming import instance_name
from gapro_annotator.ui.queue.histogram import DoubtHistogram
from gapro_annotator.ui.queue.sure import Sure
from gapro_annotator.ui.queue.wanted import REASONS, Wanted

USUAL_SURE = 95


class QueueTools(QWidget):
    """Folded it is one line that says how much of the queue is shown."""

    wanted_changed = Signal(object)
    """The `Wanted` that the filters ask for, without what was put aside."""
    sure_changed = Signal()
    accept_asked = Signal()
    come_back_asked = Signal()
    good_enough_changed = Signal(float)
    """A share, 0..1, of wrong points."""
    folded_changed = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.fold = QToolButton(arrowType=Qt.ArrowType.RightArrow)
        self.fold.setCheckable(True)
        self.fold.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.fold.setText("Filter and accept")
        self.fold.setToolTip("Walk through some regions only, see how doubt is spread, accept what is sure")
        self.fold.toggled.connect(self._fold)
        self.shown = QLabel()
        self.shown.setProperty("role", "muted")
        self.clear = _small("✕", "Show the whole queue again")
        self.clear.clicked.connect(self._clear)
        self.aside = _small("", "Go back to the regions that were put aside  (Shift+J)")
        self.aside.clicked.connect(self.come_back_asked)
        self.classes, self.reasons = QComboBox(), QComboBox()
        self.only_chosen = QCheckBox("Only the chosen instance")
        self.only_chosen.setToolTip("Walk only through regions that the chosen instance holds or claims")
        self.histogram = DoubtHistogram()
        self.sure = QSpinBox(minimum=50, maximum=99, value=USUAL_SURE, suffix=" %")
        self.accept = QPushButton("Accept")
        self.accept.setToolTip("Take all that is at least so sure as it is labelled; one step for Ctrl+Z")
        self.found = QLabel(wordWrap=True)
        self.found.setProperty("role", "muted")
        self.good_enough = QDoubleSpinBox(minimum=0.1, maximum=50.0, singleStep=0.5, decimals=1, suffix=" % wrong")
        self.good_enough.setKeyboardTracking(False)
        self._chosen: int | None = None
        self.body = QWidget()
        self._lay_out()
        self._connect()
        self.body.hide()

    # -- what is shown ------------------------------------------------------------------------------------------

    def show_session(self, session: Session | None, chosen: int | None) -> None:
        """Offer the classes of this scan, and the instance that is chosen."""
        self._chosen = chosen
        names = [] if session is None else list(zip(session.classes.id.tolist(), session.classes.name, strict=True))
        with QSignalBlocker(self.classes):
            picked = self.classes.currentData()
            self.classes.clear()
            self.classes.addItem("All classes", None)
            for number, name in names:
                self.classes.addItem(name, number)
            self.classes.setCurrentIndex(max(self.classes.findData(picked), 0))
        there = session is not None and chosen is not None
        name = instance_name(session, chosen) if session is not None and chosen is not None else "the chosen instance"
        self.only_chosen.setText(f"Only {name}")
        self.only_chosen.setEnabled(there or self.only_chosen.isChecked())

    def show_counts(self, shown: int, left: int, aside: int) -> None:
        """Say how many of the open regions are walked through, and how many were put aside."""
        filtered = self.filters.filters
        self.shown.setText(f"{shown:,} of {left:,}" if filtered else "")
        self.clear.setVisible(filtered)
        self.aside.setVisible(aside > 0)
        self.aside.setText(f"{aside:,} aside")

    def show_sure(self, sure: Sure) -> None:
        """Say what would be accepted, before it is."""
        wrong = "hardly one" if sure.wrong < 0.5 else f"about {round(sure.wrong):,}"
        self.found.setText(
            f"{sure.regions:,} regions, {len(sure.points):,} points, {wrong} wrong"
            if sure.regions
            else "No open region is so sure."
        )
        self.accept.setEnabled(sure.regions > 0)

    def show_good_enough(self, share: float, *, can_be_set: bool) -> None:
        """Show the line of the project, 0..1."""
        with QSignalBlocker(self.good_enough):
            self.good_enough.setValue(100 * share)
        self.good_enough.setEnabled(can_be_set)

    @property
    def probability(self) -> float:
        """From which probability on regions are accepted at once, 0..1."""
        return self.sure.value() / 100

    # -- inside -------------------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        self.reasons.addItem("Any reason", None)
        for reason, text in REASONS.items():
            self.reasons.addItem(text, reason)
        for combo, tip in ((self.classes, "Regions with a candidate of this class"), (self.reasons, "Why it is open")):
            combo.setToolTip(tip)
            combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            combo.setMinimumContentsLength(8)
        self.sure.setToolTip("Regions that are at least so sure are accepted at once: one step for Ctrl+Z")
        self.good_enough.setToolTip(
            "From this expected share of wrong points on, a scan may be left; kept in the project"
        )
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addLayout(_line(self.fold, self.shown, self.clear, None, self.aside))
        layout.addWidget(self.body)
        inner = QVBoxLayout(self.body)
        inner.setContentsMargins(0, 0, 0, 4)
        inner.setSpacing(6)
        inner.addLayout(_line(self.classes, self.reasons, stretched=True))
        inner.addWidget(self.only_chosen)
        inner.addWidget(self.histogram)
        inner.addLayout(_line(QLabel("Accept all at least"), self.sure, QLabel("sure"), None, self.accept))
        inner.addWidget(self.found)
        inner.addLayout(_line(QLabel("Good enough at"), self.good_enough, None))

    def _connect(self) -> None:
        self.classes.currentIndexChanged.connect(self._filtered)
        self.reasons.currentIndexChanged.connect(self._filtered)
        self.only_chosen.toggled.connect(self._filtered)
        self.sure.valueChanged.connect(self.sure_changed)
        self.accept.clicked.connect(self.accept_asked)
        self.good_enough.valueChanged.connect(lambda value: self.good_enough_changed.emit(value / 100))

    @property
    def filters(self) -> Wanted:
        """What the filters ask for."""
        instance = self._chosen if self.only_chosen.isChecked() else None
        return Wanted(self.classes.currentData(), instance, self.reasons.currentData())

    def _filtered(self) -> None:
        self.wanted_changed.emit(self.filters)

    def _clear(self) -> None:
        blocked = [QSignalBlocker(each) for each in (self.classes, self.reasons, self.only_chosen)]
        self.classes.setCurrentIndex(0)
        self.reasons.setCurrentIndex(0)
        self.only_chosen.setChecked(False)
        del blocked
        self._filtered()

    def _fold(self, unfolded: bool) -> None:  # noqa: FBT001 - a signal's argument
        self.fold.setArrowType(Qt.ArrowType.DownArrow if unfolded else Qt.ArrowType.RightArrow)
        self.body.setVisible(unfolded)
        self.folded_changed.emit(not unfolded)


def _small(text: str, tip: str) -> QToolButton:
    button = QToolButton()
    button.setText(text)
    button.setToolTip(tip)
    button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    button.hide()
    return button


def _line(*parts: QWidget | None, stretched: bool = False) -> QHBoxLayout:
    """Widgets in a row; None is room between them."""
    layout = QHBoxLayout()
    layout.setSpacing(6)
    for part in parts:
        if part is None:
            layout.addStretch()
        else:
            layout.addWidget(part, int(stretched))
    return layout
