"""Theme, size of the interface and the usual layout, as the window assembles them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSize, Qt, QTimer
from PySide6.QtWidgets import QApplication, QDockWidget, QWidget

from gapro_annotator.ui.action_spec import ActionSpec
from gapro_annotator.ui.appearance.icons import dress
from gapro_annotator.ui.instance_colors import use_safe_colors
from gapro_annotator.ui.theme import DARK, LIGHT, Theme, apply_theme
from gapro_annotator.ui.view.drawing_view import DrawingView

if TYPE_CHECKING:
    from gapro_annotator.ui.main_window import MainWindow
    from gapro_annotator.ui.parts import DockSpec

_LAID_OUT_MS = 120
SIZES = (80, 90, 100, 110, 125, 150, 175, 200)
"""Per cent of the desktop's text size."""


class AppearancePart(QObject):
    """Changes the look at once, and remembers it."""

    docks: Sequence["DockSpec"] = ()

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window, settings = window, window.settings
        self._usual_points = _points_of_desktop()
        self.size = int(settings.number("interface size", default=100))
        self.specs: Sequence[ActionSpec] = [
            ActionSpec(id="light", menu="View", text="Light theme", checked=settings.switch("light", default=False),
                       slot=self.set_light, tooltip="Dark text on light ground, or the other way round"),
            ActionSpec(id="safe_colors", menu="View", text="Colours for colour-blind eyes",
                       checked=settings.switch("safe colours", default=False), slot=self.set_safe_colors,
                       tooltip="Fewer colours for instances, far from each other for every kind of colour blindness"),
            ActionSpec(id="interface_larger", menu="View", text="Larger interface", shortcut="Ctrl+Shift++",
                       slot=lambda: self.step_size(1), tooltip="Larger texts, buttons and rows"),
            ActionSpec(id="interface_smaller", menu="View", text="Smaller interface", shortcut="Ctrl+Shift+-",
                       slot=lambda: self.step_size(-1), tooltip="Smaller texts, buttons and rows"),
            ActionSpec(id="next_panel", menu="View", text="Next panel", shortcut="F6", slot=lambda: self.go_on(1),
                       tooltip="Give the keys to the next panel, and after the last one to the view"),
            ActionSpec(id="previous_panel", menu="View", text="Previous panel", shortcut="Shift+F6",
                       slot=lambda: self.go_on(-1), tooltip="Give the keys to the panel before"),
            ActionSpec(id="usual_layout", menu="View", text="Usual layout", slot=self.restore_layout,
                       ends_section=True, tooltip="Put every panel back to where it was at first"),
        ]  # fmt: skip
        self._first_layout = None
        self._pulled: dict[QDockWidget, tuple[int, int]] = {}
        """Widths and heights that panels are to have once a new look is laid out."""
        self._laid_out = QTimer(self, singleShot=True, interval=_LAID_OUT_MS)
        self._laid_out.timeout.connect(self._as_pulled)
        use_safe_colors(settings.switch("safe colours", default=False))

    def connect_window(self, window: "MainWindow") -> None:
        """Look as it did last time."""
        self._first_layout = window.saveState()
        QTimer.singleShot(0, self, self._dress)  # loading the icons' font does not delay the window
        if self.size != SIZES[2] or window.settings.switch("light", default=False):
            self._apply()

    def close(self) -> None:
        """Leave the application as another window expects it."""
        application = _application()
        font = application.font()
        font.setPointSizeF(self._usual_points)
        application.setFont(font)

    def set_light(self, on: bool) -> None:  # noqa: FBT001 - an action's state
        """Choose the light or the dark look."""
        self._window.settings.set_switch("light", on=on)
        self._apply()

    def set_safe_colors(self, on: bool) -> None:  # noqa: FBT001 - an action's state
        """Choose the colours of instances."""
        self._window.settings.set_switch("safe colours", on=on)
        use_safe_colors(on)
        self._window.bench.presenter.color_again()
        self._window.instances.table.viewport().update()

    def step_size(self, step: int) -> None:
        """Make the interface larger (> 0) or smaller."""
        place = min(range(len(SIZES)), key=lambda row: abs(SIZES[row] - self.size))
        before, self.size = self.size, SIZES[min(max(place + step, 0), len(SIZES) - 1)]
        self._window.settings.set_number("interface size", self.size)
        self._apply(self.size / before)
        self._window.status.say(f"Interface at {self.size} %")

    def go_on(self, step: int) -> None:
        """Give the focus to the next or previous visible panel, or to the view between them."""
        window, focus = self._window, QApplication.focusWidget()
        split, docks = window.stack.split, [dock for dock in window.docks if dock.isVisible() and _in_front(dock)]
        beside = [split.widget(row) for row in range(1, split.count())]
        beside = [pane for pane in beside if pane is not None and pane.isVisible()]
        places: list[QWidget] = [window.view, *beside, *docks]
        here = next((row for row, place in enumerate(places) if focus is not None and place.isAncestorOf(focus)), 0)
        for far in range(1, len(places) + 1):
            there = _first_field(places[(here + step * far) % len(places)])
            if there is not None:
                there.setFocus(Qt.FocusReason.TabFocusReason)
                return

    def restore_layout(self) -> None:
        """Put every panel back to where it was at first."""
        if self._first_layout is not None:
            self._window.restoreState(self._first_layout)
        for dock in self._window.docks[:3]:
            dock.raise_()

    def _apply(self, growth: float = 1.0) -> None:
        application = _application()
        window = self._window
        sides = (Qt.DockWidgetArea.LeftDockWidgetArea, Qt.DockWidgetArea.RightDockWidgetArea)
        docks = [dock for dock in window.docks if dock.isVisible() and not dock.isFloating() and _in_front(dock)]
        docks = [dock for dock in docks if window.dockWidgetArea(dock) in sides]
        if not self._pulled:
            self._pulled = {dock: (dock.width(), dock.height()) for dock in docks}
        self._pulled = {dock: (round(growth * width), height) for dock, (width, height) in self._pulled.items()}
        look = self._look
        font = application.font()
        font.setPointSizeF(self._usual_points * self.size / 100)
        application.setFont(font)
        apply_theme(application, look)
        self._dress()
        window.view.set_look(look.ground, look.outline)
        window.bench.presenter.explain()

        self._laid_out.start()

    def _as_pulled(self) -> None:
        """Give panels the sizes that they were pulled to, wider for larger letters: a style lays them out anew."""
        docks, sizes = list(self._pulled), list(self._pulled.values())
        self._pulled = {}
        self._window.resizeDocks(docks, [width for width, _ in sizes], Qt.Orientation.Horizontal)
        self._window.resizeDocks(docks, [height for _, height in sizes], Qt.Orientation.Vertical)

    @property
    def _look(self) -> Theme:
        return LIGHT if self._window.settings.switch("light", default=False) else DARK

    def _dress(self) -> None:
        """Give the actions icons in the colours of the look, as large as the text asks for."""
        side = round(1.25 * self._window.fontMetrics().height())
        self._window.toolbar.setIconSize(QSize(side, side))
        dress(self._window.actions_by_id, self._look)


def _first_field(place: QWidget) -> QWidget | None:
    """What of a panel takes keys, or the view itself; None where nothing does."""
    if isinstance(place, DrawingView):
        return place
    fields = (place.widget() if isinstance(place, QDockWidget) else place).findChildren(QWidget)
    usable = (part for part in fields if part.isVisible() and part.isEnabled())
    return next((part for part in usable if part.focusPolicy() & Qt.FocusPolicy.TabFocus), None)


def _in_front(dock: QDockWidget) -> bool:
    """Whether no other tab lies over a dock."""
    return not dock.visibleRegion().isEmpty()


def _points_of_desktop() -> float:
    """Point size of the desktop's font, before anybody made it larger."""
    application = _application()
    kept = application.property("usual points")
    if not isinstance(kept, float):
        kept = application.font().pointSizeF()
        application.setProperty("usual points", kept)
    return kept


def _application() -> QApplication:
    application = QApplication.instance()
    assert isinstance(application, QApplication)  # noqa: S101 - there is a window
    return application
