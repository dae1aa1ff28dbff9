"""Keys that the user chose in place of ours: remembered, applied to actions, tooltips and the F1 overview."""

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtGui import QKeySequence

from gapro_annotator.ui.action_spec import ActionSpec
from gapro_annotator.ui.shortcut_overlay import ShortcutOverlay

if TYPE_CHECKING:
    from gapro_annotator.ui.main_window import MainWindow

_SETTING = "keys"


class Keymap:
    """The keys of the window's actions."""

    def __init__(self, window: "MainWindow") -> None:
        self._window = window
        self._usual = {spec.id: spec.keys for spec in window.specs}
        kept = (text.partition("=") for text in window.settings.texts(_SETTING))
        self._own: dict[str, str] = {action: keys for action, _, keys in kept}
        self._apply()

    def keys_of(self, action: str) -> list[str]:
        """The keys of an action, in Qt's portable text."""
        if action not in self._own:
            return self._usual[action]
        return [key for key in self._own[action].split("; ") if key]

    def is_own(self, action: str) -> bool:
        """Whether the user chose them."""
        return action in self._own

    def owner_of(self, key: str, but: str) -> str | None:
        """Another action that has this key, or one that begins or continues it; None where it is free."""
        wanted = key.split(", ")
        for other in self._usual:
            for taken in (text.split(", ") for text in self.keys_of(other)):
                shorter = min(len(wanted), len(taken))
                if other != but and taken[:shorter] == wanted[:shorter]:
                    return other
        return None

    def set_keys(self, action: str, keys: list[str]) -> None:
        """Give an action these keys, and take them from whoever has them."""
        for key in keys:
            while (other := self.owner_of(key, action)) is not None:
                head = key.split(", ")[0]
                self._own[other] = "; ".join(k for k in self.keys_of(other) if k.split(", ")[0] != head)
        self._own[action] = "; ".join(keys)
        if keys == self._usual[action]:
            self._own.pop(action)
        self._keep()

    def reset(self, action: str | None = None) -> None:
        """Give an action, or all of them, our keys again; another action that has one of them loses it."""
        if action is None:
            self._own.clear()
            self._keep()
        else:
            self.set_keys(action, self._usual[action])

    def _keep(self) -> None:
        self._window.settings.set_texts(_SETTING, [f"{action}={keys}" for action, keys in self._own.items()])
        self._apply()

    def _apply(self) -> None:
        window = self._window
        self._own = {action: keys for action, keys in self._own.items() if action in self._usual}
        specs = [self._with_keys(number) for number in range(len(window.specs))]
        if specs == window.specs and not self._own:
            return
        window.specs[:] = specs
        for spec in window.specs:
            action = window.actions_by_id[spec.id]
            action.setShortcuts([QKeySequence.fromString(key) for key in self.keys_of(spec.id)])
            action.setToolTip(f"{spec.tooltip}  ({spec.key_text})" if spec.keys else spec.tooltip)
        window.overlay.hide()
        window.overlay.deleteLater()
        window.overlay = ShortcutOverlay(window.specs, window)

    def _with_keys(self, number: int) -> ActionSpec:
        spec = self._window.specs[number]
        first, second, *_ = [*self.keys_of(spec.id), "", ""]
        return replace(spec, shortcut=first, also=second)
