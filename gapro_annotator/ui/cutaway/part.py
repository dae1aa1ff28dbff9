"""Everything about looking inside that the window assembles: the bar and the actions."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from gapro_annotator.ui.action_spec import ActionSpec
from gapro_annotator.ui.cutaway.bar import CutawayBar
from gapro_annotator.ui.cutaway.desk import CutawayDesk

if TYPE_CHECKING:
    from gapro_annotator.ui.main_window import MainWindow
    from gapro_annotator.ui.parts import DockSpec


class CutawayPart(QObject):
    """Section, clipping box and structure."""

    docks: Sequence["DockSpec"] = ()

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self.bar = CutawayBar(window.view)
        self.desk = desk = CutawayDesk(window.bench, self.bar)
        self.specs: Sequence[ActionSpec] = [
            ActionSpec(id="section", menu="View", text="Section", shortcut="V", slot=desk.toggle_section,
                       tooltip="Cut away what is above a height, as the ceiling, or show it again"),
            ActionSpec(id="section_up", menu="View", text="Raise the section", shortcut="Ctrl+Up",
                       slot=lambda: desk.move_section(1), tooltip="Raise the cut by 10 cm"),
            ActionSpec(id="section_down", menu="View", text="Lower the section", shortcut="Ctrl+Down",
                       slot=lambda: desk.move_section(-1), tooltip="Lower the cut by 10 cm"),
            ActionSpec(id="clip", menu="View", text="Clip to the selection", shortcut="Shift+V",
                       slot=desk.toggle_clip,
                       tooltip="Show only what is around the region or the chosen instance, or everything again"),
            ActionSpec(id="structure", menu="View", text="Hide or show structure", shortcut="Ctrl+H",
                       slot=desk.toggle_structure, ends_section=True,
                       tooltip="Hide what no box holds, as walls and floor, or show it again"),
        ]  # fmt: skip

    def connect_window(self, window: "MainWindow") -> None:
        """Nothing else of the window has to know."""

    def close(self) -> None:
        """Nothing is held."""
