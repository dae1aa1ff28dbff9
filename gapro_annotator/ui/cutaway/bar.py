"""A bar over the view that says what is cut away, and sets it."""

from PySide6.QtCore import QEvent, QObject, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QDoubleSpinBox, QFrame, QHBoxLayout, QLabel, QSlider, QToolButton, QWidget

_MARGIN = 10
_STEP = 0.1
_FINE = 100
"""Steps of the slider in a metre."""


class CutawayBar(QFrame):
    """Shown while anything is cut away; lies at the top right of the view."""

    section_changed = Signal(float, float)
    """Heights above the floor between which points stay, metres."""
    margin_changed = Signal(float)
    """Metres around what the clipping box was fitted to."""
    ended = Signal()

    def __init__(self, view: QWidget) -> None:
        super().__init__(view)
        self._view = view
        self.setProperty("role", "card")
        self.setAutoFillBackground(True)
        self.low, self.high = _metres("Cut away what is lower than this"), _metres("Cut away what is higher than this")
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setToolTip("Height of the cut  (Ctrl+Up and Ctrl+Down move it by 10 cm)")
        self.slider.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.slider.setFixedWidth(110)
        self.margin = _metres("Room around what the clipping box was fitted to")
        self.section, self.clip = QWidget(), QWidget()
        self.structure = QLabel("Without structure")
        self.structure.setToolTip("What no box holds is hidden  (Ctrl+H shows it again)")
        self.close_button = close = QToolButton()
        close.setText("✕")
        close.setToolTip("Show everything again")
        close.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        close.clicked.connect(self.ended)
        _row(self.section, QLabel("Section"), self.low, QLabel("to"), self.high, self.slider)
        _row(self.clip, QLabel("Clipped, with"), self.margin, QLabel("around"))
        _row(self, self.section, self.clip, self.structure, close, edge=6)
        for spin in (self.low, self.high):
            spin.valueChanged.connect(self._spun)
        self.slider.valueChanged.connect(self._slid)
        self.margin.setRange(0.0, 10.0)
        self.margin.valueChanged.connect(self.margin_changed)
        view.installEventFilter(self)
        self.hide()

    def show_state(
        self, section: tuple[float, float] | None, height: float, margin: float | None, *, without_structure: bool
    ) -> None:
        """Show what is cut away: heights above the floor of a scan so high, the margin of the box, metres."""
        spins = (self.low, self.high, self.slider, self.margin)
        blocked = [QSignalBlocker(each) for each in spins]
        if section is not None:
            for spin, value in zip((self.low, self.high), section, strict=True):
                spin.setRange(0.0, round(height + _STEP, 2))
                spin.setValue(value)
            self.slider.setRange(0, round((height + _STEP) * _FINE))
            self.slider.setValue(round(section[1] * _FINE))
        if margin is not None:
            self.margin.setValue(margin)
        del blocked
        self.section.setVisible(section is not None)
        self.clip.setVisible(margin is not None)
        self.structure.setVisible(without_structure)
        self.setVisible(section is not None or margin is not None or without_structure)
        self._place()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Keep clicks between the numbers from the points behind."""
        event.accept()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay in the corner when the view changes its size."""
        if watched is self._view and event.type() == QEvent.Type.Resize:
            self._place()
        return False

    def _spun(self) -> None:
        with QSignalBlocker(self.slider):
            self.slider.setValue(round(self.high.value() * _FINE))
        self.section_changed.emit(self.low.value(), self.high.value())

    def _slid(self, value: int) -> None:
        with QSignalBlocker(self.high):
            self.high.setValue(value / _FINE)
        self.section_changed.emit(self.low.value(), self.high.value())

    def _place(self) -> None:
        if self.isVisible():
            self.adjustSize()
            self.move(max(self._view.width() - self.width() - _MARGIN, 0), _MARGIN)
            self.raise_()


def _metres(tip: str) -> QDoubleSpinBox:
    spin = QDoubleSpinBox(decimals=2, singleStep=_STEP, suffix=" m")
    spin.setKeyboardTracking(False)  # half a number is none
    spin.setToolTip(tip)
    spin.setAccessibleName(tip)
    spin.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
    return spin


def _row(holder: QWidget, *parts: QWidget, edge: int = 0) -> None:
    layout = QHBoxLayout(holder)
    layout.setContentsMargins(edge, edge // 2, edge, edge // 2)
    layout.setSpacing(6)
    for part in parts:
        layout.addWidget(part)
