"""Everything about the second view that the window assembles: two actions, the pane, what is remembered."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from gapro_annotator.arrays import Int64, UInt8
from gapro_annotator.ui.action_spec import ActionSpec
from gapro_annotator.ui.colors import ColorMode
from gapro_annotator.ui.second_view.link import Link, Side
from gapro_annotator.ui.second_view.pane import COLORS, SIDES, SecondPane
from gapro_annotator.ui.second_view.tinted_view import TintedView

if TYPE_CHECKING:
    from gapro_annotator.ui.main_window import MainWindow
    from gapro_annotator.ui.parts import DockSpec

_SIDE, _COLORS, _FOLLOWS, _OPEN = "second view side", "second view colours", "second view follows", "second view"


class SecondViewPart(QObject):
    """Shows the second view beside the first; it is made when it is asked for, and holds nothing while it is hidden."""

    docks: Sequence["DockSpec"] = ()

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window, self._settings = window, window.settings
        self.pane: SecondPane | None = None
        self.link: Link | None = None
        self.specs: Sequence[ActionSpec] = [
            ActionSpec(id="second_view", menu="View", text="Second view", shortcut="F3", slot=self.show_pane,
                       checked=False, tooltip="Show the scan from another side too, or in other colours"),
            ActionSpec(id="second_view_side", menu="View", text="Turn the second view", shortcut="Shift+F3",
                       slot=self.go_on, ends_section=True,
                       tooltip="Look from the next side in the second view: above, behind, front, side"),
        ]  # fmt: skip

    def connect_window(self, window: "MainWindow") -> None:
        """Open it again, if it was open, with the first scan."""
        window.bench.session_changed.connect(self._session_changed)

    def show_pane(self, on: bool) -> None:  # noqa: FBT001 - an action's state
        """Show the second view or hide it."""
        if self._window.bench.session is None and self.pane is None:
            if on:
                self._window.bench.said.emit("Open a scan first.")
                self._window.actions_by_id["second_view"].setChecked(False)
            return
        self._settings.set_switch(_OPEN, on=on)
        if not on and self.pane is None:
            return
        pane, link = self._made()
        first = self._window.view
        pane.setVisible(on)
        if on:
            first.beside = [pane.view]
            self._window.stack.split.share_alike()
            self._tint()
            pane.view.show_like(first)
        else:
            first.beside = []
            pane.view.clear()
            first.setFocus()
        link.set_on(on)

    def go_on(self) -> None:
        """Look from the next side; open the view where it is hidden."""
        if self.pane is None or self.pane.isHidden():
            self._window.actions_by_id["second_view"].setChecked(True)
            return
        box = self.pane.side
        after = box.currentIndex() + 1
        box.setCurrentIndex(after if after < box.count() - 1 else 0)  # the last is what turning it chooses

    def close(self) -> None:
        """Free what VTK holds."""
        if self.pane is not None:
            self._window.view.beside = []
            self.pane.view.close()

    def _made(self) -> tuple[SecondPane, Link]:
        if self.pane is None or self.link is None:
            first = self._window.view
            self.pane = pane = SecondPane(TintedView(first), self._window.stack.split)
            self.link = link = Link(first, pane.view, self)
            self._window.stack.split.addWidget(pane)
            for row in range(self._window.stack.split.count()):
                self._window.stack.split.setStretchFactor(row, 1)
            self._recall(pane, link)
            pane.view.clicked.connect(first.clicked)
            pane.view.hovered.connect(first.hovered)
            pane.side.currentIndexChanged.connect(self._side_chosen)
            pane.colors.currentIndexChanged.connect(self._colors_chosen)
            pane.follows.toggled.connect(self._follows_chosen)
            pane.left.connect(first.setFocus)
            pane.close_button.clicked.connect(self._window.actions_by_id["second_view"].trigger)
            link.side_changed.connect(lambda side: pane.side.setCurrentIndex(list(SIDES).index(side)))
        return self.pane, self.link

    def _recall(self, pane: SecondPane, link: Link) -> None:
        side = int(self._settings.number(_SIDE, default=0))
        pane.side.setCurrentIndex(side if 0 <= side < len(SIDES) else 0)
        colors = int(self._settings.number(_COLORS, default=0))
        pane.colors.setCurrentIndex(colors if 0 <= colors < len(COLORS) else 0)
        pane.follows.setChecked(self._settings.switch(_FOLLOWS, default=True))
        link.set_side(Side(pane.side.currentData()))
        link.set_follows(pane.follows.isChecked())

    def _session_changed(self, session: object) -> None:
        action = self._window.actions_by_id["second_view"]
        if session is not None and not action.isChecked() and self._settings.switch(_OPEN, default=False):
            action.setChecked(True)

    def _side_chosen(self) -> None:
        if self.pane is not None and self.link is not None:
            self._settings.set_number(_SIDE, self.pane.side.currentIndex())
            side = Side(self.pane.side.currentData())
            if self.link.side is not side:
                self.link.set_side(side)

    def _colors_chosen(self) -> None:
        if self.pane is not None:
            self._settings.set_number(_COLORS, self.pane.colors.currentIndex())
            self._tint()
            self._window.bench.presenter.color_again()

    def _follows_chosen(self, on: bool) -> None:  # noqa: FBT001 - a signal's argument
        self._settings.set_switch(_FOLLOWS, on=on)
        if self.link is not None:
            self.link.set_follows(on)

    def _tint(self) -> None:
        if self.pane is None:
            return
        mode = self.pane.colors.currentData()
        presenter = self._window.bench.presenter

        def tint(points: Int64 | None) -> UInt8:
            return presenter.colors_in(ColorMode(mode), points)

        self.pane.view.tint = tint if mode is not None else None
