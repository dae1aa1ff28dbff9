"""Live curves of loss and AP. pyqtgraph takes most of a second to load, so it comes with the first curve."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QLabel, QStackedWidget, QVBoxLayout, QWidget

from gapro_annotator.arrays import Float64
from gapro_annotator.ui import theme
from gapro_annotator.ui.training.run_reader import Curve, RunView
from gapro_annotator.ui.training.words import duration

if TYPE_CHECKING:
    import pyqtgraph as pg

MEASURES = {"ap50": "AP50", "ap": "AP", "ap25": "AP25"}
EMPTY = "The curves of loss and AP appear here with the first step of training."
_SMOOTH = 25
"""Steps that a point of the thick curve is the mean of."""
_MOST_POINTS = 1000
"""Of a curve that is drawn; more would be less than a pixel apart."""
_TINY = 1e-6
"""Least loss on the logarithmic scale."""


class CurvesView(QWidget):
    """Loss on the left, AP on the right; one run with all its measures, or several runs with AP50 each."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.log_scale = QCheckBox("log loss")
        self.log_scale.setToolTip("Show the loss on a logarithmic scale")
        self.against = QComboBox()
        self.against.addItems(["steps", "minutes"])
        self.against.setToolTip("What the curves are drawn over")
        self.hint = QLabel(EMPTY, wordWrap=True)
        self.hint.setProperty("role", "muted")
        self.hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.stack = QStackedWidget()
        self.stack.addWidget(self.hint)
        self._plots: tuple[pg.PlotWidget, pg.PlotWidget] | None = None
        self._legend: Any = None
        self._pages: list[QWidget] = []
        self._look = theme.shown()
        self._shown: tuple[RunView, ...] = ()
        self.log_scale.toggled.connect(self._redraw)
        self.against.currentIndexChanged.connect(self._redraw)
        switches = QHBoxLayout()
        switches.addWidget(QLabel("over"))
        switches.addWidget(self.against)
        switches.addWidget(self.log_scale)
        switches.addStretch()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self.stack, 1)
        layout.addLayout(switches)

    def show_runs(self, views: Sequence[RunView]) -> None:
        """Draw these runs over each other, the first one on top."""
        drawn = tuple(view for view in views if len(view.curve) or view.evaluations)
        if _same(drawn, self._shown):
            return
        self._shown = drawn
        self._redraw()

    @property
    def texts(self) -> list[str]:
        """Names of the curves of AP, as the legend shows them."""
        return [label.text for _, label in self._legend.items] if self._legend is not None else []

    def _redraw(self) -> None:
        self.stack.setCurrentIndex(1 if self._shown else 0)
        if not self._shown:
            return
        loss, precision = self._plots or self._make_plots()
        for plot, y in ((loss, self.log_scale.isChecked()), (precision, False)):
            plot.clear()
            plot.setLogMode(x=False, y=y)
            plot.setLabel("bottom", "minutes of training" if self._by_time else "step")
        alone = len(self._shown) == 1
        for number, view in reversed(list(enumerate(self._shown))):
            color = theme.shown().curves[number % len(theme.shown().curves)]
            self._draw_loss(loss, view.curve, color, faint=alone)
            self._draw_precision(precision, view, None if alone else color)

    def _draw_loss(self, plot: "pg.PlotWidget", curve: Curve, color: str, *, faint: bool) -> None:
        if not len(curve):
            return
        thin = slice(None, None, -(-len(curve) // _MOST_POINTS))
        x = curve.seconds / 60 if self._by_time else curve.step.astype(np.float64)
        loss = np.maximum(curve.loss, _TINY)
        if faint:
            plot.plot(x[thin], loss[thin], pen=_pen(color, 1, alpha=80))
        plot.plot(x[thin], smoothed(loss)[thin], pen=_pen(color, 2))

    def _draw_precision(self, plot: "pg.PlotWidget", view: RunView, color: str | None) -> None:
        measures = MEASURES if color is None else {"ap50": f"{view.id} AP50"}
        for number, (key, name) in enumerate(measures.items()):
            known = [one for one in view.evaluations if one.scores.get(key) is not None]
            x = [one.seconds / 60 if self._by_time else one.step for one in known]
            y = [100 * float(one.scores[key]) for one in known]
            drawn = color or theme.shown().curves[number]
            dots: dict[str, Any] = {"symbol": "o", "symbolSize": 5, "symbolBrush": drawn, "symbolPen": None}
            if known or color is None:
                plot.plot(x, y, pen=_pen(drawn, 2), name=name, **dots)

    def changeEvent(self, event: QEvent) -> None:
        """Draw in the colours of another look."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange and self._plots is not None and self._look is not theme.shown():
            for page in self._pages:
                self.stack.removeWidget(page)
                page.deleteLater()
            self._pages = []
            self._plots = self._legend = None
            self._redraw()

    @property
    def _by_time(self) -> bool:
        return self.against.currentIndex() == 1

    def _make_plots(self) -> "tuple[pg.PlotWidget, pg.PlotWidget]":
        self._look = theme.shown()
        loss, precision = _plot("loss"), _plot("average precision, %")
        self._legend = precision.addLegend(offset=(8, 8), labelTextColor=theme.shown().text, brush=_ground(200))
        precision.setYRange(0, 100)
        precision.setXLink(loss)  # the same time above the same place
        page = QWidget()
        layout = QHBoxLayout(page)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(loss, 1)
        layout.addWidget(precision, 1)
        self.stack.addWidget(page)
        self._pages = [page]
        self.stack.setCurrentIndex(1)
        self._plots = loss, precision
        return self._plots


def smoothed(values: Float64) -> Float64:
    """(M,) mean of each value and those before it, as far back as counts."""
    total = np.cumsum(np.concatenate([np.zeros(1), values]))
    end = np.arange(1, len(values) + 1)
    start = np.maximum(end - _SMOOTH, 0)
    return (total[end] - total[start]) / (end - start)


def described(view: RunView) -> str:
    """Say what the curves show, for who cannot see them."""
    if view.last is None:
        return EMPTY
    return f"{view.id}: loss {view.last.loss:.3f} at step {view.last.step:,} after {duration(view.last.seconds)}"


def _plot(label: str) -> "pg.PlotWidget":
    import pyqtgraph as pg

    plot = pg.PlotWidget(background=theme.shown().base)
    plot.setLabel("left", label)
    plot.setMenuEnabled(False)
    plot.hideButtons()
    plot.showGrid(x=True, y=True, alpha=0.15)
    plot.setMinimumHeight(90)
    plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    for side in ("left", "bottom"):
        axis = plot.getAxis(side)
        axis.setPen(theme.shown().line)
        axis.setTextPen(theme.shown().muted)
        axis.enableAutoSIPrefix(enable=False)
    return plot


def _ground(alpha: int) -> QColor:
    shade = QColor(theme.shown().base)
    shade.setAlpha(alpha)
    return shade


def _pen(color: str, width: int, *, alpha: int = 255) -> Any:
    import pyqtgraph as pg

    shade = QColor(color)
    shade.setAlpha(alpha)
    return pg.mkPen(shade, width=width)


def _same(these: tuple[RunView, ...], those: tuple[RunView, ...]) -> bool:
    """Whether nothing was added since."""
    return len(these) == len(those) and all(
        a.id == b.id and a.curve is b.curve and len(a.evaluations) == len(b.evaluations)
        for a, b in zip(these, those, strict=True)
    )
