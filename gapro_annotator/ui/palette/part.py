"""The palette and the keys, as the window assembles them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt

from gapro_annotator.ui.action_spec import ActionSpec
from gapro_annotator.ui.palette.keys_panel import KeysPanel
from gapro_annotator.ui.palette.overlay import Palette

if TYPE_CHECKING:
    from gapro_annotator.ui.main_window import MainWindow


class PalettePart(QObject):
    """Owns both."""

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        from gapro_annotator.ui.parts import DockSpec

        self._window = window
        self.palette, self.keys = Palette(window), KeysPanel()
        left = Qt.DockWidgetArea.LeftDockWidgetArea
        self.docks: Sequence[DockSpec] = (
            DockSpec(title="Keys", panel=self.keys, area=left, behind="Classes", open=False),
        )
        self.specs: Sequence[ActionSpec] = [
            ActionSpec(id="palette", menu="Help", text="Command palette", shortcut="Ctrl+K", slot=self.palette.toggle,
                       tooltip="Find anything that can be done, a scan or an instance, by typing a few letters"),
            ActionSpec(id="change_keys", menu="Help", text="Change keys…", slot=self.show_keys,
                       tooltip="Give actions other keys"),
        ]  # fmt: skip

    def connect_window(self, window: "MainWindow") -> None:
        """Apply the keys that were chosen."""
        self.keys.connect_window(window)

    def close(self) -> None:
        """Nothing is held."""

    def show_keys(self) -> None:
        """Bring the panel to the front."""
        dock = next(dock for dock in self._window.docks if dock.widget() is self.keys)
        dock.show()
        dock.raise_()
        self.keys.filter.setFocus()
