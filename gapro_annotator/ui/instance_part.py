"""Everything about instances and boxes that the window assembles: desk, box tool, panels, actions."""

from PySide6.QtCore import QObject

from gapro_annotator.ui.action_spec import ActionSpec
from gapro_annotator.ui.boxes.box_tool import BoxKeys, BoxTool
from gapro_annotator.ui.instance_actions import instance_actions
from gapro_annotator.ui.instance_desk import InstanceDesk
from gapro_annotator.ui.panels.boxes import BoxesPanel
from gapro_annotator.ui.panels.classes import ClassesPanel
from gapro_annotator.ui.workbench import Workbench


class InstancePart(QObject):
    """Owns the desk, and adds the box tool to the others."""

    def __init__(self, bench: Workbench) -> None:
        super().__init__(bench)
        self.desk = InstanceDesk(bench)
        self.tool = BoxTool(bench.tools.stage, self.desk)
        bench.tools.tools[self.tool.id] = self.tool
        self.keys = BoxKeys(self.tool, bench.view)
        self.boxes = BoxesPanel(self.desk)
        self.classes = ClassesPanel(self.desk)
        self.specs: list[ActionSpec] = [
            ActionSpec(id="tool_box", menu="Instance", text="Box tool", short="Box", shortcut=self.tool.key,
                       checked=False, group="tool", tooltip=self.tool.tooltip,
                       slot=lambda on: bench.tools.use(self.tool.id) if on else None),
            *instance_actions(self.desk),
        ]  # fmt: skip
