"""The tools in the table of actions."""

from collections.abc import Callable

from gapro_annotator.ui.action_spec import ActionSpec
from gapro_annotator.ui.review import Review
from gapro_annotator.ui.tools.toolbox import TOOLS, ToolBox


def tool_actions(tools: ToolBox, review: Review, pick_instance: Callable[[], None]) -> list[ActionSpec]:
    """Every tool, what strokes give points to, and what selections do."""
    return [
        ActionSpec(id="tool_select", menu="Tools", text="Select tool", short="Select", shortcut="Esc", checked=True,
                   group="tool", slot=_use(tools, None), tooltip="A click selects the superpoint under it"),
        *(ActionSpec(id=f"tool_{tool.id}", menu="Tools", text=f"{tool.name} tool", short=tool.short, shortcut=tool.key,
                     checked=False, group="tool", slot=_use(tools, tool.id), tooltip=tool.tooltip,
                     ends_section=tool is TOOLS[-1])
          for tool in TOOLS),
        *_sizes(tools),
        *_targets(tools, pick_instance),
        ActionSpec(id="keep_corrected", menu="Tools", text="Keep corrected points", short="Keep",
                   shortcut="K", checked=review.keep_corrected, slot=tools.set_keep_corrected,
                   tooltip="Selections and strokes leave alone what a person has labelled; a click does not"),
        ActionSpec(id="through", menu="Tools", text="Take hidden points, too", short="Through", shortcut="D",
                   checked=tools.stage.through, slot=tools.set_through,
                   tooltip="Lasso, rectangle and brush take what lies behind, not only what is in sight"),
    ]  # fmt: skip


def _sizes(tools: ToolBox) -> list[ActionSpec]:
    return [
        ActionSpec(id="larger_brush", menu="Tools", text="Larger brush", shortcut="]",
                   slot=lambda: tools.resize_brush(1), tooltip="Ctrl+wheel does the same"),
        ActionSpec(id="smaller_brush", menu="Tools", text="Smaller brush", shortcut="[",
                   slot=lambda: tools.resize_brush(-1), tooltip="Ctrl+wheel does the same"),
        ActionSpec(id="grow", menu="Tools", text="Grow the selection", shortcut="S", slot=tools.grow,
                   tooltip="Take in the superpoints that touch it and look like it; again takes more"),
        ActionSpec(id="shrink", menu="Tools", text="Shrink the selection", shortcut="Shift+S", slot=tools.shrink,
                   ends_section=True, tooltip="Go back to what it was before it grew, or take its border away"),
    ]  # fmt: skip


def _targets(tools: ToolBox, pick_instance: Callable[[], None]) -> list[ActionSpec]:
    return [
        ActionSpec(id="pick_instance", menu="Tools", text="Choose instance under the cursor", shortcut="A",
                   slot=pick_instance, tooltip="Choose the instance under the cursor; Shift+click does the same"),
        ActionSpec(id="strokes_chosen", menu="Tools", text="Strokes give to the chosen", shortcut="Shift+G",
                   slot=lambda: tools.set_target("chosen"),
                   tooltip="Paint and brush give points to the instance chosen in the table"),
        ActionSpec(id="strokes_background", menu="Tools", text="Strokes give to background", shortcut="Shift+X",
                   slot=lambda: tools.set_target("background"), tooltip="Paint and brush make points background"),
        ActionSpec(id="strokes_rival", menu="Tools", text="Strokes give to the rival", shortcut="Shift+R",
                   slot=lambda: tools.set_target("rival"), ends_section=True,
                   tooltip="Paint and brush give points to the other candidate of where the stroke begins"),
    ]  # fmt: skip


def _use(tools: ToolBox, name: str | None) -> Callable[[bool], None]:
    def use(on: bool) -> None:  # noqa: FBT001 - an action's state
        if on:
            tools.use(name)
        elif tools.active is not None and tools.active.id == name:
            tools.use(None)  # what comes in its place need not be one of these tools

    return use
