"""Everything about cutting instances that the window assembles: the tool and the actions."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from gapro_annotator.ui.action_spec import ActionSpec
from gapro_annotator.ui.splitting.cut_tool import CutTool

if TYPE_CHECKING:
    from gapro_annotator.ui.main_window import MainWindow
    from gapro_annotator.ui.parts import DockSpec


class SplittingPart(QObject):
    """Adds the cut tool to the others."""

    docks: Sequence["DockSpec"] = ()

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        desk, tools = window.objects.desk, window.bench.tools
        self.tool = CutTool(tools.stage, desk)
        tools.tools[self.tool.id] = self.tool
        self.specs: Sequence[ActionSpec] = [
            ActionSpec(id="tool_cut", menu="Instance", text="Cut tool", short="Cut", shortcut=self.tool.key,
                       checked=False, group="tool", tooltip=self.tool.tooltip,
                       slot=lambda on: tools.use(self.tool.id) if on else None),
            ActionSpec(id="split_off", menu="Instance", text="Split off what is selected", shortcut="Shift+Y",
                       slot=desk.split_off,
                       tooltip="Make an instance of the points of the chosen one that are selected, as by a lasso"),
        ]  # fmt: skip

    def connect_window(self, window: "MainWindow") -> None:
        """Nothing else of the window has to know."""

    def close(self) -> None:
        """Nothing is held."""
