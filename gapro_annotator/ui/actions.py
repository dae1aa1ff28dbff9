"""The table of actions: what the user can do, by which key, and what it calls."""

from collections.abc import Callable, Sequence
from functools import partial

from gapro_annotator.ui.action_spec import ActionSpec
from gapro_annotator.ui.colors import ColorMode
from gapro_annotator.ui.tools.actions import tool_actions
from gapro_annotator.ui.tools.toolbox import TOOLS
from gapro_annotator.ui.workbench import Workbench

MENUS = ("File", "Edit", "Tools", "View", "Instance", "Label", "Review", "Train", "Help")
TOOLBAR = (
    ("tool_select", *(f"tool_{tool.id}" for tool in TOOLS), "tool_box", "keep_corrected", "through"),
    tuple(f"color_{mode.value}" for mode in ColorMode),
    ("undo", "redo"),
    ("label",),
)
_COLORS = {
    ColorMode.RGB: ("RGB", "C, R", "Colours of the scan"),
    ColorMode.INSTANCE: ("Instance", "C, I", "A colour for each instance"),
    ColorMode.CLASS: ("Class", "C, K", "A colour for each class"),
    ColorMode.DOUBT: ("Doubt", "C, D", "How likely each label is wrong"),
    ColorMode.CHANGES: ("Changes", "C, H", "What you corrected and what followed from it"),
    ColorMode.PREDICTION: ("Prediction", "C, P", "What a trained network finds in this scan: not labels"),
}

WindowSlots = dict[str, Callable[[], None]]
"""What needs a dialog or another part of the window: open_project, open_scan, open_again, make_demo, quit, …"""


def action_table(bench: Workbench, window: WindowSlots, train: Sequence[ActionSpec] = ()) -> list[ActionSpec]:
    """Every action, in the order of the menus; those of the Training panel come from it."""
    tools = tool_actions(bench.tools, bench.review, bench.pick_instance)
    labels = (*_edit(bench), *tools, *_view(bench), *_label(bench), *_review(bench))
    return [*_file(bench, window), *labels, *train, *_help(window)]


def _file(bench: Workbench, window: WindowSlots) -> list[ActionSpec]:
    return [
        ActionSpec(id="open_project", menu="File", text="Open project…", shortcut="Ctrl+O",
                   slot=window["open_project"], tooltip="Open a project folder"),
        ActionSpec(id="open_scan", menu="File", text="Open scan…", shortcut="Ctrl+Shift+O",
                   slot=window["open_scan"], tooltip="Open a scan file, or import another program's scan"),
        ActionSpec(id="make_demo", menu="File", text="Open the demo", slot=window["make_demo"],
                   tooltip="Open three generated rooms; they are made the first time", ends_section=True),
        ActionSpec(id="save", menu="File", text="Save", shortcut="Ctrl+S", slot=bench.save,
                   tooltip="Write labels and corrections into the scan file; edits are safe before that"),
        ActionSpec(id="open_again", menu="File", text="Open again from disk", shortcut="F5",
                   slot=window["open_again"], tooltip="Take over what another window or program changed in this scan"),
        ActionSpec(id="restore", menu="File", text="Restore a backup…", slot=window["restore"], ends_section=True,
                   tooltip="Show the earlier versions of this scan and go back to one"),
        ActionSpec(id="quit", menu="File", text="Quit", shortcut="Ctrl+Q", slot=window["quit"],
                   tooltip="Close the window"),
    ]  # fmt: skip


def _edit(bench: Workbench) -> list[ActionSpec]:
    return [
        ActionSpec(id="undo", menu="Edit", text="Undo", shortcut="Ctrl+Z", slot=bench.undo,
                   tooltip="Take the last step back"),
        ActionSpec(id="redo", menu="Edit", text="Redo", shortcut="Ctrl+Shift+Z", also="Ctrl+Y",
                   slot=bench.redo, tooltip="Do again what was undone", ends_section=True),
    ]  # fmt: skip


