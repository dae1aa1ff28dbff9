"""The part of the table of actions that is about instances and their boxes."""

from gapro_annotator.ui.action_spec import ActionSpec
from gapro_annotator.ui.instance_desk import InstanceDesk

INSTANCE_MENU = ("look_at", "hide", "solo", "lock", "merge", "split", "duplicate", "delete_instance")
"""What the context menu of the table offers, besides the class."""


def instance_actions(desk: InstanceDesk) -> list[ActionSpec]:
    """Every action on instances."""
    return [
        ActionSpec(id="new_instance", menu="Instance", text="New instance of the selected region", shortcut="I",
                   slot=desk.new_instance, tooltip="Make an instance of the selected points, with a box around them"),
        ActionSpec(id="merge", menu="Instance", text="Merge into the chosen instance", shortcut="M", slot=desk.merge,
                   tooltip="Make the instance of the selected region, or under the cursor, part of it"),
        ActionSpec(id="split", menu="Instance", text="Split into its parts", shortcut="Shift+M", slot=desk.split,
                   tooltip="Make an instance of each part of the chosen one that does not touch the others"),
        ActionSpec(id="duplicate", menu="Instance", text="Duplicate the box", shortcut="Ctrl+D", slot=desk.duplicate,
                   tooltip="Draw the chosen box once more, beside itself"),
        ActionSpec(id="delete_instance", menu="Instance", text="Delete the instance", shortcut="Del", slot=desk.delete,
                   tooltip="Remove the chosen instance and its box; its points are the labeler's again",
                   ends_section=True),
        ActionSpec(id="hide", menu="Instance", text="Hide or show", shortcut="H", slot=desk.toggle_hidden,
                   tooltip="Hide the chosen instance, or show it again"),
        ActionSpec(id="solo", menu="Instance", text="Show it alone", shortcut="Shift+H", slot=desk.toggle_solo,
                   tooltip="Show the chosen instance alone, or everything again"),
        ActionSpec(id="lock", menu="Instance", text="Lock or unlock", shortcut="L", slot=desk.toggle_locked,
                   tooltip="Keep the chosen instance from every edit, or free it"),
    ]  # fmt: skip
