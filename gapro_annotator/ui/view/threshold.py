"""The slider of the doubt legend: what is below it is greyed."""

from PySide6.QtCore import QRect, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPalette, QPixmap
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSlider, QWidget

from gapro_annotator.ui.colors import BELOW_THRESHOLD_COLOR
from gapro_annotator.ui.view.overlays import QUIET_TEXT

MOST = 50
"""Percent; between two candidates doubt cannot pass one half."""


class ThresholdSlider(QWidget):
    """Swatch, 'grey below 10 %' and a slider in whole percents; lies in the foot of the legend."""

    changed = Signal(float)
    """The doubt, 0..0.5, below which points are to be greyed; the user moved the slider."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.text = QLabel()
        palette = self.text.palette()
        palette.setColor(QPalette.ColorRole.WindowText, QUIET_TEXT)
        self.text.setPalette(palette)
        self.text.setMinimumWidth(self.text.fontMetrics().horizontalAdvance(f"grey below {MOST} % "))
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, MOST)
        self.slider.setPageStep(5)
        # Comma and Period move it. With the focus, hiding it would hand the focus, and a selected row, to the table.
        self.slider.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.slider.setAccessibleName("Doubt below which points are greyed, percent")
        self.slider.setToolTip("Grey what is less doubtful than this  (Comma and Period move it)")
        self.slider.valueChanged.connect(self._moved)
        side = round(0.6 * self.text.fontMetrics().height() * 1.25)
        swatch = QPixmap(side, side)
        swatch.fill(QColor(*BELOW_THRESHOLD_COLOR))
        mark = QLabel()
        mark.setPixmap(swatch)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(round(0.4 * self.text.fontMetrics().height() * 1.25))
        layout.addWidget(mark)
        layout.addWidget(self.text)
        layout.addWidget(self.slider, 1)
        self._say()
        self.hide()

    def show_value(self, doubt: float | None) -> None:
        """Stand at this doubt, 0..0.5, without a signal; None hides the slider."""
        if doubt is not None:
            with QSignalBlocker(self.slider):
                self.slider.setValue(round(100 * doubt))
            self._say()
        self.setVisible(doubt is not None)

    def place_in(self, foot: QRect) -> None:
        """Fill this part of the legend."""
        self.setGeometry(foot)
        self.raise_()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Keep clicks beside the handle from the points behind."""
        event.accept()

    def _moved(self, percent: int) -> None:
        self._say()
        self.changed.emit(percent / 100)

    def _say(self) -> None:
        percent = self.slider.value()
        self.text.setText(f"grey below {percent} %" if percent else "grey: nothing")
