"""What an action is: menus, toolbar, shortcuts, tooltips and the F1 overview are all made from one table of these."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QWidget

_SPELT = {".": "Period", ",": "Comma"}
"""Keys that are too small to be read as a sign."""

Slot = Callable[[], object] | Callable[[bool], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionSpec:
    """One thing that the user can do.

    Parameters
    ----------
    id
        Its name in code.
    menu
        The menu and the group of the key overview that it belongs to.
    text
        What the menu says.
    shortcut, also
        Keys in Qt's portable text; 'C, R' is one key after the other. Empty: none.
    slot
        What it does; takes the new state where it is checkable.
    tooltip
        One sentence; the key is added to it.
    checked
        Initial state of a checkable action; None: not checkable.
    group
        Actions of one group exclude each other.
    short
        What the toolbar says, where that is shorter.
    ends_section
        Whether a line follows it in its menu.
    """

    id: str
    menu: str
    text: str
    slot: Slot
    tooltip: str
    shortcut: str = ""
    also: str = ""
    checked: bool | None = None
    group: str = ""
    short: str = ""
    ends_section: bool = False

    @property
    def keys(self) -> list[str]:
        """Its shortcuts."""
        return [key for key in (self.shortcut, self.also) if key]

    @property
    def key_text(self) -> str:
        """Its shortcuts as the user reads them: 'C R', 'Shift+N or P', 'Comma'."""
        return " or ".join(_SPELT.get(key, key.replace(", ", " ")) for key in self.keys)


def make_actions(specs: Iterable[ActionSpec], owner: QWidget) -> dict[str, QAction]:
    """Make the actions of the table and add them to their owner, so that their keys work all over the window."""
    actions: dict[str, QAction] = {}
    groups: dict[str, QActionGroup] = {}
    for spec in specs:
        action = QAction(spec.text, owner)
        action.setObjectName(spec.id)
        action.setIconText(spec.short or spec.text.rstrip("…"))
        action.setShortcuts([QKeySequence.fromString(key) for key in spec.keys])
        action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        action.setToolTip(f"{spec.tooltip}  ({spec.key_text})" if spec.shortcut else spec.tooltip)
        action.setStatusTip("")
        if spec.checked is not None:
            action.setCheckable(True)
            action.setChecked(spec.checked)
            action.toggled.connect(spec.slot)
        else:
            # triggered() carries a checked flag that slots without a parameter do not take.
            action.triggered.connect(_without_flag(spec.slot))
        if spec.group:
            groups.setdefault(spec.group, QActionGroup(owner)).addAction(action)
        owner.addAction(action)
        actions[spec.id] = action
    return actions


def _without_flag(slot: Slot) -> Callable[[bool], None]:
    def run(_checked: bool = False) -> None:  # noqa: FBT001, FBT002 - Qt calls it so
        slot()  # pyright: ignore[reportCallIssue]  # checkable slots never come here

    return run