def _view(bench: Workbench) -> list[ActionSpec]:
    view, presenter = bench.view, bench.presenter
    modes = [
        ActionSpec(id=f"color_{mode.value}", menu="View", text=f"Colour: {text}", short=text, shortcut=key,
                   checked=mode is presenter.mode, group="color", tooltip=tip,
                   slot=partial(_set_mode, bench, mode))
        for mode, (text, key, tip) in _COLORS.items()
    ]  # fmt: skip
    return [
        *modes,
        ActionSpec(id="last_color", menu="View", text="Last two colours", shortcut="Tab",
                   slot=presenter.toggle_mode, tooltip="Switch between the last two colour modes"),
        ActionSpec(id="grey_more", menu="View", text="Grey more of what is sure", shortcut=".",
                   slot=lambda: bench.shift_threshold(1), tooltip="Raise the doubt below which points are grey"),
        ActionSpec(id="grey_less", menu="View", text="Grey less of what is sure", shortcut=",",
                   slot=lambda: bench.shift_threshold(-1), ends_section=True,
                   tooltip="Lower the doubt below which points are grey"),
        ActionSpec(id="boxes", menu="View", text="Boxes", shortcut="B", checked=True, slot=view.set_boxes_visible,
                   tooltip="Show or hide the boxes"),
        ActionSpec(id="larger_points", menu="View", text="Larger points", shortcut="+", also="=",
                   slot=lambda: bench.grow_points(1), tooltip="Draw points larger"),
        ActionSpec(id="smaller_points", menu="View", text="Smaller points", shortcut="-",
                   slot=lambda: bench.grow_points(-1), tooltip="Draw points smaller", ends_section=True),
        ActionSpec(id="look_at", menu="View", text="Look at selection", shortcut="F",
                   slot=presenter.look_at_selection, tooltip="Fly to the region or to the chosen instance"),
        ActionSpec(id="look_at_all", menu="View", text="Look at everything", shortcut="Home",
                   slot=view.look_at_all, tooltip="Show the whole scan"),
        ActionSpec(id="view_top", menu="View", text="From the top", shortcut="Ctrl+1",
                   slot=lambda: view.view_from("top"), tooltip="Look from the top"),
        ActionSpec(id="view_front", menu="View", text="From the front", shortcut="Ctrl+2",
                   slot=lambda: view.view_from("front"), tooltip="Look from the front"),
        ActionSpec(id="view_side", menu="View", text="From the side", shortcut="Ctrl+3",
                   slot=lambda: view.view_from("side"), tooltip="Look from the side"),
        ActionSpec(id="parallel", menu="View", text="Orthographic", shortcut="O", checked=False,
                   slot=view.set_parallel, ends_section=True,
                   tooltip="Keep parallel lines parallel, so that sizes can be compared, or see as the eye does"),
    ]  # fmt: skip


def _label(bench: Workbench) -> list[ActionSpec]:
    return [
        ActionSpec(id="label", menu="Label", text="Label", short="Label", shortcut="Ctrl+L", slot=bench.label,
                   tooltip="Make pseudo labels for the whole scan; corrections stay and are learnt from"),
        ActionSpec(id="cancel", menu="Label", text="Stop", shortcut="Ctrl+.", slot=bench.cancel,
                   tooltip="Stop what runs in the background", ends_section=True),
        ActionSpec(id="learn", menu="Label", text="Learn from each correction", checked=bench.runner.learn,
                   slot=bench.set_learning, tooltip="Run the labeler again after each correction"),
        ActionSpec(id="forget", menu="Label", text="Forget what corrections taught", slot=bench.experience.forget,
                   tooltip="Drop what the corrections of this project taught the labeler; the corrections stay"),
    ]  # fmt: skip


def _review(bench: Workbench) -> list[ActionSpec]:
    review = bench.review
    return [
        ActionSpec(id="next", menu="Review", text="Next region", shortcut="N", slot=review.next,
                   tooltip="Fly to the next doubtful region"),
        ActionSpec(id="previous", menu="Review", text="Previous region", shortcut="Shift+N", also="P",
                   slot=review.previous, tooltip="Fly back to the region before", ends_section=True),
        ActionSpec(id="accept", menu="Review", text="Accept the proposal", shortcut="Space",
                   slot=lambda: bench.decide("accept"), tooltip="The label is right"),
        ActionSpec(id="rival", menu="Review", text="Give to the rival", shortcut="R",
                   slot=lambda: bench.decide("rival"), tooltip="It belongs to the other candidate"),
        ActionSpec(id="background", menu="Review", text="Give to background", shortcut="X",
                   slot=lambda: bench.decide("background"), tooltip="It belongs to no boxed object"),
        ActionSpec(id="chosen", menu="Review", text="Give to the chosen instance", shortcut="G",
                   slot=lambda: bench.decide("chosen"), tooltip="It belongs to the instance chosen in the table"),
        ActionSpec(id="give_back", menu="Review", text="Give back to the labeler", shortcut="Backspace",
                   slot=lambda: bench.decide("give_back"), ends_section=True,
                   tooltip="Take a person's label off the region, so that the labeler decides again"),
        ActionSpec(id="advance", menu="Review", text="Move on after a decision", checked=review.advance,
                   slot=bench.set_advance, tooltip="Fly to the next region after each decision"),
    ]  # fmt: skip


def _help(window: WindowSlots) -> list[ActionSpec]:
    return [
        ActionSpec(id="close_notice", menu="Help", text="Close the notice", shortcut="Shift+Esc",
                   slot=window["close_notice"], tooltip="Close what was said to have gone wrong"),
        ActionSpec(id="shortcuts", menu="Help", text="Keys", shortcut="F1", slot=window["shortcuts"],
                   tooltip="Show every key"),
    ]  # fmt: skip


def _set_mode(bench: Workbench, mode: ColorMode, on: bool) -> None:  # noqa: FBT001 - an action's state
    if on and mode is not bench.presenter.mode:
        bench.presenter.set_mode(mode)
